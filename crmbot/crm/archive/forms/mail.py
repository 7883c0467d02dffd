"""The lines of mail: what was understood of each, the files they carried, and the meetings that they invited to."""

from collections.abc import Mapping

from crmbot.crm.archive import values as read
from crmbot.crm.archive.forms.form import REF, Form, record
from crmbot.models import AttachmentBlob, Email, Meeting

MOST_FILE = 64 * 1024 * 1024
"""The largest file, in bytes: more than any mail that is taken in."""

_LONGEST_PIECE = 1_000_000

EMAIL_FILE = Form(
    {"name": read.text, "type": read.short(100), "size": read.whole(0, 2**40), "file": REF},
    ("name", "type", "size"),
    {"file": "file"},
)

MAIL: Mapping[str, Form] = {
    "file": record(
        AttachmentBlob,
        {},
        {"digest": read.digest, "size": read.whole(0, MOST_FILE), "created_at": read.instant},
        "digest",
        "size",
    ),
    "piece": Form(
        {
            "type": read.text,
            "file": REF,
            "position": read.whole(0, MOST_FILE),
            "content": read.base64_bytes(_LONGEST_PIECE),
        },
        ("file", "position", "content"),
    ),
    "email": record(
        Email,
        {"activity": "activity", "logged_by": "user"},
        {
            "dedupe_key": read.short(64),
            "content_key": read.text,
            "message_id": read.text,
            "references": read.listing(read.text),
            "direction": read.one_of(("in", "out")),
            "kind": read.short(12),
            "from_name": read.text,
            "from_address": read.text,
            "recipients": read.listing(read.listing(read.text_or_none)),
            "subject": read.text,
            "text": read.text,
            "sent_at": read.instant,
            "received_at": read.instant,
            "attachments": read.listing(read.json_object),
            "state": read.one_of(("logged", "triage", "noise", "ignored")),
            "reason": read.text,
            "detail": read.json_object,
            "thread": read.listing(read.text),
            "files": read.listing(EMAIL_FILE.entry),
        },
        "dedupe_key",
        "direction",
        "kind",
        "received_at",
        "state",
        lists={"also_logged_by": "user", "asks": "deal", "further_activities": "activity"},
    ),
    "meeting": record(
        Meeting,
        {"activity": "activity"},
        {
            "uid": read.short(255),
            "occurrence": read.text,
            "sequence": read.whole(0, 2**31 - 1),
            "stamped_at": read.instant,
            "starts_at": read.instant,
            "ends_at": read.instant,
            "starts_on": read.day,
            "ends_on": read.day,
            "place": read.text,
            "organizer": read.text,
            "repeats": read.text,
            "attendees": read.listing(read.listing(read.text_or_none)),
            "cancelled_at": read.instant,
        },
        "activity",
        "uid",
    ),
}
"""Every type of mail; the pieces of a file follow it."""
