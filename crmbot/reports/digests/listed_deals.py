"""Open deals that a digest names one by one."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, select

from crmbot.domain.ids import Kind, reference
from crmbot.domain.money import Money
from crmbot.models import Deal, DealVersion
from crmbot.reports.snapshot import Snapshot
from crmbot.reports.statements import WORKSPACE, Shape, whole
from crmbot.reports.versions import valid


@dataclass(frozen=True, slots=True)
class ListedDeal:
    """An open deal; `value` is in the deal's own currency, None when nobody said yet."""

    id: str
    reference: str
    title: str
    owner_id: str | None
    owner_name: str
    stage: str
    value: Money | None


Told = tuple[str, str, str, str | None, str, str, Money | None]


def select_open(shape: Shape, *columns: Any) -> Select[Any]:
    """Select columns, and all that `told` needs, of the first of the open deals that the viewer sees."""
    version = DealVersion
    of_version = (version.owner_id, version.stage_id, version.value_minor, version.currency)
    return (
        select(Deal.id, Deal.number, Deal.title, *of_version, *columns)
        .join_from(version, Deal, and_(Deal.workspace_id == WORKSPACE, Deal.id == version.deal_id))
        .where(*valid(shape), version.outcome == "open")
        .limit(whole("listed"))
    )


def told(snapshot: Snapshot, row: Any) -> Told:
    """Return what is told of each listed deal."""
    return (
        row.id,
        reference(Kind.DEAL, row.number),
        row.title,
        row.owner_id,
        snapshot.user_name(row.owner_id),
        next(stage.name for stage in snapshot.stages if stage.id == row.stage_id),
        None if row.value_minor is None else Money(row.value_minor, row.currency),
    )
