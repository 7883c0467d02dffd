"""Mail as triage and receipts show it, and what became of it."""

from dataclasses import dataclass, replace
from datetime import datetime

from crmbot.crm.answers.base import Answer
from crmbot.crm.answers.records import ActivityView, Link, Person


@dataclass(frozen=True, slots=True)
class Reach:
    """Whom a rule about a sender or domain hits: so many contacts and open deals."""

    value: str
    contacts: int
    deals: int


@dataclass(frozen=True, slots=True)
class EmailView:
    """A mail as triage and receipts show it; `reason` is the rung of the match ladder, or why it waits.

    `domain` is whom ignoring the domain would hit, for those who may; `forwarder` who passed it on, as far as that is
    proven or only said, `files` the names of what is attached. `has_stranger`: somebody is in it to add or ignore.
    """

    id: str
    subject: str
    from_name: str
    from_address: str | None
    text: str
    sent_at: datetime
    state: str
    reason: str
    about: tuple[Link, ...] = ()
    logged_by: Person | None = None
    domain: Reach | None = None
    forwarder: str = ""
    files: tuple[str, ...] = ()
    has_stranger: bool = True


@dataclass(frozen=True, slots=True)
class MailAnswer(Answer):
    """What became of a mail."""

    email: EmailView
    activity: ActivityView | None = None
    entry_id: str | None = None
    repeated: bool = False

    def with_entry(self, entry_id: str) -> "MailAnswer":
        """Return the same with its entry."""
        return replace(self, entry_id=entry_id)


@dataclass(frozen=True, slots=True)
class Triage(Answer):
    """Mail that waits for a person."""

    emails: tuple[EmailView, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Places(Answer):
    """Where a mail may go, the likeliest first; the first `near` ones are of people in it."""

    email: EmailView
    places: tuple[Link, ...]
    near: int = 0
