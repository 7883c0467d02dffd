"""pipeline: every stage with the deals that stand in it, won and lost included."""

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import case

from crmbot.domain.money import Money
from crmbot.domain.stages import StageKind
from crmbot.models import DealVersion
from crmbot.reports.deal_sums import Addends, DealSum, sum_deals
from crmbot.reports.snapshot import Snapshot
from crmbot.reports.statements import one_of

_OUTCOME = DealVersion.outcome
_BY_STAGE = Addends(
    (DealVersion.stage_id,),
    (one_of(_OUTCOME, StageKind),),
    chance=case((_OUTCOME == "won", 100), (_OUTCOME == "lost", 0), else_=DealVersion.probability),
)


@dataclass(frozen=True, slots=True)
class StageRow:
    """One stage and its deals."""

    key: str
    name: str
    kind: str
    count: int
    value: Money
    weighted_value: Money


@dataclass(frozen=True, slots=True)
class Pipeline:
    """The report's data."""

    stages: tuple[StageRow, ...]


def compute_pipeline(snapshot: Snapshot) -> Pipeline:
    """Compute the report (reports.md, pipeline): all deals at `as_of`, whenever they were made or closed.

    A won deal weighs its whole value and a lost one nothing, whatever probability it was left with.
    """
    sums: defaultdict[str, DealSum] = defaultdict(DealSum)
    for row, found in sum_deals(snapshot, _BY_STAGE):
        sums[row.stage_id].add(found)
    return Pipeline(
        tuple(
            StageRow(
                key=stage.key,
                name=stage.name,
                kind=stage.kind,
                count=sums[stage.id].deals,
                value=snapshot.money(sums[stage.id].value),
                weighted_value=snapshot.money(sums[stage.id].weighted),
            )
            for stage in snapshot.stages
            if sums[stage.id].deals or not stage.removed
        )
    )
