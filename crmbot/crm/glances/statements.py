"""The statements that read records as lists show them, with the names that stand beside them."""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import FromClause, Subquery, and_, bindparam, null, select

from crmbot.crm.glances import views
from crmbot.crm.glances.views import Row
from crmbot.crm.work import Work
from crmbot.models import Activity, Company, Contact, ContactEmail, Deal, Lead, Stage, User
from crmbot.store.prepared import Prepared

_ACTIVITY, _COMPANY, _CONTACT = Activity.__table__, Company.__table__, Contact.__table__
_DEAL, _LEAD, _EMAIL = Deal.__table__, Lead.__table__, ContactEmail.__table__
_OWNER, _STAGE = User.__table__.alias("owner"), Stage.__table__.alias("its_stage")
_ITS_COMPANY, _ITS_CONTACT = _COMPANY.alias("its_company"), _CONTACT.alias("its_contact")
_ITS_DEAL, _ITS_LEAD = _DEAL.alias("its_deal"), _LEAD.alias("its_lead")
_SIZES = (1, 3, 10, 30)


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
        views.deals,
    ),
    Lead: _Glance(
        _LEAD,
        (_OWNED, (_ITS_CONTACT, "contact_id"), (_ITS_DEAL, "deal_id")),
        (
            *_some(_LEAD, "id number name email company_name source status score owner_id"),
            *(*_NAMED_OWNER, *_OF_CONTACT, *_OF_DEAL),
            *_some(_LEAD, "disqualified_reason created_at version"),
        ),
        views.leads,
    ),
    Contact: _Glance(
        _CONTACT,
        ((_ITS_COMPANY, "company_id"),),
        (
            *_some(_CONTACT, "id number name phone role"),
            *(*_OF_COMPANY, _CONTACT.c.created_at, _CONTACT.c.version),
            *_some(_EMAIL, "email bounced_at bounce_reason"),
        ),
        views.contacts,
    ),
    Company: _Glance(
        _COMPANY,
        (),
        _some(_COMPANY, "id number name domain industry size created_at version"),
        views.companies,
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
        views.activities,
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
    known: dict[str, Any] = {}
    for begin in range(0, len(ids), _SIZES[-1]):
        some = ids[begin : begin + _SIZES[-1]]
        size = next(size for size in _SIZES if size >= len(some))
        wanted = {f"id_{place}": some[min(place, len(some) - 1)] for place in range(size)}
        known |= {view.id: view for view in glances(kind, work.values(_by_ids(kind, size), **wanted))}
    return tuple(known[row_id] for row_id in ids)


@cache
def _by_ids(kind: Any, size: int) -> Prepared:
    table = _GLANCES[kind].table
    wanted: list[Any] = [bindparam(f"id_{place}") for place in range(size)]
    found = select(table.c.id).where(_mine(table), table.c.id.in_(wanted)).subquery("found")
    return glance_statement(kind, found, null(), (table.c.id,))
