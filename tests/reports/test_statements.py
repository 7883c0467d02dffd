"""Statements are built once: what differs between two workspaces is bound, so neither's values reach the other."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from reports.rows import NOW, Rows, ago
from sqlalchemy import event

from crmbot.reports import REGISTRY, ReportRequest, compute
from crmbot.store import Store


def test_two_workspaces_share_every_statement_and_no_value(store: Store) -> None:
    here = Rows(store)
    there = Rows(store, "w2", ZoneInfo("Europe/Berlin"), "EUR")
    first, second = _statements(here, "EUR"), _statements(there, "USD")
    assert [text for text, _ in first] == [text for text, _ in second]
    assert "w1" in str(first)
    assert "w1" not in str([values for _, values in second])


def test_a_rep_sees_the_own_deals_after_everybody_s_were_counted(store: Store) -> None:
    rows = Rows(store)
    rows.user("Jane")
    rows.deal(ago(3), 100, owner="w1-jane")
    rows.deal(ago(3), 900)
    with rows.reading() as session:
        window = ReportRequest("sales-pipeline").window(NOW, rows.zone)
        values = [
            compute(session, "sales-pipeline", rows.scope(viewer), window).data.pipeline_value.minor
            for viewer in (None, "w1-jane", None)
        ]
    assert values == [1000, 100, 1000]


def _statements(rows: Rows, other: str) -> list[tuple[str, Any]]:
    """Return the statements of all reports with their values, of a workspace with money that is and isn't converted."""
    rows.rate(other, (NOW - timedelta(days=9)).date(), "1.1")
    for currency in (other, "CHF"):
        rows.deal(ago(100), 100, currency=currency)
    seen: list[tuple[str, Any]] = []

    def keep(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        seen.append((statement, parameters))

    with rows.reading() as session:
        event.listen(session.connection(), "before_cursor_execute", keep)
        for name in REGISTRY:
            compute(session, name, rows.scope(None), ReportRequest(name).window(NOW, rows.zone))
        event.remove(session.connection(), "before_cursor_execute", keep)
    return seen
