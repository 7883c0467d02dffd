"""Mail and meetings as lines: a message with its thread and files, and the calendar's side of a meeting."""

from collections.abc import Iterator
from typing import Any

from crmbot.crm.archive.shelf import Line, Shelf, day, instant
from crmbot.crm.emails.errands import TASKS
from crmbot.models import Attachment, Deal, Email, EmailActivity, EmailReference, Meeting

_ASKS = "asks"
"""What is kept beside a mail as ids: the deals among which a person shall choose."""
_WORDS = (
    "dedupe_key content_key message_id references direction kind from_name from_address recipients subject text"
).split()


def emails(shelf: Shelf) -> Iterator[Line]:
    """Yield the mails with the messages of their threads and what files they carried."""
    for page in shelf.pages(Email, Email.id):
        threads = shelf.children(EmailReference, EmailReference.email_id, page, EmailReference.message_id)
        carried = shelf.children(Attachment, Attachment.email_id, page, Attachment.position)
        further = shelf.children(EmailActivity, EmailActivity.email_id, page, EmailActivity.activity_id)
        known = shelf.known(Deal, {deal for row in page for deal in row.detail.get(_ASKS, ())})
        for row in page:
            yield {
                "type": "email",
                "ref": row.id,
                **{name: getattr(row, name) for name in _WORDS},
                "sent_at": instant(row.sent_at),
                "received_at": instant(row.received_at),
                "attachments": row.attachments,
                "state": row.state,
                "reason": row.reason,
                "detail": {name: value for name, value in row.detail.items() if name not in {_ASKS, TASKS}},
                # A deal that is gone since, by an undo, has no line to point to.
                "asks": [deal for deal in row.detail.get(_ASKS, ()) if deal in known],
                "activity": row.activity_id,
                "further_activities": [one.activity_id for one in further[row.id]],
                "logged_by": row.logged_by_id,
                "also_logged_by": row.also_logged_by,
                "thread": [one.message_id for one in threads[row.id]],
                "files": [_file(one) for one in carried[row.id]],
            }


def _file(row: Any) -> Line:
    return {"name": row.name, "type": row.type, "size": row.size, "file": row.blob_id}


def meetings(shelf: Shelf) -> Iterator[Line]:
    """Yield the invitations that meetings stand for."""
    for page in shelf.pages(Meeting, Meeting.id):
        for row in page:
            yield {
                "type": "meeting",
                "ref": row.id,
                "activity": row.activity_id,
                "uid": row.uid,
                "occurrence": row.occurrence,
                "sequence": row.sequence,
                "stamped_at": instant(row.stamped_at),
                "starts_at": instant(row.starts_at),
                "ends_at": instant(row.ends_at),
                "starts_on": day(row.starts_on),
                "ends_on": day(row.ends_on),
                "place": row.place,
                "organizer": row.organizer,
                "repeats": row.repeats,
                "attendees": row.attendees,
                "cancelled_at": instant(row.cancelled_at),
            }
