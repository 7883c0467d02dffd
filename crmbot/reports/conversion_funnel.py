"""conversion-funnel: from leads to won deals, step by step, as counts of events in a window."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, select

from crmbot.domain.money import Money, ratio
from crmbot.domain.stages import LeadStatus
from crmbot.models import Deal, DealVersion, Proposal
from crmbot.reports.closings import total_won
from crmbot.reports.deal_sums import Addends, sum_deals, total_of
from crmbot.reports.lead_counts import count_created, count_entered
from crmbot.reports.snapshot import Snapshot
from crmbot.reports.statements import AT, STARTS, WORKSPACE

_MADE = (
    select(Deal.id).where(Deal.workspace_id == WORKSPACE, Deal.created_at >= STARTS, Deal.created_at < AT).subquery()
)
_OFFERS = (
    select(Proposal.deal_id, func.count().label("offers"))
    .where(Proposal.workspace_id == WORKSPACE, Proposal.sent_at >= STARTS, Proposal.sent_at < AT)
    .group_by(Proposal.deal_id)
    .subquery()
)
_CREATED = Addends((DealVersion.outcome,), among=_MADE, chance=None)
_OFFERED = Addends((_OFFERS.c.offers,), among=_OFFERS, chance=None)


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
    deals, won, qualified = total_of(sum_deals(snapshot, _CREATED)), total_won(snapshot), LeadStatus.QUALIFIED
    offered = [(row.offers * found.deals, found.value) for row, found in sum_deals(snapshot, _OFFERED)]
    found = (
        ("leads", count_created(snapshot), 0),
        ("qualified", count_entered(snapshot, (qualified,))[qualified].leads, 0),
        ("deals", deals.deals, deals.value),
        ("proposals_sent", sum(count for count, _ in offered), sum(value for _, value in offered)),
        ("won", won.deals, won.value),
    )
    return ConversionFunnel(snapshot.window.days, tuple(_as_steps(snapshot, found)))


def _as_steps(snapshot: Snapshot, found: tuple[tuple[str, int, int], ...]) -> Iterable[Step]:
    first = previous = found[0][1]
    for name, count, value in found:
        yield Step(name, count, snapshot.money(value), ratio(count, previous), ratio(count, first))
        previous = count
