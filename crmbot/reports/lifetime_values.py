"""Customers acquired in a window, each with its estimated lifetime value."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, and_, case, exists, func, null, or_, select, union_all

from crmbot.domain.money import Money, weighted
from crmbot.models import Customer, CustomerVersion, Deal, DealVersion, Lead
from crmbot.reports.amounts import amounts
from crmbot.reports.lead_facts import lead_facts
from crmbot.reports.snapshot import Snapshot, held_at
from crmbot.reports.values import Unconverted
from crmbot.reports.whole_sums import wide_sum

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
    apart: Mapping[str, int] | None = None
    for one, name, channel, acquired_at, by_hand, worth, untold in snapshot.stream(_by_customer(snapshot)):
        value = worth or 0 if by_hand is None else by_hand
        if untold and by_hand is None:
            apart = _converted(snapshot) if apart is None else apart
            value += apart.get(one, 0)
        yield ValuedCustomer(one, name, channel or UNKNOWN, acquired_at, value)
    _note_unconverted(snapshot)


def _converted(snapshot: Snapshot) -> Mapping[str, int]:
    """Return the worth of what the database can't convert, by customer; currencies without a rate are noted."""
    deal = _deals_of_customers(snapshot).c
    columns = (deal.id, deal.other_currency, deal.each, deal.chance)
    found: defaultdict[str, int] = defaultdict(int)
    statement = select(*columns, func.count().label("deals")).where(deal.untold == 1).group_by(*columns)
    for row in snapshot.stream(statement):
        each = snapshot.convert_or_note(row.each or 0, row.other_currency)
        if each:
            found[row.id] += row.deals * (each if row.chance is None else weighted(each, row.chance))
    return found


def _by_customer(snapshot: Snapshot) -> Select[Any]:
    deal = _deals_of_customers(snapshot).c
    of_customer = [deal.id, deal.name, deal.channel, deal.acquired_at, deal.by_hand]
    return select(*of_customer, wide_sum(deal.worth), func.sum(deal.untold)).group_by(*of_customer)


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
    currency, each, chance = worth.apart
    columns: tuple[Any, ...] = (
        Customer.id,
        Customer.name,
        Customer.channel,
        Customer.acquired_at,
        by_hand.label("by_hand"),
        DealVersion.deal_id,
        DealVersion.value_minor.label("value"),
        case((is_won, worth.value), else_=worth.weighted).label("worth"),
        case((DealVersion.deal_id.is_not(None), worth.untold), else_=0).label("untold"),
        currency,
        each,
        case((is_won, null()), else_=chance.element).label("chance"),
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
    missing = (deal.other_currency.in_(sorted(snapshot.without_rate)), deal.value.is_not(None))
    of_deal = and_(Deal.workspace_id == snapshot.workspace_id, Deal.id == deal.deal_id)
    columns = (Deal.id, Deal.number, Deal.title, deal.value, deal.other_currency)
    for row in snapshot.session.execute(select(*columns).join_from(Deal, deal.deal_id.table, of_deal).where(*missing)):
        amount = Money(row.value, row.other_currency)
        snapshot.note_unconverted(Unconverted(row.id, row.number, row.title, amount, row.other_currency))
