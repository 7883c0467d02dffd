"""The engine against the oracle, and the invariants of reports.md, over generated workspaces."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st
from reports.oracle import MOVES, REPORTS, Oracle, World
from reports.worlds import NOWS, worlds, write
from sqlalchemy.orm import Session

from crmbot.domain.windows import Window, last_days, since_last_week
from crmbot.reports import REGISTRY, Scope, compute
from crmbot.reports.rendering.envelope import as_envelope
from crmbot.store import Store

_numbers = count(1)
# Every example has a workspace of its own in the test's one store, beside all those before it.
_examples = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def _windows(now: datetime, zone: ZoneInfo) -> st.SearchStrategy[Window]:
    today = now.astimezone(zone).date()
    past = st.tuples(st.sampled_from([0, 1, 7, 30, 100]), st.integers(0, 60))
    return st.one_of(
        st.sampled_from([7, 30, 90]).map(lambda days: last_days(days, today, zone)),
        past.map(lambda n: Window(today - timedelta(days=n[0] + n[1]), today - timedelta(days=n[0]), zone)),
    )


def _scope(world: World, workspace_id: str, now: datetime, owner: str | None) -> Scope:
    return Scope(workspace_id, world.zone, world.currency, owner, owner is None, None, now)


def _comparable(data: dict[str, Any]) -> dict[str, Any]:
    """Replace the warnings by what they are about; their sentences are for people."""
    if "warnings" not in data:
        return data
    about = [item if isinstance(item, tuple) else (item["code"], item["user_id"]) for item in data["warnings"]]
    return {**data, "warnings": sorted(about, key=str)}


@given(data=st.data())
@_examples
def test_the_engine_agrees_with_the_oracle(store: Store, data: st.DataObject) -> None:
    workspace_id = f"w{next(_numbers)}"
    now = data.draw(st.sampled_from(NOWS))
    world = data.draw(worlds(now, workspace_id))
    asked = data.draw(_windows(now, world.zone))
    moved = data.draw(st.sampled_from([asked, since_last_week(now, world.zone)]))
    owner = data.draw(st.sampled_from([None, None, *world.users]))
    with write(world, store, workspace_id).reading() as session:
        for name in REGISTRY:
            window = moved if name == "pipeline-changes" else asked
            oracle = Oracle(world, now, window.from_on, window.to_on, owner, window.opens_at)
            expected = REPORTS[name](oracle)
            report = compute(session, name, _scope(world, workspace_id, now, owner), window)
            found = as_envelope(report)
            note(f"{name} as of {oracle.as_of}, of the day {oracle.day}")
            assert report.meta.as_of == oracle.as_of
            assert _comparable(found["data"]) == _comparable(expected)
            assert {deal["number"] for deal in found["meta"]["unconverted"]} == oracle.unconverted


@given(data=st.data())
@_examples
def test_the_invariants_hold(sqlite_store: Store, data: st.DataObject) -> None:
    workspace_id = f"w{next(_numbers)}"
    now = data.draw(st.sampled_from(NOWS))
    world = data.draw(worlds(now, workspace_id))
    today = now.astimezone(world.zone).date()
    with write(world, sqlite_store, workspace_id).reading() as session:

        def data_of(name: str, window: Window) -> Any:
            return compute(session, name, _scope(world, workspace_id, now, None), window).data

        window = data.draw(_windows(now, world.zone))
        _check_sales_pipeline(data_of("sales-pipeline", window))
        _check_activities(data_of("activity-summary", window))
        _check_changes(data_of("pipeline-changes", window), data_of("sales-pipeline", window))
        _check_cohort(data_of("lead-conversion", window))
        _check_losses(data_of("lost-reasons", window))
        _check_forecast(data_of("sales-forecast", window), data_of("sales-pipeline", window))
        narrow, wide = sorted(data.draw(st.lists(st.integers(1, 120), min_size=2, max_size=2)))
        windows = [last_days(days, today, world.zone) for days in (narrow, wide)]
        less, more = ([*_events(data_of, window)] for window in windows)
        assert all(a <= b for a, b in zip(less, more, strict=True))


def _check_sales_pipeline(data: Any) -> None:
    for rows, deals in ((data.by_stage.values(), "count"), (data.by_user, "opportunities")):
        assert sum(getattr(row, deals) for row in rows) == data.total_opportunities
        assert sum(row.weighted_value.minor for row in rows) == data.weighted_value.minor
    assert sum(row.value.minor for row in data.by_stage.values()) == data.pipeline_value.minor
    assert sum(row.pipeline_value.minor for row in data.by_user) == data.pipeline_value.minor
    assert sum(data.aging.values()) == data.total_opportunities
    assert sum(value.minor for value in data.aging_value.values()) == data.pipeline_value.minor
    assert sum(row.over_90_days for row in data.by_user) == data.aging["over_90_days"] >= data.stale.count
    assert data.forecast.worst_case <= data.forecast.most_likely <= data.forecast.best_case
    assert data.age_adjusted <= data.forecast.most_likely == data.weighted_value
    assert data.forecast.best_case == data.pipeline_value


def _check_activities(data: Any) -> None:
    for row in (data, *data.by_user):
        assert row.completed + row.pending + row.overdue == row.total
    assert sum(row.total for row in data.by_user) == sum(data.by_type.values()) == data.total


def _check_changes(data: Any, pipeline: Any) -> None:
    moves = {name: getattr(data, name) for name in MOVES}
    summed = sum(move.value.minor for name, move in moves.items() if name not in {"pulled_in", "pushed_out"})
    assert data.opening_value.minor + summed == data.closing_value.minor == pipeline.pipeline_value.minor
    for move in moves.values():
        assert (move.count, move.value.minor) == (len(move.deals), sum(deal.value.minor for deal in move.deals))


def _check_cohort(data: Any) -> None:
    cohort = data.cohort
    assert cohort.converted <= cohort.qualified <= cohort.contacted <= cohort.size
    assert sum(row.new for row in data.by_source) == data.funnel.new
    assert sum(row.converted for row in data.by_source) == data.funnel.converted
    assert len(data.trends) == (data.period.to_on - data.period.from_on).days + 1
    assert sum(day.leads for day in data.trends) == cohort.size


def _check_losses(data: Any) -> None:
    for rows in (data.by_reason, data.by_stage, data.by_user):
        assert sum(row.count for row in rows) == data.total.count
        assert sum(row.value.minor for row in rows) == data.total.value.minor


def _check_forecast(data: Any, pipeline: Any) -> None:
    places = (*data.by_month, data.no_date, data.past_due, data.by_category["omitted"])
    assert sum(place.deals for place in places) == pipeline.total_opportunities
    assert sum(place.value.minor for place in places) == pipeline.pipeline_value.minor
    assert sum(place.weighted_value.minor for place in places) == pipeline.weighted_value.minor


def _events(data_of: Any, window: Window) -> Any:
    leads, funnel = data_of("lead-conversion", window), data_of("conversion-funnel", window)
    yield from (leads.funnel.new, leads.funnel.contacted, leads.funnel.qualified, leads.funnel.converted)
    yield from (leads.disqualified, data_of("customer-acquisition", window).total_new_customers)
    yield from (step.count for step in funnel.steps)
    yield data_of("lost-reasons", window).total.count
    yield data_of("sales-pipeline", window).new_opportunities.count
    activities = data_of("activity-summary", window)
    yield from (activities.total, activities.billable_hours)


@given(data=st.data())
@_examples
def test_a_report_as_of_a_past_moment_stays_as_it_was(sqlite_store: Store, data: st.DataObject) -> None:
    now = data.draw(st.sampled_from(NOWS))
    world = data.draw(worlds(now, "w"))
    cut = now - timedelta(days=data.draw(st.sampled_from([0, 1, 7, 30])))
    window = last_days(30, cut.astimezone(world.zone).date(), world.zone)
    told = []
    for facts in (_until(world, cut), world):
        workspace_id = f"w{next(_numbers)}"
        known = _renamed_for(facts, workspace_id)
        with write(known, sqlite_store, workspace_id).reading() as session:
            told.append(_numbers_of(session, known, workspace_id, cut, window))
    assert told[0] == told[1]


def _until(world: World, cut: datetime) -> World:
    """Return what was known before an instant: nothing made, changed or done since."""
    # What is logged after the fact belongs to the past as soon as it is known, so that it is in both.
    past = World(world.zone, world.currency, world.stages, world.users, world.rates)
    for deal in world.deals:
        history = [item for item in deal["history"] if item[0] < cut]
        past.deals += [{**deal, "history": history}] if history else []
    numbers = {deal["number"] for deal in past.deals}
    for activity in world.activities:
        known = [(at, _undone(facts, cut)) for at, facts in activity["history"] if at < cut]
        history = known or [item for item in activity["history"][:1] if _undone(item[1], cut)["completed_at"]]
        about = activity["deal"] if activity["deal"] in numbers else None
        past.activities += [{**activity, "history": history, "deal": about}] if history else []
    past.leads = [{**lead, **{part: _begun(lead[part], cut, when) for part, when in _PARTS}} for lead in world.leads]
    past.customers = [{**one, "history": _begun(one["history"], cut, 0)} for one in world.customers]
    sent = (offer for offer in world.proposals if offer["deal"] in numbers)
    past.proposals = [offer for offer in sent if offer["sent_at"] is None or offer["sent_at"] < cut]
    return past


_PARTS = (("entries", 1), ("history", 0))
"""What happens to a lead, and where each happening has its instant."""


def _begun(happenings: list[Any], cut: datetime, when: int) -> list[Any]:
    """Return what happened before the cut; always what something began with, as what is not there yet never counts."""
    return [happening for happening in happenings if happening[when] < cut] or happenings[:1]


def _undone(facts: dict[str, Any], cut: datetime) -> dict[str, Any]:
    done = facts["completed_at"]
    return {**facts, "completed_at": done if done and done < cut else None}


def _renamed_for(world: World, workspace_id: str) -> World:
    """Give users and deals the ids they have in a workspace."""

    def name(user: str | None) -> str | None:
        return user and f"{workspace_id}-{user.rpartition('-')[2]}"

    def told(thing: dict[str, Any]) -> dict[str, Any]:
        history = [(at, {**facts, "owner": name(facts["owner"])}) for at, facts in thing["history"]]
        return {**thing, "history": history, "id": f"{workspace_id}-{thing.get('number')}"}

    users = {str(name(user)): facts for user, facts in world.users.items()}
    deals, activities = [told(deal) for deal in world.deals], [told(activity) for activity in world.activities]
    leads = [told(lead) for lead in world.leads]
    customers = [{**one, "id": f"{workspace_id}-customer-{n}"} for n, one in enumerate(world.customers)]
    rest = (leads, customers, world.proposals)
    return World(world.zone, world.currency, world.stages, users, world.rates, deals, activities, *rest)


def _numbers_of(session: Session, world: World, workspace_id: str, now: datetime, window: Window) -> Any:
    scope = _scope(world, workspace_id, now, None)
    found = [as_envelope(compute(session, name, scope, window))["data"] for name in REGISTRY]
    return str(found).replace(workspace_id, "w")
