"""The pipeline as a board: open deals in columns, with sums in the workspace's currency."""

from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Integer, Select, bindparam, func, literal, literal_column, or_, select, union_all

from crmbot.crm.answers import Board, BoardColumn, DealView, Link, Person
from crmbot.crm.glances import glance_statement, glances, glances_of
from crmbot.crm.lookup import find_user
from crmbot.crm.requests import ShowPipeline
from crmbot.crm.work import Work
from crmbot.domain.ids import Kind, reference
from crmbot.domain.money import Money, weighted, without_rate
from crmbot.domain.stages import StageKind
from crmbot.models import CurrencyRate, Deal, User
from crmbot.store.prepared import Prepared

_DEAL, _RATE = Deal.__table__.c, CurrencyRate.__table__.c
_RATES = Prepared(
    select(_RATE.currency, _RATE.rate)
    .where(_RATE.workspace_id == bindparam("workspace"), _RATE.on <= bindparam("today"))
    .order_by(_RATE.on)
)
_OWN = _DEAL.currency == bindparam("currency")
# Two ranges, as an index knows no “other than”.
_OTHERS = (_DEAL.currency < bindparam("currency"), _DEAL.currency > bindparam("currency"))
_FOREIGN = -1
"""The place that the number of deals in other currencies stands at."""


@dataclass
class _Sums:
    """What stands in a column: its sums, and the most valuable deals in the workspace's currency.

    `others` are those in other currencies: the converted value, the number and the id of each.
    """

    count: int = 0
    value: int = 0
    likely: int = 0
    deals: list[DealView] = field(default_factory=list)
    others: list[tuple[int, int, str]] = field(default_factory=list)


def pipeline(work: Work, request: ShowPipeline) -> Board:
    """Show open deals by stage; `owner` narrows to one user's."""
    owner = find_user(work, request.owner) if request.owner else None
    return board_of(work, owner, request.most)


def board_of(work: Work, owner: User | Person | None, most: int) -> Board:
    """Return the board of one user's deals or of all, with at most so many of each stage by name."""
    stages = [stage for stage in work.stages if stage.kind == StageKind.OPEN]
    bound: dict[str, Any] = {f"stage_{place}": stage.id for place, stage in enumerate(stages)}
    bound["currency"] = currency = work.workspace.currency
    if owner is not None:
        bound["owner"] = owner.id
    sums = [_Sums() for _ in stages]
    unconverted = _fill(work, sums, bound, most) if sums else []
    columns = tuple(
        BoardColumn(
            stage.key, stage.name, its.count, Money(its.value, currency), Money(its.likely, currency), tuple(its.deals)
        )
        for stage, its in zip(stages, sums, strict=True)
    )
    count = sum(its.count for its in sums)
    deals = f"{count} open {'deal' if count == 1 else 'deals'}{f' of {owner.name}' if owner else ''}"
    total = Money(sum(its.value for its in sums), currency)
    likely = Money(sum(its.likely for its in sums), currency)
    hint = without_rate([money for _, money in unconverted])
    said = f"{deals}, {total}, weighted {likely}.{f' {hint}' if hint else ''}"
    return Board(said, columns, total, likely, tuple(link for link, _ in unconverted))


def _fill(work: Work, sums: list[_Sums], bound: dict[str, Any], most: int) -> list[tuple[Link, str]]:
    """Find what stands in each column, and return the deals without a rate, each with its currency."""
    statements = _statements(len(sums), by_owner="owner" in bound)
    foreign = _sum_up(work, sums, statements.summing, bound)
    if most:
        rows = work.values(statements.first, **bound, most=most)
        for row, deal in zip(rows, glances(Deal, rows), strict=True):
            sums[row[-1]].deals.append(deal)
    if not foreign:
        return []
    unconverted = _add_others(work, sums, statements.others, bound)
    _mix_in(work, sums, most)
    return unconverted


def _sum_up(work: Work, sums: list[_Sums], summing: Prepared, bound: dict[str, Any]) -> bool:
    """Sum the deals in the workspace's currency, which the database does; return whether there are deals in others."""
    foreign = False
    for place, count, value, likely in work.values(summing, **bound):
        if place == _FOREIGN:
            foreign = count > 0
        else:
            its = sums[place]
            its.count, its.value, its.likely = count, int(value or 0), int(likely or 0)
    return foreign


def _add_others(work: Work, sums: list[_Sums], finding: Prepared, bound: dict[str, Any]) -> list[tuple[Link, str]]:
    """Add the deals in other currencies, and return those that have no rate, each with its currency."""
    rates = _rates(work)
    unconverted: list[tuple[Link, str]] = []
    for number, row_id, title, place, minor, currency, probability in sorted(work.values(finding, **bound)):
        rate = rates.get(currency)
        value = Money(minor, currency).converted(rate, bound["currency"]).minor if rate and minor is not None else None
        if value is None and minor is not None:
            unconverted.append((Link(reference(Kind.DEAL, number), title), currency))
        its = sums[place]
        its.count += 1
        its.value += value or 0
        its.likely += weighted(value or 0, probability)
        its.others.append((-(value or 0), number, row_id))
    return unconverted


def _mix_in(work: Work, sums: list[_Sums], most: int) -> None:
    """Give the deals in other currencies their places among the most valuable."""
    first = [sorted([*map(_ranked, its.deals), *its.others])[:most] for its in sums]
    wanted = [deal for ranked in first for *_, deal in ranked if isinstance(deal, str)]
    known = {deal.id: deal for deal in glances_of(work, Deal, wanted)}
    for its, ranked in zip(sums, first, strict=True):
        its.deals = [known[deal] if isinstance(deal, str) else deal for *_, deal in ranked]


def _ranked(deal: DealView) -> tuple[int, int, DealView | str]:
    return -deal.value.minor if deal.value else 0, int(deal.reference.partition("-")[2]), deal


class _Statements(NamedTuple):
    """What sums deals by stage and currency, what finds the most valuable in one, and all in others."""

    summing: Prepared
    first: Prepared
    others: Prepared


@cache
def _statements(number: int, *, by_owner: bool) -> _Statements:
    """Return the statements for so many stages.

    A part for each stage, as an index holds a stage's deals in the order of their value.
    """
    stages = [_in_stage(place, by_owner=by_owner) for place in range(number)]
    # as domain.money.weighted rounds each deal
    likely = (_DEAL.value_minor * _DEAL.probability + 50) // 100
    summing = [
        select(_place(place), func.count(), func.sum(_DEAL.value_minor), func.sum(likely)).where(*where, _OWN)
        for place, where in enumerate(stages)
    ]
    # Each range by itself: to count both at once, SQLite would rather walk the whole stage.
    counts = [select(func.count()).where(*where, other).scalar_subquery() for where in stages for other in _OTHERS]
    foreign = select(_place(_FOREIGN), sum(counts[1:], start=counts[0]), literal(0), literal(0))
    by_value = (_DEAL.value_minor.desc().nulls_last(), _DEAL.number)
    first = [
        select(
            select(_place(place), _DEAL.id)
            .where(*where, _OWN)
            .order_by(*by_value)
            .limit(bindparam("most", type_=Integer))
            .subquery(f"first_{place}")
        )
        for place, where in enumerate(stages)
    ]
    found = union_all(*first).subquery("found")
    return _Statements(
        Prepared(union_all(*summing, foreign)),
        glance_statement(Deal, found, found.c.place, (found.c.place, *by_value)),
        Prepared(union_all(*(_others(place, where) for place, where in enumerate(stages)))),
    )


def _others(place: int, where: list[Any]) -> Select[Any]:
    """Return what finds a stage's deals in other currencies."""
    columns = (_DEAL.number, _DEAL.id, _DEAL.title, _place(place), _DEAL.value_minor, _DEAL.currency)
    return select(*columns, _DEAL.probability).where(*where, or_(*_OTHERS))


def _in_stage(place: int, *, by_owner: bool) -> list[Any]:
    # With the outcome, as the index of a person's deals begins with it.
    owned = [_DEAL.outcome == "open", _DEAL.owner_id == bindparam("owner")] if by_owner else []
    return [_DEAL.workspace_id == bindparam("workspace"), _DEAL.stage_id == bindparam(f"stage_{place}"), *owned]


def _place(place: int) -> Any:
    return literal_column(str(place), Integer).label("place")


def _rates(work: Work) -> dict[str, Decimal]:
    """Return the latest rate of each currency on or before today."""
    today = work.now.astimezone(work.zone_of(None)).date()
    return {currency: Decimal(rate) for currency, rate in work.values(_RATES, today=today)}
