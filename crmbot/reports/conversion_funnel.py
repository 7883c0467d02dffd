"""conversion-funnel: from leads to won deals, step by step, as counts of events in a window."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select

from crmbot.domain.money import Money, ratio
from crmbot.domain.stages import LeadStatus
from crmbot.models import Deal, DealVersion, Proposal
from crmbot.reports.closings import total_won
from crmbot.reports.deal_sums import Addends, sum_deals, total_of
from crmbot.reports.lead_counts import count_created, count_entered
from crmbot.reports.snapshot import Snapshot
from crmbot.reports.statements import AT, KEPT, STARTS, WORKSPACE, Shape
from crmbot.reports.versions import by_deal, valid

_CREATED = Addends(
    (DealVersion.outcome,),
    among=select(Deal.id).where(Deal.workspace_id == WORKSPACE, Deal.created_at >= STARTS, Deal.created_at < AT),
)
_OFFERED = Addends(
    (DealVersion.outcome,),
    among=select(Proposal.deal_id).where(
        Proposal.workspace_id == WORKSPACE, Proposal.sent_at >= STARTS, Proposal.sent_at < AT
    ),
)


@dataclass(frozen=True, slots=True)
class Step:
    """One step; leads have no value of their own. The first step's rates are 1 when there is anything."""

    step: str
    count: int
    value: Money
    rate_from_previous: float
    rate_from_first: float


@dataclass(frozen=True, slots=True)
class ConversionFunnel:
    """The report's data."""

    period_days: int
    steps: tuple[Step, ...]


def compute_conversion_funnel(snapshot: Snapshot) -> ConversionFunnel:
    """Compute the report (reports.md, conversion-funnel).

    Leads created, leads that entered qualified, deals created, proposals sent, and deals won in the window and still
    won at `as_of`. Values are those of the deals at `as_of`; a deal with several proposals gives its value once.
    """
    deals, proposals = total_of(sum_deals(snapshot, _CREATED)), total_of(sum_deals(snapshot, _OFFERED))
    won, qualified = total_won(snapshot), LeadStatus.QUALIFIED
    found = (
        ("leads", count_created(snapshot), 0),
        ("qualified", count_entered(snapshot, (qualified,))[qualified].leads, 0),
        ("deals", deals.deals, deals.value),
        ("proposals_sent", int(snapshot.run(_count_proposals(snapshot.shape())).scalar_one()), proposals.value),
        ("won", won.deals, won.value),
    )
    return ConversionFunnel(snapshot.window.days, tuple(_as_steps(snapshot, found)))


def _as_steps(snapshot: Snapshot, found: tuple[tuple[str, int, int], ...]) -> Iterable[Step]:
    first = previous = found[0][1]
    for name, count, value in found:
        yield Step(name, count, snapshot.money(value), ratio(count, previous), ratio(count, first))
        previous = count


@lru_cache(KEPT)
def _count_proposals(shape: Shape) -> Select[Any]:
    of_deal: ColumnElement[bool] = and_(DealVersion.deal_id == Proposal.deal_id, *valid(shape), by_deal())
    return (
        select(func.count())
        .select_from(Proposal)
        .join(DealVersion, of_deal)
        .where(Proposal.workspace_id == WORKSPACE, Proposal.sent_at >= STARTS, Proposal.sent_at < AT)
    )
