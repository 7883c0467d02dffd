"""The cards that `test_cards` leaves out, drawn from words that are hostile or very long."""

import pkgutil
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from typing import Any

from card_values import HOSTILE, NASTY, READER, activity, email, stretched
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from reports.charts import samples

import crmbot.crm
from crmbot.crm.answers import (
    Answer,
    Board,
    CardRecords,
    DraftKept,
    EmailView,
    Found,
    Help,
    Home,
    Link,
    Listing,
    MailAnswer,
    Outcome,
    Places,
    ReportAnswer,
    Shown,
    Table,
    Today,
    Triage,
)
from crmbot.crm.choices import Colleague, DigestChoice, Digests, LostReasons, People, Settings, StageChoice, Stages
from crmbot.crm.entrances import WebLink
from crmbot.crm.files import FileLink
from crmbot.crm.requests import ShowReport
from crmbot.playground import message_tokens
from crmbot.playground.validation import message_verdict
from crmbot.reports.values import Report
from crmbot.slack.blocks.limits import fit
from crmbot.slack.blocks.messages import answer_message
from crmbot.slack.blocks.refusals import broken_message
from crmbot.slack.message import Message
from crmbot.slack.notices import given_message, nudge_message, offer_message, undelivered_message
from crmbot.slack.receipts import receipt_message
from crmbot.slack.triage import done_card, mailbox_message, more_receipts_message, triage_card

_QUICK = settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.too_slow])
_IN_TEST_CARDS = {Outcome, Shown, Listing, Board, Today, Found, Table, MailAnswer, Triage, Help}
_ELSEWHERE = {Home, Answer, CardRecords, DraftKept}
"""The Home tab has a test in test_windows; the others are shown to nobody."""
_ADMIN = READER._replace(
    permissions=frozenset(f"crm.{noun}.edit" for noun in ("settings", "stages", "users", "digests"))
)
_LINK = "https://crm.example.com/files/x"
_OURS = {_LINK, "C1", "U1"}
"""What crmbot itself names so that it can be followed."""
_ROWS = (("Lost reasons", "x"), ("People", "x"), ("Digests", "x"))


def choices(text: str) -> Iterator[Answer]:
    table = (text, ("What",), tuple((name, text) for name, _ in _ROWS))
    yield Settings(*table, name=text, timezone=text[:40], currency="USD", date_order="dmy")
    stage = StageChoice(text, text, "open", 60, late=True, stale_after_days=30, forecast_category=text, deals=3)
    yield Stages(*table, stages=(stage,) * 30)
    yield LostReasons(*table, reasons=(text,) * 60)
    colleagues = [
        Colleague("u", text, text, role, active, text, None) for role in ("rep", text) for active in (True, False)
    ]
    yield People(*table, people=tuple(colleagues) * 20)
    digests = [
        DigestChoice(text, text, to, text, text, paused) for to in ("C1", "U1", text) for paused in (True, False)
    ]
    yield Digests(*table, digests=tuple(digests) * 5)
    yield Places(text, email(text), tuple(Link(f"D-{n}", text) for n in range(1, 131)), near=9)
    yield FileLink(text, name=text, size=5_000, url=_LINK, minutes=15)
    yield WebLink(text, url=_LINK, minutes=15)


def reports(text: str) -> Iterator[Report]:
    money = 1_000_00
    many = [(f"{text}{place}", 3, 90 * money) for place in range(40)]
    for report in (
        samples.pipeline([(name, "open", count, value, value) for name, count, value in many]),
        samples.sales_pipeline([(name, count, value, value) for name, count, value in many], [(1, money)] * 4),
        samples.activity_summary([(f"{text}{place}", 30, 4, 2) for place in range(40)]),
        samples.lost_reasons(many),
        samples.customer_acquisition(many),
    ):
        yield replace(report, owner_name=text, stage_names={name: text for name, _, _ in many})


def notices(text: str) -> Iterator[Message]:
    items = [{"reference": kind, "title": text, "facts": [text] * 9} for kind in ("A-1", "D-1", "L-1")] * 9
    yield nudge_message({"by": text, "about": text, "items": items, "more": 7})
    yield given_message({"said": text, "items": items, "more": 7})
    for what in ("viewed", "accepted", "declined"):
        facts = {"proposal": ("P-1", text), "total": text, "by": text, "reason": text, "deal": ("D-1", text)}
        yield offer_message({**facts, "what": what, "open": True})
    yield undelivered_message({"digest": text, "destination": text, "reason": text})
    yield mailbox_message({"mailbox": text, "problem": text})
    yield fit(more_receipts_message({"said": text}))
    yield broken_message("8f2a", text)


def mails(text: str) -> Iterator[Message]:
    asked = {"said": text, "failed": True, "example": text, "line": text, "undo": "j" * 26}
    mail = {"email_id": "e" * 26, "entry_id": "j" * 26, "from": text, "subject": text, "why": text, "reason": "command"}
    logged = {"where": [("D-1", text)] * 9, "alone": ["C-1"], "activity": "A-1"}
    yield receipt_message({**mail, **logged, "state": "logged", "asked": asked, "forwarded": True})
    yield receipt_message({**mail, "state": "logged", "asks": [("D-1", text)] * 9})
    for state in ("triage", "noise"):
        yield receipt_message({**mail, "state": state, "forwarded": True})
    yield receipt_message({**mail, "state": "logged", "bounced": [text] * 9})
    waiting: EmailView = replace(email(text), files=(text,) * 9, forwarder=text)
    for one in (waiting, replace(waiting, state="logged")):
        answer = MailAnswer(text, one, activity(text), "j" * 26)
        yield triage_card(answer, READER)
        yield done_card(answer, {"said": text, "by": text, "asked": asked, "entry_id": "j" * 26})


def problems(message: Message) -> list[Any]:
    verdict = message_verdict(message.payload)
    strange = [token for token in message_tokens(message.payload) if token.kind != "date" and token.target not in _OURS]
    return [*verdict.reasons, *verdict.remarks, *strange, *stretched(message)]


hostile = given(text=NASTY)


@_QUICK
@hostile
@example(text=HOSTILE)
@example(text="🎉" * 5000)
@example(text="<!here>" * 900)
def test_the_cards_of_choices_and_links_are_ones_slack_takes_and_ping_nobody(text: str) -> None:
    for answer in choices(text):
        for reader in (READER, _ADMIN):
            assert problems(answer_message(answer, reader)) == [], type(answer).__name__


@_QUICK
@given(text=NASTY, shared=st.booleans())
@example(text=HOSTILE, shared=False)
@example(text="<!here>" * 900, shared=True)
def test_the_cards_of_reports_are_ones_slack_takes_and_ping_nobody(text: str, shared: bool) -> None:
    reader = READER._replace(shared=shared)
    for report in reports(text):
        answer = ReportAnswer(text, name=report.name, report=report)
        assert problems(answer_message(answer, reader, ShowReport(report.name))) == [], report.name


@_QUICK
@hostile
@example(text=HOSTILE)
@example(text="🎉" * 5000)
@example(text="<!here>" * 900)
def test_notices_receipts_and_waiting_mail_are_ones_slack_takes_and_ping_nobody(text: str) -> None:
    for message in (*notices(text), *mails(text)):
        assert problems(message) == [], message.text[:80]


def test_no_kind_of_answer_is_left_out() -> None:
    for module in pkgutil.walk_packages(crmbot.crm.__path__, "crmbot.crm."):
        import_module(module.name)
    drawn_here = {type(answer) for answer in choices("x")} | {ReportAnswer}
    told = {kind.__name__ for kind in drawn_here | _IN_TEST_CARDS | _ELSEWHERE}
    assert set(_kinds(Answer)) == told


def _kinds(kind: type[Answer]) -> Iterator[str]:
    yield kind.__name__
    for narrower in kind.__subclasses__():
        if narrower.__module__.startswith("crmbot."):
            yield from _kinds(narrower)
