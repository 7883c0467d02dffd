"""Customers acquired in a window, each with its estimated lifetime value."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, and_, case, exists, func, null, or_, select, union_all

from crmbot.domain.money import Money, weighted
from crmbot.models import Customer, CustomerVersion, Deal, DealVersion, Lead
from crmbot.reports.amounts import amounts
from crmbot.reports.lead_facts import lead_facts
from crmbot.reports.snapshot import Snapshot, held_at
from crmbot.reports.values import Unconverted
from crmbot.reports.whole_sums import whole_sum

UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ValuedCustomer:
    """A customer; `value` is in the workspace's minor units."""

    id: str
    name: str
    channel: str
    acquired_at: datetime
    value: int


def valued_customers(snapshot: Snapshot) -> Iterator[ValuedCustomer]:
    """Yield the customers acquired in the window, one by one (reports.md, customer-acquisition).

    A customer's deals are those of its company, or of its contact when it has none. Won ones count whole, open ones
    weighted, lost ones not at all.
    """
    rows = snapshot.stream(_by_customer(snapshot))
    for _, parts in groupby(rows, key=itemgetter(0)):
        rest = list(parts)
        first = rest[0]
        by_hand = first.by_hand
        value = int(by_hand) if by_hand is not None else sum(_worth(snapshot, row) for row in rest)
        yield ValuedCustomer(first.id, first.name, first.channel or UNKNOWN, first.acquired_at, value)
    _note_unconverted(snapshot)


def _worth(snapshot: Snapshot, row: Any) -> int:
    if row.other_currency is None:
        return int(row.worth or 0)
    each = snapshot.convert_or_note(row.each or 0, row.other_currency)
    return int(row.deals) * (each if row.chance is None else weighted(each, row.chance))


def _by_customer(snapshot: Snapshot) -> Select[Any]:
    deal = _deals_of_customers(snapshot).c
    of_customer = [deal.id, deal.name, deal.channel, deal.acquired_at, deal.by_hand]
    apart = [deal.other_currency, deal.each, deal.chance]
    return (
        select(*of_customer, *apart, func.count().label("deals"), whole_sum(deal.worth).label("worth"))
        .group_by(*of_customer, *apart)
        .order_by(deal.id)
    )


def _deals_of_customers(snapshot: Snapshot) -> Any:
    by_company = _join(snapshot, DealVersion.company_id == Customer.company_id).where(Customer.company_id.is_not(None))
    # Written so that customers are found by when they were acquired, not by having no company.
    by_contact = _join(snapshot, DealVersion.contact_id == Customer.contact_id).where(
        func.coalesce(Customer.company_id, "") == ""
    )
    return union_all(by_company, by_contact).subquery()


def _join(snapshot: Snapshot, of_customer: ColumnElement[bool]) -> Select[Any]:
    table, by_hand = _values_by_hand(snapshot)
    counts = and_(of_customer, *held_at(snapshot, snapshot.as_of), DealVersion.outcome != "lost", by_hand.is_(None))
    worth, is_won = amounts(snapshot), DealVersion.outcome == "won"
    columns: tuple[Any, ...] = (
        Customer.id,
        Customer.name,
        Customer.channel,
        Customer.acquired_at,
        by_hand.label("by_hand"),
        DealVersion.deal_id,
        DealVersion.currency,
        DealVersion.value_minor.label("value"),
        case((is_won, worth.value), else_=worth.weighted).label("worth"),
        worth.other_currency.label("other_currency"),
        worth.each.label("each"),
        case((is_won, null()), else_=worth.chance).label("chance"),
    )
    customers = (
        select(*columns)
        .select_from(table.outerjoin(DealVersion.__table__, counts))
        .where(
            Customer.workspace_id == snapshot.workspace_id,
            Customer.acquired_at >= snapshot.window.starts_at,
            Customer.acquired_at < snapshot.as_of,
        )
    )
    if snapshot.scope.owner is None:
        return customers
    lead = lead_facts(snapshot)
    mine = exists().where(
        Lead.workspace_id == snapshot.workspace_id, Lead.id == Customer.lead_id, snapshot.owned(lead.owner_id)
    )
    return customers.where(mine.select_from(lead.table).correlate(Customer))


def _values_by_hand(snapshot: Snapshot) -> tuple[FromClause, ColumnElement[Any]]:
    """Return the customers, and the value set by hand that each had at `as_of`."""
    now = Customer.__table__
    if not snapshot.changed_since(CustomerVersion):
        return now, now.c.lifetime_value_minor
    was, at = CustomerVersion.__table__, snapshot.as_of
    held = and_(
        was.c.workspace_id == snapshot.workspace_id,
        was.c.customer_id == now.c.id,
        was.c.valid_to >= at,
        was.c.valid_to > was.c.valid_from,
        or_(was.c.valid_from < at, was.c.valid_from <= now.c.acquired_at),
    )
    value = case((was.c.id.is_not(None), was.c.lifetime_value_minor), else_=now.c.lifetime_value_minor)
    return now.outerjoin(was, held), value


def _note_unconverted(snapshot: Snapshot) -> None:
    if not snapshot.without_rate:
        return
    deal = _deals_of_customers(snapshot).c
    missing = (deal.currency.in_(sorted(snapshot.without_rate)), deal.value.is_not(None))
    of_deal = and_(Deal.workspace_id == snapshot.workspace_id, Deal.id == deal.deal_id)
    columns = (Deal.id, Deal.number, Deal.title, deal.value, deal.currency)
    for row in snapshot.session.execute(select(*columns).join_from(Deal, deal.deal_id.table, of_deal).where(*missing)):
        amount = Money(row.value, row.currency)
        snapshot.note_unconverted(Unconverted(row.id, row.number, row.title, amount, row.currency))
