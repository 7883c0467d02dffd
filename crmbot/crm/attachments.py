"""Files that mails carried: kept once by their content, listed with the mail's activity, given to who may see it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CursorResult, Select, delete, exists, insert, select, union_all, update
from sqlalchemy.orm import Session

from crmbot.crm.carried import FileView
from crmbot.crm.work import Work
from crmbot.domain.files import MailFile
from crmbot.errors import NotFound
from crmbot.models import Activity, Attachment, AttachmentBlob, Email, EmailActivity

PERMISSION = "crm.emails.view"
UNUSED_FOR = timedelta(days=3)
"""How long a content stays that no mail has any more: longer than an effect can be undone and done again."""

_MOST_NAME = 255
_FRESH = timedelta(days=1)
_USED = exists().where(Attachment.workspace_id == AttachmentBlob.workspace_id, Attachment.blob_id == AttachmentBlob.id)


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file as it is given out."""

    name: str
    type: str
    content: bytes


def keep_files(work: Work, email: Email, files: Sequence[MailFile]) -> None:
    """Keep a mail's files, each content once in the workspace; a mail that has its files keeps those."""
    if not files or _has_files(work, email):
        return
    rows = [
        Attachment(
            email_id=email.id,
            position=position,
            name=file.name[:_MOST_NAME],
            type=file.type,
            size=file.size,
            blob_id=_keep_content(work, file) if file.content is not None else None,
        )
        for position, file in enumerate(files)
    ]
    # The names stand in one place only: what is forgotten there is not left in the journal.
    work.write(*rows, journalled=("email_id", "position", "blob_id"))


def forget_files(work: Work, email: Email) -> None:
    """Remove a mail's files for good, past the journal, and each content that nobody else has."""
    mine = (Attachment.workspace_id == work.workspace_id) & (Attachment.email_id == email.id)
    contents = list(work.session.scalars(select(Attachment.blob_id).where(mine, Attachment.blob_id.is_not(None))))
    quiet = {"synchronize_session": False}
    work.session.execute(delete(Attachment).where(mine), execution_options=quiet)
    theirs = (AttachmentBlob.workspace_id == work.workspace_id) & AttachmentBlob.id.in_(contents)
    work.session.execute(delete(AttachmentBlob).where(theirs, ~_USED), execution_options=quiet)


def list_files(work: Work, activity: Activity) -> tuple[FileView, ...]:
    """Return the files of the mails that an activity stands for."""
    rows = work.session.scalars(
        select(Attachment)
        .join(Email, (Email.workspace_id == Attachment.workspace_id) & (Email.id == Attachment.email_id))
        .where(Attachment.workspace_id == work.workspace_id, Email.id.in_(_mails_of(work, activity)))
        .order_by(Email.received_at, Attachment.position)
    )
    return tuple(_view(row.id, row.name, row.type, row.size, row.blob_id) for row in rows)


def files_of(work: Work, activities: Sequence[Activity]) -> dict[str, tuple[FileView, ...]]:
    """Return the files of those activities that stand for mails, by the activity's id."""
    mails = [activity.id for activity in activities if activity.kind == "email"]
    if not mails:
        return {}
    columns = (Attachment.id, Attachment.name, Attachment.type, Attachment.size, Attachment.blob_id)
    first = (
        select(Email.activity_id, *columns, Attachment.email_id, Attachment.position)
        .join(Email, (Email.workspace_id == Attachment.workspace_id) & (Email.id == Attachment.email_id))
        .where(Attachment.workspace_id == work.workspace_id, Email.activity_id.in_(mails))
    )
    same = (EmailActivity.workspace_id == Attachment.workspace_id) & (EmailActivity.email_id == Attachment.email_id)
    further = (
        select(EmailActivity.activity_id, *columns, Attachment.email_id, Attachment.position)
        .join(EmailActivity, same)
        .where(Attachment.workspace_id == work.workspace_id, EmailActivity.activity_id.in_(mails))
    )
    found: dict[str, tuple[FileView, ...]] = {}
    both: Any = union_all(first, further).order_by("email_id", "position")
    for row in work.connection.execute(both):
        one = _view(row.id, row.name, row.type, row.size, row.blob_id)
        found[row.activity_id] = (*found.get(row.activity_id, ()), one)
    return found


def _view(file_id: str, name: str, kind: str, size: int, blob_id: str | None) -> FileView:
    return FileView(file_id, name or "unnamed", kind, size, blob_id is not None)


def read_file(session: Session, workspace_id: str, attachment_id: str) -> StoredFile:
    """Return a file with its content.

    Raises:
        NotFound: there is none of that id here, or it was too large to be kept.
    """
    row = session.execute(
        select(Attachment.name, Attachment.type, AttachmentBlob.content)
        .outerjoin(
            AttachmentBlob,
            (AttachmentBlob.workspace_id == Attachment.workspace_id) & (AttachmentBlob.id == Attachment.blob_id),
        )
        .where(Attachment.workspace_id == workspace_id, Attachment.id == attachment_id)
    ).first()
    if row is None:
        raise NotFound("There is no such attachment here.")
    if row.content is None:
        raise NotFound(f"“{row.name}” was too large to be kept. It is still in the mailbox of who forwarded it.")
    return StoredFile(row.name or "unnamed", row.type, row.content)


def forget_unused(session: Session, now: datetime) -> int:
    """Remove contents that no mail has any more, in all workspaces; return how many."""
    statement = delete(AttachmentBlob).where(AttachmentBlob.created_at < now - UNUSED_FOR, ~_USED)
    done: CursorResult[Any] = session.execute(statement, execution_options={"synchronize_session": False})  # type: ignore[assignment]  # a DELETE returns a cursor's result
    return done.rowcount


def _mails_of(work: Work, activity: Activity) -> Select[tuple[str]]:
    """Return what finds the mails of which the activity is the first, or a further one."""
    further = select(EmailActivity.email_id).where(
        EmailActivity.workspace_id == work.workspace_id, EmailActivity.activity_id == activity.id
    )
    first = select(Email.id).where(Email.workspace_id == work.workspace_id, Email.activity_id == activity.id)
    return select(first.union_all(further).subquery().c[0])


def _keep_content(work: Work, file: MailFile) -> str:
    """Return the id of the kept content; one that is used again stays as long as a new one."""
    mine = (AttachmentBlob.workspace_id == work.workspace_id) & (AttachmentBlob.digest == file.digest)
    known = work.connection.execute(select(AttachmentBlob.id, AttachmentBlob.created_at).where(mine)).first()
    if known is None:
        blob_id = work.new_id()
        values = {"id": blob_id, "workspace_id": work.workspace_id, "digest": file.digest, "size": file.size}
        work.connection.execute(insert(AttachmentBlob), {**values, "content": file.content, "created_at": work.now})
        return blob_id
    if known.created_at < work.now - _FRESH:
        work.connection.execute(update(AttachmentBlob).where(mine).values(created_at=work.now))
    return str(known.id)


def _has_files(work: Work, email: Email) -> bool:
    known = select(Attachment.id).where(Attachment.workspace_id == work.workspace_id, Attachment.email_id == email.id)
    return work.connection.execute(known.limit(1)).first() is not None
