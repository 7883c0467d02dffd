"""Drafts: requests that wait for a person's choice and are too long for what a button carries."""

from crmbot.crm.answers import DraftKept
from crmbot.crm.requests import KeepDraft, OpenDraft
from crmbot.crm.work import Work
from crmbot.errors import NotFound
from crmbot.models import Draft


def keep_draft(work: Work, request: KeepDraft) -> DraftKept:
    """Keep a draft for the actor alone; it is forgotten after some days (crm.housekeeping)."""
    row: Draft = work.make(Draft, request=request.data, user_id=work.actor.user_id, created_at=work.now)
    work.write(row)
    return DraftKept("Kept.", draft=row.id, data=request.data)


def open_draft(work: Work, request: OpenDraft) -> DraftKept:
    """Return what a draft holds.

    Raises:
        NotFound: there is none of that id, it is too old, or it is another's.
    """
    row: Draft | None = work.get(Draft, request.draft)
    if row is None or row.user_id != work.actor.user_id:
        raise NotFound("That was asked too long ago, or of somebody else. Type the command again.")
    return DraftKept("A draft.", draft=row.id, data=row.request)
