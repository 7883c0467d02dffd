"""A workspace as plain facts, and somebody's look at it: local days, money as `Decimal`, rates as `Fraction`."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

Facts = dict[str, Any]
DIGITS = {"USD": 2, "EUR": 2, "JPY": 0, "KWD": 3}


@dataclass
class World:
    """Everything that happened in a workspace, each thing a dictionary; lists of (instant, facts) are in order."""

    zone: ZoneInfo
    currency: str
    stages: list[Facts]
    users: dict[str, Facts]
    rates: list[Facts] = field(default_factory=list)
    deals: list[Facts] = field(default_factory=list)
    activities: list[Facts] = field(default_factory=list)
    leads: list[Facts] = field(default_factory=list)
    customers: list[Facts] = field(default_factory=list)
    proposals: list[Facts] = field(default_factory=list)


def ratio(part: float, whole: float) -> float:
    """Round part / whole half-up to three decimals."""
    return math.floor(Fraction(part) / Fraction(whole) * 1000 + Fraction(1, 2)) / 1000 if whole else 0.0


def half_up(value: Fraction) -> int:
    """Round to a whole number, halves up."""
    return math.floor(value + Fraction(1, 2))


@dataclass
class Oracle:
    """A world looked at by somebody at `now` over the days from `first` to `last`."""

    world: World
    now: datetime
    first: date
    last: date
    owner: str | None = None
    opens_at: datetime | None = None
    unconverted: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.as_of = min(self.now, self.first_instant_after(self.last))
        self.day = self.local(self.as_of - timedelta(microseconds=1))

    def first_instant_after(self, day: date) -> datetime:
        moment = datetime(day.year, day.month, day.day, tzinfo=UTC)
        while self.local(moment) <= day:
            moment += timedelta(minutes=15)
        while self.local(moment - timedelta(minutes=1)) > day:
            moment -= timedelta(minutes=1)
        return moment

    def local(self, moment: datetime) -> date:
        """Return the workspace's date of an instant."""
        return moment.astimezone(self.world.zone).date()

    def inside(self, moment: datetime | None) -> bool:
        """Say whether something happened in the window, by `as_of`."""
        if moment is None or moment >= self.as_of:
            return False
        return moment >= self.opens_at if self.opens_at else self.first <= self.local(moment) <= self.last

    def mine(self, owner: str | None) -> bool:
        """Say whether an owner's records count."""
        return self.owner is None or owner == self.owner

    def name(self, user: str | None) -> str:
        """Return a user's name."""
        return str(self.world.users[user]["name"]) if user else "Unassigned"

    def money(self, minor: int) -> float:
        """Return minor units of the workspace's currency in major units."""
        return float(Decimal(minor) / 10 ** DIGITS[self.world.currency])

    def minor(self, facts: Facts, deal: Facts) -> int:
        """Return a deal's value in the workspace's minor units; 0, and noted, without a rate."""
        value, currency = facts["value"], facts["currency"]
        if value is None:
            return 0
        if currency == self.world.currency:
            return int(value)
        known = [r for r in self.world.rates if r["currency"] == currency and r["on"] <= self.day]
        if not known:
            self.unconverted.add(deal["number"])
            return 0
        rate = Decimal(max(known, key=lambda r: r["on"])["rate"])
        major = Decimal(value) / 10 ** DIGITS[currency] * rate
        return int((major * 10 ** DIGITS[self.world.currency]).quantize(Decimal(1), ROUND_HALF_UP))

    def stage(self, key: str) -> Facts:
        """Return a stage by its key."""
        return next(stage for stage in self.world.stages if stage["key"] == key)

    def kind(self, facts: Facts | None) -> str | None:
        """Return whether the deal is open, won or lost; None when it does not exist."""
        return None if facts is None else str(self.stage(facts["stage"])["kind"])

    def history(self, deal: Facts, moment: datetime) -> list[tuple[datetime, Facts]]:
        """Return a deal's versions that began before an instant, one an instant."""
        return [item for item in dict(deal["history"]).items() if item[0] < moment]

    def at(self, deal: Facts, moment: datetime) -> Facts | None:
        """Return a deal's facts just before an instant."""
        past = self.history(deal, moment)
        return past[-1][1] if past else None

    def then(self, history: list[tuple[datetime, Any]]) -> Any:
        """Return what held just before `as_of`; the first of all also held for all time before it."""
        past = [facts for at, facts in history if at < self.as_of]
        return past[-1] if past else history[0][1]

    def deals(self, *kinds: str) -> list[tuple[Facts, Facts]]:
        """Return the deals of those kinds at `as_of` that count, with their facts then."""
        found = [(deal, self.at(deal, self.as_of)) for deal in self.world.deals]
        return [(d, f) for d, f in found if f and self.kind(f) in kinds and self.mine(f["owner"])]

    def chance(self, facts: Facts) -> int:
        """Return a deal's probability: its own, else its stage's."""
        own = facts.get("probability")
        return int(self.stage(facts["stage"])["probability"] if own is None else own)

    def likely(self, deal: Facts, facts: Facts) -> int:
        """Return the weighted value in minor units."""
        return half_up(Fraction(self.minor(facts, deal) * self.chance(facts), 100))

    def run_began(self, deal: Facts, what: Callable[[Facts], Any]) -> tuple[datetime, Facts | None]:
        """Return when the present run of versions equal in `what` began, and the version before it."""
        past = self.history(deal, self.as_of)
        place = len(past) - 1
        while place and what(past[place - 1][1]) == what(past[-1][1]):
            place -= 1
        return past[place][0], past[place - 1][1] if place else None
