"""One line for each record: as an entry of a list, with the button that opens it.

A card has up to ten of them, so each is written in one go, past what makes and measures single parts: of so few
characters every one fits.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from crmbot.crm.answers import ActivityView, CompanyView, ContactView, DealView, LeadView, Link, Person, Record
from crmbot.crm.carried import CANCELLED
from crmbot.crm.offered import ProposalView
from crmbot.crm.requests import Request, ShowActivity, ShowCompany, ShowContact, ShowDeal, ShowLead, ShowProposal
from crmbot.domain.ids import Kind, parse_reference
from crmbot.domain.nouns import titled
from crmbot.domain.stages import StageKind
from crmbot.slack.blocks.buttons import settling_buttons
from crmbot.slack.blocks.limits import BUTTON_TEXT, SHORT_SECTION, Fitting
from crmbot.slack.blocks.primitives import plain_text, section
from crmbot.slack.message import Block, Element
from crmbot.slack.mrkdwn import Mrkdwn, one_line, title_line
from crmbot.slack.press import Press
from crmbot.slack.reader import Reader

ICONS = {
    Kind.DEAL: "💼",
    Kind.LEAD: "🌱",
    Kind.CONTACT: "👤",
    Kind.COMPANY: "🏢",
    Kind.ACTIVITY: "📌",
    Kind.PROPOSAL: "📄",
}
ACTIVITY_ICONS = {"call": "📞", "meeting": "📅", "email": "✉️", "task": "📌"}
_OUTCOMES = {"won": "🏆", "lost": "🪦"}
_SHOW: dict[Kind, Callable[[str], Request]] = {
    Kind.DEAL: ShowDeal,
    Kind.LEAD: ShowLead,
    Kind.CONTACT: ShowContact,
    Kind.COMPANY: ShowCompany,
    Kind.ACTIVITY: ShowActivity,
    Kind.PROPOSAL: ShowProposal,
}
_MOST_KEPT = 1000
"""Names of colleagues and stages, which stand in every other line."""
_MARK = "-0"
"""What no record has for a number: its place is where a number goes."""
_OPEN, _SHARE = [Fitting(plain_text(label, BUTTON_TEXT, emoji=True)) for label in ("Open", "Share")]


def show_request(reference: str) -> Request | None:
    """Return the request that shows the record of that number; None when there is no card for its kind."""
    parsed = parse_reference(reference)
    make = _SHOW.get(parsed[0]) if parsed else None
    return make(reference) if make else None


def _opening(kind: Kind) -> tuple[str, str, str]:
    """Return of the button that opens a record of a kind its action, and what its value has around the reference."""
    mark = f"{kind.letter}{_MARK}"
    request = _SHOW[kind](mark)
    before, _, after = Press(request).value.partition(mark)
    return request.NAME, before, after


_OPENINGS = {kind.letter: _opening(kind) for kind in _SHOW}


def open_button(reference: str) -> Element:
    """Return the button that opens the record of that number."""
    action, before, after = _OPENINGS[reference[0]]
    return Fitting(type="button", text=_OPEN, action_id=action, value=f"{before}{reference}{after}")


def share_record(reference: str) -> Element:
    """Return the button that shows a record's card to everybody in the channel."""
    _, before, after = _OPENINGS[reference[0]]
    return Fitting(type="button", text=_SHARE, action_id="card.share", value=f"{before}{reference}{after}")


def record_row(record: Record, reader: Reader) -> Block:
    """Return a record's line with the button that opens it."""
    return entry(record_line(record, reader), record.reference)


def entry(line: Mrkdwn, reference: str) -> Block:
    """Return an entry of a list: what it says, and the button that opens the record of that number."""
    if len(line) > SHORT_SECTION:
        return section(line, accessory=open_button(reference))
    text = {"type": "mrkdwn", "text": line, "verbatim": True}
    return Fitting(type="section", text=text, accessory=open_button(reference))


@lru_cache(maxsize=100)
def _settling(then: Request | None) -> tuple[Element, ...]:
    """Return the buttons that settle an activity whose number is `_MARK`."""
    mark = f"{Kind.ACTIVITY.letter}{_MARK}"
    return tuple(button for button in settling_buttons(mark, then=then) if button)


def settling(activity: ActivityView, then: Request | None = None) -> Block:
    """Return the row of buttons below an open activity's line; `then` is the look that shows the list again."""
    # A list has ten of these rows; `numbered` would take three times as long for so few buttons.
    mark, reference = f"{Kind.ACTIVITY.letter}{_MARK}", activity.reference
    buttons = [{**button, "value": button["value"].replace(mark, reference, 1)} for button in _settling(then)]
    return {"type": "actions", "elements": buttons}


def record_line(record: Record, reader: Reader) -> Mrkdwn:
    """Return a record as one entry of a list: its title, and below it what tells it from its neighbours."""
    facts = " · ".join(filter(None, _FACTS[type(record)](record, reader)))
    title = title_line(record.title)
    return Mrkdwn(f"{icon(record)} {title and f'*{title}*'}  {record.reference}\n{facts}")


def _deal(deal: DealView, reader: Reader) -> tuple[str, ...]:
    value, company = deal.value, deal.company
    return (
        str(value) if value else "no value",
        _stage(deal.stage, deal.probability if deal.outcome == "open" else None),
        person(deal.owner),
        _close(deal, reader),
        title_line(company.title, 80) if company else "",
    )


@lru_cache(maxsize=_MOST_KEPT)
def _stage(name: str, probability: int | None) -> Mrkdwn:
    return one_line(name if probability is None else f"{name} {probability} %", 60)


def _close(deal: DealView, reader: Reader) -> str:
    """Return when a deal is expected to close, or when it was closed: nobody expects what is over."""
    if deal.closed_at and deal.outcome != StageKind.OPEN:
        return f"closed {reader.day(deal.closed_at.astimezone(reader.zone).date())}"
    return f"close {reader.day(deal.expected_close)}" if deal.expected_close else ""


def _lead(lead: LeadView, _reader: Reader) -> tuple[str, ...]:
    return (
        titled(lead.status),
        title_line(lead.company_name, 60) if lead.company_name else "",
        title_line(lead.email, 80) if lead.email else "",
        title_line(titled(lead.source), 40) if lead.source else "",
        "" if lead.score is None else f"score {lead.score}",
        person(lead.owner),
    )


def _contact(contact: ContactView, _reader: Reader) -> tuple[str, ...]:
    company = contact.company
    return (
        title_line(contact.role, 60) if contact.role else "",
        title_line(company.title, 80) if company else "",
        title_line(", ".join(contact.emails), 80) if contact.emails else "",
        title_line(contact.phone, 40) if contact.phone else "",
    )


def _company(company: CompanyView, _reader: Reader) -> tuple[str, ...]:
    return tuple(title_line(fact, 60) for fact in (company.domain, company.industry, company.size) if fact)


def _activity(activity: ActivityView, reader: Reader) -> tuple[str, ...]:
    about = activity.about
    return (
        due(activity, reader),
        person(activity.owner),
        ", ".join([title_line(link.title, 80) for link in about[:3]]) if about else "",
    )


def _proposal(proposal: ProposalView, _reader: Reader) -> tuple[str, ...]:
    total = str(proposal.totals.total)
    return (proposal.status, total, one_line(proposal.deal[1], 80), one_line(proposal.owner, 60))


_FACTS: dict[type, Callable[[Any, Reader], tuple[str, ...]]] = {
    DealView: _deal,
    LeadView: _lead,
    ContactView: _contact,
    CompanyView: _company,
    ActivityView: _activity,
    ProposalView: _proposal,
}


def icon(record: Record) -> str:
    """Return the sign of a record's kind or outcome."""
    if isinstance(record, DealView):
        return _OUTCOMES.get(record.outcome, "💼")
    if isinstance(record, ActivityView):
        return "✅" if record.completed_at else ACTIVITY_ICONS.get(record.activity_kind, "📌")
    return ICONS[record.kind]


@lru_cache(maxsize=_MOST_KEPT)
def person(who: Person | None) -> Mrkdwn:
    """Return a person's name; never a mention, which would ping."""
    return one_line(who.name, 60) if who else Mrkdwn("nobody")


def named(link: Link | None) -> Mrkdwn:
    """Return a linked record's title."""
    return title_line(link.title, 80) if link else Mrkdwn("")


def due(activity: ActivityView, reader: Reader) -> Mrkdwn:
    """Return when an activity is due, was due or was done."""
    if activity.completed_at:
        what = "cancelled" if activity.outcome == CANCELLED else "done"
        return Mrkdwn(f"{what} {reader.moment(activity.completed_at)}")
    if activity.due_at:
        when = reader.moment(activity.due_at)
    elif activity.due_on:
        when = Mrkdwn(reader.day(activity.due_on))
    else:
        return Mrkdwn("no date")
    late = activity.overdue_at is not None and activity.overdue_at <= reader.now
    return Mrkdwn(f"⏰ was due {when}" if late else f"due {when}")
