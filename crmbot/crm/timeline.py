"""The timeline of a record: activities, notes and stage changes, newest first."""

from functools import cache
from typing import Any

from sqlalchemy import Integer, bindparam, select

from crmbot.crm.answers import TimelineEntry
from crmbot.crm.attachments import files_of
from crmbot.crm.meetings import meeting_words
from crmbot.crm.offered import ProposalView
from crmbot.crm.proposals.views import proposal_view
from crmbot.crm.views import load_names, person
from crmbot.crm.work import Work
from crmbot.domain.ids import Kind, reference
from crmbot.domain.nouns import titled
from crmbot.domain.stages import LeadStatus
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
    kind_of,
)
from crmbot.store.prepared import Prepared

MOST = 12
_VERSION, _ENTRY = DealVersion.__table__.c, LeadStatusEntry.__table__.c
_VERSIONS = Prepared(
    select(_VERSION.stage_id, _VERSION.valid_from, _VERSION.lost_reason)
    .where(_VERSION.workspace_id == bindparam("workspace"), _VERSION.deal_id == bindparam("deal"))
    .order_by(_VERSION.valid_from)
)
_STATUSES = Prepared(
    select(_ENTRY.entered_at, _ENTRY.status)
    .where(_ENTRY.workspace_id == bindparam("workspace"), _ENTRY.lead_id == bindparam("lead"))
    .order_by(_ENTRY.entered_at.desc(), _ENTRY.position.desc())
)
_PROPOSALS = Prepared(
    select(Proposal).where(Proposal.workspace_id == bindparam("workspace"), Proposal.deal_id == bindparam("deal"))
)
_COLUMNS = {Deal: "deal_id", Lead: "lead_id", Contact: "contact_id", Company: "company_id"}


def timeline(
    work: Work, row: Deal | Lead | Contact | Company | Activity, *, most: int = MOST
) -> tuple[TimelineEntry, ...]:
    """Return the latest entries about a record."""
    column = _COLUMNS.get(kind_of(row))
    if column is None:
        return ()
    entries = [*_activities(work, column, row.id, most), *_notes(work, column, row.id, most)]
    if isinstance(row, Deal):
        entries += [*_stages(work, row), *_proposals(work, row)]
    if isinstance(row, Lead):
        entries += _statuses(work, row)
    entries.sort(key=lambda entry: entry.at, reverse=True)
    return tuple(entries[:most])


@cache
def _latest(kind: type[Activity | Note], column: str) -> Prepared:
    """Return what finds the latest rows of a kind about a record."""
    return Prepared(
        select(kind)
        .where(kind.workspace_id == bindparam("workspace"), getattr(kind, column) == bindparam("record"))
        .order_by(kind.created_at.desc())
        .limit(bindparam("most", type_=Integer))
    )


def _activities(work: Work, column: str, row_id: str, most: int) -> list[TimelineEntry]:
    rows = work.all(_latest(Activity, column), Activity, record=row_id, most=most)
    load_names(work, rows)
    meetings, files = meeting_words(work, rows), files_of(work, rows)
    return [
        TimelineEntry(
            at=activity.completed_at or activity.created_at,
            what=activity.kind,
            text=_activity_words(activity, meetings.get(activity.id, "")),
            by=_name(work, activity.owner_id),
            reference=reference(Kind.ACTIVITY, activity.number),
            files=files.get(activity.id, ()),
        )
        for activity in rows
    ]


def _activity_words(activity: Activity, meeting: str) -> str:
    when = f", {meeting}" if meeting else ""
    minutes = f", {activity.duration_minutes} min" if activity.duration_minutes else ""
    outcome = f": {activity.outcome}" if activity.outcome else ""
    state = "" if activity.completed_at else " (to do)"
    return f"{titled(activity.kind)}: {activity.subject}{minutes}{when}{outcome}{state}"


def _notes(work: Work, column: str, row_id: str, most: int) -> list[TimelineEntry]:
    rows = work.all(_latest(Note, column), Note, record=row_id, most=most)
    return [TimelineEntry(note.created_at, "note", note.text, _name(work, note.author_id)) for note in rows]


def _stages(work: Work, deal: Deal) -> list[TimelineEntry]:
    entries = []
    before: str | None = None
    for stage_id, valid_from, lost_reason in work.values(_VERSIONS, deal=deal.id):
        if stage_id != before:
            stage: Stage = work.get(Stage, stage_id)
            words = f"Opened in {stage.name}" if before is None else f"Moved to {stage.name}"
            if lost_reason:
                words += f": {lost_reason}"
            entries.append(TimelineEntry(valid_from, "stage", words))
        before = stage_id
    return entries


def _statuses(work: Work, lead: Lead) -> list[TimelineEntry]:
    entered = work.values(_STATUSES, lead=lead.id)
    return [TimelineEntry(entered_at, "status", _became(status)) for entered_at, status in entered]


def _became(status: str) -> str:
    return "Captured" if status == LeadStatus.NEW else f"Became {status}"


def _proposals(work: Work, deal: Deal) -> list[TimelineEntry]:
    rows = work.all(_PROPOSALS, Proposal, deal=deal.id)
    return [
        TimelineEntry(
            proposal.accepted_at or proposal.declined_at or proposal.sent_at or proposal.created_at,
            "proposal",
            _offered(proposal_view(work, proposal)),
            reference=reference(Kind.PROPOSAL, proposal.number),
        )
        for proposal in rows
    ]


def _offered(proposal: ProposalView) -> str:
    by = f" by {proposal.accepted_by}" if proposal.accepted_by else ""
    return f"Proposal {proposal.reference} {proposal.title}, {proposal.totals.total}: {proposal.status}{by}"


def _name(work: Work, user_id: str | None) -> str | None:
    who: Any = person(work, user_id)
    return who.name if who else None
