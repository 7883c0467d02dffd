"""Files that mails carried: what each is called where it came, and its bytes once."""

from datetime import datetime

from sqlalchemy import LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crmbot.models.base import Base, Id, InWorkspace, index_of_given, within_workspace


class AttachmentBlob(InWorkspace, Base):
    """The bytes of a file, once however many mails carry it."""

    __tablename__ = "attachment_blob"
    __table_args__ = (UniqueConstraint("workspace_id", "digest"),)

    digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the content."""
    size: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    created_at: Mapped[datetime]


class Attachment(InWorkspace, Base):
    """A file of one mail."""

    __tablename__ = "attachment"
    __table_args__ = (
        within_workspace("email_id", "email"),
        within_workspace("blob_id", "attachment_blob"),
        UniqueConstraint("workspace_id", "email_id", "position"),
        index_of_given("ix_attachment_blob", "blob_id"),
    )

    email_id: Mapped[str] = mapped_column(Id)
    position: Mapped[int]
    name: Mapped[str]
    type: Mapped[str] = mapped_column(String(100))
    """What its bytes show it to be, whatever the mail says."""
    size: Mapped[int]
    blob_id: Mapped[str | None] = mapped_column(Id)
    """None when it was too large to be kept."""
