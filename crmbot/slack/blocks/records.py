"""The cards of single records: their facts, and the buttons that fit their state."""

from collections.abc import Callable, Iterable
from typing import Any

from crmbot.crm.answers import ActivityView, CompanyView, ContactView, DealView, LeadView, Record
from crmbot.crm.offered import ProposalView
from crmbot.domain.ids import Kind
from crmbot.domain.nouns import titled
from crmbot.domain.stages import StageKind
from crmbot.slack.blocks.carried import addresses, carried_facts
from crmbot.slack.blocks.lines import due, icon, named, person
from crmbot.slack.blocks.primitives import context, fields, in_order, section
from crmbot.slack.blocks.proposals import offered_lines, proposal_facts
from crmbot.slack.message import Block
from crmbot.slack.mrkdwn import Mrkdwn, bold_title, join, one_line, title_line, trim
from crmbot.slack.reader import Reader, count

_LONG_TEXT = 600


def record_card(record: Record, reader: Reader) -> tuple[Block, ...]:
    """Return a record's title and facts."""
    return in_order(
        section(Mrkdwn(f"{icon(record)} {bold_title(record.title, 300)}  {record.reference}")),
        fields(_FACTS[record.kind](record, reader)),
        offered_lines(record) if isinstance(record, ProposalView) else None,
        context(_small_print(record, reader)),
    )


Facts = Iterable[tuple[str, Any]]
_NOT_SET = Mrkdwn("not set")


def _deal_facts(deal: DealView, reader: Reader) -> Facts:
    yield "Value", Mrkdwn(deal.value) if deal.value else _NOT_SET
    is_open = deal.outcome == StageKind.OPEN
    yield "Stage", title_line(f"{deal.stage} · {deal.probability} %" if is_open else deal.stage, 80)
    yield "Owner", person(deal.owner)
    if is_open:
        yield "Expected close", reader.day(deal.expected_close) if deal.expected_close else _NOT_SET
    elif deal.closed_at:
        yield "Closed", reader.moment(deal.closed_at)
    yield "Company", named(deal.company)
    yield "Contact", named(deal.contact)
    yield "Lost because", deal.lost_reason and one_line(deal.lost_reason, 200)


def _score(lead: LeadView) -> str:
    """Return a lead's score with why it has it: “30: +20 referral, +10 business domain”."""
    if lead.score is None:
        return ""
    why = one_line(", ".join(lead.score_reasons), 150)
    return Mrkdwn(f"{lead.score} ({why})") if why else str(lead.score)


def _lead_facts(lead: LeadView, _reader: Reader) -> Facts:
    yield "Status", titled(lead.status)
    yield "Owner", person(lead.owner)
    yield "Company", title_line(lead.company_name or "")
    yield "E-mail", title_line(lead.email or "")
    yield "Source", title_line(titled(lead.source))
    yield "Score", _score(lead)
    yield "Contact", named(lead.contact)
    yield "Deal", named(lead.deal)
    yield "Disqualified because", one_line(lead.disqualified_reason, 200) if lead.disqualified_reason else ""


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
    kind = record.kind
    made = "Opened" if kind is Kind.DEAL else "Added"
    if isinstance(record, ActivityView) and record.completed_at is not None:
        made = "Logged"
    return Mrkdwn(f"{made} {reader.moment(record.created_at)}")
