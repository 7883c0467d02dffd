"""What is understood of one mail, as frozen values."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from crmbot.domain.bounces import Bounce
from crmbot.domain.identity import Address
from crmbot.domain.meetings import Attendee, Invitation


class Kind(StrEnum):
    """What sort of mail it is (interfaces.md, `mail parse`)."""

    DIRECT = "direct"
    REPLY = "reply"
    FORWARD = "forward"
    BOUNCE = "bounce"
    AUTO_REPLY = "auto-reply"
    LIST = "list"
    INVITE = "invite"
    COMPLAINT = "complaint"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A part that is no text of the mail; `size` in bytes once decoded, `inline` when the text shows it in its place.

    `content` gives the bytes, of which at most so many are read as they were sent.
    """

    name: str
    type: str
    size: int
    content: Callable[[int], bytes] | None = field(default=None, repr=False, compare=False)
    inline: bool = field(default=False, compare=False)

    def as_json(self) -> dict[str, Any]:
        """Return the shape of interfaces.md."""
        return {"name": self.name, "type": self.type, "size": self.size}


@dataclass(frozen=True, slots=True)
class Forwarded:
    """A message inside a mail, as its forwarder's client shows it: nothing here is verified.

    `sender` is None when the client shows none, its `email` is "" when only a name is shown. `date` is text as
    written. `body` keeps what that message quotes itself; `inner` are the messages forwarded inside it, in turn.
    `attachments` and `invite` are those of a message that was attached whole. `bounce` is set when it is a mail
    server's notice of what did not arrive.
    """

    sender: Address | None
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    subject: str = ""
    date: str = ""
    body: str = ""
    attachments: tuple[Attachment, ...] = ()
    invite: Invitation | None = None
    bounce: Bounce | None = None
    inner: tuple["Forwarded", ...] = field(default=(), repr=False, compare=False)
    content_key: str = field(default="", repr=False, compare=False)
    """The same as that of the mail that it was; "" when its writer has no address."""
    words_key: str = field(default="", repr=False, compare=False)
    """What it is known by in that case."""

    def as_json(self) -> dict[str, Any]:
        """Return the shape of interfaces.md."""
        return {
            "from": address_json(self.sender),
            "to": [address_json(address) for address in self.to],
            "cc": [address_json(address) for address in self.cc],
            "subject": self.subject,
            "date": self.date or None,
            "body": self.body,
            **({"attachments": [one.as_json() for one in self.attachments]} if self.attachments else {}),
            **({"invite": invite_json(self.invite)} if self.invite else {}),
            **({"bounce": bounce_json(self.bounce)} if self.bounce else {}),
        }


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail as understood.

    Attributes:
        message_id: as written, with its angle brackets; None when there is none.
        sender: the one mailbox of From; None when there is none that can be read.
        date: aware, with the zone as written; None when it is no date.
        text: what the sender wrote, without quotes and signature.
        forwarded: the first message inside: inline, else attached. also_forwarded: the other attached ones.
        noise: why nobody needs to read it, or None. rule: the name of the rule in `rules.py` that named the kind.
        headers: the header values that later steps judge by: lower-case name, value; top-most first.
        calendar: the invitation's iCalendar text, or "".
        content_key: the same for a mail and somebody's forward of it; "" when its writer has no address.
        content_hash: equal for copies of one mail whatever servers added to the headers on the way.
        failed: what could not be read: part and reason.
        invite: the meeting that its calendar part or file is about.
        bounce: whom an earlier mail did not reach.
        signature: what stands below the sender's own words.
    """

    message_id: str | None
    kind: Kind
    sender: Address | None
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    subject: str
    date: datetime | None
    text: str
    forwarded: Forwarded | None
    also_forwarded: tuple[Forwarded, ...]
    attachments: tuple[Attachment, ...]
    noise: str | None
    rule: str | None
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    reply_to: tuple[Address, ...]
    headers: tuple[tuple[str, str], ...]
    calendar: str
    content_hash: str
    size: int
    failed: tuple[tuple[str, str], ...]
    invite: Invitation | None = None
    bounce: Bounce | None = None
    signature: str = ""
    content_key: str = field(default="", repr=False, compare=False)

    def header_values(self, name: str) -> tuple[str, ...]:
        """Return the kept values of one lower-case header name, top-most first."""
        return tuple(value for known, value in self.headers if known == name)

    def as_json(self) -> dict[str, Any]:
        """Return what `crmbot mail parse --json` prints for this mail, without `file`."""
        return {
            "message_id": self.message_id,
            "kind": str(self.kind),
            "from": address_json(self.sender),
            "to": [address_json(address) for address in self.to],
            "cc": [address_json(address) for address in self.cc],
            "subject": self.subject,
            "date": self.date.isoformat() if self.date else None,
            "text": self.text,
            "forwarded": self.forwarded.as_json() if self.forwarded else None,
            "also_forwarded": [message.as_json() for message in self.also_forwarded],
            "attachments": [one.as_json() for one in self.attachments],
            "noise": self.noise,
            "invite": invite_json(self.invite) if self.invite else None,
            "bounce": bounce_json(self.bounce) if self.bounce else None,
        }


def address_json(address: Address | None) -> dict[str, str | None] | None:
    """Return `{"name", "address"}`; the address is null when only a name is known."""
    return {"name": address.name, "address": address.email or None} if address else None


def invite_json(invite: Invitation) -> dict[str, Any]:
    """Return a meeting as `crmbot mail parse --json` shows it; days and floating times without a zone."""
    return {
        "method": str(invite.method),
        "uid": invite.uid,
        "occurrence": invite.occurrence or None,
        "sequence": invite.sequence,
        "title": invite.title,
        "place": invite.place or None,
        "start": invite.starts.isoformat() if invite.starts else None,
        "end": invite.ends.isoformat() if invite.ends else None,
        "repeats": invite.repeats or None,
        "next": invite.next_starts.isoformat() if invite.next_starts else None,
        "organizer": _attendee_json(invite.organizer) if invite.organizer else None,
        "attendees": [_attendee_json(one) for one in invite.attendees],
    }


def bounce_json(bounce: Bounce) -> dict[str, Any]:
    """Return a bounce as `crmbot mail parse --json` shows it: the first recipient, and `also` when there are more."""
    first, *rest = (
        {"recipient": one.recipient, "status": one.status or None, "permanent": one.permanent, "reason": one.reason}
        for one in bounce.failures
    )
    return {**first, "message_ids": list(bounce.message_ids), **({"also": rest} if rest else {})}


def _attendee_json(one: Attendee) -> dict[str, str | None]:
    return {"name": one.name, "address": one.email or None, "answer": str(one.answer) or None}
