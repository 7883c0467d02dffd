"""What waits for somebody: the pipeline as a board, their day, their Home tab."""

from dataclasses import dataclass
from datetime import datetime

from crmbot.crm.answers.base import Answer
from crmbot.crm.answers.records import ActivityView, DealView, Link, Person
from crmbot.domain.money import Money


@dataclass(frozen=True, slots=True)
class BoardColumn:
    """A stage with its open deals; sums are in the workspace's currency, deals without a rate left out."""

    key: str
    name: str
    count: int
    value: Money
    weighted: Money
    deals: tuple[DealView, ...]


@dataclass(frozen=True, slots=True)
class Board(Answer):
    """The pipeline in columns; `unconverted` names deals whose currency has no rate."""

    columns: tuple[BoardColumn, ...]
    total: Money
    weighted: Money
    unconverted: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Today(Answer):
    """What waits for the actor, or `whose`: the first activities and how many there are; and that person's pipeline."""

    overdue: tuple[ActivityView, ...]
    due_today: tuple[ActivityView, ...]
    stale: tuple[DealView, ...]
    triage: int = 0
    overdue_total: int = 0
    due_total: int = 0
    stale_total: int = 0
    pipeline: Board | None = None
    whose: Person | None = None
    """Whose day it is when it is not the actor's own."""


@dataclass(frozen=True, slots=True)
class LastEffect:
    """What the actor did last and can still undo."""

    entry_id: str
    said: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Home(Answer):
    """What stands on the actor's Home tab."""

    today: Today
    last: LastEffect | None = None
