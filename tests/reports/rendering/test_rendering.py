"""The same report as JSON, CSV and a table: the same numbers, and nothing that runs in a spreadsheet."""

import csv
import io
import json
import re
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from reports.rows import Rows, ago

from crmbot.domain.money import Money
from crmbot.domain.windows import Window
from crmbot.reports import REGISTRY, Report
from crmbot.reports.rendering.csv import as_csv, cell
from crmbot.reports.rendering.envelope import as_envelope
from crmbot.reports.rendering.table import as_table
from crmbot.store import Store


@pytest.fixture
def told(sqlite_store: Store) -> Rows:
    rows = Rows(sqlite_store)
    evil = rows.user("=Jane")
    rows.rate("EUR", date(2031, 1, 1), "1.1")
    rows.deal(ago(100), 10_000_00, owner=evil, stage="negotiation", title="=SUM(A1)", number=17)
    rows.deal(ago(5), 1_234_56, currency="CHF", title="@alpine", number=18)
    rows.deal(ago(5), 50_00, stage="qualified", title="A very long name of a deal " * 4, number=19)
    rows.deal(ago(50), 400_00, owner=evil, then=[(ago(3), {"stage": "lost", "lost_reason": "-1+2"})])
    rows.activity("task", ago(5), evil, due_at=ago(1))
    rows.lead(ago(10), ("converted", ago(5)), source="+44")
    return rows


def _sections(report: Report) -> dict[str, list[list[str]]]:
    parts: list[list[list[str]]] = [[]]
    for row in csv.reader(io.StringIO(as_csv(report), newline="")):
        parts[-1].append(row) if row else parts.append([])
    return {part[0][0]: part[1:] for part in parts}


def test_an_envelope_has_the_guides_fields_and_is_json(told: Rows) -> None:
    found = json.loads(json.dumps(as_envelope(told.report("sales-pipeline"))))
    assert (found["success"], found["message"]) == (True, "Sales pipeline report generated successfully")
    data = found["data"]
    assert data["pipeline_value"] == 10050.0
    assert data["by_stage"]["negotiation"] == {"count": 1, "value": 10000.0, "weighted_value": 7500.0}
    assert set(data["by_user"][0]) >= {"user_id", "user_name", "opportunities", "pipeline_value", "weighted_value"}
    assert list(data["aging"]) == ["under_30_days", "30_to_60_days", "60_to_90_days", "over_90_days"]
    assert data["forecast"] == {"best_case": 10050.0, "most_likely": 7512.5, "worst_case": 7500.0}
    meta = found["meta"]
    assert {name: meta[name] for name in ("workspace_id", "timezone", "currency", "scope", "as_of", "period")} == {
        "workspace_id": "w1",
        "timezone": "UTC",
        "currency": "USD",
        "scope": "all",
        "as_of": "2031-03-31T12:00:00Z",
        "period": {"from": "2031-03-02", "to": "2031-03-31"},
    }
    [left_out] = meta["unconverted"]
    assert (left_out["number"], left_out["amount"], left_out["currency"]) == (18, 1234.56, "CHF")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("lead-conversion", "Lead conversion report generated successfully"),
        ("customer-acquisition", "Customer acquisition report generated successfully"),
        ("activity-summary", "Activity summary report generated successfully"),
    ],
)
def test_a_message_names_its_report(told: Rows, name: str, message: str) -> None:
    assert as_envelope(told.report(name))["message"] == message


@pytest.mark.parametrize("name", REGISTRY)
def test_csv_and_json_show_the_same_numbers(told: Rows, name: str) -> None:
    report = told.report(name)
    data = as_envelope(report)["data"]
    sections = _sections(report)
    figures = dict(row for row in sections["summary"][1:])
    seen = 0
    for field, text in figures.items():
        if field in {"as_of", "currency"}:
            continue
        value: Any = data
        for part in field.split("."):
            value = value[part]
        assert (text == "") if value is None else (text == str(value) or float(text) == value)
        seen += 1
    for field, value in data.items():
        if isinstance(value, list) and value and field != "warnings":
            head, *rows = sections[field]
            assert head == list(value[0])
            assert len(rows) == len(value)
            seen += 1
    assert seen


@pytest.mark.parametrize("name", REGISTRY)
def test_the_columns_are_the_same_with_and_without_rows(told: Rows, name: str) -> None:
    empty = Rows(told.store, "w9").report(name)
    full = told.report(name)
    assert {n: part[0] for n, part in _sections(empty).items()} == {n: part[0] for n, part in _sections(full).items()}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("=1+1", "'=1+1"),
        ("+44 30", "'+44 30"),
        ("-cmd", "'-cmd"),
        ("@x", "'@x"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("-inf", "'-inf"),
        ("-5", "-5"),
        ("+1.5", "+1.5"),
        ("plain = text", "plain = text"),
        (Money(-12_34, "USD"), "-12.34"),
        (Money(1234, "JPY"), "1234"),
        (0.5, "0.5"),
        (None, ""),
        (date(2031, 2, 28), "2031-02-28"),
        (datetime(2031, 2, 28, 9, 30, tzinfo=UTC), "2031-02-28T09:30:00Z"),
    ],
)
def test_a_cell_is_never_a_formula(value: object, text: str) -> None:
    assert cell(value) == text


def test_hostile_names_stay_words_in_csv(told: Rows) -> None:
    told_in_csv = as_csv(told.report("sales-pipeline")) + as_csv(told.report("lost-reasons"))
    assert "'=Jane" in told_in_csv
    assert "'-1+2" in told_in_csv
    assert ",=Jane" not in told_in_csv


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("name", REGISTRY)
def test_a_table_fits_and_lines_up(told: Rows, name: str, width: int) -> None:
    lines = as_table(told.report(name), width).splitlines()
    assert lines[0] == REGISTRY[name].title.upper()
    assert max(map(len, lines)) <= width
    assert all(line == line.rstrip() for line in lines)


def test_counts_are_not_called_values_and_deals_have_their_numbers(sqlite_store: Store) -> None:
    rows = Rows(sqlite_store)
    rows.deal(ago(3), 400_00, owner=rows.user("Jane"))
    window = Window(date(2031, 3, 1), date(2031, 3, 31), ZoneInfo("UTC"))
    aging = as_table(rows.report("sales-pipeline", window), 80)
    assert ["Age", "Count"] in [line.split() for line in aging.splitlines()]
    assert "Key" not in aging
    moved = as_table(rows.report("pipeline-changes", window), 120)
    assert any(line.startswith("D-1 ") for line in moved.splitlines())


def test_a_table_reads_as_this(sqlite_store: Store) -> None:
    rows = Rows(sqlite_store)
    jane = rows.user("Jane")
    rows.deal(ago(40), 400_00, owner=jane, then=[(ago(3), {"stage": "lost", "lost_reason": "Price"})])
    rows.deal(ago(40), 1600_00, owner=jane, then=[(ago(3), {"stage": "lost"})])
    window = Window(date(2031, 3, 1), date(2031, 3, 31), ZoneInfo("UTC"))
    assert (
        as_table(rows.report("lost-reasons", window), 80)
        == """LOST REASONS
Sat 1 Mar to Mon 31 Mar 2031, as of Mon 31 Mar 2031, 12:00 UTC, USD, all records

Deals lost       2
Value lost  $2,000

By reason
Reason       Count   Value  Share
─────────────────────────────────
Price            1    $400    50%
Unspecified      1  $1,600    50%

By stage
Stage     Count   Value  Share
──────────────────────────────
New Lead      2  $2,000   100%

By user
Owner  Count   Value  Share
───────────────────────────
Jane       2  $2,000   100%
"""
    )


def test_a_table_says_rates_amounts_and_days_as_people_write_them(told: Rows) -> None:
    shown = {name: as_table(told.report(name), 140) for name in REGISTRY}
    assert "Of the step before" in shown["conversion-funnel"]
    assert "Rate from previous" not in shown["conversion-funnel"]
    assert [name for name, text in shown.items() if re.search(r"\d{4}-\d\d-\d\d|\d\.00\b|: count", text)] == []
    moved = shown["pipeline-changes"]
    assert re.search(r"Created: deals +[1-9]", moved)
    assert "In no sum, without a rate" in shown["sales-pipeline"]
    assert "in CHF: an admin sets a rate with crmbot rate set CHF" in shown["sales-pipeline"].split("\n\n")[0]
    assert "CHF" in shown["sales-pipeline"]
    assert re.search(r"Completion rate +0%", shown["activity-summary"])


def test_an_empty_report_says_so(sqlite_store: Store) -> None:
    lines = as_table(Rows(sqlite_store).report("lost-reasons"), 80).splitlines()
    assert lines[-1] == "Nothing to report in this period."


def test_a_table_calls_stages_by_their_names(told: Rows) -> None:
    for name in ("sales-pipeline", "pipeline", "lost-reasons"):
        shown = as_table(told.report(name))
        assert "New Lead" in shown or name == "lost-reasons"
        assert "new_lead" not in shown.lower()
        assert "New lead" not in shown
    lost = as_table(told.report("lost-reasons")).splitlines()
    assert lost[lost.index("By stage") + 1].split()[0] == "Stage"


def test_a_table_folds_quiet_days_and_the_csv_keeps_them(told: Rows) -> None:
    # Asked on 31 March 2031; one lead of 21 March, converted on the 26th.
    report = told.report("lead-conversion")
    lines = as_table(report).splitlines()
    days = lines[lines.index("Trends") + 3 : lines.index("Trends") + 8]
    assert [" ".join(line.split()) for line in days] == [
        "Sun 2 Mar to Thu 20 Mar 2031 0 0",
        "Fri 21 Mar 2031 1 0",
        "Sat 22 Mar to Tue 25 Mar 2031 0 0",
        "Wed 26 Mar 2031 0 1",
        "Thu 27 Mar to Mon 31 Mar 2031 0 0",
    ]
    assert len(_sections(report)["trends"]) == 31


def test_long_periods_are_told_by_weeks_in_a_table(told: Rows) -> None:
    report = told.report("lead-conversion", Window(date(2031, 1, 1), date(2031, 3, 31), ZoneInfo("UTC")))
    lines = as_table(report).splitlines()
    weeks = [" ".join(line.split()) for line in lines[lines.index("Trends") + 3 :] if "2031" in line]
    assert weeks == [
        "Wed 1 Jan to Sun 16 Mar 2031 0 0",
        "Mon 17 Mar to Sun 23 Mar 2031 1 0",
        "Mon 24 Mar to Sun 30 Mar 2031 0 1",
        "Mon 31 Mar 2031 0 0",
    ]
