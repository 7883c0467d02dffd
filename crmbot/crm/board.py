"""The pipeline as a board: open deals in columns, with sums in the workspace's currency."""

from collections import defaultdict
from decimal import Decimal

from sqlalchemy import select

from crmbot.crm.answers import Board, BoardColumn, Link
from crmbot.crm.lookup import find_user
from crmbot.crm.requests import ShowPipeline
from crmbot.crm.views import deal_view, load_names
from crmbot.crm.work import Work
from crmbot.domain.ids import Kind, reference
from crmbot.domain.money import Money, weighted
from crmbot.domain.stages import StageKind
from crmbot.models import CurrencyRate, Deal, Stage

_MOST_SHOWN = 8


def pipeline(work: Work, request: ShowPipeline) -> Board:
    """Show open deals by stage; `owner` narrows to one user's."""
    statement = select(Deal).where(Deal.workspace_id == work.workspace_id, Deal.outcome == StageKind.OPEN.value)
    owner = find_user(work, request.owner) if request.owner else None
    if owner is not None:
        statement = statement.where(Deal.owner_id == owner.id)
    by_stage: defaultdict[str, list[tuple[int, Deal]]] = defaultdict(list)
    unconverted: list[Link] = []
    rates = _rates(work)
    for deal in work.session.scalars(statement):
        value = _converted(work, deal, rates)
        if value is None and deal.value_minor is not None:
            unconverted.append(Link(reference(Kind.DEAL, deal.number), deal.title))
        by_stage[deal.stage_id].append((value or 0, deal))
    columns = tuple(_column(work, stage, by_stage[stage.id]) for stage in work.stages if stage.kind == StageKind.OPEN)
    currency = work.workspace.currency
    total = Money(sum(column.value.minor for column in columns), currency)
    likely = Money(sum(column.weighted.minor for column in columns), currency)
    count = sum(column.count for column in columns)
    whose = f" of {owner.name}" if owner else ""
    said = f"{count} open {'deal' if count == 1 else 'deals'}{whose}, {total}, weighted {likely}."
    return Board(said, columns=columns, total=total, weighted=likely, unconverted=tuple(unconverted))


def _column(work: Work, stage: Stage, deals: list[tuple[int, Deal]]) -> BoardColumn:
    deals.sort(key=lambda pair: (-pair[0], pair[1].number))
    shown = [deal for _, deal in deals[:_MOST_SHOWN]]
    load_names(work, shown)
    currency = work.workspace.currency
    return BoardColumn(
        key=stage.key,
        name=stage.name,
        count=len(deals),
        value=Money(sum(value for value, _ in deals), currency),
        weighted=Money(sum(weighted(value, deal.probability) for value, deal in deals), currency),
        deals=tuple(deal_view(work, deal) for deal in shown),
    )


def _rates(work: Work) -> dict[str, Decimal]:
    """Return the latest rate of each currency on or before today."""
    rows = work.session.scalars(
        select(CurrencyRate)
        .where(
            CurrencyRate.workspace_id == work.workspace_id,
            CurrencyRate.on <= work.now.astimezone(work.zone_of(None)).date(),
        )
        .order_by(CurrencyRate.on)
    )
    return {row.currency: Decimal(row.rate) for row in rows}


def _converted(work: Work, deal: Deal, rates: dict[str, Decimal]) -> int | None:
    currency = work.workspace.currency
    if deal.value_minor is None or deal.currency == currency:
        return deal.value_minor
    rate = rates.get(deal.currency)
    return Money(deal.value_minor, deal.currency).converted(rate, currency).minor if rate is not None else None
