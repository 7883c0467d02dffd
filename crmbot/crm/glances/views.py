"""The records of lists and the board, made of rows that hold what is shown in the order of `statements`."""

from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter
from typing import Any

from crmbot.crm.answers import ActivityView, CompanyView, ContactView, DealView, LeadView, Link, Person
from crmbot.domain.ids import Kind
from crmbot.domain.money import Money

Row = tuple[Any, ...]
"""A record's columns, and one more at the end that whoever asks adds for himself."""

_D, _L, _C, _O, _A = (f"{kind.letter}-" for kind in (Kind.DEAL, Kind.LEAD, Kind.CONTACT, Kind.COMPANY, Kind.ACTIVITY))


def deals(rows: Iterable[Row]) -> list[DealView]:
    """Return deals with who owns them and whose they are."""
    return [
        DealView(
            row_id,
            f"{_D}{number}",
            title,
            None if minor is None else Money(minor, currency),
            probability,
            stage_key,
            stage,
            outcome,
            None if owner_id is None else Person(owner_id, owner, slack_id),
            None if contact_number is None else Link(f"{_C}{contact_number}", contact),
            None if company_number is None else Link(f"{_O}{company_number}", company),
            expected_close,
            created_at,
            closed_at,
            lost_reason,
            version,
        )
        for (
            row_id, number, title, minor, currency, probability, stage_key, stage, outcome, owner_id, owner, slack_id,
            contact_number, contact, company_number, company, expected_close, created_at, closed_at, lost_reason,
            version, _
        ) in rows
    ]  # fmt: skip


def leads(rows: Iterable[Row]) -> list[LeadView]:
    """Return leads without why they have their scores, which only the card of one tells."""
    return [
        LeadView(
            row_id,
            f"{_L}{number}",
            name,
            email,
            company_name,
            source,
            status,
            score,
            None if owner_id is None else Person(owner_id, owner, slack_id),
            None if contact_number is None else Link(f"{_C}{contact_number}", contact),
            None if deal_number is None else Link(f"{_D}{deal_number}", deal),
            disqualified_reason,
            created_at,
            version,
        )
        for (
            row_id, number, name, email, company_name, source, status, score, owner_id, owner, slack_id,
            contact_number, contact, deal_number, deal, disqualified_reason, created_at, version, _
        ) in rows
    ]  # fmt: skip


def contacts(rows: Iterable[Row]) -> list[ContactView]:
    """Return contacts; one with several addresses has as many rows."""
    views = []
    for _, several in groupby(rows, itemgetter(0)):
        all_of_one = list(several)
        row_id, number, name, phone, role, company_number, company, created_at, version, *_ = all_of_one[0]
        addresses = [(email, bounced_at, why) for *_, email, bounced_at, why, _ in all_of_one if email]
        view = ContactView(
            row_id,
            f"{_C}{number}",
            name,
            tuple(map(itemgetter(0), addresses)),
            phone,
            role,
            None if company_number is None else Link(f"{_O}{company_number}", company),
            created_at,
            version,
            bounced=tuple(
                (email, reason or "nobody says why") for email, bounced_at, reason in addresses if bounced_at
            ),
        )
        views.append(view)
    return views


def companies(rows: Iterable[Row]) -> list[CompanyView]:
    """Return companies."""
    return [
        CompanyView(row_id, f"{_O}{number}", name, domain, industry, size, created_at, version)
        for row_id, number, name, domain, industry, size, created_at, version, _ in rows
    ]


def activities(rows: Iterable[Row]) -> list[ActivityView]:
    """Return activities with what they are about, the deal first."""
    return [
        ActivityView(
            row_id,
            f"{_A}{number}",
            subject,
            kind,
            notes,
            None if owner_id is None else Person(owner_id, owner, slack_id),
            tuple(
                Link(f"{letter}{its_number}", name)
                for letter, its_number, name in (
                    (_D, deal_number, deal),
                    (_L, lead_number, lead),
                    (_C, contact_number, contact),
                    (_O, company_number, company),
                )
                if its_number is not None
            ),
            due_at,
            due_on,
            overdue_at,
            completed_at,
            duration_minutes,
            billable,
            outcome,
            tuple(attendees),
            created_at,
            version,
        )
        for (
            row_id, number, subject, kind, notes, owner_id, owner, slack_id, deal_number, deal, lead_number, lead,
            contact_number, contact, company_number, company, due_at, due_on, overdue_at, completed_at,
            duration_minutes, billable, outcome, attendees, created_at, version, _
        ) in rows
    ]  # fmt: skip
