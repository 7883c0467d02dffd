"""Worlds for property tests: what may happen in a workspace, and how it is written into the store."""

from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from reports.oracle import World
from reports.rows import Rows

from crmbot.domain.stages import DEFAULT_STAGES
from crmbot.store import Store

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "America/Santiago", "Pacific/Apia")
# Noon after a leap day, both days of Berlin's clock changes, a year's first and last hours.
NOWS = (
    datetime(2028, 3, 1, 12, tzinfo=UTC),
    datetime(2031, 3, 30, 22, 30, tzinfo=UTC),
    datetime(2031, 10, 26, 0, 30, tzinfo=UTC),
    datetime(2031, 1, 1, 3, tzinfo=UTC),
    datetime(2031, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
)
_EDGES = (0, 0, 1, 2, 6, 7, 8, 13, 14, 15, 29, 30, 31, 44, 45, 46, 59, 60, 61, 62, 89, 90, 91, 92, 120, 200)
_TICK = timedelta(microseconds=1)


@st.composite
def instants(draw: st.DrawFn, now: datetime, zone: ZoneInfo, edges: list[int]) -> datetime:
    """Draw an instant: often a local midnight some days ago or a tick beside it, else any, mostly past."""
    day = now.astimezone(zone).date() - timedelta(days=draw(st.sampled_from(edges)))
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
    steps = st.sampled_from([timedelta(), -_TICK, _TICK])
    hours = st.integers(-30, 30).map(lambda n: timedelta(hours=n, seconds=n * n))
    return draw(st.sampled_from([midnight, midnight, now])) + draw(st.one_of(steps, steps, hours))


@st.composite
def worlds(draw: st.DrawFn, now: datetime, prefix: str = "w1") -> World:
    """Draw a workspace; ids of users begin with `prefix`."""
    zone = ZoneInfo(draw(st.sampled_from(ZONES)))
    # A few days a world, so that many things fall on the same edge.
    edges = draw(st.lists(st.sampled_from(_EDGES), min_size=1, max_size=4))
    moment = instants(now, zone, edges)
    day = st.sampled_from([-31, -1, 0, 0, 1, 31]).map(lambda n: now.astimezone(zone).date() + timedelta(days=n))
    users = {
        f"{prefix}-{name}": {"name": name.title(), "zone": draw(st.sampled_from(ZONES))}
        for name in ("jane", "omar", "ann")
    }
    owner = st.sampled_from([*users, None])
    world = World(zone, draw(st.sampled_from(["USD", "USD", "JPY"])), default_stages(), users)
    world.rates = draw(st.lists(_rates(now.date()), max_size=4, unique_by=lambda r: (r["currency"], r["on"])))
    world.deals = draw(_some(_deals(moment, owner, day), 7))
    for number, deal in enumerate(world.deals, 1):
        deal.update(number=number, id=f"{prefix}-deal-{number:03d}", title=f"Deal {number}")
    numbers = st.sampled_from([deal["number"] for deal in world.deals] or [None])
    world.activities = draw(_some(_activities(moment, owner, day, numbers), 8))
    world.leads = draw(_some(_leads(moment, owner), 6))
    if world.leads:
        world.customers = draw(
            st.lists(_customers(moment, len(world.leads)), max_size=4, unique_by=lambda c: c["company"] or c["contact"])
        )
        for n, customer in enumerate(world.customers):
            customer["id"] = f"{prefix}-customer-{n:03d}"
    if world.deals:
        world.proposals = draw(
            st.lists(st.fixed_dictionaries({"deal": numbers, "sent_at": st.none() | moment}), max_size=3)
        )
    return world


def _some(things: st.SearchStrategy[Any], most: int) -> st.SearchStrategy[list[Any]]:
    """Draw none, one, or up to `most`, each number as often; plain lists are mostly short."""
    return st.integers(0, most).flatmap(lambda n: st.lists(things, min_size=n, max_size=n))


def default_stages() -> list[dict[str, Any]]:
    """Return the stages of a new workspace as the oracle knows them."""
    return [
        {
            "key": s.key,
            "name": s.name,
            "kind": s.kind.value,
            "probability": s.probability,
            "late": s.late,
            "stale_after_days": s.stale_after_days,
            "category": s.forecast_category.value,
        }
        for s in DEFAULT_STAGES
    ]


def _rates(today: date) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {
            "currency": st.sampled_from(["EUR", "KWD"]),
            "on": st.sampled_from([-1, 0, 0, 1, 7, 60]).map(lambda n: today - timedelta(days=n)),
            "rate": st.sampled_from(["1.1", "0.3333", "2", "150.5", "0.000001"]),
        }
    )


@st.composite
def _deals(draw: st.DrawFn, moment: Any, owner: Any, day: Any) -> dict[str, Any]:
    facts = st.fixed_dictionaries(
        {
            "stage": st.sampled_from([stage.key for stage in DEFAULT_STAGES]),
            "value": st.one_of(st.none(), st.integers(0, 9), st.integers(0, 10**8)),
            "currency": st.sampled_from(["USD", "USD", "USD", "EUR", "KWD", "JPY"]),
            "probability": st.one_of(st.none(), st.integers(0, 100), st.sampled_from([59, 60, 61])),
            "owner": owner,
            "close": st.none() | day,
            "category": st.sampled_from([None, None, None, "commit", "omitted"]),
            "lost_reason": st.sampled_from([None, "", "Price", "No budget"]),
            "company": st.sampled_from([None, "Acme", "Globex"]),
            "contact": st.sampled_from([None, "Eve", "Bob"]),
        }
    )
    times = sorted(draw(st.lists(moment, min_size=1, max_size=draw(st.sampled_from([1, 1, 4])))))
    history = [(times[0], draw(facts))]
    for at in times[1:]:
        changed = draw(facts)
        keep = draw(st.sets(st.sampled_from(sorted(changed))))
        history.append((at, {**changed, **{name: history[-1][1][name] for name in keep}}))
    return {"created_at": times[0], "history": history}


@st.composite
def _activities(draw: st.DrawFn, moment: Any, owner: Any, day: Any, deals: Any) -> dict[str, Any]:
    created = draw(moment)

    def facts() -> dict[str, Any]:
        due_at, due_on = draw(
            st.one_of(
                st.tuples(moment, st.none()),
                st.tuples(st.none(), day),
                st.just((None, None)),
            )
        )
        return {
            "owner": draw(owner),
            "due_at": due_at,
            "due_on": due_on,
            "completed_at": draw(st.none() | moment),
            "minutes": draw(st.none() | st.integers(0, 600)),
            "billable": draw(st.booleans()),
        }

    later = sorted({at for at in draw(st.lists(moment, max_size=2)) if at > created})
    return {
        "kind": draw(st.sampled_from(["call", "email", "meeting", "task"])),
        "deal": draw(st.one_of(st.none(), deals)),
        "created_at": created,
        "history": [(at, facts()) for at in [created, *later]],
    }


@st.composite
def _leads(draw: st.DrawFn, moment: Any, owner: Any) -> dict[str, Any]:
    created = draw(moment)
    times = sorted(at for at in draw(st.lists(moment, max_size=5)) if at >= created)
    statuses = ("contacted", "qualified", "converted", "disqualified", "new")
    entries = [("new", created)]
    for at in times:
        status = draw(st.sampled_from(statuses))
        ladder = ("new", "contacted", "qualified", "converted")
        below = ladder[: ladder.index(status)] if status in ladder else ()
        known = {name for name, _ in entries}
        entries += [(skipped, at) for skipped in below if skipped not in known] + [(status, at)]
    facts = st.fixed_dictionaries({"owner": owner, "source": st.sampled_from([None, "", "web_form", "referral"])})
    return {"created_at": created, "entries": entries, "history": draw(_changes(created, moment, facts))}


@st.composite
def _changes(draw: st.DrawFn, first: datetime, moment: Any, facts: Any) -> list[tuple[datetime, Any]]:
    """Draw what something was from its beginning on, and what it was changed to later."""
    later = sorted({at for at in draw(st.lists(moment, max_size=2)) if at > first})
    return [(at, draw(facts)) for at in [first, *later]]


@st.composite
def _customers(draw: st.DrawFn, moment: Any, leads: int) -> dict[str, Any]:
    company = draw(st.sampled_from([None, "Acme", "Globex"]))
    acquired = draw(moment)
    return {
        "name": "A customer",
        "acquired_at": acquired,
        "company": company,
        "contact": draw(st.sampled_from(["Eve", "Bob"])),
        "lead": draw(st.integers(0, leads - 1)),
        "channel": draw(st.sampled_from(["", "web_form", "referral"])),
        "history": draw(_changes(acquired, moment, st.sampled_from([None, None, 0, 12345]))),
    }


def write(world: World, store: Store, workspace_id: str) -> Rows:
    """Write a world into the store as the write side leaves it."""
    rows = Rows(store, workspace_id, world.zone, world.currency)
    for user in world.users.values():
        rows.user(user["name"], timezone=user["zone"])
    for rate in world.rates:
        rows.rate(**rate)
    companies = {name: rows.company(name) for name in ("Acme", "Globex")} | {None: None}
    contacts = {name: rows.contact(name) for name in ("Eve", "Bob")} | {None: None}
    for deal in world.deals:
        history = [(at, _renamed(facts, companies, contacts)) for at, facts in deal["history"]]
        rows.deal(
            deal["created_at"],
            history[0][1].pop("value_minor"),
            **history[0][1],
            then=history[1:],
            number=deal["number"],
            title=deal["title"],
            id=deal["id"],
        )
    ids = {deal["number"]: deal["id"] for deal in world.deals}
    numbers = count(1)
    for activity in world.activities:
        _write_activity(rows, world, activity, ids, next(numbers))
    leads = [rows.lead_of(lead["entries"], facts=lead["history"]) for lead in world.leads]
    for customer in world.customers:
        rows.customer(
            customer["name"],
            customer["acquired_at"],
            customer["channel"],
            id=customer["id"],
            company_id=companies[customer["company"]],
            contact_id=contacts[customer["contact"]],
            lead_id=leads[customer["lead"]],
            values=customer["history"],
        )
    for proposal in world.proposals:
        rows.proposal(ids[proposal["deal"]], proposal["sent_at"])
    return rows


def _renamed(facts: dict[str, Any], companies: dict[Any, Any], contacts: dict[Any, Any]) -> dict[str, Any]:
    names = {"value": "value_minor", "close": "expected_close", "category": "forecast_category"}
    known = {names.get(name, name): value for name, value in facts.items() if name not in {"company", "contact"}}
    return known | {"company_id": companies[facts["company"]], "contact_id": contacts[facts["contact"]]}


def _write_activity(rows: Rows, world: World, activity: dict[str, Any], ids: dict[int, str], number: int) -> None:
    def facts(given: dict[str, Any]) -> dict[str, Any]:
        zone = world.users[given["owner"]]["zone"] if given["owner"] else world.zone.key
        names = {"minutes": "duration_minutes"}
        return {names.get(name, name): value for name, value in given.items()} | {"zone": zone}

    times = [at for at, _ in activity["history"]]
    earlier = [
        (start, end, facts(old)) for start, end, (_, old) in zip(times, times[1:], activity["history"], strict=False)
    ]
    rows.activity(
        activity["kind"],
        activity["created_at"],
        **facts(activity["history"][-1][1]),
        before=earlier,
        number=number,
        deal_id=ids.get(activity["deal"]),
    )
