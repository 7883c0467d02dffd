"""The pipeline as a board: open deals in columns, with sums in the workspace's currency."""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import Integer, Select, bindparam, func, literal_column, or_, select, union_all

from crmbot.crm.answers import Board, BoardColumn, Link
from crmbot.crm.lookup import find_user
from crmbot.crm.prepared import Prepared
from crmbot.crm.requests import ShowPipeline
from crmbot.crm.views import deal_view, load_names
from crmbot.crm.work import Work
from crmbot.domain.ids import Kind, reference
from crmbot.domain.money import Money, weighted, without_rate
from crmbot.domain.stages import StageKind
from crmbot.models import CurrencyRate, Deal, Stage

_MOST_SHOWN = 8
_DEAL, _RATE = Deal.__table__.c, CurrencyRate.__table__.c
_RATES = Prepared(
    select(_RATE.currency, _RATE.rate)
    .where(_RATE.workspace_id == bindparam("workspace"), _RATE.on <= bindparam("today"))
    .order_by(_RATE.on)
)


@dataclass
class _Sums:
    """What stands in a column; `first` are the most valuable deals: the converted value and the id."""

    count: int = 0
    value: int = 0
    weighted: int = 0
    first: list[tuple[int, int, str]] = field(default_factory=list)


def pipeline(work: Work, request: ShowPipeline) -> Board:
    """Show open deals by stage; `owner` narrows to one user's."""
    owner = find_user(work, request.owner) if request.owner else None
    stages = [stage for stage in work.stages if stage.kind == StageKind.OPEN]
    whose: dict[str, Any] = {"owner": owner.id} if owner is not None else {}
    whose["currency"] = currency = work.workspace.currency
    sums = _own_currency(work, stages, whose)
    unconverted = _other_currencies(work, stages, sums, whose)
    hint = without_rate([money for _, money in unconverted])
    shown = {stage.id: sorted(sums[stage.id].first)[:_MOST_SHOWN] for stage in stages}
    work.load(Deal, [row_id for first in shown.values() for *_, row_id in first])
    deals = {stage_id: [work.get(Deal, row_id) for *_, row_id in first] for stage_id, first in shown.items()}
    load_names(work, [deal for first in deals.values() for deal in first])
    columns = tuple(_column(work, stage, sums[stage.id], deals[stage.id]) for stage in stages)
    total = Money(sum(column.value.minor for column in columns), currency)
    likely = Money(sum(column.weighted.minor for column in columns), currency)
    count = sum(column.count for column in columns)
    of = f" of {owner.name}" if owner else ""
    said = (
        f"{count} open {'deal' if count == 1 else 'deals'}{of}, {total}, weighted {likely}.{f' {hint}' if hint else ''}"
    )
    left_out = tuple(link for link, _ in unconverted)
    return Board(said, columns=columns, total=total, weighted=likely, unconverted=left_out)


def _own_currency(work: Work, stages: list[Stage], whose: dict[str, Any]) -> dict[str, _Sums]:
    """Sum the deals in the workspace's currency, which the database does, by stage."""
    sums: dict[str, _Sums] = defaultdict(_Sums)
    if not stages:
        return sums
    summing, first, _ = _statements(len(stages), by_owner="owner" in whose)
    given = _bound(stages) | whose
    for place, count, value, likely in work.values(summing, **given):
        sums[stages[place].id] = _Sums(count, int(value or 0), int(likely or 0))
    for place, minor, number, row_id in work.values(first, **given):
        sums[stages[place].id].first.append((-(minor or 0), number, row_id))
    return sums


def _other_currencies(
    work: Work, stages: list[Stage], sums: dict[str, _Sums], whose: dict[str, Any]
) -> list[tuple[Link, str]]:
    """Add the deals in other currencies, and return those that have no rate, each with its currency."""
    if not stages:
        return []
    *_, finding = _statements(len(stages), by_owner="owner" in whose)
    others = work.values(finding, **_bound(stages), **whose)
    rates = _rates(work) if others else {}
    unconverted: list[tuple[Link, str]] = []
    for number, row_id, title, stage_id, minor, currency, probability in sorted(others):
        rate = rates.get(currency)
        value = Money(minor, currency).converted(rate, whose["currency"]).minor if rate and minor is not None else None
        if value is None and minor is not None:
            unconverted.append((Link(reference(Kind.DEAL, number), title), currency))
        column = sums[stage_id]
        column.count += 1
        column.value += value or 0
        column.weighted += weighted(value or 0, probability)
        column.first.append((-(value or 0), number, row_id))
    return unconverted


def _column(work: Work, stage: Stage, sums: _Sums, deals: list[Deal]) -> BoardColumn:
    currency = work.workspace.currency
    return BoardColumn(
        key=stage.key,
        name=stage.name,
        count=sums.count,
        value=Money(sums.value, currency),
        weighted=Money(sums.weighted, currency),
        deals=tuple(deal_view(work, deal) for deal in deals),
    )


@cache
def _statements(number: int, *, by_owner: bool) -> tuple[Prepared, Prepared, Prepared]:
    """Return what sums the deals in one currency of so many stages, what finds the most valuable, and all others.

    A part for each stage, as an index holds a stage's deals in the order of their value.
    """
    own = [[*_in_stage(place, by_owner=by_owner), _DEAL.currency == bindparam("currency")] for place in range(number)]
    # as domain.money.weighted rounds each deal
    likely = (_DEAL.value_minor * _DEAL.probability + 50) // 100
    summing = [
        select(_place(place), func.count(), func.sum(_DEAL.value_minor), func.sum(likely)).where(*where)
        for place, where in enumerate(own)
    ]
    first = [
        select(
            select(_place(place), _DEAL.value_minor, _DEAL.number, _DEAL.id)
            .where(*where)
            .order_by(_DEAL.value_minor.desc().nulls_last(), _DEAL.number)
            .limit(_MOST_SHOWN)
            .subquery(f"first_{place}")
        )
        for place, where in enumerate(own)
    ]
    others = [_others(place, by_owner=by_owner) for place in range(number)]
    return Prepared(union_all(*summing)), Prepared(union_all(*first)), Prepared(union_all(*others))


def _others(place: int, *, by_owner: bool) -> Select[Any]:
    """Return what finds a stage's deals in other currencies; two ranges, as an index knows no “other than”."""
    columns = (_DEAL.number, _DEAL.id, _DEAL.title, _DEAL.stage_id, _DEAL.value_minor, _DEAL.currency)
    other = or_(_DEAL.currency < bindparam("currency"), _DEAL.currency > bindparam("currency"))
    return select(*columns, _DEAL.probability).where(*_in_stage(place, by_owner=by_owner), other)


def _in_stage(place: int, *, by_owner: bool) -> list[Any]:
    owned = [_DEAL.owner_id == bindparam("owner")] if by_owner else []
    return [_DEAL.workspace_id == bindparam("workspace"), _DEAL.stage_id == bindparam(f"stage_{place}"), *owned]


def _place(place: int) -> Any:
    return literal_column(str(place), Integer).label("place")


def _bound(stages: list[Stage]) -> dict[str, Any]:
    return {f"stage_{place}": stage.id for place, stage in enumerate(stages)}


def _rates(work: Work) -> dict[str, Decimal]:
    """Return the latest rate of each currency on or before today."""
    today = work.now.astimezone(work.zone_of(None)).date()
    return {currency: Decimal(rate) for currency, rate in work.values(_RATES, today=today)}
