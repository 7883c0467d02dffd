"""From a line to rows, for what has a history: leads, deals and activities."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from crmbot.crm.archive.bulk import Row
from crmbot.crm.archive.frame import Frame, Line
from crmbot.crm.history import overdue_at
from crmbot.domain.identity import fold_name
from crmbot.domain.stages import StageKind
from crmbot.models import (
    FOREVER,
    Activity,
    ActivityVersion,
    Deal,
    DealVersion,
    Lead,
    LeadStatusEntry,
    LeadVersion,
)

_ANY_ZONE = ZoneInfo("UTC")


def lead(frame: Frame, line: Line) -> Iterator[Row]:
    """Make a lead's row and one for each status it entered."""
    record = frame.record("lead", line)
    entries = sorted(line.get("history") or (), key=when)
    created = frame.created(line, entries[0]["at"] if entries else None)
    entries = entries or [{"status": "new", "at": created}]
    company_name, score = line.get("company_name"), line.get("score")
    earlier = sorted(line.get("earlier") or (), key=until)
    manual = line.get("score_is_manual")
    yield (
        Lead,
        record
        | {
            "number": frame.number("lead", line),
            "name": line["name"],
            "name_key": fold_name(line["name"]),
            "email": line.get("email"),
            "company_name": company_name,
            "company_key": fold_name(company_name) if company_name else None,
            "source": line.get("source"),
            "owner_id": frame.ids.of("user", line.get("owner")),
            "score": score,
            "score_is_manual": score is not None if manual is None else manual,
            "status": entries[-1]["status"],
            "disqualified_reason": line.get("disqualified_reason"),
            "contact_id": frame.ids.of("contact", line.get("contact")),
            "deal_id": frame.ids.of("deal", line.get("deal")),
            "created_at": created,
            "facts_since": earlier[-1]["until"] if earlier else None,
        },
    )
    for since, entry in with_beginnings(created, earlier):
        facts = {"owner_id": frame.ids.of("user", entry.get("owner")), "source": entry.get("source")}
        yield LeadVersion, frame.version("lead", record, since, entry) | facts
    entered: dict[str, datetime] = {}
    position, before = 0, None
    for entry in entries:
        at, status = entry["at"], entry["status"]
        position = position + 1 if at == before else 0
        yield (
            LeadStatusEntry,
            {
                "workspace_id": frame.workspace_id,
                "id": frame.ids.new(),
                "lead_id": record["id"],
                "status": status,
                "entered_at": at,
                "position": position,
                "previous_at": entered.get(status),
                "lead_created_at": created,
            },
        )
        entered[status] = before = at


def deal(frame: Frame, line: Line) -> Iterator[Row]:
    """Make a deal's row, as its last entry has it, and its history."""
    record = frame.record("deal", line)
    versions: dict[datetime, dict[str, Any]] = {}
    for entry in sorted(line["history"], key=when):
        versions[entry["at"]] = _facts(frame, line, entry)
    moments = list(versions)
    created = frame.created(line, moments[0])
    last = versions[moments[-1]]
    yield (
        Deal,
        record
        | last
        | {
            "number": frame.number("deal", line),
            "title": line["title"],
            "title_key": fold_name(line["title"]),
            "closed_at": _closed_at(versions),
            "created_at": created,
        },
    )
    before: dict[str, Any] | None = None
    for at, ends in zip(moments, [*moments[1:], FOREVER], strict=True):
        before = versions[at] | _since(versions[at], before, at if before else created)
        yield (
            DealVersion,
            {
                "workspace_id": frame.workspace_id,
                "id": frame.ids.new(),
                "deal_id": record["id"],
                "created_at": created,
                "valid_from": at,
                "valid_to": ends,
                **before,
            },
        )


def _since(facts: Line, before: Line | None, at: datetime) -> dict[str, Any]:
    """Return since when a version that begins at `at` has its stage and outcome, and where it came from."""
    if before is None:
        return {"stage_since": at, "outcome_since": at, "from_stage_id": None}
    same = before["outcome"] == facts["outcome"]
    return {
        "stage_since": before["stage_since"] if before["stage_id"] == facts["stage_id"] else at,
        "outcome_since": before["outcome_since"] if same else at,
        "from_stage_id": before["from_stage_id"] if same else before["stage_id"],
    }


def _facts(frame: Frame, line: Line, entry: Line) -> dict[str, Any]:
    """Return a version's facts; what an entry leaves out is the deal's own, a null is none."""
    outcome, usual = frame.stages[entry["stage"]]
    value, probability, manual = entry.get("value"), entry.get("probability"), entry.get("probability_is_manual")
    if probability is None:
        probability = usual
    reason = entry["lost_reason"] if "lost_reason" in entry else line.get("lost_reason")
    return {
        "stage_id": frame.ids.stages[entry["stage"]],
        "outcome": outcome,
        "owner_id": frame.ids.of("user", entry["owner"] if "owner" in entry else line.get("owner")),
        "value_minor": value.minor if value is not None else None,
        "currency": value.currency if value is not None else frame.currency,
        "probability": probability,
        "probability_is_manual": probability != usual if manual is None else manual,
        "expected_close": entry.get("expected_close"),
        "forecast_category": entry.get("forecast_category"),
        "lost_reason": reason if outcome == StageKind.LOST else None,
        "contact_id": frame.ids.of("contact", entry["contact"] if "contact" in entry else line.get("contact")),
        "company_id": frame.ids.of("company", entry["company"] if "company" in entry else line.get("company")),
    }


def _closed_at(versions: Mapping[datetime, Line]) -> datetime | None:
    """Return when a deal was closed for the last time, none when it is open."""
    closed, outcome = None, StageKind.OPEN.value
    for at, facts in versions.items():
        if facts["outcome"] != outcome:
            outcome = facts["outcome"]
            closed = None if outcome == StageKind.OPEN else at
    return closed


def activity(frame: Frame, line: Line) -> Iterator[Row]:
    """Make an activity's row, and one for what it was before each later change."""
    record = frame.record("activity", line)
    created = frame.created(line, line.get("due_at"), line.get("completed_at"), frame.now)
    earlier = sorted(line.get("history") or (), key=until)
    yield (
        Activity,
        record
        | _doing(frame, line)
        | frame.about(line)
        | {
            "number": frame.number("activity", line),
            "kind": line["kind"],
            "subject": line["subject"],
            "notes": line.get("notes"),
            "outcome": line.get("outcome"),
            "attendees": line.get("attendees") or [],
            "created_at": created,
            "facts_since": earlier[-1]["until"] if earlier else created,
        },
    )
    for since, entry in with_beginnings(created, earlier):
        yield ActivityVersion, frame.version("activity", record, since, entry) | _doing(frame, entry)


def _doing(frame: Frame, line: Line) -> dict[str, Any]:
    due_at, due_on, owner = line.get("due_at"), line.get("due_on"), line.get("owner")
    zone = frame.zones.get(owner, frame.zone) if owner else frame.zone
    return {
        "owner_id": frame.ids.of("user", owner),
        "due_at": due_at,
        "due_on": due_on,
        "overdue_at": overdue_at(due_at, due_on, zone if due_on else _ANY_ZONE),
        "completed_at": line.get("completed_at"),
        "duration_minutes": line.get("duration_minutes"),
        "billable": line.get("billable") or False,
    }


def when(entry: Line) -> datetime:
    """Return when an entry of a history was, to sort by."""
    at: datetime = entry["at"]
    return at


def until(entry: Line) -> datetime:
    """Return until when an earlier version held, to sort by."""
    at: datetime = entry["until"]
    return at


def with_beginnings(since: datetime, earlier: list[Line]) -> Iterator[tuple[datetime, Line]]:
    """Yield earlier versions, each with when it began: at the end of the one before."""
    for entry in earlier:
        yield since, entry
        since = entry["until"]
