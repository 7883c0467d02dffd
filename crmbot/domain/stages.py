"""What a pipeline stage is, and the default pipeline."""

from dataclasses import dataclass
from enum import StrEnum


class StageKind(StrEnum):
    """What a deal in the stage counts as."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"


class ForecastCategory(StrEnum):
    """How sure the money is, for forecasts by category."""

    PIPELINE = "pipeline"
    BEST_CASE = "best_case"
    COMMIT = "commit"
    CLOSED = "closed"
    OMITTED = "omitted"


class LeadStatus(StrEnum):
    """Where a lead stands."""

    NEW = "new"
    CONTACTED = "contacted"
    QUALIFIED = "qualified"
    CONVERTED = "converted"
    DISQUALIFIED = "disqualified"


LADDER = (LeadStatus.NEW, LeadStatus.CONTACTED, LeadStatus.QUALIFIED, LeadStatus.CONVERTED)
"""The statuses a lead climbs, in order."""


def skipped_statuses(reached: frozenset[LeadStatus], target: LeadStatus) -> tuple[LeadStatus, ...]:
    """Return the statuses below `target` never entered before, in order; they count as entered with it."""
    if target not in LADDER:
        return ()
    return tuple(status for status in LADDER[: LADDER.index(target)] if status not in reached)


def usual_probability(kind: StageKind) -> int:
    """Return the probability of a deal in a stage of that kind; only an open one may have another."""
    return 100 if kind is StageKind.WON else 0


def usual_category(kind: StageKind) -> ForecastCategory:
    """Return the forecast category of a stage of that kind where nobody says another."""
    return _USUAL_CATEGORY[kind]


_USUAL_CATEGORY = {
    StageKind.OPEN: ForecastCategory.PIPELINE,
    StageKind.WON: ForecastCategory.CLOSED,
    StageKind.LOST: ForecastCategory.OMITTED,
}


@dataclass(frozen=True, slots=True)
class StageSpec:
    """One stage of a pipeline as config and archive describe it; `probability` is whole percent."""

    key: str
    name: str
    kind: StageKind = StageKind.OPEN
    probability: int = 0
    late: bool = False
    stale_after_days: int | None = None
    forecast_category: ForecastCategory = ForecastCategory.PIPELINE


DEFAULT_STAGES = (
    StageSpec("new_lead", "New Lead", probability=10, stale_after_days=30),
    StageSpec("qualified", "Qualified", probability=25, stale_after_days=45),
    StageSpec(
        "proposal_sent",
        "Proposal Sent",
        probability=50,
        stale_after_days=30,
        forecast_category=ForecastCategory.BEST_CASE,
    ),
    StageSpec(
        "negotiation",
        "Negotiation",
        probability=75,
        late=True,
        stale_after_days=30,
        forecast_category=ForecastCategory.COMMIT,
    ),
    StageSpec(
        "won",
        "Won",
        kind=StageKind.WON,
        probability=100,
        forecast_category=ForecastCategory.CLOSED,
    ),
    StageSpec("lost", "Lost", kind=StageKind.LOST, forecast_category=ForecastCategory.OMITTED),
)
DEFAULT_LOST_REASONS = (
    "Price",
    "Competitor",
    "No budget",
    "No decision",
    "Timing",
    "Missing feature",
    "Duplicate",
)
