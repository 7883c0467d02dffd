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
from crmbot.models import Activity, ActivityVersion, Deal, DealVersion, Lead, LeadStatusEntry

_ANY_ZONE = ZoneInfo("UTC")


def lead(frame: Frame, line: Line) -> Iterator[Row]:
    """Make a lead's row and one for each status it entered."""
    record = frame.record("lead", line)
    entries = sorted(line.get("history") or (), key=when)
    created = frame.created(line, entries[0]["at"] if entries else None)
    entries = entries or [{"status": "new", "at": created}]
    company_name, score = line.get("company_name"), line.get("score")
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
        },
    )
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
            "contact_id": frame.ids.of("contact", line.get("contact")),
            "company_id": frame.ids.of("company", line.get("company")),
            "closed_at": _closed_at(versions),
            "created_at": created,
        },
    )
    for at, until in zip(moments, [*moments[1:], None], strict=True):
        yield (
            DealVersion,
            {
                "workspace_id": frame.workspace_id,
                "id": frame.ids.new(),
                "deal_id": record["id"],
                "valid_from": at,
                "valid_to": until,
                **versions[at],
            },
        )


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
    earlier = sorted(line.get("history") or (), key=lambda entry: entry["until"])
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
    since = created
    for entry in earlier:
        yield (
            ActivityVersion,
            {
                "workspace_id": frame.workspace_id,
                "id": frame.ids.new(),
                "activity_id": record["id"],
                "valid_from": since,
                "valid_to": entry["until"],
                **_doing(frame, entry),
            },
        )
        since = entry["until"]


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
