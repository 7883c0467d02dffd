"""The timeline of a record: activities, notes and stage changes, newest first."""

from typing import Any

from sqlalchemy import select

from crmbot.crm.answers import TimelineEntry
from crmbot.crm.meetings import meeting_words
from crmbot.crm.views import load_names, person
from crmbot.crm.work import Work
from crmbot.domain.ids import Kind, reference
from crmbot.models import (
    Activity,
    Company,
    Contact,
    Deal,
    DealVersion,
    Lead,
    LeadStatusEntry,
    Note,
    Proposal,
    Stage,
)

MOST = 12
_COLUMNS = {Deal: "deal_id", Lead: "lead_id", Contact: "contact_id", Company: "company_id"}


def timeline(
    work: Work, row: Deal | Lead | Contact | Company | Activity, *, most: int = MOST
) -> tuple[TimelineEntry, ...]:
    """Return the latest entries about a record."""
    column = _COLUMNS.get(type(row))
    if column is None:
        return ()
    entries = [*_activities(work, column, row.id, most), *_notes(work, column, row.id, most)]
    if isinstance(row, Deal):
        entries += [*_stages(work, row), *_proposals(work, row)]
    if isinstance(row, Lead):
        entries += _statuses(work, row)
    entries.sort(key=lambda entry: entry.at, reverse=True)
    return tuple(entries[:most])


def _activities(work: Work, column: str, row_id: str, most: int) -> list[TimelineEntry]:
    rows = work.session.scalars(
        select(Activity)
        .where(Activity.workspace_id == work.workspace_id, getattr(Activity, column) == row_id)
        .order_by(Activity.created_at.desc())
        .limit(most)
    ).all()
    load_names(work, rows)
    meetings = meeting_words(work, rows)
    return [
        TimelineEntry(
            at=activity.completed_at or activity.created_at,
            what="email" if activity.kind == "email" else "activity",
            text=_activity_words(activity, meetings.get(activity.id, "")),
            by=_name(work, activity.owner_id),
            reference=reference(Kind.ACTIVITY, activity.number),
        )
        for activity in rows
    ]


def _activity_words(activity: Activity, meeting: str) -> str:
    when = f", {meeting}" if meeting else ""
    minutes = f", {activity.duration_minutes} min" if activity.duration_minutes else ""
    outcome = f": {activity.outcome}" if activity.outcome else ""
    state = "" if activity.completed_at else " (to do)"
    return f"{activity.kind.capitalize()}: {activity.subject}{when}{minutes}{outcome}{state}"


def _notes(work: Work, column: str, row_id: str, most: int) -> list[TimelineEntry]:
    rows = work.session.scalars(
        select(Note)
        .where(Note.workspace_id == work.workspace_id, getattr(Note, column) == row_id)
        .order_by(Note.created_at.desc())
        .limit(most)
    )
    return [TimelineEntry(note.created_at, "note", note.text, _name(work, note.author_id)) for note in rows]


def _stages(work: Work, deal: Deal) -> list[TimelineEntry]:
    versions = work.session.scalars(
        select(DealVersion)
        .where(DealVersion.workspace_id == work.workspace_id, DealVersion.deal_id == deal.id)
        .order_by(DealVersion.valid_from)
    )
    entries = []
    before: str | None = None
    for version in versions:
        if version.stage_id != before:
            stage: Stage = work.get(Stage, version.stage_id)
            words = f"Opened in {stage.name}" if before is None else f"Moved to {stage.name}"
            if version.lost_reason:
                words += f": {version.lost_reason}"
            entries.append(TimelineEntry(version.valid_from, "stage", words))
        before = version.stage_id
    return entries


def _statuses(work: Work, lead: Lead) -> list[TimelineEntry]:
    rows = work.session.scalars(
        select(LeadStatusEntry)
        .where(LeadStatusEntry.workspace_id == work.workspace_id, LeadStatusEntry.lead_id == lead.id)
        .order_by(LeadStatusEntry.entered_at.desc(), LeadStatusEntry.position.desc())
    )
    return [TimelineEntry(entry.entered_at, "status", f"Became {entry.status}") for entry in rows]


def _proposals(work: Work, deal: Deal) -> list[TimelineEntry]:
    rows = work.session.scalars(
        select(Proposal).where(Proposal.workspace_id == work.workspace_id, Proposal.deal_id == deal.id)
    )
    return [
        TimelineEntry(
            proposal.accepted_at or proposal.declined_at or proposal.sent_at or proposal.created_at,
            "proposal",
            f"Proposal {proposal.title}: {proposal.status}",
            reference=reference(Kind.PROPOSAL, proposal.number),
        )
        for proposal in rows
    ]


def _name(work: Work, user_id: str | None) -> str | None:
    who: Any = person(work, user_id)
    return who.name if who else None
