"""What lists and the board show of records, read together with the names that stand beside them in one statement."""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import FromClause, Subquery, and_, bindparam, null, select

from crmbot.crm.answers import ActivityView, CompanyView, ContactView, DealView, LeadView, Link, Person
from crmbot.crm.work import Work
from crmbot.domain.ids import Kind
from crmbot.domain.money import Money
from crmbot.models import Activity, Company, Contact, ContactEmail, Deal, Lead, Stage, User
from crmbot.store.prepared import Prepared

Row = tuple[Any, ...]
"""A record's columns, and one more at the end that whoever asks adds for himself."""

_ACTIVITY, _COMPANY, _CONTACT = Activity.__table__, Company.__table__, Contact.__table__
_DEAL, _LEAD, _EMAIL = Deal.__table__, Lead.__table__, ContactEmail.__table__
_OWNER, _STAGE = User.__table__.alias("owner"), Stage.__table__.alias("its_stage")
_ITS_COMPANY, _ITS_CONTACT = _COMPANY.alias("its_company"), _CONTACT.alias("its_contact")
_ITS_DEAL, _ITS_LEAD = _DEAL.alias("its_deal"), _LEAD.alias("its_lead")
_D, _L, _C, _O, _A = (f"{kind.letter}-" for kind in (Kind.DEAL, Kind.LEAD, Kind.CONTACT, Kind.COMPANY, Kind.ACTIVITY))
_SIZES = (1, 3, 10, 30)


def _deals(rows: Iterable[Row]) -> list[DealView]:
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


def _leads(rows: Iterable[Row]) -> list[LeadView]:
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


def _contacts(rows: Iterable[Row]) -> list[ContactView]:
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


def _companies(rows: Iterable[Row]) -> list[CompanyView]:
    return [
        CompanyView(row_id, f"{_O}{number}", name, domain, industry, size, created_at, version)
        for row_id, number, name, domain, industry, size, created_at, version, _ in rows
    ]


def _activities(rows: Iterable[Row]) -> list[ActivityView]:
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


class _Glance(NamedTuple):
    """How records of a kind are read: the table, what is joined by which of its columns, the columns, the views."""

    table: FromClause
    joined: Sequence[tuple[FromClause, str]]
    columns: Sequence[Any]
    views: Callable[[Iterable[Row]], list[Any]]


_OWNED = (_OWNER, "owner_id")
_NAMED_OWNER = (_OWNER.c.name, _OWNER.c.slack_user_id)
_OF_CONTACT, _OF_COMPANY = (_ITS_CONTACT.c.number, _ITS_CONTACT.c.name), (_ITS_COMPANY.c.number, _ITS_COMPANY.c.name)
_OF_DEAL, _OF_LEAD = (_ITS_DEAL.c.number, _ITS_DEAL.c.title), (_ITS_LEAD.c.number, _ITS_LEAD.c.name)


def _some(table: FromClause, names: str) -> list[Any]:
    return [table.c[name] for name in names.split()]


_GLANCES: dict[Any, _Glance] = {
    Deal: _Glance(
        _DEAL,
        (_OWNED, (_STAGE, "stage_id"), (_ITS_CONTACT, "contact_id"), (_ITS_COMPANY, "company_id")),
        (
            *_some(_DEAL, "id number title value_minor currency probability"),
            *(_STAGE.c.key, _STAGE.c.name, _DEAL.c.outcome),
            *(_DEAL.c.owner_id, *_NAMED_OWNER, *_OF_CONTACT, *_OF_COMPANY),
            *_some(_DEAL, "expected_close created_at closed_at lost_reason version"),
        ),
        _deals,
    ),
    Lead: _Glance(
        _LEAD,
        (_OWNED, (_ITS_CONTACT, "contact_id"), (_ITS_DEAL, "deal_id")),
        (
            *_some(_LEAD, "id number name email company_name source status score owner_id"),
            *(*_NAMED_OWNER, *_OF_CONTACT, *_OF_DEAL),
            *_some(_LEAD, "disqualified_reason created_at version"),
        ),
        _leads,
    ),
    Contact: _Glance(
        _CONTACT,
        ((_ITS_COMPANY, "company_id"),),
        (
            *_some(_CONTACT, "id number name phone role"),
            *(*_OF_COMPANY, _CONTACT.c.created_at, _CONTACT.c.version),
            *_some(_EMAIL, "email bounced_at bounce_reason"),
        ),
        _contacts,
    ),
    Company: _Glance(
        _COMPANY,
        (),
        _some(_COMPANY, "id number name domain industry size created_at version"),
        _companies,
    ),
    Activity: _Glance(
        _ACTIVITY,
        (
            _OWNED,
            (_ITS_DEAL, "deal_id"),
            (_ITS_LEAD, "lead_id"),
            (_ITS_CONTACT, "contact_id"),
            (_ITS_COMPANY, "company_id"),
        ),
        (
            *_some(_ACTIVITY, "id number subject kind notes owner_id"),
            *(*_NAMED_OWNER, *_OF_DEAL, *_OF_LEAD, *_OF_CONTACT, *_OF_COMPANY),
            *_some(_ACTIVITY, "due_at due_on overdue_at completed_at duration_minutes billable outcome attendees"),
            *_some(_ACTIVITY, "created_at version"),
        ),
        _activities,
    ),
}


def glances(kind: Any, rows: Iterable[Row]) -> tuple[Any, ...]:
    """Return the rows of a `glance_statement` as lists show them."""
    return tuple(_GLANCES[kind].views(rows))


def glance_statement(kind: Any, found: Subquery, own: Any, order: Sequence[Any]) -> Prepared:
    """Return what reads the records whose `id` was found, in an order; each row ends with the column `own`.

    `found` is to hold no more than are shown, as all of them are read with everything around them.
    """
    table, joined, columns, _ = _GLANCES[kind]
    # Joined from the outside, so that a database begins with the few that were found.
    source: FromClause = found.outerjoin(table, _is(table, found.c.id))
    for other, column in joined:
        source = source.outerjoin(other, _is(other, table.c[column]))
    if kind is Contact:
        source = source.outerjoin(_EMAIL, and_(_mine(_EMAIL), _EMAIL.c.contact_id == table.c.id))
        order = (*order, _EMAIL.c.position, _EMAIL.c.id)
    return Prepared(select(*columns, own).select_from(source).order_by(*order))


def _is(table: FromClause, row_id: Any) -> Any:
    return and_(_mine(table), table.c.id == row_id)


def _mine(table: FromClause) -> Any:
    return table.c.workspace_id == bindparam("workspace")


def glances_of(work: Work, kind: Any, ids: Sequence[str]) -> tuple[Any, ...]:
    """Return the records of these ids as lists show them, in this order."""
    views: dict[str, Any] = {}
    for begin in range(0, len(ids), _SIZES[-1]):
        some = ids[begin : begin + _SIZES[-1]]
        size = next(size for size in _SIZES if size >= len(some))
        wanted = {f"id_{place}": some[min(place, len(some) - 1)] for place in range(size)}
        views |= {view.id: view for view in glances(kind, work.values(_by_ids(kind, size), **wanted))}
    return tuple(views[row_id] for row_id in ids)


@cache
def _by_ids(kind: Any, size: int) -> Prepared:
    table = _GLANCES[kind].table
    wanted: list[Any] = [bindparam(f"id_{place}") for place in range(size)]
    found = select(table.c.id).where(_mine(table), table.c.id.in_(wanted)).subquery("found")
    return glance_statement(kind, found, null(), (table.c.id,))
