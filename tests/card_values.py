"""Values that cards are drawn from, with words that are hostile or very long."""

import string
from copy import deepcopy
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import zip_longest
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from crmbot.crm.answers import (
    ActivityView,
    CompanyView,
    ContactView,
    DealView,
    EmailView,
    LeadView,
    Link,
    Person,
    Record,
)
from crmbot.crm.offered import ProposalView
from crmbot.domain.line_items import LineItem, totals_of
from crmbot.domain.money import Money
from crmbot.slack.blocks.limits import fit
from crmbot.slack.message import Block, Message
from crmbot.slack.reader import Reader

NOW = datetime(2031, 3, 5, 9, 30, tzinfo=UTC)
READER = Reader(ZoneInfo("Europe/Berlin"), NOW)
HOSTILE = "<!channel> *x* <http://a|b> <@U1> `code` _i_ ~s~ :tada: &amp; > quote"
NASTY = st.one_of(
    st.text(min_size=1, max_size=60),
    st.text(alphabet="<>&*_~`|!@#: \n\u202e\U0001f600", min_size=1, max_size=400),
    st.sampled_from(["x" * 20_000, " ", string.printable]),
)


def stretched(message: Message) -> list[Block]:
    """Return the blocks that the gate would change, were nothing said to fit because of how it was made."""
    measured = fit(Message(message.text, tuple(deepcopy(block) for block in message.blocks)))
    assert measured.text == message.text
    unequal = [one for one, other in zip_longest(message.blocks, measured.blocks) if one != other]
    return [block or {"type": "missing"} for block in unequal]


def deal(text: str, *, outcome: str = "open") -> DealView:
    return DealView(
        id="d" * 26,
        reference="D-17",
        title=text,
        value=Money(4_000_000, "USD"),
        probability=75,
        stage_key="negotiation",
        stage=text,
        outcome=outcome,
        owner=Person("u", text, "U1"),
        contact=Link("C-7", text),
        company=Link("O-3", text),
        expected_close=date(2031, 12, 15),
        created_at=NOW,
        closed_at=None if outcome == "open" else NOW,
        lost_reason=text if outcome == "lost" else None,
        version=1,
    )


def activity(text: str, *, done: bool = False) -> ActivityView:
    return ActivityView(
        id="a" * 26,
        reference="A-204",
        title=text,
        activity_kind="call",
        notes=text,
        owner=Person("u", text),
        about=(Link("D-17", text),) * 4,
        due_at=NOW,
        due_on=None,
        overdue_at=NOW,
        completed_at=NOW if done else None,
        duration_minutes=1,
        billable=True,
        outcome=text,
        attendees=(text,) * 30,
        created_at=NOW,
        version=1,
    )


def lead(text: str) -> LeadView:
    return LeadView(
        "l", "L-3", text, text, text, text, "qualified", 50, None, None, None, text, NOW, 1
    )  # fmt: skip


def proposal(text: str, *, status: str = "draft") -> ProposalView:
    items = tuple(
        LineItem(text, Money(10_000, "USD"), Decimal("2.5"), Decimal(less), Decimal(20)) for less in range(20)
    )
    return ProposalView(
        id="p" * 26,
        reference="P-3",
        title=text,
        status=status,
        deal=("D-17", text),
        contact=text,
        company=text,
        owner_id="u",
        owner=text,
        owner_email=text,
        seller=text,
        items=items,
        totals=totals_of(items, "USD"),
        position=2,
        created_at=NOW,
        sent_at=None if status == "draft" else NOW,
        viewed_at=None,
        accepted_at=NOW if status == "accepted" else None,
        accepted_by=text if status == "accepted" else None,
        declined_at=None,
        expires_on=date(2031, 12, 15),
        link="https://crm.example.com/p/x",
        bounced=text,
        version=1,
    )


def records(text: str) -> tuple[Record, ...]:
    return (
        deal(text),
        deal(text, outcome="won"),
        deal(text, outcome="lost"),
        activity(text),
        activity(text, done=True),
        lead(text),
        ContactView("c", "C-7", text, (text,) * 9, text, text, Link("O-3", text), NOW, 1),
        CompanyView("o", "O-3", text, text, text, text, NOW, 1),
        proposal(text),
        proposal(text, status="accepted"),
    )


def email(text: str) -> EmailView:
    return EmailView("e" * 26, text, text, text, text * 3, NOW, "triage", text, (Link("D-17", text),))
