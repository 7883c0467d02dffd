"""No report reads a row of another workspace, on either database."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from reports.rows import NOW, Rows, ago
from sqlalchemy import Connection, event, text

from crmbot.models import Base
from crmbot.reports import REGISTRY, ReportRequest, compute
from crmbot.reports.digests import DIGESTS

_TABLES = "|".join(sorted(Base.metadata.tables, key=len, reverse=True))


@pytest.mark.parametrize("viewer", [None, "w1-jane"])
def test_every_table_is_entered_by_an_index_at_the_workspace(rows: Rows, viewer: str | None) -> None:
    rows.user("Jane")
    rows.rate("EUR", (NOW - timedelta(days=9)).date(), "1.1")
    # One that is converted and one that can't be, so that the statements for both are seen.
    rows.deal(ago(100), 100, owner="w1-jane", currency="EUR")
    rows.deal(ago(100), 100, owner="w1-jane", currency="CHF")
    scope = rows.scope(viewer)
    with rows.reading() as session:

        def work() -> None:
            for name in REGISTRY:
                compute(session, name, scope, ReportRequest(name).window(NOW, rows.zone))
            for digest in DIGESTS.values():
                digest(session, scope)

        seen = _statements(session.connection(), work)
        assert seen
        for statement, parameters in seen:
            plan = _plan(session.connection(), statement, parameters)
            assert not [line for line in plan if not _keeps_to_the_workspace(line)], "\n".join([statement, *plan])


def _statements(connection: Connection, work: Callable[[], None]) -> list[tuple[str, Any]]:
    seen: list[tuple[str, Any]] = []

    def keep(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        seen.append((statement, parameters))

    event.listen(connection, "before_cursor_execute", keep)
    work()
    event.remove(connection, "before_cursor_execute", keep)
    return seen


def _plan(connection: Connection, statement: str, parameters: Any) -> list[str]:
    if connection.dialect.name == "sqlite":
        return [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]
    # Tables of a few rows are read whole unless that is forbidden; what counts is that there is another way.
    connection.execute(text("SET LOCAL enable_seqscan = off"))
    return [row[0] for row in connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)]


def _keeps_to_the_workspace(line: str) -> bool:
    # Without statistics SQLite takes a workspace for a few rows: nothing large may be found by that alone.
    if re.search(
        r"SEARCH (?:deal|deal_version|lead|lead_status_entry|activity|customer)(?:_\d+)? .*\(workspace_id=\?\)", line
    ):
        return False
    if re.search(rf"SCAN (?:{_TABLES})(?:_\d+)?\b|Seq Scan on", line):
        return False
    if re.match(rf"\s*SEARCH (?:{_TABLES})(?:_\d+)?\b", line):
        return "(workspace_id=?" in line
    if "Index Cond" in line:
        return "workspace_id" in line
    return True
