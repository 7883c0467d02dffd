"""Customers acquired in a window, each with its estimated lifetime value."""

import heapq
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    FromClause,
    Select,
    and_,
    case,
    exists,
    func,
    literal_column,
    null,
    select,
    union_all,
)
from sqlalchemy.exc import OperationalError

from crmbot.domain.money import Money, weighted
from crmbot.models import Customer, CustomerVersion, Deal, DealVersion, Lead, LeadVersion
from crmbot.reports.amounts import amounts
from crmbot.reports.lead_facts import lead_facts
from crmbot.reports.snapshot import Snapshot
from crmbot.reports.statements import AT, STARTS, WORKSPACE, Shape, built_once, whole
from crmbot.reports.values import Unconverted
from crmbot.reports.versions import held, held_before
from crmbot.reports.whole_sums import is_overflow, whole_sum, wide_sum

UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ValuedCustomer:
    """A customer; `value` is in the workspace's minor units."""

    id: str
    name: str
    channel: str
    acquired_at: datetime
    value: int


@dataclass(slots=True)
class Tally:
    """How many customers there are and what they are worth, by channel, and those who are worth the most."""

    counts: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    totals: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    highest: list[ValuedCustomer] = field(default_factory=list)

    def add(self, channel: str | None, customers: int, value: int) -> None:
        """Add customers of a channel."""
        self.counts[channel or UNKNOWN] += customers
        self.totals[channel or UNKNOWN] += value


def tally_customers(snapshot: Snapshot, most: int) -> Tally:
    """Add up the customers acquired in the window, with the `most` highest (reports.md, customer-acquisition).

    A customer's deals are those of its company, or of its contact when it has none. Won ones count whole, open ones
    weighted, lost ones not at all. What the database can't convert, or is too much for its sums, is added up here.
    """
    shape = snapshot.shape(CustomerVersion, *((LeadVersion,) if snapshot.scope.owner else ()), money=True)
    tally = _added_up(snapshot, shape, most) or _added_one_by_one(snapshot, shape, most)
    tally.highest.sort(key=_rank)
    return tally


def _added_up(snapshot: Snapshot, shape: Shape, most: int) -> Tally | None:
    tally = Tally()
    try:
        rows = snapshot.rows(_tally(shape), listed=most)
    except OperationalError as error:
        if is_overflow(error):
            return None
        raise
    for one, name, channel, acquired_at, value, customers, untold in rows:
        if untold:
            return None
        if one is None:
            tally.add(channel, customers, int(value))
        else:
            tally.highest.append(ValuedCustomer(one, name, channel or UNKNOWN, acquired_at, int(value)))
    return tally


def _added_one_by_one(snapshot: Snapshot, shape: Shape, most: int) -> Tally:
    tally = Tally()

    def tallied() -> Iterator[ValuedCustomer]:
        for customer in _valued_customers(snapshot, shape):
            tally.add(customer.channel, 1, customer.value)
            yield customer

    tally.highest = heapq.nsmallest(most, tallied(), key=_rank)
    return tally


def _rank(customer: ValuedCustomer) -> tuple[int, datetime, str]:
    return (-customer.value, customer.acquired_at, customer.id)


def _valued_customers(snapshot: Snapshot, shape: Shape) -> Iterator[ValuedCustomer]:
    apart: Mapping[str, int] | None = None
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


@built_once
def _tally(shape: Shape) -> CompoundSelect[Any]:
    """Select the highest customers, and after them, without an id, the sums of the channels."""
    deal = _deals_of_customers(shape).c
    of_customer = [deal.id, deal.name, deal.channel, deal.acquired_at, deal.by_hand]
    value = func.coalesce(deal.by_hand, whole_sum(deal.worth), 0).label("value")
    untold = func.sum(deal.untold).label("untold")
    one = select(*of_customer, value, untold).group_by(*of_customer).cte("one").prefix_with("MATERIALIZED")
    highest = select(one).order_by(one.c.value.desc(), one.c.acquired_at, one.c.id).limit(whole("listed")).subquery().c
    facts = (highest.id, highest.name, highest.channel, highest.acquired_at, highest.value)
    sums = (null(), null(), one.c.channel, null(), whole_sum(one.c.value), func.count(), func.sum(one.c.untold))
    return union_all(
        select(*facts, literal_column("1").label("customers"), highest.untold), select(*sums).group_by(one.c.channel)
    )


def _deals_of_customers(shape: Shape) -> Any:
    by_company = _join(shape, DealVersion.company_id == Customer.company_id).where(Customer.company_id.is_not(None))
    # Written so that customers are found by when they were acquired, not by having no company.
    by_contact = _join(shape, DealVersion.contact_id == Customer.contact_id).where(
        func.coalesce(Customer.company_id, "") == ""
    )
    return union_all(by_company, by_contact).subquery()


def _join(shape: Shape, of_customer: ColumnElement[bool]) -> Select[Any]:
    table, by_hand = _values_by_hand(shape)
    # Written out: of a bound value SQLite would look at each run whether it suits the index of closed deals.
    counts = and_(of_customer, *held(), DealVersion.outcome != literal_column("'lost'"), by_hand.is_(None))
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
        held_before(was.c, now.c.acquired_at),
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
