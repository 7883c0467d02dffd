"""The workspace's own choices as answers: rows for whoever reads, and the facts for forms that change them."""

from dataclasses import dataclass

from crmbot.crm.answers import Table


@dataclass(frozen=True, slots=True)
class Settings(Table):
    """What the workspace is called and how it counts, with the words of `SetWorkspace`."""

    name: str
    timezone: str
    currency: str
    date_order: str


@dataclass(frozen=True, slots=True)
class StageChoice:
    """A stage as an admin shapes it; `deals` counts all that are in it."""

    key: str
    name: str
    kind: str
    probability: int
    late: bool
    stale_after_days: int | None
    forecast_category: str
    deals: int


@dataclass(frozen=True, slots=True)
class Stages(Table):
    """The pipeline's stages in order."""

    stages: tuple[StageChoice, ...]


@dataclass(frozen=True, slots=True)
class LostReasons(Table):
    """What is offered when a deal is lost."""

    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Colleague:
    """A user of the workspace; one who left is not active."""

    id: str
    name: str
    email: str
    role: str
    active: bool
    timezone: str
    slack_user_id: str | None


@dataclass(frozen=True, slots=True)
class People(Table):
    """Everybody who works here or did."""

    people: tuple[Colleague, ...]


@dataclass(frozen=True, slots=True)
class DigestChoice:
    """A digest; `to` is a channel's id, an account's id or an address, `following` its next local moment."""

    name: str
    report: str
    to: str
    schedule: str
    following: str
    paused: bool


@dataclass(frozen=True, slots=True)
class Digests(Table):
    """The workspace's digests by name."""

    digests: tuple[DigestChoice, ...]
