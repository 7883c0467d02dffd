"""What every report is asked with and answers with, whatever it counts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from crmbot.domain.money import Money
from crmbot.domain.windows import Window, read_window, since_last_week
from crmbot.errors import NotAllowed


@dataclass(frozen=True, slots=True)
class ReportSettings:
    """Thresholds of the warnings, and what counts as stale and as sure (reports.md, Warnings).

    Rates are fractions of 1; `old_deals` is a number of deals, `worst_case_min_probability` whole percent.
    """

    overdue_rate: float = 0.10
    completion_rate: float = 0.75
    old_deals: int = 3
    weighted_share: float = 0.5
    age_adjusted_excess: float = 0.25
    worst_case_min_probability: int = 60
    stale_days: int = 14


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose records a report covers, and by whose clock, zone and currency it is told.

    `viewer_id` is None for the workspace itself; `owner_id` narrows to one owner.
    """

    workspace_id: str
    zone: ZoneInfo
    currency: str
    viewer_id: str | None
    sees_all: bool
    owner_id: str | None
    now: datetime
    settings: ReportSettings = field(default_factory=ReportSettings)

    @property
    def owner(self) -> str | None:
        """The only owner whose records count, or None for everybody's.

        Raises:
            NotAllowed: someone who sees their own records asks for another's.
        """
        if self.sees_all:
            return self.owner_id
        if self.viewer_id is None or self.owner_id not in {None, self.viewer_id}:
            raise NotAllowed("You may see reports about your own records only.")
        return self.viewer_id


@dataclass(frozen=True, slots=True)
class ReportRequest:
    """A report as somebody asked for it: the parameters as typed."""

    name: str
    period: str | int | None = None
    date_from: str | date | None = None
    date_to: str | date | None = None
    owner: str | None = None

    def window(self, now: datetime, zone: ZoneInfo) -> Window:
        """Read the window; what moved is told since last week unless asked otherwise (reports.md, pipeline-changes)."""
        if self.name == "pipeline-changes" and self.period is None and self.date_from is None and self.date_to is None:
            return since_last_week(now, zone)
        today = now.astimezone(zone).date()
        return read_window(self.period, self.date_from, self.date_to, today=today, zone=zone)


@dataclass(frozen=True, slots=True)
class Period:
    """The days a report is about, both included."""

    from_on: date = field(metadata={"name": "from"})
    to_on: date = field(metadata={"name": "to"})


@dataclass(frozen=True, slots=True)
class Unconverted:
    """A deal whose money is in no sum, because its currency has no rate."""

    id: str
    number: int
    title: str
    amount: Money
    currency: str


@dataclass(frozen=True, slots=True)
class Signal:
    """A warning: a threshold was passed; `message` is a sentence for people."""

    code: str
    message: str
    user_id: str | None = None
    user_name: str | None = None


@dataclass(frozen=True, slots=True)
class CountAndValue:
    """How many, and the sum of their values."""

    count: int
    value: Money


@dataclass(frozen=True, slots=True)
class Meta:
    """Under which circumstances a report was computed."""

    workspace_id: str
    timezone: str
    currency: str
    as_of: datetime
    scope: str
    owner_id: str | None
    period: Period
    unconverted: tuple[Unconverted, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """A computed report; `data` is the frozen type of the report's own module.

    `stage_names` are names by key, `owner_name` is the only owner's, for those who show a report to people.
    """

    name: str
    title: str
    data: Any
    meta: Meta
    stage_names: Mapping[str, str] = field(default_factory=dict)
    owner_name: str | None = None
