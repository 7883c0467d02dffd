"""What Slack shows of records: which message is a card of which record, and who looks at their Home tab."""

from datetime import datetime

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crmbot.models.base import Base, Id, InWorkspace


class SlackCard(InWorkspace, Base):
    """A record that a message in Slack shows; a line in the thread below may mean it without naming it."""

    __tablename__ = "slack_card"
    __table_args__ = (UniqueConstraint("workspace_id", "channel", "ts", "kind", "record_id"),)

    channel: Mapped[str] = mapped_column(String(32))
    ts: Mapped[str] = mapped_column(String(32))
    """Slack's name for the message in its channel; a thread below carries it as `thread_ts`."""
    kind: Mapped[str] = mapped_column(String(16))
    record_id: Mapped[str] = mapped_column(Id)
    kept_at: Mapped[datetime]


class HomeTab(InWorkspace, Base):
    """A person who has opened the app's Home tab, so that it is worth keeping up to date; `id` is the user's."""

    __tablename__ = "home_tab"

    opened_at: Mapped[datetime]
