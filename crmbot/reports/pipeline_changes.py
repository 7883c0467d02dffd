"""pipeline-changes: what moved the open pipeline between two instants, to the cent."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import aliased

from crmbot.domain.money import Money
from crmbot.models import Deal, DealVersion
from crmbot.reports.deal_sums import Addends, sum_deals, total_of
from crmbot.reports.snapshot import UNASSIGNED, Snapshot
from crmbot.reports.statements import STARTS, WORKSPACE, Shape, built_once
from crmbot.reports.values import Unconverted
from crmbot.reports.versions import began, by_deal, valid

MOVEMENTS = ("created", "increased", "decreased", "pulled_in", "pushed_out", "reopened", "won", "lost")
"""In the order in which they lead from the opening to the closing value."""
WITHOUT_SUM = frozenset({"pulled_in", "pushed_out"})
"""Movements between periods: they leave the sum alone."""
# Those that are open and did not change in any way since the start.
_UNCHANGED = Addends((DealVersion.outcome,), (DealVersion.outcome == "open", began(DealVersion) < STARTS), chance=None)


class MovedDeal(NamedTuple):
    """A deal's part in a movement: its open value before and after, and by how much it moves the sum.

    Closes are expected ones. Of a date that moved, `value` is what went with it to another period. A named tuple, as
    there may be tens of thousands of them.
    """

    id: str
    number: int
    title: str
    owner_id: str | None
    owner_name: str
    value: Money
    value_before: Money
    value_after: Money
    close_before: date | None
    close_after: date | None


_Placed = tuple[int, int, int, MovedDeal]
"""What a deal is placed by in its movement, the largest first, then its number; the value that moved; and the deal."""


@dataclass(frozen=True, slots=True)
class Movement:
    """All deals that moved in one way; `value` is signed."""

    count: int
    value: Money
    deals: tuple[MovedDeal, ...]


@dataclass(frozen=True, slots=True)
class PipelineChanges:
    """The report's data: opening_value plus all but pulled_in and pushed_out is closing_value."""

    opening_value: Money
    created: Movement
    increased: Movement
    decreased: Movement
    pulled_in: Movement
    pushed_out: Movement
    reopened: Movement
    won: Movement
    lost: Movement
    closing_value: Money


def compute_pipeline_changes(snapshot: Snapshot) -> PipelineChanges:
    """Compute the report (reports.md, pipeline-changes and fine print).

    Two snapshots are compared, at the window's start and at `as_of`, both at the later one's rates and with the later
    one's owner. A deal open in both moves by its change of value, and apart from that by its change of date when it
    has one in both; one open in one of them only moves by its whole value there. A deal made and closed in between
    stands in neither.
    """
    moved: dict[str, list[_Placed]] = {name: [] for name in MOVEMENTS}
    opening = closing = total_of(sum_deals(snapshot, _UNCHANGED)).value
    # Most amounts come several times, as zero or as another part of the same deal.
    money, names, own = cache(snapshot.money), snapshot.users, snapshot.scope.currency
    for one, number, title, owner_id, *then_and_now in snapshot.stream(_changed(snapshot.shape()), apart=False):
        was, minor_before, currency_before, close_before, now, minor_after, currency_after, close_after = then_and_now
        before = after = None
        if was == "open":
            told = minor_before is not None and currency_before == own
            before = minor_before if told else _value(snapshot, (one, number, title), minor_before, currency_before)
            opening += before
        if now == "open":
            told = minor_after is not None and currency_after == own
            after = minor_after if told else _value(snapshot, (one, number, title), minor_after, currency_after)
            closing += after
        deal = (one, number, title, owner_id, names.get(owner_id, UNASSIGNED))
        rest = (money(before or 0), money(after or 0), close_before, close_after)
        for name, value in _classify(was, now, before, after, (close_before, close_after)):
            moved[name].append((-abs(value), number, value, MovedDeal(*deal, money(value), *rest)))
    return PipelineChanges(
        opening_value=snapshot.money(opening),
        closing_value=snapshot.money(closing),
        **{name: _movement(snapshot, deals) for name, deals in moved.items()},
    )


@built_once
def _changed(shape: Shape) -> Select[Any]:
    before, after = aliased(DealVersion), aliased(DealVersion)
    columns = ("outcome", "value_minor", "currency", "expected_close")
    return (
        select(
            Deal.id,
            Deal.number,
            Deal.title,
            after.owner_id,
            *(getattr(before, name).label(f"{name}_before") for name in columns),
            *(getattr(after, name).label(f"{name}_after") for name in columns),
        )
        .join_from(after, Deal, and_(Deal.workspace_id == WORKSPACE, Deal.id == after.deal_id))
        .outerjoin(
            before,
            and_(
                before.workspace_id == WORKSPACE,
                before.deal_id == after.deal_id,
                before.valid_from < STARTS,
                before.valid_to >= STARTS,
                by_deal(before),
            ),
        )
        .where(
            *valid(shape, after),
            after.valid_from >= STARTS,
            or_(before.outcome == "open", after.outcome == "open"),
        )
    )


def _value(snapshot: Snapshot, deal: tuple[str, int, str], minor: int | None, currency: str) -> int:
    """Return an open deal's value; one whose currency has no rate counts nothing and is noted."""
    if minor is None:
        return 0
    converted = snapshot.convert(minor, currency)
    if converted is None:
        snapshot.note_unconverted(Unconverted(*deal, Money(minor, currency), currency))
        return 0
    return converted


def _classify(
    was: str | None, now: str, before: int | None, after: int | None, closes: tuple[date | None, date | None]
) -> tuple[tuple[str, int], ...]:
    """Return the movements of a deal, each with the value that moved; at most its value's and its date's."""
    if before is None:
        return (("created" if was is None else "reopened", after or 0),)
    if after is None:
        return ((now, -before),)
    found: tuple[tuple[str, int], ...] = ()
    if after != before:
        found = (("increased" if after > before else "decreased", after - before),)
    old, new = closes
    if old is not None and new is not None and old != new:
        found = (*found, ("pulled_in" if new < old else "pushed_out", after))
    return found


def _movement(snapshot: Snapshot, deals: list[_Placed]) -> Movement:
    ranked = tuple(deal for _, _, _, deal in sorted(deals))
    return Movement(len(ranked), snapshot.money(sum(value for _, _, value, _ in deals)), ranked)
