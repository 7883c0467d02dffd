"""The sample is the same for the same seed, looks like a team's work, and comes in without a mistake."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from factories import Crm

from crmbot.crm.archive import import_archive
from crmbot.crm.requests import ListDeals
from crmbot.crm.sample import Size, make_sample

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
EARLIER = {"at", "created_at", "completed_at", "acquired_at", "sent_at", "viewed_at", "accepted_at", "declined_at"}


@pytest.fixture(scope="module")
def sample() -> list[dict[str, Any]]:
    """The lines of the small sample."""
    return list(make_sample(now=NOW))


def of(lines: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [line for line in lines if line["type"] == kind]


def test_the_same_seed_makes_the_same_sample(sample: list[dict[str, Any]]) -> None:
    assert list(make_sample(now=NOW)) == sample
    assert list(make_sample(now=NOW, seed=2)) != sample


def test_the_people_of_the_demo_are_there(sample: list[dict[str, Any]]) -> None:
    users = {user["email"]: (user["name"], user["role"], user["slack_user_id"]) for user in of(sample, "user")}
    assert users["ada@demo.example"] == ("Ada Okafor", "admin", "U0ADA")
    assert users["max@demo.example"][1:] == ("manager", "U0MAX")
    assert users["jane@demo.example"] == ("Jane Davis", "rep", "U0JANE")
    assert Counter(role for _, role, _ in users.values())["rep"] == 5


def test_the_records_of_the_demo_are_there_once(sample: list[dict[str, Any]]) -> None:
    refs = {line["ref"]: line for line in sample if "ref" in line}
    [dana] = [one for one in of(sample, "contact") if "dana@globex.example" in one["emails"]]
    assert (dana["name"], refs[dana["company"]]["name"]) == ("Dana Whitfield", "Globex")
    globex = [deal for deal in of(sample, "deal") if deal["company"] == dana["company"]]
    assert [(deal["title"], deal["owner"], deal["contact"]) for deal in globex] == [
        ("Globex rollout", "user-jane", dana["ref"])
    ]
    names = [company["name"] for company in of(sample, "company")]
    assert names.count("Acme Corp") == names.count("Acme GmbH") == names.count("Globex") == 1
    [renewal] = [deal for deal in of(sample, "deal") if deal["title"] == "Acme renewal"]
    assert (renewal["owner"], refs[renewal["company"]]["name"]) == ("user-jane", "Acme Corp")


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("now", [NOW, datetime(2031, 3, 5, 0, 1, tzinfo=UTC)])
def test_a_week_has_news_and_the_past_is_long(seed: int, now: datetime) -> None:
    lines = list(make_sample(now=now, seed=seed))
    deals = of(lines, "deal")
    last = [(deal["history"][-1], deal["history"]) for deal in deals]
    stages = Counter(entry["stage"] for entry, _ in last)
    assert 25 <= len(deals) - stages["won"] - stages["lost"] <= 48
    week = (now - timedelta(days=7)).isoformat()
    assert sum(entry["at"] > week for entry, _ in last) >= 8
    slipped = [
        old
        for _, history in last
        for old, new in pairwise(history)
        if new["at"] > week and (new["expected_close"] or "") > (old["expected_close"] or "")
    ]
    assert slipped
    tasks = [line for line in of(lines, "activity") if not line.get("completed_at")]
    due = [line.get("due_at") or line.get("due_on") for line in tasks]
    assert sum(str(at) < now.isoformat() for at in due) >= 3
    assert {"EUR", "GBP"} <= {entry["value"]["currency"] for entry, _ in last if entry["value"]}


def test_nothing_happened_in_the_future(sample: list[dict[str, Any]]) -> None:
    for line in sample:
        for one in (line, *line.get("history", ()), *line.get("versions", ())):
            for name in EARLIER & one.keys():
                assert one[name] is None or datetime.fromisoformat(one[name]) <= NOW, (line["ref"], name)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_deal_of_the_demo_goes_stale(crm: Crm, seed: int) -> None:
    crm.clock.set(NOW)
    import_archive(crm.store, crm.actor("ada"), make_sample(now=NOW, seed=seed), now=NOW)
    stale = crm.ask(ListDeals(state="stale"), as_="ada").records
    assert ("Acme renewal", "Jane Davis") in {(deal.title, deal.owner.name) for deal in stale}
    assert len(stale) <= 8


def test_each_size_comes_in(crm: Crm) -> None:
    size = Size(companies=30, contacts=45, leads=200, deals=70, activities=400, reps=12, days=300)
    for kind in ("small", size):
        summary = import_archive(
            crm.store,
            crm.actor("ada"),
            make_sample(now=NOW, size=kind, seed=5) if kind == "small" else _apart(make_sample(now=NOW, size=kind)),
            now=NOW,
        )
        assert summary.counts["deal"] in {60, 70}


def _apart(lines: Any) -> Any:
    """Keep addresses and settings from meeting those of the first sample."""
    for line in lines:
        if line["type"] == "contact":
            yield {**line, "emails": [f"other.{email}" for email in line["emails"]]}
        else:
            yield line
