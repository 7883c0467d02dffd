"""What narrows and orders lists of records: the conditions by name, and the statements that are made of them."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import (
    BinaryExpression,
    ColumnElement,
    Integer,
    Select,
    UnaryExpression,
    bindparam,
    false,
    func,
    literal,
    select,
    union_all,
)
from sqlalchemy.sql.operators import eq

from crmbot.crm.glances import glance_statement
from crmbot.crm.lookup.words import among_latest, holding, named_with
from crmbot.crm.name_words import LEAD_COMPANY
from crmbot.crm.staleness import is_old_enough, is_stale, last_touch
from crmbot.domain.ids import Kind
from crmbot.models import Activity, Company, Contact, Deal, Lead
from crmbot.store.prepared import Prepared

_BOUND = re.compile(r"(?:stage|since)_\d+")
"""Values of the filter of stale deals, which are no filters of their own."""
_BY_WORDS = frozenset({"words", "inside"})


def _ids(kind: Any, condition: ColumnElement[bool]) -> Select[Any]:
    return select(kind.id).where(kind.workspace_id == bindparam("workspace"), condition)


_FILTERS: Mapping[str, Any] = {
    "lead.status": Lead.status == bindparam("status"),
    "lead.owner": Lead.owner_id == bindparam("owner"),
    "lead.nobody": Lead.owner_id.is_(None),
    "lead.source": Lead.source == bindparam("source"),
    "lead.words": named_with(Lead, Lead.name_key, Kind.LEAD, LEAD_COMPANY) & holding(Lead.name_key, Lead.company_key),
    "lead.inside": among_latest(Lead) & holding(Lead.name_key, Lead.company_key),
    "deal.outcome": Deal.outcome == bindparam("outcome"),
    "deal.owner": Deal.owner_id == bindparam("owner"),
    "deal.nobody": Deal.owner_id.is_(None),
    "deal.overdue": Deal.expected_close < bindparam("overdue"),
    "deal.closes_from": Deal.expected_close >= bindparam("closes_from"),
    "deal.closes_by": Deal.expected_close <= bindparam("closes_by"),
    "deal.closed_from": Deal.closed_at >= bindparam("closed_from"),
    "deal.closed_before": Deal.closed_at < bindparam("closed_before"),
    "deal.over": Deal.value_minor > bindparam("over"),
    "deal.under": Deal.value_minor < bindparam("under"),
    "deal.currency": Deal.currency == bindparam("currency"),
    "deal.never": false(),
    "deal.stage": Deal.stage_id == bindparam("stage"),
    "deal.company": Deal.company_id == bindparam("company"),
    "deal.words": Deal.id.in_(
        union_all(
            _ids(Deal, named_with(Deal, Deal.title_key, Kind.DEAL) & holding(Deal.title_key)),
            _ids(Deal, Deal.company_id.in_(_ids(Company, named_with(Company, Company.name_key, Kind.COMPANY)))),
        )
    ),
    "deal.inside": among_latest(Deal) & holding(Deal.title_key),
    "contact.company": Contact.company_id == bindparam("company"),
    "contact.words": named_with(Contact, Contact.name_key, Kind.CONTACT) & holding(Contact.name_key),
    "contact.inside": among_latest(Contact) & holding(Contact.name_key),
    "company.words": named_with(Company, Company.name_key, Kind.COMPANY) & holding(Company.name_key),
    "company.inside": among_latest(Company) & holding(Company.name_key),
    "activity.owner": Activity.owner_id == bindparam("owner"),
    "activity.open": Activity.completed_at.is_(None),
    "activity.done": Activity.completed_at.is_not(None),
    "activity.until": Activity.overdue_at <= bindparam("until"),
}
"""What narrows a list; the word behind the dot is also the name of the value."""

_ORDERS: Mapping[str, tuple[Any, ...]] = {
    "lead": (Lead.created_at.desc(), Lead.id),
    "deal": (Deal.value_minor.desc().nulls_last(), Deal.id),
    "contact": (Contact.name_key, Contact.id),
    "company": (Company.name_key, Company.id),
    "activity": (Activity.overdue_at.asc().nulls_last(), Activity.id),
    "activity.done": (Activity.completed_at.desc(), Activity.id),
}


@cache
def list_statements(kind: Any, order: str, names: tuple[str, ...]) -> tuple[Prepared, Prepared]:
    """Return what counts and what lists the records that meet these filters; both bind the values of those names.

    The count also stands in each row of the list, so that who finds any need not ask for it.
    """
    by_words = bool(_BY_WORDS.intersection(names))
    told = [_filter(kind, name) for name in names if not _BOUND.fullmatch(name)]
    where = [_unindexed(one) for one in told] if by_words else told
    mine = kind.workspace_id == bindparam("workspace")
    window = {"limit": bindparam("most", type_=Integer), "offset": bindparam("skipped", type_=Integer)}
    first, *others = _ORDERS[order]
    ordered = [_opaque(first) if by_words else first, *others]
    counted = select(literal(1)).where(mine, *where).limit(bindparam("counted", type_=Integer)).subquery("counted")
    counting = select(func.count()).select_from(counted)
    found = select(kind.id).where(mine, *where).order_by(*ordered).limit(window["limit"]).offset(window["offset"])
    listing = glance_statement(kind, found.subquery("found"), counting.scalar_subquery(), _ORDERS[order])
    return Prepared(counting), listing


def _filter(kind: Any, name: str) -> ColumnElement[bool]:
    state, _, stages = name.partition(" ")
    if stages:
        return is_old_enough(int(stages)) & is_stale(Deal.id, Deal.stage_id, last_touch(), int(stages))
    narrowed: ColumnElement[bool] = _FILTERS[f"{kind.__tablename__}.{state}"]
    return narrowed


def _unindexed(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return a condition on a column of text so that no index is taken for it before that of words."""
    if isinstance(condition, BinaryExpression) and condition.operator is eq:
        same: ColumnElement[bool] = condition.left.concat("") == condition.right
        return same
    return condition


def _opaque(order: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return an order that no index has, so that the few records with a word are sorted and not all looked through."""
    if isinstance(order, UnaryExpression):
        return UnaryExpression(_opaque(order.element), modifier=order.modifier)
    return func.coalesce(order, order)
