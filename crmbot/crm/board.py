"""The pipeline as a board: open deals in columns, with sums in the workspace's currency."""

from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Integer, Select, bindparam, func, literal_column, or_, select, union_all

from crmbot.crm.answers import Board, BoardColumn, DealView, Link
from crmbot.crm.glances import glance_statement, glances, glances_of
from crmbot.crm.lookup import find_user
from crmbot.crm.prepared import Prepared
from crmbot.crm.requests import ShowPipeline
from crmbot.crm.work import Work
from crmbot.domain.ids import Kind, reference
from crmbot.domain.money import Money, weighted, without_rate
from crmbot.domain.stages import StageKind
from crmbot.models import CurrencyRate, Deal

_MOST_SHOWN = 8
_DEAL, _RATE = Deal.__table__.c, CurrencyRate.__table__.c
_RATES = Prepared(
    select(_RATE.currency, _RATE.rate)
    .where(_RATE.workspace_id == bindparam("workspace"), _RATE.on <= bindparam("today"))
    .order_by(_RATE.on)
)


@dataclass
class _Sums:
    """What stands in a column; `first` are the most valuable deals: converted value, number, the deal or its id."""

    count: int = 0
    value: int = 0
    weighted: int = 0
    first: list[tuple[int, int, DealView | str]] = field(default_factory=list)


def pipeline(work: Work, request: ShowPipeline, most: int = _MOST_SHOWN) -> Board:
    """Show open deals by stage, at most so many of each by name; `owner` narrows to one user's."""
    owner = find_user(work, request.owner) if request.owner else None
    return board_of(work, owner.id if owner else None, f" of {owner.name}" if owner else "", most)


def board_of(work: Work, owner_id: str | None, of: str = "", most: int = _MOST_SHOWN) -> Board:
    """Return the board of one user's deals or of all, and in `of` the words that say whose."""
    stages = [stage for stage in work.stages if stage.kind == StageKind.OPEN]
    bound: dict[str, Any] = {f"stage_{place}": stage.id for place, stage in enumerate(stages)}
    if owner_id is not None:
        bound["owner"] = owner_id
    bound["currency"] = currency = work.workspace.currency
    sums = {stage.id: _Sums() for stage in stages}
    unconverted: list[tuple[Link, str]] = []
    if stages:
        statements = _statements(len(stages), by_owner=owner_id is not None)
        if _sum_up(work, list(sums.values()), statements.summing, bound):
            unconverted = _add_others(work, sums, statements.others, bound)
        if most:
            _find_first(work, sums, statements.first, bound | {"most": most})
    deals = _shown(work, sums, most)
    columns = tuple(
        BoardColumn(
            stage.key, stage.name, its.count, Money(its.value, currency), Money(its.weighted, currency), deals[stage.id]
        )
        for stage, its in zip(stages, sums.values(), strict=True)
    )
    total = Money(sum(its.value for its in sums.values()), currency)
    likely = Money(sum(its.weighted for its in sums.values()), currency)
    hint = without_rate([money for _, money in unconverted])
    count = sum(its.count for its in sums.values())
    said = (
        f"{count} open {'deal' if count == 1 else 'deals'}{of}, {total}, weighted {likely}.{f' {hint}' if hint else ''}"
    )
    return Board(said, columns, total, likely, tuple(link for link, _ in unconverted))


def _sum_up(work: Work, sums: list[_Sums], summing: Prepared, bound: dict[str, Any]) -> bool:
    """Sum the deals in the workspace's currency, which the database does; return whether there are deals in others."""
    others = False
    for place, currency, count, value, likely in work.values(summing, **bound):
        if currency == bound["currency"]:
            column = sums[place]
            column.count, column.value, column.weighted = count, int(value or 0), int(likely or 0)
        else:
            others = True
    return others


def _add_others(work: Work, sums: dict[str, _Sums], finding: Prepared, bound: dict[str, Any]) -> list[tuple[Link, str]]:
    """Add the deals in other currencies, and return those that have no rate, each with its currency."""
    rates = _rates(work)
    unconverted: list[tuple[Link, str]] = []
    for number, row_id, title, stage_id, minor, currency, probability in sorted(work.values(finding, **bound)):
        rate = rates.get(currency)
        value = Money(minor, currency).converted(rate, bound["currency"]).minor if rate and minor is not None else None
        if value is None and minor is not None:
            unconverted.append((Link(reference(Kind.DEAL, number), title), currency))
        column = sums[stage_id]
        column.count += 1
        column.value += value or 0
        column.weighted += weighted(value or 0, probability)
        column.first.append((-(value or 0), number, row_id))
    return unconverted


def _find_first(work: Work, sums: dict[str, _Sums], first: Prepared, bound: dict[str, Any]) -> None:
    """Find the most valuable deals in the workspace's currency."""
    rows = work.values(first, **bound)
    columns = list(sums.values())
    for row, deal in zip(rows, glances(Deal, rows), strict=True):
        columns[row[-1]].first.append((-deal.value.minor if deal.value else 0, row[1], deal))


def _shown(work: Work, sums: dict[str, _Sums], most: int) -> dict[str, tuple[DealView, ...]]:
    """Return the most valuable deals of each stage; those in other currencies are looked up now."""
    first = {stage_id: [deal for *_, deal in sorted(its.first)[:most]] for stage_id, its in sums.items()}
    others = [deal for deals in first.values() for deal in deals if isinstance(deal, str)]
    known = {deal.id: deal for deal in glances_of(work, Deal, others)}
    return {
        stage_id: tuple(known[deal] if isinstance(deal, str) else deal for deal in deals)
        for stage_id, deals in first.items()
    }


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
        select(_place(place), _DEAL.currency, func.count(), func.sum(_DEAL.value_minor), func.sum(likely))
        .where(*where)
        .group_by(_DEAL.currency)
        for place, where in enumerate(stages)
    ]
    by_value = (_DEAL.value_minor.desc().nulls_last(), _DEAL.number)
    first = [
        select(
            select(_place(place), _DEAL.id)
            .where(*where, _DEAL.currency == bindparam("currency"))
            .order_by(*by_value)
            .limit(bindparam("most", type_=Integer))
            .subquery(f"first_{place}")
        )
        for place, where in enumerate(stages)
    ]
    found = union_all(*first).subquery("found")
    return _Statements(
        Prepared(union_all(*summing)),
        glance_statement(Deal, found, found.c.place, (found.c.place, *by_value)),
        Prepared(union_all(*map(_others, stages))),
    )


def _others(where: list[Any]) -> Select[Any]:
    """Return what finds a stage's deals in other currencies; two ranges, as an index knows no “other than”."""
    columns = (_DEAL.number, _DEAL.id, _DEAL.title, _DEAL.stage_id, _DEAL.value_minor, _DEAL.currency)
    other = or_(_DEAL.currency < bindparam("currency"), _DEAL.currency > bindparam("currency"))
    return select(*columns, _DEAL.probability).where(*where, other)


def _in_stage(place: int, *, by_owner: bool) -> list[Any]:
    # With the outcome, so that the index of a person's deals serves.
    owned = [_DEAL.outcome == "open", _DEAL.owner_id == bindparam("owner")] if by_owner else []
    return [_DEAL.workspace_id == bindparam("workspace"), _DEAL.stage_id == bindparam(f"stage_{place}"), *owned]


def _place(place: int) -> Any:
    return literal_column(str(place), Integer).label("place")


def _rates(work: Work) -> dict[str, Decimal]:
    """Return the latest rate of each currency on or before today."""
    today = work.now.astimezone(work.zone_of(None)).date()
    return {currency: Decimal(rate) for currency, rate in work.values(_RATES, today=today)}
