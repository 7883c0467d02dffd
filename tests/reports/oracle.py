"""The reports computed the slow way, straight from reports.md, in plain Python over plain facts.

Shares no code with the engine: days are local dates, money is `Decimal`, rates are `Fraction`.
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

Facts = dict[str, Any]
AGES = ("under_30_days", "30_to_60_days", "60_to_90_days", "over_90_days")
DIGITS = {"USD": 2, "EUR": 2, "JPY": 0, "KWD": 3}
MOVES = ("created", "increased", "decreased", "pulled_in", "pushed_out", "reopened", "won", "lost")


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
        self.as_of = min(self.now, self._first_instant_after(self.last))
        self.day = self.local(self.as_of - timedelta(microseconds=1))

    def _first_instant_after(self, day: date) -> datetime:
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


def sales_pipeline(o: Oracle) -> Facts:
    """Compute sales-pipeline."""
    found = []
    for deal, facts in o.deals("open"):
        stage, value, likely = o.stage(facts["stage"]), o.minor(facts, deal), o.likely(deal, facts)
        age = (o.day - o.local(deal["created_at"])).days
        stood = (o.day - o.local(o.run_began(deal, lambda f: f["stage"])[0])).days
        usual = stage["stale_after_days"]
        share = 1 if usual is None or stood <= usual else 2 if stood <= 2 * usual else 4
        found.append(
            {
                "stage": stage["key"],
                "owner": facts["owner"],
                "value": value,
                "likely": likely,
                "age": 0 if age <= 29 else 1 if age <= 60 else 2 if age <= 90 else 3,
                "sure": likely if stage["late"] and o.chance(facts) >= 60 else 0,
                "adjusted": half_up(Fraction(likely, share)),
                "new": o.inside(deal["created_at"]),
                "stale": age > 90 and not any((o.day - o.local(t)).days < 14 for t in _touches(o, deal)),
            }
        )

    def total(what: str, field: str = "", wanted: object = None) -> int:
        return sum(d[what] for d in found if not field or d[field] == wanted)

    def count(field: str, wanted: object) -> int:
        return sum(d[field] == wanted for d in found)

    users = []
    for user in {d["owner"] for d in found}:
        theirs = [d for d in found if d["owner"] == user]
        users.append(
            {
                "user_id": user,
                "user_name": o.name(user),
                "opportunities": len(theirs),
                "pipeline_value": o.money(sum(d["value"] for d in theirs)),
                "weighted_value": o.money(sum(d["likely"] for d in theirs)),
                "over_90_days": sum(d["age"] == 3 for d in theirs),
            }
        )
    value, likely = total("value"), total("likely")
    return {
        "period_days": (o.last - o.first).days + 1,
        "total_opportunities": len(found),
        "pipeline_value": o.money(value),
        "weighted_value": o.money(likely),
        "average_deal_size": o.money(half_up(Fraction(value, len(found))) if found else 0),
        "by_stage": {
            s["key"]: {
                "count": count("stage", s["key"]),
                "value": o.money(total("value", "stage", s["key"])),
                "weighted_value": o.money(total("likely", "stage", s["key"])),
            }
            for s in o.world.stages
            if s["kind"] == "open"
        },
        "by_user": sorted(users, key=lambda u: (-u["pipeline_value"], u["user_name"], u["user_id"] or "")),
        "aging": {key: count("age", n) for n, key in enumerate(AGES)},
        "aging_value": {key: o.money(total("value", "age", n)) for n, key in enumerate(AGES)},
        "forecast": {
            "best_case": o.money(value),
            "most_likely": o.money(likely),
            "worst_case": o.money(total("sure")),
        },
        "new_opportunities": {
            "count": count("new", wanted=True),
            "value": o.money(total("value", "new", wanted=True)),
        },
        "stale": {"count": count("stale", wanted=True), "value": o.money(total("value", "stale", wanted=True))},
        "age_adjusted": o.money(total("adjusted")),
        "warnings": _pipeline_warnings(users, likely, total("adjusted")),
    }


def _pipeline_warnings(users: list[Facts], likely: int, adjusted: int) -> list[tuple[str, Any]]:
    reps = [u for u in users if u["user_id"]]
    found: list[tuple[str, Any]] = [("old_deals", u["user_id"]) for u in reps if u["over_90_days"] > 3]
    if reps:
        average = sum(Fraction(str(u["weighted_value"])) for u in reps) / len(reps)
        found += [("low_pipeline", u["user_id"]) for u in reps if Fraction(str(u["weighted_value"])) < average / 2]
    if Fraction(likely) > Fraction(adjusted) * Fraction(5, 4):
        found.append(("inflated_forecast", None))
    return sorted(found, key=str)


def _activity_at(o: Oracle, activity: Facts) -> Facts:
    """Return an activity's facts just before `as_of`; the first ones when it was made later."""
    history = list(dict(activity["history"]).items())
    past: list[Facts] = [facts for at, facts in history if at < o.as_of]
    first: Facts = history[0][1]
    return past[-1] if past else first


def _touches(o: Oracle, deal: Facts) -> Iterable[datetime]:
    for activity in o.world.activities:
        if activity["deal"] == deal["number"]:
            done = _activity_at(o, activity)["completed_at"]
            if done is not None and done < o.as_of:
                yield done
            elif activity["created_at"] < o.as_of:
                yield activity["created_at"]


def activity_summary(o: Oracle) -> Facts:
    """Compute activity-summary."""
    found, minutes = [], 0
    for activity in o.world.activities:
        facts, created = _activity_at(o, activity), activity["created_at"]
        done, due_at, due_on, owner = (facts[name] for name in ("completed_at", "due_at", "due_on", "owner"))
        if not o.mine(owner) or not (created < o.as_of or (done and done < o.as_of)):
            continue
        if facts["billable"] and done and o.inside(done):
            minutes += facts["minutes"] or 0
        due_day = o.local(due_at) if due_at else due_on
        due = due_day is not None and o.first <= due_day <= o.last
        carried = o.local(created) <= o.last and (done is None or o.local(done) >= o.first)
        if not (due or carried):
            continue
        zone = ZoneInfo(o.world.users[owner]["zone"]) if owner else o.world.zone
        if done and done < o.as_of:
            state = "completed"
        elif due_at:
            state = "overdue" if due_at < o.as_of else "pending"
        else:
            state = "overdue" if due_on and o.as_of.astimezone(zone).date() > due_on else "pending"
        found.append((activity["kind"], owner, state))

    def counts(rows: list[tuple[str, str | None, str]]) -> Facts:
        states = {state: sum(row[2] == state for row in rows) for state in ("completed", "pending", "overdue")}
        return {"total": len(rows), **states, "completion_rate": ratio(states["completed"], len(rows))}

    users = [
        {"user_id": user, "user_name": o.name(user), **counts([row for row in found if row[1] == user])}
        for user in {row[1] for row in found}
    ]
    team = counts(found)
    warnings: list[tuple[str, Any]] = []
    if 10 * team["overdue"] > team["total"]:
        warnings.append(("overdue_rate", None))
    warnings += [
        ("completion_rate", u["user_id"]) for u in users if u["user_id"] and 4 * u["completed"] < 3 * u["total"]
    ]
    return {
        "period_days": (o.last - o.first).days + 1,
        **team,
        "overdue_rate": ratio(team["overdue"], team["total"]),
        "billable_hours": half_up(Fraction(minutes * 100, 60)) / 100,
        "by_type": {kind: sum(row[0] == kind for row in found) for kind in ("call", "email", "meeting", "task")},
        "by_user": sorted(users, key=lambda u: (-u["overdue"], u["user_name"], u["user_id"] or "")),
        "warnings": sorted(warnings, key=str),
    }


def _entries(o: Oracle, status: str) -> dict[int, list[datetime]]:
    """Return when each lead that counts entered a status, by `as_of`."""
    return {
        n: [at for name, at in lead["entries"] if name == status and at < o.as_of]
        for n, lead in enumerate(o.world.leads)
        if o.mine(lead["owner"])
    }


def _reached(o: Oracle, status: str) -> set[int]:
    return {n for n, times in _entries(o, status).items() if any(o.inside(at) for at in times)}


def _rates(new: int, contacted: int, qualified: int, converted: int) -> Facts:
    return {
        "new_to_contacted": ratio(contacted, new),
        "contacted_to_qualified": ratio(qualified, contacted),
        "qualified_to_converted": ratio(converted, qualified),
        "overall": ratio(converted, new),
    }


def lead_conversion(o: Oracle) -> Facts:
    """Compute lead-conversion."""
    steps = ("new", "contacted", "qualified", "converted")
    reached = {status: _reached(o, status) for status in steps}
    funnel = {status: len(found) for status, found in reached.items()}
    born = {n for n, lead in enumerate(o.world.leads) if o.mine(lead["owner"]) and o.inside(lead["created_at"])}
    far = {s: len([n for n in born if _entries(o, s)[n]]) for s in steps[1:]}
    days = [o.first + timedelta(days=n) for n in range((o.last - o.first).days + 1)]
    converted = _entries(o, "converted")
    source = {n: lead["source"] or "unknown" for n, lead in enumerate(o.world.leads)}
    sources = []
    for name in {source[n] for n in reached["new"] | reached["converted"]}:
        new, won = (sum(source[n] == name for n in reached[s]) for s in ("new", "converted"))
        sources.append({"source": name, "new": new, "converted": won, "conversion_rate": ratio(won, new)})
    waits = [
        int(times[0].timestamp() // 1) - int(o.world.leads[n]["created_at"].timestamp() // 1)
        for n, times in _entries(o, "contacted").items()
        if times and o.inside(times[0])
    ]
    return {
        "period": {"from": o.first.isoformat(), "to": o.last.isoformat()},
        "funnel": funnel,
        "conversion_rates": _rates(*funnel.values()),
        "trends": [
            {
                "date": day.isoformat(),
                "leads": sum(o.local(o.world.leads[n]["created_at"]) == day for n in born),
                "converted": sum(any(o.local(at) == day for at in times) for times in converted.values()),
            }
            for day in days
        ],
        "cohort": {"size": len(born), **far, "rates": _rates(len(born), *far.values())},
        "by_source": sorted(sources, key=lambda s: (-s["new"], -s["converted"], s["source"])),
        "disqualified": len(_reached(o, "disqualified")),
        "median_hours_to_contact": half_up(Fraction(median(waits)) / 36) / 100 if waits else None,
    }


def _worth(o: Oracle, deal: Facts, facts: Facts) -> int:
    if o.kind(facts) == "won":
        return o.minor(facts, deal)
    return o.likely(deal, facts) if o.kind(facts) == "open" else 0


def customer_acquisition(o: Oracle) -> Facts:
    """Compute customer-acquisition."""
    found = []
    for customer in o.world.customers:
        if not o.inside(customer["acquired_at"]) or not o.mine(o.world.leads[customer["lead"]]["owner"]):
            continue
        value = customer["by_hand"]
        if value is None:
            value = 0
            for deal in o.world.deals:
                company = customer["company"]
                theirs = deal["company"] == company if company else deal["contact"] == customer["contact"]
                facts = o.at(deal, o.as_of)
                if theirs and facts and (company or customer["contact"]):
                    value += _worth(o, deal, facts)
        found.append({**customer, "value": value, "channel": customer["channel"] or "unknown"})
    channels: dict[str, list[int]] = {}
    for customer in found:
        channels.setdefault(customer["channel"], []).append(customer["value"])

    def mean(values: list[int]) -> int:
        return half_up(Fraction(sum(values), len(values))) if values else 0

    rows = [
        {"channel": c, "customers": len(v), "total_clv": o.money(sum(v)), "average_clv": o.money(mean(v))}
        for c, v in channels.items()
    ]
    best = sorted(found, key=lambda c: (-c["value"], c["acquired_at"], c["id"]))[:10]
    return {
        "period": {"from": o.first.isoformat(), "to": o.last.isoformat()},
        "total_new_customers": len(found),
        "by_channel": {c: len(v) for c, v in sorted(channels.items(), key=lambda i: (-len(i[1]), i[0]))},
        "high_value_customers": [
            {
                "id": c["id"],
                "name": c["name"],
                "acquired_at": c["acquired_at"].isoformat().replace("+00:00", "Z"),
                "estimated_lifetime_value": o.money(c["value"]),
            }
            for c in best
        ],
        "average_clv": o.money(mean([c["value"] for c in found])),
        "channels": sorted(rows, key=lambda r: (-r["average_clv"], r["channel"])),
    }


def pipeline(o: Oracle) -> Facts:
    """Compute pipeline."""
    rows = []
    for stage in o.world.stages:
        there = [(d, f) for d, f in o.deals("open", "won", "lost") if f["stage"] == stage["key"]]
        values = [o.minor(f, d) for d, f in there]
        sure = {"won": sum(values), "lost": 0}
        likely = sure.get(stage["kind"], sum(o.likely(d, f) for d, f in there))
        rows.append(
            {
                **{name: stage[name] for name in ("key", "name", "kind")},
                "count": len(there),
                "value": o.money(sum(values)),
                "weighted_value": o.money(likely),
            }
        )
    return {"stages": rows}


def _closed(o: Oracle, kind: str) -> list[tuple[Facts, Facts, datetime, Facts | None]]:
    found = [(d, f, *o.run_began(d, o.kind)) for d, f in o.deals(kind)]
    return [item for item in found if o.inside(item[2])]


def conversion_funnel(o: Oracle) -> Facts:
    """Compute conversion-funnel."""
    alive = o.deals("open", "won", "lost")
    born = [(d, f) for d, f in alive if o.inside(d["created_at"])]
    sent = [p for p in o.world.proposals if o.inside(p["sent_at"])]
    offered = [(d, f) for d, f in alive if any(p["deal"] == d["number"] for p in sent)]
    numbers = {d["number"] for d, _ in alive}
    won = [(d, f) for d, f, _, _ in _closed(o, "won")]
    leads = sum(o.mine(lead["owner"]) and o.inside(lead["created_at"]) for lead in o.world.leads)
    steps = [
        ("leads", leads, 0),
        ("qualified", len(_reached(o, "qualified")), 0),
        ("deals", len(born), sum(o.minor(f, d) for d, f in born)),
        ("proposals_sent", sum(p["deal"] in numbers for p in sent), sum(o.minor(f, d) for d, f in offered)),
        ("won", len(won), sum(o.minor(f, d) for d, f in won)),
    ]
    rows = []
    for n, (step, count, value) in enumerate(steps):
        rows.append(
            {
                "step": step,
                "count": count,
                "value": o.money(value),
                "rate_from_previous": ratio(count, steps[max(0, n - 1)][1]),
                "rate_from_first": ratio(count, leads),
            }
        )
    return {"period_days": (o.last - o.first).days + 1, "steps": rows}


def sales_forecast(o: Oracle) -> Facts:
    """Compute sales-forecast."""
    months: dict[str, list[int]] = {}
    categories: dict[str, list[int]] = {c: [0, 0, 0] for c in ("pipeline", "best_case", "commit", "closed", "omitted")}
    won: dict[str, int] = {}
    for deal, facts in o.deals("open"):
        category = facts.get("category") or o.stage(facts["stage"])["category"]
        close = facts["close"]
        place = "no_date" if close is None else "past_due" if close < o.day else close.isoformat()[:7]
        for row in [categories[category]] + ([months.setdefault(place, [0, 0, 0])] if category != "omitted" else []):
            row[:] = [row[0] + 1, row[1] + o.minor(facts, deal), row[2] + o.likely(deal, facts)]
    for deal, facts, at, _ in _closed(o, "won"):
        month, value = o.local(at).isoformat()[:7], o.minor(facts, deal)
        won[month] = won.get(month, 0) + value
        row = categories["closed"]
        row[:] = [row[0] + 1, row[1] + value, row[2] + value]

    def tell(row: list[int]) -> Facts:
        return {"deals": row[0], "value": o.money(row[1]), "weighted_value": o.money(row[2])}

    no_date, past_due = (months.pop(name, [0, 0, 0]) for name in ("no_date", "past_due"))
    return {
        "period_days": (o.last - o.first).days + 1,
        "by_month": [
            {"month": m, **tell(months.get(m, [0, 0, 0])), "won_value": o.money(won.get(m, 0))}
            for m in sorted({*months, *won})
        ],
        "no_date": tell(no_date),
        "past_due": tell(past_due),
        "by_category": {category: tell(row) for category, row in categories.items()},
    }


def lost_reasons(o: Oracle) -> Facts:
    """Compute lost-reasons."""
    lost = [
        {
            "reason": (facts["lost_reason"] or "").strip() or "unspecified",
            "stage": before["stage"] if before else "unspecified",
            "user": facts["owner"],
            "value": o.minor(facts, deal),
        }
        for deal, facts, _, before in _closed(o, "lost")
    ]

    def by(what: str) -> list[tuple[Any, Facts]]:
        rows = []
        for key in {deal[what] for deal in lost}:
            same = [deal["value"] for deal in lost if deal[what] == key]
            rows.append((key, {"count": len(same), "value": o.money(sum(same)), "share": ratio(len(same), len(lost))}))
        return rows

    names = {stage["key"]: stage["name"] for stage in o.world.stages} | {"unspecified": "Unspecified"}
    reasons = [{"reason": key, **row} for key, row in by("reason")]
    stages = [{"stage": key, "name": names[key], **row} for key, row in by("stage")]
    users = [{"user_id": key, "user_name": o.name(key), **row} for key, row in by("user")]
    return {
        "period_days": (o.last - o.first).days + 1,
        "total": {"count": len(lost), "value": o.money(sum(deal["value"] for deal in lost))},
        "by_reason": sorted(reasons, key=lambda r: (-r["count"], r["reason"])),
        "by_stage": sorted(stages, key=lambda r: list(names).index(r["stage"])),
        "by_user": sorted(users, key=lambda r: (-r["count"], r["user_name"], r["user_id"] or "")),
    }


def pipeline_changes(o: Oracle) -> Facts:
    """Compute pipeline-changes."""
    start = o.opens_at or o._first_instant_after(o.first - timedelta(days=1))
    moved: dict[str, list[Facts]] = {name: [] for name in MOVES}
    opening = closing = 0
    for deal in o.world.deals:
        old, new = (o.at(deal, start) if start < o.as_of else o.at(deal, o.as_of)), o.at(deal, o.as_of)
        if not new or not o.mine(new["owner"]):
            continue
        was = o.minor(old, deal) if old and o.kind(old) == "open" else None
        now = o.minor(new, deal) if o.kind(new) == "open" else None
        opening, closing = opening + (was or 0), closing + (now or 0)
        for name, value in _moves(o, old, new, was, now):
            moved[name].append(
                {
                    "id": deal["id"],
                    "number": deal["number"],
                    "title": deal["title"],
                    "owner_id": new["owner"],
                    "owner_name": o.name(new["owner"]),
                    "value": o.money(value),
                    "value_before": o.money(was or 0),
                    "value_after": o.money(now or 0),
                    "close_before": old["close"] and old["close"].isoformat() if old else None,
                    "close_after": new["close"] and new["close"].isoformat(),
                }
            )
    rows = {
        name: {
            "count": len(deals),
            "value": float(sum(Decimal(str(d["value"])) for d in deals)),
            "deals": sorted(deals, key=lambda d: (-abs(d["value"]), d["number"])),
        }
        for name, deals in moved.items()
    }
    return {"opening_value": o.money(opening), **rows, "closing_value": o.money(closing)}


def _moves(o: Oracle, old: Facts | None, new: Facts, was: int | None, now: int | None) -> Iterable[tuple[str, int]]:
    if was is None and now is not None:
        yield ("reopened" if old else "created"), now
    elif was is not None and now is None:
        yield str(o.kind(new)), -was
    elif was is not None and now is not None and old is not None:
        if was != now:
            yield ("increased" if now > was else "decreased"), now - was
        if old["close"] and new["close"] and old["close"] != new["close"]:
            yield ("pulled_in" if new["close"] < old["close"] else "pushed_out"), now


REPORTS: dict[str, Callable[[Oracle], Facts]] = {
    "lead-conversion": lead_conversion,
    "customer-acquisition": customer_acquisition,
    "activity-summary": activity_summary,
    "sales-pipeline": sales_pipeline,
    "pipeline": pipeline,
    "conversion-funnel": conversion_funnel,
    "sales-forecast": sales_forecast,
    "lost-reasons": lost_reasons,
    "pipeline-changes": pipeline_changes,
}
