"""Customers acquired in a window, each with its estimated lifetime value."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, and_, case, exists, func, null, or_, select, union_all

from crmbot.domain.money import Money, weighted
from crmbot.models import Customer, CustomerVersion, Deal, DealVersion, Lead, LeadVersion
from crmbot.reports.amounts import amounts
from crmbot.reports.lead_facts import lead_facts
from crmbot.reports.snapshot import Snapshot
from crmbot.reports.statements import AT, STARTS, WORKSPACE, Shape, built_once
from crmbot.reports.values import Unconverted
from crmbot.reports.versions import held
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
    shape = snapshot.shape(CustomerVersion, *((LeadVersion,) if snapshot.scope.owner else ()), money=True)
    for one, name, channel, acquired_at, by_hand, worth, untold in snapshot.stream(_by_customer(shape)):
        value = worth or 0 if by_hand is None else by_hand
        if untold and by_hand is None:
            apart = _converted(snapshot, shape) if apart is None else apart
            value += apart.get(one, 0)
        yield ValuedCustomer(one, name, channel or UNKNOWN, acquired_at, value)
    _note_unconverted(snapshot, shape)


def _converted(snapshot: Snapshot, shape: Shape) -> Mapping[str, int]:
    """Return the worth of what the database can't convert, by customer; currencies without a rate are noted."""
    found: defaultdict[str, int] = defaultdict(int)
    for one, currency, amount, chance, deals in snapshot.stream(_apart(shape)):
        each = snapshot.convert_or_note(amount or 0, currency)
        if each:
            found[one] += deals * (each if chance is None else weighted(each, chance))
    return found


@built_once
def _apart(shape: Shape) -> Select[Any]:
    deal = _deals_of_customers(shape).c
    columns = (deal.id, deal.other_currency, deal.each, deal.chance)
    return select(*columns, func.count().label("deals")).where(deal.untold == 1).group_by(*columns)


@built_once
def _by_customer(shape: Shape) -> Select[Any]:
    deal = _deals_of_customers(shape).c
    of_customer = [deal.id, deal.name, deal.channel, deal.acquired_at, deal.by_hand]
    return select(*of_customer, wide_sum(deal.worth), func.sum(deal.untold)).group_by(*of_customer)


def _deals_of_customers(shape: Shape) -> Any:
    by_company = _join(shape, DealVersion.company_id == Customer.company_id).where(Customer.company_id.is_not(None))
    # Written so that customers are found by when they were acquired, not by having no company.
    by_contact = _join(shape, DealVersion.contact_id == Customer.contact_id).where(
        func.coalesce(Customer.company_id, "") == ""
    )
    return union_all(by_company, by_contact).subquery()


def _join(shape: Shape, of_customer: ColumnElement[bool]) -> Select[Any]:
    table, by_hand = _values_by_hand(shape)
    counts = and_(of_customer, *held(), DealVersion.outcome != "lost", by_hand.is_(None))
    worth, is_won = amounts(shape), DealVersion.outcome == "won"
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
            Customer.workspace_id == WORKSPACE,
            Customer.acquired_at >= STARTS,
            Customer.acquired_at < AT,
        )
    )
    if not shape.owned:
        return customers
    lead = lead_facts(shape)
    mine = exists().where(Lead.workspace_id == WORKSPACE, Lead.id == Customer.lead_id, shape.sees(lead.owner_id))
    return customers.where(mine.select_from(lead.table).correlate(Customer))


def _values_by_hand(shape: Shape) -> tuple[FromClause, ColumnElement[Any]]:
    """Return the customers, and the value set by hand that each had at `as_of`."""
    now = Customer.__table__
    if not shape.has_changed(CustomerVersion):
        return now, now.c.lifetime_value_minor
    was: Any = CustomerVersion.__table__
    held = and_(
        was.c.workspace_id == WORKSPACE,
        was.c.customer_id == now.c.id,
        was.c.valid_to >= AT,
        was.c.valid_to > was.c.valid_from,
        or_(was.c.valid_from < AT, was.c.valid_from <= now.c.acquired_at),
    )
    value = case((was.c.id.is_not(None), was.c.lifetime_value_minor), else_=now.c.lifetime_value_minor)
    return now.outerjoin(was, held), value


def _note_unconverted(snapshot: Snapshot, shape: Shape) -> None:
    if not snapshot.without_rate:
        return
    deal = _deals_of_customers(shape).c
    missing = (deal.other_currency.in_(sorted(snapshot.without_rate)), deal.value.is_not(None))
    of_deal = and_(Deal.workspace_id == WORKSPACE, Deal.id == deal.deal_id)
    columns = (Deal.id, Deal.number, Deal.title, deal.value, deal.other_currency)
    for row in snapshot.run(select(*columns).join_from(Deal, deal.deal_id.table, of_deal).where(*missing)):
        amount = Money(row.value, row.other_currency)
        snapshot.note_unconverted(Unconverted(row.id, row.number, row.title, amount, row.other_currency))
