"""Mail and meetings as rows: a message with its thread and files, and the calendar's side of a meeting."""

from collections.abc import Iterator
from typing import Any

from crmbot.crm.archive.bulk import Row
from crmbot.crm.archive.frame import Frame, Line
from crmbot.models import Attachment, Email, EmailActivity, EmailReference, Meeting

_TEXTS = ("from_name", "subject", "text", "reason", "content_key")
_LISTS = ("references", "recipients", "attachments")
_OPTIONAL = ("message_id", "from_address")
_NEEDED = ("dedupe_key", "direction", "kind", "received_at", "state")
_MOMENTS = ("stamped_at", "starts_at", "ends_at", "starts_on", "ends_on", "cancelled_at")


def email(frame: Frame, line: Line) -> Iterator[Row]:
    """Make a mail's row, one for each message of its thread, and one for each file it carried."""
    record = frame.record("email", line)
    yield (
        Email,
        record
        | {name: line[name] for name in _NEEDED}
        | {name: line.get(name) or "" for name in _TEXTS}
        | {name: line.get(name) or [] for name in _LISTS}
        | {name: line.get(name) for name in _OPTIONAL}
        | {
            "sent_at": line.get("sent_at") or line["received_at"],
            "detail": _detail(frame, line),
            "activity_id": frame.ids.of("activity", line.get("activity")),
            "logged_by_id": frame.ids.of("user", line.get("logged_by")),
            "also_logged_by": [frame.ids.of("user", ref) for ref in line.get("also_logged_by") or ()],
        },
    )
    part = {"workspace_id": frame.workspace_id, "email_id": record["id"]}
    for message_id in dict.fromkeys(line.get("thread") or ()):
        yield EmailReference, part | {"id": frame.ids.new(), "message_id": message_id}
    for ref in dict.fromkeys(line.get("further_activities") or ()):
        yield EmailActivity, part | {"id": frame.ids.new(), "activity_id": frame.ids.of("activity", ref)}
    for position, file in enumerate(line.get("files") or ()):
        yield (
            Attachment,
            part
            | {name: file[name] for name in ("name", "type", "size")}
            | {"id": frame.ids.new(), "position": position, "blob_id": frame.ids.of("file", file.get("file"))},
        )


def _detail(frame: Frame, line: Line) -> dict[str, Any]:
    """Return what is kept beside a mail, with the deals among which a person shall choose."""
    told = dict(line.get("detail") or {})
    if line.get("asks"):
        told["asks"] = [frame.ids.of("deal", ref) for ref in line["asks"]]
    return told


def meeting(frame: Frame, line: Line) -> Iterator[Row]:
    """Make the row of a meeting's invitation."""
    yield (
        Meeting,
        frame.record("meeting", line)
        | {name: line.get(name) for name in (*_MOMENTS, "place", "organizer", "repeats")}
        | {
            "activity_id": frame.ids.of("activity", line["activity"]),
            "uid": line["uid"],
            "occurrence": line.get("occurrence") or "",
            "sequence": line.get("sequence") or 0,
            "attendees": line.get("attendees") or [],
        },
    )
