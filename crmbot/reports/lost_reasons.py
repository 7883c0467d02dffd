"""lost-reasons: why deals were lost, from which stage, and whose they were."""

from collections import defaultdict
from dataclasses import dataclass

from crmbot.domain.money import Money, ratio
from crmbot.models import DealVersion
from crmbot.reports.closings import closed
from crmbot.reports.deal_sums import DealSum, sum_deals
from crmbot.reports.snapshot import Snapshot
from crmbot.reports.values import CountAndValue

UNSPECIFIED = "unspecified"
_LOST = closed("lost", DealVersion.lost_reason, DealVersion.from_stage_id, DealVersion.owner_id)


@dataclass(frozen=True, slots=True)
class ReasonRow:
    """The deals lost for one reason; `share` is of the count."""

    reason: str
    count: int
    value: Money
    share: float


@dataclass(frozen=True, slots=True)
class StageRow:
    """The deals lost from one stage, by its key; `unspecified` for those that never stood in another."""

    stage: str
    name: str
    count: int
    value: Money
    share: float


@dataclass(frozen=True, slots=True)
class UserRow:
    """The deals one owner lost; `user_id` is None for those nobody owns."""

    user_id: str | None
    user_name: str
    count: int
    value: Money
    share: float


@dataclass(frozen=True, slots=True)
class LostReasons:
    """The report's data; every breakdown adds up to `total`."""

    period_days: int
    total: CountAndValue
    by_reason: tuple[ReasonRow, ...]
    by_stage: tuple[StageRow, ...]
    by_user: tuple[UserRow, ...]


def compute_lost_reasons(snapshot: Snapshot) -> LostReasons:
    """Compute the report (reports.md, lost-reasons): deals lost in the window and still lost at `as_of`.

    Reasons and owners come with the most deals first, then by name; stages in the pipeline's order.
    """
    reasons: defaultdict[str, DealSum] = defaultdict(DealSum)
    stages: defaultdict[str | None, DealSum] = defaultdict(DealSum)
    users: defaultdict[str | None, DealSum] = defaultdict(DealSum)
    total = DealSum()
    for row, part in sum_deals(snapshot, _LOST):
        reason = (row.lost_reason or "").strip() or UNSPECIFIED
        for found in (total, reasons[reason], stages[row.from_stage_id], users[row.owner_id]):
            found.add(part)

    def tell(found: DealSum) -> tuple[int, Money, float]:
        return found.deals, snapshot.money(found.value), ratio(found.deals, total.deals)

    by_reason = [ReasonRow(reason, *tell(found)) for reason, found in reasons.items()]
    by_user = [UserRow(user, snapshot.user_name(user), *tell(found)) for user, found in users.items()]
    in_order = [(stage.id, stage.key, stage.name) for stage in snapshot.stages]
    return LostReasons(
        period_days=snapshot.window.days,
        total=CountAndValue(total.deals, snapshot.money(total.value)),
        by_reason=tuple(sorted(by_reason, key=lambda row: (-row.count, row.reason))),
        by_stage=tuple(
            StageRow(key, name, *tell(stages[stage_id]))
            for stage_id, key, name in [*in_order, (None, UNSPECIFIED, "Unspecified")]
            if stage_id in stages
        ),
        by_user=tuple(sorted(by_user, key=lambda row: (-row.count, row.user_name, row.user_id or ""))),
    )
