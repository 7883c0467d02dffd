"""What became of leads and deals: conversion, customers, the funnel, the forecast, lost reasons."""

from datetime import datetime, timedelta
from fractions import Fraction
from statistics import median
from typing import Any

from reports.oracle.world import Facts, Oracle, half_up, ratio


def _entries(o: Oracle, status: str) -> dict[int, list[datetime]]:
    """Return when each lead that counts entered a status, by `as_of`."""
    return {
        n: [at for name, at in lead["entries"] if name == status and at < o.as_of]
        for n, lead in enumerate(o.world.leads)
        if o.mine(o.then(lead["history"])["owner"])
    }


def reached(o: Oracle, status: str) -> set[int]:
    """Return the leads that entered a status in the window."""
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
    found = {status: reached(o, status) for status in steps}
    funnel = {status: len(leads) for status, leads in found.items()}
    born = {
        n
        for n, lead in enumerate(o.world.leads)
        if o.mine(o.then(lead["history"])["owner"]) and o.inside(lead["created_at"])
    }
    far = {s: len([n for n in born if _entries(o, s)[n]]) for s in steps[1:]}
    days = [o.first + timedelta(days=n) for n in range((o.last - o.first).days + 1)]
    converted = _entries(o, "converted")
    source = {n: o.then(lead["history"])["source"] or "unknown" for n, lead in enumerate(o.world.leads)}
    sources = []
    for name in {source[n] for n in found["new"] | found["converted"]}:
        new, won = (sum(source[n] == name for n in found[s]) for s in ("new", "converted"))
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
        "disqualified": len(reached(o, "disqualified")),
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
        of_lead = o.then(o.world.leads[customer["lead"]]["history"])
        if not o.inside(customer["acquired_at"]) or not o.mine(of_lead["owner"]):
            continue
        value = o.then(customer["history"])
        if value is None:
            value = 0
            for deal in o.world.deals:
                company = customer["company"]
                facts = o.at(deal, o.as_of)
                if not facts:
                    continue
                theirs = facts["company"] == company if company else facts["contact"] == customer["contact"]
                if theirs and (company or customer["contact"]):
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


def closed(o: Oracle, kind: str) -> list[tuple[Facts, Facts, datetime, Facts | None]]:
    """Return the deals closed so in the window, with when and what they were before."""
    found = [(d, f, *o.run_began(d, o.kind)) for d, f in o.deals(kind)]
    return [item for item in found if o.inside(item[2])]


def conversion_funnel(o: Oracle) -> Facts:
    """Compute conversion-funnel."""
    alive = o.deals("open", "won", "lost")
    born = [(d, f) for d, f in alive if o.inside(d["created_at"])]
    sent = [p for p in o.world.proposals if o.inside(p["sent_at"])]
    offered = [(d, f) for d, f in alive if any(p["deal"] == d["number"] for p in sent)]
    numbers = {d["number"] for d, _ in alive}
    won = [(d, f) for d, f, _, _ in closed(o, "won")]
    leads = sum(o.mine(o.then(lead["history"])["owner"]) and o.inside(lead["created_at"]) for lead in o.world.leads)
    steps = [
        ("leads", leads, 0),
        ("qualified", len(reached(o, "qualified")), 0),
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
    for deal, facts, at, _ in closed(o, "won"):
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
        for deal, facts, _, before in closed(o, "lost")
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
