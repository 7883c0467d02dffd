"""Every report against the oracle where days begin and end, and of nothing and of a single thing."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from reports.oracle import REPORTS, Oracle, World
from reports.worlds import default_stages, write

from crmbot.domain.windows import Window, last_days, since_last_week
from crmbot.reports import REGISTRY, Scope, compute
from crmbot.reports.rendering.envelope import as_envelope
from crmbot.store import Store

_TICK = timedelta(microseconds=1)
_DAYS = (0, 1, 6, 7, 13, 14, 29, 30, 31, 60, 61, 89, 90, 91)
_JANE = "w1-jane"
_MOMENTS = {
    # Each now lies within 91 days after what its name says, in a zone where it happens at midnight or beside it.
    "a leap day": ("UTC", datetime(2028, 3, 1, 12, tzinfo=UTC)),
    "the day of spring forward in Berlin": ("Europe/Berlin", datetime(2031, 3, 30, 20, tzinfo=UTC)),
    "the day of fall back in Berlin": ("Europe/Berlin", datetime(2031, 10, 26, 22, 30, tzinfo=UTC)),
    "spring forward in New York": ("America/New_York", datetime(2031, 3, 10, 4, tzinfo=UTC)),
    "a day that begins at one o'clock in Santiago": ("America/Santiago", datetime(2031, 9, 7, 15, tzinfo=UTC)),
    "a quarter of an hour beside the hour in Kathmandu": ("Asia/Kathmandu", datetime(2031, 1, 1, 18, 15, tzinfo=UTC)),
}


@pytest.mark.parametrize("moment", _MOMENTS.values(), ids=_MOMENTS.keys())
def test_every_report_counts_what_lies_beside_a_midnight(store: Store, moment: tuple[str, datetime]) -> None:
    zone, now = ZoneInfo(moment[0]), moment[1]
    world = _world(zone)
    instants = [*_beside_midnights(now, zone)]
    world.deals = [_deal(n, at, outcome) for n, (at, outcome) in enumerate(_three_of_each(instants), 1)]
    world.activities = [_activity(at, due) for at in instants for due in (at, at.astimezone(zone).date())]
    world.leads = [_lead(at) for at in instants]
    world.customers = [_customer(n, at) for n, at in enumerate(instants)]
    world.proposals = [{"deal": n, "sent_at": at} for n, at in enumerate(instants, 1)]
    _agree(store, world, now, _windows(now, zone))


_NOW = datetime(2031, 3, 12, 12, tzinfo=UTC)
_AT = _NOW - timedelta(days=3)
_SINGLE: dict[str, dict[str, Any]] = {
    "nothing": {},
    "an open deal": {"deals": ["open"]},
    "a won deal": {"deals": ["won"]},
    "a lost deal": {"deals": ["lost"]},
    "a lead": {"leads": 1},
    "a customer": {"leads": 1, "customers": 1},
    "an activity without a day": {"activities": [None]},
    "an activity that is late": {"activities": [_AT]},
    "a proposal": {"deals": ["open"], "proposals": 1},
}


@pytest.mark.parametrize("single", _SINGLE.values(), ids=_SINGLE.keys())
def test_every_report_tells_of_nothing_and_of_a_single_thing(store: Store, single: dict[str, Any]) -> None:
    zone = ZoneInfo("Europe/Berlin")
    world = _world(zone)
    world.deals = [_deal(1, _AT, outcome) for outcome in single.get("deals", ())]
    world.activities = [_activity(_AT, due) for due in single.get("activities", ())]
    world.leads = [_lead(_AT)] * single.get("leads", 0)
    world.customers = [_customer(1, _AT)] * single.get("customers", 0)
    world.proposals = [{"deal": 1, "sent_at": _AT}] * single.get("proposals", 0)
    _agree(store, world, _NOW, [last_days(30, _NOW.astimezone(zone).date(), zone)])


def _agree(store: Store, world: World, now: datetime, windows: list[Window]) -> None:
    with write(world, store, "w1").reading() as session:
        for owner, asked in ((None, windows), (_JANE, windows[:1])):
            scope = Scope("w1", world.zone, world.currency, owner, owner is None, None, now)
            for name in REGISTRY:
                for window in asked if name != "pipeline-changes" else [since_last_week(now, world.zone)]:
                    oracle = Oracle(world, now, window.from_on, window.to_on, owner, window.opens_at)
                    told = as_envelope(compute(session, name, scope, window))["data"]
                    expected = REPORTS[name](oracle)
                    for facts in (told, expected):
                        facts.pop("warnings", None)
                    assert told == expected, f"{name} from {window.from_on} to {window.to_on}, of {owner}"


def _windows(now: datetime, zone: ZoneInfo) -> list[Window]:
    today = now.astimezone(zone).date()
    past = today - timedelta(days=30)
    return [last_days(30, today, zone), last_days(90, today, zone), Window(past, past, zone)]


def _beside_midnights(now: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    today = now.astimezone(zone).date()
    for ago in _DAYS:
        day = today - timedelta(days=ago)
        midnight = datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
        yield from (midnight - _TICK, midnight, midnight + _TICK)


def _three_of_each(instants: list[datetime]) -> Iterator[tuple[datetime, str]]:
    # Beside an instant two deals were closed, and one was made.
    yield from ((at, outcome) for outcome in ("open", "won", "lost") for at in instants)


def _world(zone: ZoneInfo) -> World:
    users = {_JANE: {"name": "Jane", "zone": "Pacific/Apia"}}
    rates = [{"currency": "EUR", "on": date(2027, 1, 1), "rate": "1.1"}]
    return World(zone, "USD", default_stages(), users, rates)


def _deal(number: int, at: datetime, outcome: str) -> dict[str, Any]:
    facts = {
        "stage": "negotiation",
        "value": 100 * number + 1,
        "currency": "EUR" if number % 2 else "USD",
        "probability": 61,
        "owner": (_JANE, None)[number % 2],
        "close": at.date(),
        "category": None,
        "lost_reason": None,
        "company": "Acme",
        "contact": "Eve",
    }
    made, history = at, [(at, facts)]
    if outcome != "open":
        made = at - timedelta(days=40)
        history = [(made, facts), (at, {**facts, "stage": outcome, "lost_reason": "Price"})]
    return {
        "created_at": made,
        "history": history,
        "number": number,
        "id": f"w1-{number:03d}",
        "title": f"Deal {number}",
    }


def _activity(at: datetime, due: datetime | date | None) -> dict[str, Any]:
    facts: dict[str, Any] = {"owner": _JANE, "due_at": None, "due_on": None, "completed_at": None}
    facts |= {"minutes": 30, "billable": True}
    if isinstance(due, datetime):
        facts["due_at"] = due
        facts["completed_at"] = due if due.minute else None
    else:
        facts["due_on"] = due
    return {
        "kind": "call",
        "deal": None,
        "created_at": at - timedelta(days=2),
        "history": [(at - timedelta(days=2), facts)],
    }


def _lead(at: datetime) -> dict[str, Any]:
    entries = [("new", at), ("contacted", at), ("qualified", at + _TICK), ("converted", at + _TICK)]
    return {"created_at": at, "entries": entries, "history": [(at, {"owner": _JANE, "source": "referral"})]}


def _customer(number: int, at: datetime) -> dict[str, Any]:
    facts = {"name": "A customer", "acquired_at": at, "company": None, "contact": "Bob", "lead": 0, "channel": ""}
    return {**facts, "id": f"w1-customer-{number:03d}", "history": [(at, None if number else 12345)]}
