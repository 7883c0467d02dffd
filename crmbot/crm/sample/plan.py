"""The plan of a sample: how much of everything, who works there, and chance that is the same for the same seed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from functools import cached_property
from math import pi, sin
from random import Random
from zoneinfo import ZoneInfo

WORKSPACE_ZONE = ZoneInfo("Europe/Berlin")
CURRENCY = "USD"
_SEASON_DAYS = 90
_STREAMS = {
    name: place for place, name in enumerate(("company", "contact", "lead", "deal", "activity", "note", "rate"))
}


@dataclass(frozen=True, slots=True)
class Size:
    """How many records of each kind a sample has; `days` is how far back it goes."""

    companies: int
    contacts: int
    leads: int
    deals: int
    activities: int
    reps: int = 5
    days: int = 120

    @property
    def conversions(self) -> int:
        """How many deals come from a lead."""
        return min(self.deals // 3, self.companies - len(KNOWN_COMPANIES), self.leads)


SIZES: Mapping[str, Size] = {
    "small": Size(companies=40, contacts=60, leads=80, deals=60, activities=300),
    "medium": Size(companies=2_000, contacts=4_000, leads=10_000, deals=3_000, activities=30_000, reps=20, days=365),
    "large": Size(
        companies=50_000, contacts=100_000, leads=1_000_000, deals=200_000, activities=3_000_000, reps=48, days=730
    ),
}

KNOWN_COMPANIES = (
    ("Globex", "globex.example", "Manufacturing", "501-1000"),
    ("Acme Corp", "acme.example", "Retail", "201-500"),
    ("Acme GmbH", "acme-gmbh.example", "Retail", "51-200"),
)
KNOWN_CONTACTS = (
    ("Dana Whitfield", "dana@globex.example", "Head of Operations"),
    ("Paul Ferris", "paul.ferris@acme.example", "Buyer"),
    ("Greta Lohmann", "greta.lohmann@acme-gmbh.example", "CFO"),
)

_TEAM = (
    ("Ada Okafor", "ada", "admin", "Europe/Berlin"),
    ("Max Brandt", "max", "manager", "Europe/Berlin"),
    ("Jane Davis", "jane", "rep", "Europe/Berlin"),
    ("Tom Keller", "tom", "rep", "Europe/Berlin"),
    ("Priya Nair", "priya", "rep", "Asia/Kolkata"),
    ("Luis Ortega", "luis", "rep", "America/New_York"),
    ("Emma Laurent", "emma", "rep", "Europe/Paris"),
)
_ZONES = (
    "Europe/Berlin",
    "Europe/London",
    "America/New_York",
    "America/Los_Angeles",
    "Asia/Kolkata",
    "Australia/Sydney",
)


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of the team; `skill` raises or lowers how often they win."""

    name: str
    word: str
    role: str
    timezone: str
    skill: float = 1.0

    @property
    def ref(self) -> str:
        """What other lines call this user."""
        return f"user-{self.word}"

    @property
    def email(self) -> str:
        """The address they write from."""
        return f"{self.word}@demo.example"


@dataclass(frozen=True)
class Plan:
    """A sample to be made: everything in it follows from these values alone."""

    seed: int
    size: Size
    now: datetime
    team: tuple[Member, ...] = field(init=False)

    def __post_init__(self) -> None:
        more = (
            (f"Rep {place}", f"rep{place}", "rep", _ZONES[place % len(_ZONES)])
            for place in range(6, self.size.reps + 1)
        )
        team = tuple(Member(*facts, skill=0.7 + 0.15 * (place * 3 % 5)) for place, facts in enumerate((*_TEAM, *more)))
        object.__setattr__(self, "team", team)

    @cached_property
    def reps(self) -> tuple[Member, ...]:
        """Those who own leads and deals."""
        return tuple(one for one in self.team if one.role == "rep")

    @property
    def jane(self) -> Member:
        """The rep of the well-known deals."""
        return self.reps[0]

    @property
    def start(self) -> datetime:
        """From when the sample has records."""
        return self.now - timedelta(days=self.size.days)

    def chance(self, stream: str, index: int) -> Random:
        """Return the dice of one record."""
        return Random((self.seed << 48) | (_STREAMS[stream] << 44) | index)  # noqa: S311 - sample data

    def moment(self, index: int, count: int, dice: Random) -> datetime:
        """Return when record `index` of `count` comes about: in working hours, with a season of a quarter."""
        share = (index + 0.5) / count
        waves = max(1.0, self.size.days / _SEASON_DAYS)
        share = share + sin(2 * pi * waves * share) / (8 * pi * waves)
        return self.working_hour(self.start + timedelta(days=self.size.days * min(share, 1.0)), dice)

    def working_hour(self, near: datetime, dice: Random) -> datetime:
        """Return a moment in working hours of that day or the Friday before, and before now."""
        day = near.astimezone(WORKSPACE_ZONE).date()
        day -= timedelta(days=max(0, day.weekday() - 4))
        clock = time(dice.randrange(8, 18), dice.randrange(0, 60, 5))
        at = datetime.combine(day, clock, WORKSPACE_ZONE).astimezone(UTC)
        return min(at, self.now - timedelta(minutes=dice.randrange(20, 600)))


def likely(dice: Random, share: float) -> bool:
    """Roll for something that happens in that share of all cases."""
    return dice.random() < share


def instant(at: datetime) -> str:
    """Write an instant as an archive does."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
