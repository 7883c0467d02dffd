"""The one door: one transaction, one effect an input, and nobody does what they may not."""

from datetime import timedelta
from typing import Any

import pytest
from concurrency import outcomes_of
from factories import Crm, permissions_of, refusal
from sqlalchemy import event

from crmbot.crm.requests import (
    REQUESTS,
    AddDigest,
    AddUser,
    CreateDeal,
    CreateToken,
    ListDeals,
    LogActivity,
    LoseDeal,
    MoveDeal,
    PreviewDigest,
    Request,
    SetDeal,
    ShowReport,
    WinDeal,
)
from crmbot.domain.money import Money
from crmbot.errors import BadInput, Conflict, NotAllowed
from crmbot.models import Deal, DealVersion, DeliveryKey, JournalEntry
from crmbot.service import MAY_TAKE_LONG, Delivery

K40 = Money.of(40_000, "USD")


class Stop(Exception):
    """What breaks a transaction in these tests."""


def keys(crm: Crm) -> list[tuple[str, str]]:
    """Return the inputs that had their effect, with the effect."""
    return [(row.key, row.entry_id) for row in crm.rows(DeliveryKey, order=DeliveryKey.key)]


@pytest.mark.parametrize("table", ["deal_version", "journal_entry"])
def test_an_error_after_the_rows_leaves_nothing(any_crm: Crm, table: str) -> None:
    before = any_crm.dump()

    def break_off(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith(f"INSERT INTO {table}"):
            raise Stop

    event.listen(any_crm.store.engine, "before_cursor_execute", break_off)
    with pytest.raises(Stop):
        any_crm.do(CreateDeal("Acme"), delivery=Delivery("one"))
    event.remove(any_crm.store.engine, "before_cursor_execute", break_off)
    assert any_crm.dump() == before
    assert any_crm.do(CreateDeal("Acme"), delivery=Delivery("one")).entry_id


def test_an_effect_and_its_journal_entry_stand_together(crm: Crm) -> None:
    outcome = crm.do(CreateDeal("Acme"), delivery=Delivery("one"))
    entry = crm.rows(JournalEntry)[-1]
    assert (entry.id, entry.request, entry.summary, entry.surface) == (
        outcome.entry_id,
        "deal.new",
        outcome.said,
        "slack",
    )
    assert (entry.actor_id, entry.at) == (crm.user_id("jane"), crm.clock())
    assert keys(crm) == [("one", outcome.entry_id)]


def test_what_may_take_long_is_known_by_its_name() -> None:
    assert set(REQUESTS) >= MAY_TAKE_LONG


def test_an_input_delivered_a_hundred_times_has_one_effect(any_crm: Crm) -> None:
    first = any_crm.do(CreateDeal("Acme"), delivery=Delivery("one"))
    before = any_crm.dump()
    for _ in range(99):
        again = any_crm.do(CreateDeal("Acme"), delivery=Delivery("one"))
        assert (again.repeated, again.entry_id, again.said) == (True, first.entry_id, f"Already done: {first.said}")
    assert any_crm.dump() == before


def test_an_input_delivered_to_many_at_once_has_one_effect(any_crm: Crm) -> None:
    actor = any_crm.actor()
    came = outcomes_of(20, lambda _: any_crm.service.perform(actor, CreateDeal("Acme"), delivery=Delivery("one")))
    assert sorted(outcome.repeated for outcome in came) == [False] + [True] * 19
    assert len(any_crm.rows(Deal)) == 1


def test_the_same_key_of_another_workspace_is_another_input(crm: Crm) -> None:
    other = Crm(crm.store, crm.clock, name="Theirs")
    for one in (crm, other):
        assert not one.do(CreateDeal("Acme"), delivery=Delivery("one")).repeated


def test_a_refused_input_may_come_again(crm: Crm) -> None:
    with refusal(BadInput, "no stage"):
        crm.do(CreateDeal("Acme", stage="nowhere"), delivery=Delivery("one"))
    assert not crm.do(CreateDeal("Acme"), delivery=Delivery("one")).repeated


def test_the_same_words_within_a_minute_are_the_same_input_when_asked_so(crm: Crm) -> None:
    crm.do(CreateDeal("Acme"), delivery=Delivery("one", "jane+acme"))
    repeated = crm.do(CreateDeal("Acme"), delivery=Delivery("two", "jane+acme", refuse_repeat=True))
    assert (repeated.repeated, repeated.said) == (True, "Already done: Opened D-1 Acme in New Lead.")
    assert not crm.do(CreateDeal("Acme"), delivery=Delivery("three", "jane+acme")).repeated
    assert not crm.do(CreateDeal("Acme"), delivery=Delivery("four", "sam+acme", refuse_repeat=True)).repeated
    crm.clock.advance(timedelta(minutes=2))
    assert not crm.do(CreateDeal("Acme"), delivery=Delivery("five", "jane+acme", refuse_repeat=True)).repeated


@pytest.mark.parametrize(
    "request_",
    [
        CreateDeal("New", company="Made Up"),
        SetDeal("D-1", value=K40),
        WinDeal("D-1"),
        LogActivity("call", "D-1", "hello", stage="negotiation", next_text="more"),
        AddUser("tim@ours.example"),
    ],
)
def test_a_dry_run_tells_the_changes_and_writes_nothing(any_crm: Crm, request_: Request) -> None:
    crm = any_crm
    crm.do(CreateDeal("Acme"), "ada")
    before = crm.dump()
    dry = crm.do(request_, "ada", dry_run=True, delivery=Delivery("one"))
    assert (dry.dry_run, dry.entry_id) == (True, None)
    assert crm.dump() == before
    done = crm.do(request_, "ada", delivery=Delivery("one"))
    assert (done.said, done.changes) == (dry.said, dry.changes)


def test_won_pressed_by_fifty_at_once_is_one_transition_and_the_others_are_told(any_crm: Crm) -> None:
    crm = any_crm
    crm.do(CreateDeal("Acme", value=K40))
    crm.clock.advance(timedelta(seconds=1))
    people = [crm.actor("jane"), crm.actor("max")]
    came = outcomes_of(
        50,
        lambda index: crm.service.perform(people[index % 2], WinDeal("D-1"), delivery=Delivery(f"press {index}")),
    )
    refused = [str(outcome) for outcome in came if isinstance(outcome, Conflict)]
    winner = next(people[index % 2] for index, outcome in enumerate(came) if not isinstance(outcome, Exception))
    assert len(refused) == 49
    for index, outcome in enumerate(came):
        if isinstance(outcome, Conflict):
            who = "you" if people[index % 2] == winner else winner.name
            assert str(outcome).startswith(f"D-1 Acme is won already by {who}, 5 Mar 2031 ")
    assert [version.outcome for version in crm.rows(DealVersion, order=DealVersion.valid_from)] == ["open", "won"]
    assert len(crm.rows(JournalEntry, JournalEntry.request == "deal.won")) == 1
    assert len(keys(crm)) == 1


def test_won_and_lost_at_once_leave_one_of_them(any_crm: Crm) -> None:
    crm = any_crm
    crm.do(CreateDeal("Acme"))
    actor = crm.actor()
    asks = (WinDeal("D-1"), LoseDeal("D-1", "price"))
    came = outcomes_of(10, lambda index: crm.service.perform(actor, asks[index % 2]))
    assert sum(isinstance(outcome, Conflict) for outcome in came) == 9
    assert crm.rows(Deal)[0].outcome in ("won", "lost")


def test_changes_of_different_facts_at_once_are_all_kept(any_crm: Crm) -> None:
    crm = any_crm
    crm.do(CreateDeal("Acme"))
    crm.clock.advance(timedelta(seconds=1))
    actor = crm.actor()
    asks = (SetDeal("D-1", value=K40), SetDeal("D-1", title="Acme Corp"), MoveDeal("D-1", "Qualified"))
    came = outcomes_of(3, lambda index: crm.service.perform(actor, asks[index]))
    assert [outcome for outcome in came if isinstance(outcome, Exception)] == []
    deal = crm.rows(Deal)[0]
    assert (deal.value_minor, deal.title, deal.probability) == (4_000_000, "Acme Corp", 25)


VIEWER_MAY = """
    alias.forget alias.list alias.remember card.find card.keep card.named card.unfurl company.list company.show
    contact.list contact.show crm.find crm.help crm.mail crm.settings crm.today crm.undo crm.web deal.list deal.show
    digest.list digest.preview draft.finish draft.keep draft.open email.places email.rules email.show email.triage
    file.fetch home.open home.show lead.list lead.show pipeline.show proposal.list proposal.show rate.list
    reason.list report.show stage.list task.list task.show user.list web.sign_in
"""
REP_MAY = f"""
    {VIEWER_MAY} activity.log company.merge company.new company.set contact.merge contact.new contact.set
    deal.assign deal.lost deal.move deal.new deal.reopen deal.set deal.won email.add_sender email.attach
    email.ignore email.log email.obey email.write lead.assign lead.convert lead.new lead.set lead.status
    note.new nudge.send proposal.new proposal.send proposal.set proposal.withdraw task.assign task.done task.new
    task.snooze
"""
MANAGER_MAY = f"""
    {REP_MAY} digest.add digest.pause digest.send email.allow user.reassign
"""
ADMIN_MAY = f"""
    {MANAGER_MAY} rate.set reason.add reason.remove settings.set stage.add stage.remove stage.set token.list
    token.new token.revoke user.add user.link_slack user.role
"""


@pytest.mark.parametrize(
    ("role", "names"), [("viewer", VIEWER_MAY), ("rep", REP_MAY), ("manager", MANAGER_MAY), ("admin", ADMIN_MAY)]
)
def test_a_role_may_ask_exactly_for(role: str, names: str) -> None:
    may = permissions_of(role)
    assert {name for name, kind in REQUESTS.items() if not kind.PERMISSION or kind.PERMISSION in may} == set(
        names.split()
    )


@pytest.mark.parametrize(
    ("who", "request_", "words"),
    [
        ("vic", CreateDeal("Acme"), "As a viewer you may not change deals. Ask a manager or an admin."),
        ("vic", LogActivity("call", "D-1"), "As a viewer you may not change activities."),
        ("jane", AddUser("a@b.example"), "As a rep you may not manage people and roles. Ask an admin."),
        ("jane", ShowReport("pipeline", owner="everybody"), "Reports about the whole team are for managers"),
        ("jane", ShowReport("pipeline", owner="max"), "You may see reports about your own records only."),
        ("max", CreateToken("jane"), "As a manager you may not manage people and roles."),
    ],
)
def test_what_a_role_may_not_is_refused_in_words(crm: Crm, who: str, request_: Request, words: str) -> None:
    before = crm.dump()
    with refusal(NotAllowed, words):
        crm.do(request_, who, delivery=Delivery("one"))
    assert crm.dump() == before


def test_a_look_writes_nothing(crm: Crm) -> None:
    crm.do(CreateDeal("Acme"))
    before = crm.dump()
    crm.ask(ListDeals(), delivery=Delivery("one"))
    assert crm.dump() == before


def test_text_of_any_script_comes_back_as_it_was(any_crm: Crm) -> None:
    title = "Ünïcödé 株式会社 🚀 \u202eright <b>&amp; '\"\\ %s {x} $1"
    any_crm.do(CreateDeal(title))
    assert any_crm.rows(Deal)[0].title == title


@pytest.mark.parametrize("title", ["a\0b", "half \ud800 a letter"])
def test_text_that_no_database_keeps_is_refused_by_its_field(crm: Crm, title: str) -> None:
    with pytest.raises(BadInput) as refused:
        crm.do(CreateDeal(title))
    assert refused.value.field == "title"


@pytest.mark.parametrize("report", ["overdue", "aging", "forecast", "lost-reasons"])
def test_a_digest_is_shown_as_it_would_be_now_and_nothing_is_written(crm: Crm, report: str) -> None:
    crm.do(AddDigest(name="monday", report=report, to_email="max@ours.example"), as_="max")
    before = crm.dump()
    shown = crm.ask(PreviewDigest("monday"), as_="max")
    assert shown.said == "“monday” as it would be now; nothing was sent."
    assert shown.name == report
    assert crm.dump() == before


def test_a_rep_previews_no_digest_that_shows_more_than_their_own(crm: Crm) -> None:
    crm.do(AddDigest("boss", "aging", channel="C1"), "max")
    with refusal(NotAllowed, "“boss” shows more than your own records"):
        crm.ask(PreviewDigest("boss"))
    assert crm.ask(PreviewDigest("boss"), as_="vic").name == "aging"
    assert crm.ask(PreviewDigest("boss"), as_="max").name == "aging"
