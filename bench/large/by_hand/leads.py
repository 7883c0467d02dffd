"""Leads and customers by hand."""

from bench.large import statements
from bench.large.asking import Question
from bench.large.by_hand.figures import Figures, left_out, mean, ratio

STATUSES = ("new", "contacted", "qualified", "converted")


def lead_conversion(q: Question) -> Figures:
    """Four statements: by status, by source, by day, and the middle of the waits."""
    by_status = {status: counts for status, *counts in q.rows(statements.ENTERED)}
    funnel = [by_status.get(status, (0, 0, 0))[0] for status in STATUSES]
    days = q.by_day(statements.BY_DAY)
    size, born = sum(day[1] for day in days), [by_status.get(status, (0, 0, 0))[2] for status in STATUSES[1:]]
    sources: dict[str, list[int]] = {}
    for status, source, leads in q.rows(statements.BY_SOURCE):
        sources.setdefault(source or "unknown", [0, 0])[status == "converted"] += leads
    first = by_status.get("contacted", (0, 0, 0))[1]
    waits = [wait for (wait,) in q.rows(statements.WAITS, skip=(first - 1) // 2, take=2 - first % 2)] if first else []
    return {
        "period": q.period,
        "funnel": dict(zip(STATUSES, funnel, strict=True)),
        "conversion_rates": _rates(*funnel),
        "trends": [{"date": day, "leads": leads, "converted": converted} for day, leads, converted in days],
        "cohort": {"size": size, **dict(zip(STATUSES[1:], born, strict=True)), "rates": _rates(size, *born)},
        "by_source": [
            {"source": source, "new": new, "converted": won, "conversion_rate": ratio(won, new)}
            for source, (new, won) in sorted(sources.items(), key=lambda item: (-item[1][0], -item[1][1], item[0]))
        ],
        "disqualified": by_status.get("disqualified", (0, 0, 0))[0],
        "median_hours_to_contact": (2 * sum(waits) + 36 * len(waits)) // (72 * len(waits)) / 100 if waits else None,
    }


def _rates(new: int, contacted: int, qualified: int, converted: int) -> Figures:
    return {
        "new_to_contacted": ratio(contacted, new),
        "contacted_to_qualified": ratio(qualified, contacted),
        "qualified_to_converted": ratio(converted, qualified),
        "overall": ratio(converted, new),
    }


def customer_acquisition(q: Question) -> Figures:
    """One statement for the channels and the ten highest."""
    rows = q.rows(statements.CUSTOMERS)
    found = [(*facts, int(count), int(worth)) for *facts, count, worth, _ in rows]
    channels = [(channel, count, worth) for channel, _, _, count, worth in found if count]
    number, total = sum(row[1] for row in channels), sum(row[2] for row in channels)
    by_worth = [
        {"channel": name, "customers": count, "total_clv": sum_ / 100, "average_clv": mean(sum_, count) / 100}
        for name, count, sum_ in channels
    ]
    return {
        "period": q.period,
        "total_new_customers": number,
        "by_channel": {name: count for name, count, _ in sorted(channels, key=lambda row: (-row[1], row[0]))},
        "high_value_customers": [
            {"id": one, "name": name, "acquired_at": q.instant(at), "estimated_lifetime_value": worth / 100}
            for one, name, at, count, worth in found
            if not count
        ],
        "average_clv": mean(total, number) / 100,
        "channels": sorted(by_worth, key=lambda row: (-row["average_clv"], row["channel"])),
        "unconverted": left_out(sum(row[-1] for row in rows)),
    }
