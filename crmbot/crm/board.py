"""The pipeline as a board: open deals in columns, with sums in the workspace's currency."""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import bindparam, func, or_, select

from crmbot.crm.answers import Board, BoardColumn, Link
from crmbot.crm.lookup import find_user
from crmbot.crm.prepared import Prepared
from crmbot.crm.requests import ShowPipeline
from crmbot.crm.views import deal_view, load_names
from crmbot.crm.work import Work
from crmbot.domain.ids import Kind, reference
from crmbot.domain.money import Money, weighted
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
    shown = {stage.id: sorted(sums[stage.id].first)[:_MOST_SHOWN] for stage in stages}
    work.load(Deal, [row_id for first in shown.values() for *_, row_id in first])
    deals = {stage_id: [work.get(Deal, row_id) for *_, row_id in first] for stage_id, first in shown.items()}
    load_names(work, [deal for first in deals.values() for deal in first])
    columns = tuple(_column(work, stage, sums[stage.id], deals[stage.id]) for stage in stages)
    total = Money(sum(column.value.minor for column in columns), currency)
    likely = Money(sum(column.weighted.minor for column in columns), currency)
    count = sum(column.count for column in columns)
    of = f" of {owner.name}" if owner else ""
    said = f"{count} open {'deal' if count == 1 else 'deals'}{of}, {total}, weighted {likely}."
    return Board(said, columns=columns, total=total, weighted=likely, unconverted=tuple(unconverted))


def _own_currency(work: Work, stages: list[Stage], whose: dict[str, Any]) -> dict[str, _Sums]:
    """Sum the deals in the workspace's currency, which the database does, by stage."""
    sums: dict[str, _Sums] = defaultdict(_Sums)
    summing, first = _statements(by_owner="owner" in whose)
    for stage in stages:
        count, value, likely = work.values(summing, stage=stage.id, **whose)[0]
        found = work.values(first, stage=stage.id, **whose) if count else []
        most = [(-(value or 0), number, row_id) for value, number, row_id in found]
        sums[stage.id] = _Sums(count, int(value or 0), int(likely or 0), most)
    return sums


def _other_currencies(work: Work, stages: list[Stage], sums: dict[str, _Sums], whose: dict[str, Any]) -> list[Link]:
    """Add the deals in other currencies, and return those that have no rate."""
    others = [
        row for stage in stages for row in work.values(_others(by_owner="owner" in whose), stage=stage.id, **whose)
    ]
    rates = _rates(work) if others else {}
    unconverted: list[Link] = []
    for number, row_id, title, stage_id, minor, currency, probability in sorted(others):
        rate = rates.get(currency)
        value = Money(minor, currency).converted(rate, whose["currency"]).minor if rate and minor is not None else None
        if value is None and minor is not None:
            unconverted.append(Link(reference(Kind.DEAL, number), title))
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
def _statements(*, by_owner: bool) -> tuple[Prepared, Prepared]:
    """Return what sums a stage's deals in one currency, and what finds the most valuable ones."""
    where = [*_in_stage(by_owner=by_owner), _DEAL.currency == bindparam("currency")]
    # as domain.money.weighted rounds each deal
    likely = (_DEAL.value_minor * _DEAL.probability + 50) // 100
    first = select(_DEAL.value_minor, _DEAL.number, _DEAL.id).where(*where)
    return (
        Prepared(select(func.count(), func.sum(_DEAL.value_minor), func.sum(likely)).where(*where)),
        Prepared(first.order_by(_DEAL.value_minor.desc().nulls_last(), _DEAL.number).limit(_MOST_SHOWN)),
    )


@cache
def _others(*, by_owner: bool) -> Prepared:
    """Return what finds a stage's deals in other currencies; two ranges, as an index knows no “other than”."""
    columns = (_DEAL.number, _DEAL.id, _DEAL.title, _DEAL.stage_id, _DEAL.value_minor, _DEAL.currency)
    other = or_(_DEAL.currency < bindparam("currency"), _DEAL.currency > bindparam("currency"))
    return Prepared(select(*columns, _DEAL.probability).where(*_in_stage(by_owner=by_owner), other))


def _in_stage(*, by_owner: bool) -> list[Any]:
    owned = [_DEAL.owner_id == bindparam("owner")] if by_owner else []
    return [_DEAL.workspace_id == bindparam("workspace"), _DEAL.stage_id == bindparam("stage"), *owned]


def _rates(work: Work) -> dict[str, Decimal]:
    """Return the latest rate of each currency on or before today."""
    today = work.now.astimezone(work.zone_of(None)).date()
    return {currency: Decimal(rate) for currency, rate in work.values(_RATES, today=today)}
