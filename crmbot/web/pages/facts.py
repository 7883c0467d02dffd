"""The facts of a record, in the order people need them, as pairs of words."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from crmbot.crm.answers import (
    ActivityView,
    CompanyView,
    ContactView,
    DealView,
    LeadView,
    Link,
    Person,
    Record,
)
from crmbot.crm.offered import ProposalView
from crmbot.domain.nouns import titled
from crmbot.web.pages.drawing import day_words

Fact = tuple[str, str, str]
"""What it is, what it says, and the number of the record it leads to, or nothing."""


def facts_of(record: Record, zone: ZoneInfo) -> list[Fact]:
    """Return all facts that say something."""
    return [(label, said, to) for label, value in _facts(record, zone) for said, to in [_said(value, zone)] if said]


def short_facts(record: Record, zone: ZoneInfo) -> str:
    """Return what tells a record from its neighbours in a list."""
    kept = [said for label, said, _ in facts_of(record, zone) if label in _SHORT]
    return " · ".join(kept[:5])


_SHORT = frozenset(
    (
        *("Value", "Total", "Stage", "Status", "Owner", "Close", "Closed", "Company", "E-mail", "Role", "Domain"),
        *("When", "About"),
    )
)


def _said(value: Any, zone: ZoneInfo) -> tuple[str, str]:
    match value:
        case None | "":
            return "", ""
        case Link():
            return value.title, value.reference
        case Person():
            return value.name, ""
        case datetime():
            return f"{value.astimezone(zone):%a %-d %b %Y, %H:%M}", ""
        case date():
            return day_words(value, zone), ""
    return str(value), ""


def _facts(record: Record, zone: ZoneInfo) -> Iterable[tuple[str, Any]]:
    match record:
        case DealView():
            return _deal(record)
        case LeadView():
            return _lead(record)
        case ContactView():
            return (
                ("Role", record.role),
                ("Company", record.company),
                ("E-mail", ", ".join(record.emails)),
                ("Phone", record.phone),
                ("Bounced", ", ".join(f"{email}: {why}" for email, why in record.bounced)),
            )
        case CompanyView():
            return (("Domain", record.domain), ("Industry", record.industry), ("Size", record.size))
        case ActivityView():
            return _activity(record, zone)
        case ProposalView():
            return _proposal(record)


def _deal(deal: DealView) -> Iterable[tuple[str, Any]]:
    is_open = deal.closed_at is None
    return (
        ("Value", deal.value),
        ("Stage", f"{deal.stage}, {deal.probability} %" if is_open else deal.stage),
        ("Close" if is_open else "Closed", deal.expected_close if is_open else deal.closed_at),
        ("Lost because", deal.lost_reason),
        ("Owner", deal.owner),
        ("Company", deal.company),
        ("Contact", deal.contact),
    )


def _lead(lead: LeadView) -> Iterable[tuple[str, Any]]:
    why = f" ({', '.join(lead.score_reasons)})" if lead.score_reasons else ""
    return (
        ("Status", titled(lead.status)),
        ("Company", lead.company_name),
        ("E-mail", lead.email),
        ("Source", titled(lead.source)),
        ("Score", f"{lead.score}{why}" if lead.score is not None else None),
        ("Owner", lead.owner),
        ("Contact", lead.contact),
        ("Deal", lead.deal),
        ("Disqualified because", lead.disqualified_reason),
    )


def _activity(activity: ActivityView, zone: ZoneInfo) -> Iterable[tuple[str, Any]]:
    due = activity.due_at or activity.due_on
    when = f"due {_said(due, zone)[0]}" if due else "no date"
    done = f"done {_said(activity.completed_at, zone)[0]}" if activity.completed_at else ""
    return (
        ("When", done or when),
        ("Owner", activity.owner),
        *(("About", link) for link in activity.about),
        ("Duration", activity.duration_minutes and f"{activity.duration_minutes} min"),
        ("Outcome", activity.outcome),
        ("Attendees", ", ".join(activity.attendees)),
        ("Files", ", ".join(file.name for file in activity.files)),
        ("Notes", activity.notes),
    )


def _proposal(proposal: ProposalView) -> Iterable[tuple[str, Any]]:
    return (
        ("Total", proposal.totals.total),
        ("Status", titled(proposal.status)),
        ("Deal", Link(*proposal.deal)),
        ("Company", proposal.company),
        ("Contact", proposal.contact),
        ("Valid until", proposal.expires_on),
        ("Accepted by", proposal.accepted_by),
        ("Owner", proposal.owner),
    )
