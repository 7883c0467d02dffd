"""The cards of single records: their facts, one line of them for lists, and the buttons that fit their state."""

from collections.abc import Callable, Iterable
from typing import Any

from crmbot.crm.answers import ActivityView, CompanyView, ContactView, DealView, LeadView, Link, Person, Record
from crmbot.crm.carried import CANCELLED
from crmbot.crm.offered import ProposalView
from crmbot.crm.requests import (
    Request,
    ShowActivity,
    ShowCompany,
    ShowContact,
    ShowDeal,
    ShowLead,
    ShowProposal,
)
from crmbot.domain.ids import Kind, parse_reference
from crmbot.domain.nouns import titled
from crmbot.domain.stages import StageKind
from crmbot.slack.blocks.carried import addresses, carried_facts
from crmbot.slack.blocks.primitives import context, fields, section, stack
from crmbot.slack.blocks.proposals import offered_lines, proposal_facts
from crmbot.slack.message import Block
from crmbot.slack.mrkdwn import Mrkdwn, bold, join, one_line, trim
from crmbot.slack.reader import Reader, count

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
_LONG_TEXT = 600
_SHOW: dict[Kind, Callable[[str], Request]] = {
    Kind.DEAL: ShowDeal,
    Kind.LEAD: ShowLead,
    Kind.CONTACT: ShowContact,
    Kind.COMPANY: ShowCompany,
    Kind.ACTIVITY: ShowActivity,
    Kind.PROPOSAL: ShowProposal,
}


def show_request(reference: str) -> Request | None:
    """Return the request that shows the record of that number; None when there is no card for its kind."""
    parsed = parse_reference(reference)
    make = _SHOW.get(parsed[0]) if parsed else None
    return make(reference) if make else None


def record_card(record: Record, reader: Reader) -> tuple[Block, ...]:
    """Return a record's title and facts."""
    return stack(
        section(Mrkdwn(f"{icon(record)} {bold(record.title, 300)}  {record.reference}")),
        fields(_FACTS[record.kind](record, reader)),
        offered_lines(record) if isinstance(record, ProposalView) else None,
        context(_small_print(record, reader)),
    )


def record_line(record: Record, reader: Reader) -> Mrkdwn:
    """Return a record as one entry of a list: its title, and below it what tells it from its neighbours."""
    return Mrkdwn(f"{icon(record)} {bold(record.title)}  {record.reference}\n{join(record_facts(record, reader))}")


def record_facts(record: Record, reader: Reader) -> tuple[Any, ...]:
    """Return the short facts of a record, in the order people need them."""
    match record:
        case DealView():
            stage = f"{record.stage} {record.probability} %" if record.outcome == StageKind.OPEN else record.stage
            return (
                str(record.value) if record.value else "no value",
                one_line(stage, 60),
                person(record.owner),
                _close(record, reader),
                named(record.company),
            )
        case LeadView():
            return (
                titled(record.status),
                one_line(record.company_name or "", 60),
                one_line(record.email or "", 80),
                one_line(titled(record.source), 40),
                record.score is not None and f"score {record.score}",
                person(record.owner),
            )
        case ContactView():
            emails = one_line(", ".join(record.emails), 80)
            return (one_line(record.role or "", 60), named(record.company), emails, one_line(record.phone or "", 40))
        case CompanyView():
            return tuple(one_line(fact or "", 60) for fact in (record.domain, record.industry, record.size))
        case ActivityView():
            return (due(record, reader), person(record.owner), join([named(link) for link in record.about[:3]], ", "))
        case ProposalView():
            return (record.status, str(record.totals.total), one_line(record.deal[1], 80), one_line(record.owner, 60))


def _close(deal: DealView, reader: Reader) -> str:
    """Return when a deal is expected to close, or when it was closed: nobody expects what is over."""
    if deal.closed_at and deal.outcome != StageKind.OPEN:
        return f"closed {reader.day(deal.closed_at.astimezone(reader.zone).date())}"
    return f"close {reader.day(deal.expected_close)}" if deal.expected_close else ""


def icon(record: Record) -> str:
    """Return the sign of a record's kind or outcome."""
    match record:
        case DealView():
            return _OUTCOMES.get(record.outcome, ICONS[Kind.DEAL])
        case ActivityView():
            return "✅" if record.completed_at else ACTIVITY_ICONS.get(record.activity_kind, ICONS[Kind.ACTIVITY])
    return ICONS[record.kind]


def person(who: Person | None) -> Mrkdwn:
    """Return a person's name; never a mention, which would ping."""
    return one_line(who.name, 60) if who else Mrkdwn("nobody")


def named(link: Link | None) -> Mrkdwn:
    """Return a linked record's title."""
    return one_line(link.title, 80) if link else Mrkdwn("")


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


Facts = Iterable[tuple[str, Any]]


def _deal_facts(deal: DealView, reader: Reader) -> Facts:
    yield "Value", str(deal.value) if deal.value else "not set"
    is_open = deal.outcome == StageKind.OPEN
    yield "Stage", one_line(f"{deal.stage} · {deal.probability} %" if is_open else deal.stage, 80)
    yield "Owner", person(deal.owner)
    if is_open:
        yield "Expected close", reader.day(deal.expected_close) if deal.expected_close else "not set"
    elif deal.closed_at:
        yield "Closed", reader.moment(deal.closed_at)
    yield "Company", named(deal.company)
    yield "Contact", named(deal.contact)
    yield "Lost because", one_line(deal.lost_reason or "", 200)


def _score(lead: LeadView) -> str:
    """Return a lead's score with why it has it: “30: +20 referral, +10 business domain”."""
    if lead.score is None:
        return ""
    why = one_line(", ".join(lead.score_reasons), 150)
    return Mrkdwn(f"{lead.score} ({why})") if why else str(lead.score)


def _lead_facts(lead: LeadView, _reader: Reader) -> Facts:
    yield "Status", titled(lead.status)
    yield "Owner", person(lead.owner)
    yield "Company", one_line(lead.company_name or "")
    yield "E-mail", one_line(lead.email or "")
    yield "Source", one_line(titled(lead.source))
    yield "Score", _score(lead)
    yield "Contact", named(lead.contact)
    yield "Deal", named(lead.deal)
    yield "Disqualified because", one_line(lead.disqualified_reason or "", 200)


def _contact_facts(contact: ContactView, _reader: Reader) -> Facts:
    yield "E-mail", addresses(contact)
    yield "Phone", one_line(contact.phone or "")
    yield "Role", one_line(contact.role or "")
    yield "Company", named(contact.company)
    yield "Lifetime value", _worth(contact)


def _worth(party: ContactView | CompanyView) -> str:
    return f"{party.lifetime_value}, set by hand" if party.lifetime_value is not None else ""


def _company_facts(company: CompanyView, _reader: Reader) -> Facts:
    yield "Domain", one_line(company.domain or "")
    yield "Industry", one_line(company.industry or "")
    yield "Size", one_line(company.size or "")
    yield "Lifetime value", _worth(company)


def _activity_facts(activity: ActivityView, reader: Reader) -> Facts:
    yield "When", due(activity, reader)
    yield "Owner", person(activity.owner)
    yield "About", join([named(link) for link in activity.about[:5]], ", ")
    minutes = activity.duration_minutes
    yield "Duration", minutes and count(minutes, "minute") + (", billable" if activity.billable else "")
    yield "Outcome", one_line(activity.outcome or "", 200)
    yield from carried_facts(activity, reader)
    yield "Notes", one_line(trim(activity.notes or "", _LONG_TEXT), _LONG_TEXT)


_FACTS: dict[Kind, Callable[[Any, Reader], Facts]] = {
    Kind.DEAL: _deal_facts,
    Kind.LEAD: _lead_facts,
    Kind.CONTACT: _contact_facts,
    Kind.COMPANY: _company_facts,
    Kind.ACTIVITY: _activity_facts,
    Kind.PROPOSAL: proposal_facts,
}


def _small_print(record: Record, reader: Reader) -> Mrkdwn:
    made = "Opened" if isinstance(record, DealView) else "Added"
    if isinstance(record, ActivityView) and record.completed_at is not None:
        made = "Logged"
    return Mrkdwn(f"{made} {reader.moment(record.created_at)}")
