"""The engine against the oracle, and the invariants of reports.md, over generated workspaces."""

from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st
from reports.oracle import REPORTS, Oracle
from reports.worlds import NOWS, worlds, write

from crmbot.domain.windows import Window, last_days, since_last_week
from crmbot.reports import REGISTRY, Scope, compute
from crmbot.reports.rendering import as_envelope
from crmbot.store import Store

_numbers = count(1)
# Every example has a workspace of its own in the test's one store, beside all those before it.
_many = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def _comparable(data: dict[str, Any]) -> dict[str, Any]:
    """Replace the warnings by what they are about; their sentences are for people."""
    if "warnings" not in data:
        return data
    found = [
        warning if isinstance(warning, tuple) else (warning["code"], warning["user_id"]) for warning in data["warnings"]
    ]
    return {**data, "warnings": sorted(found, key=str)}


@pytest.mark.parametrize("name", REGISTRY)
@given(data=st.data())
@_many
def test_the_engine_agrees_with_the_oracle(store: Store, name: str, data: st.DataObject) -> None:
    workspace_id = f"w{next(_numbers)}"
    now = data.draw(st.sampled_from(NOWS))
    world = data.draw(worlds(now, workspace_id))
    window = data.draw(_windows(now, world.zone))
    owner = data.draw(st.sampled_from([None, None, *world.users]))
    rows = write(world, store, workspace_id)
    oracle = Oracle(world, now, window.from_on, window.to_on, owner, window.opens_at)
    expected = REPORTS[name](oracle)
    scope = Scope(workspace_id, world.zone, world.currency, owner, owner is None, None, now)
    with rows.reading() as session:
        report = compute(session, name, scope, window)
    found = as_envelope(report)
    note(f"{oracle.as_of=} {oracle.day=} {report.meta.as_of=}")
    assert report.meta.as_of == oracle.as_of
    assert _comparable(found["data"]) == _comparable(expected)
    assert {deal["number"] for deal in found["meta"]["unconverted"]} == oracle.unconverted


def _windows(now: Any, zone: Any) -> st.SearchStrategy[Window]:
    today = now.astimezone(zone).date()
    return st.one_of(
        st.sampled_from([7, 30, 90]).map(lambda days: last_days(days, today, zone)),
        st.tuples(st.sampled_from([0, 1, 7, 30, 100]), st.integers(0, 60)).map(
            lambda n: Window(today - timedelta(days=n[0] + n[1]), today - timedelta(days=n[0]), zone)
        ),
        st.just(since_last_week(now, zone)),
    )
