"""Requests about mail that came in."""

from dataclasses import dataclass
from datetime import datetime

from crmbot.crm.requests.base import Request
from crmbot.domain.bounces import Bounce
from crmbot.domain.files import MailFile
from crmbot.domain.meetings import Invitation


@dataclass(frozen=True)
class Participant:
    """A person in a mail's headers; `place` is from, to or cc."""

    name: str
    email: str | None
    place: str


@dataclass(frozen=True)
class LogEmail(Request, name="email.log", permission="crm.emails.edit"):
    """Log a mail that was read and judged; matching it to records is the door's part.

    `dedupe_key` tells the same mail again, `content_key` a forward and its original. `hold` is why it must wait for a
    person (an unproven sender), `leave` why it is only kept (an auto-reply). `words` are the forwarder's own,
    `deal_tag` the deal that a proven sender names in the subject, `deal_address` that of a signed address; with
    `deal_address_only` nothing but that address vouches, so its deal must know a participant. With `told_later` the
    receipt is left to the command that the mail holds (`ObeyMail`). `files` are kept with a mail that is logged or
    waits, `invite` is the meeting it is about, `bounce` whom an earlier mail did not reach, `signature` what stands
    below the sender's words; `forwarder` is the From of whoever passed it on, proven or not.
    `vouched`: the own mail server vouches for a sender from outside, who may speak for themselves and nobody else.
    """

    dedupe_key: str
    content_key: str
    message_id: str | None
    references: tuple[str, ...]
    direction: str
    kind: str
    participants: tuple[Participant, ...]
    subject: str
    text: str
    sent_at: datetime
    received_at: datetime
    attachments: tuple[tuple[str, str, int], ...] = ()
    words: str = ""
    deal_tag: str | None = None
    deal_address: str | None = None
    deal_address_only: bool = False
    told_later: bool = False
    hold: str | None = None
    leave: str | None = None
    delivery_id: str | None = None
    forwarded: bool = False
    forwarder: str = ""
    files: tuple[MailFile, ...] = ()
    invite: Invitation | None = None
    bounce: Bounce | None = None
    signature: str = ""
    vouched: bool = False


@dataclass(frozen=True)
class ObeyMail(Request, name="email.obey", permission="crm.emails.edit"):
    """Do what a mail asks for, and send its receipt; without a `command` the receipt tells the `problem`.

    `line` is how it was said, `example` one that would do. `repeated`: the mail itself was logged before.
    """

    email: str
    line: str
    command: Request | None = None
    problem: str = ""
    example: str = ""
    repeated: bool = False
    logged_entry: str | None = None
    delivery_id: str | None = None


@dataclass(frozen=True)
class AttachEmail(Request, name="email.attach", permission="crm.emails.edit"):
    """Log a waiting or misplaced mail with a deal, contact, lead or company."""

    email: str
    target: str


@dataclass(frozen=True)
class AddSender(Request, name="email.add_sender", permission="crm.emails.edit"):
    """Make a contact of a waiting mail's sender, with a company by its domain, and log the mail there."""

    email: str


@dataclass(frozen=True)
class IgnoreEmail(Request, name="email.ignore", permission="crm.emails.edit"):
    """Leave a waiting mail aside; `scope` is mail, sender, domain, never or forget.

    Sender and domain hold for later mail too. With never nothing is kept of any mail that the domain takes part in;
    forget empties this one, and no undo brings its words back. A domain, or a sender who is known, takes
    `crm.triage.edit`; `sure` says that the contacts and open deals which it hits were told.
    """

    email: str
    scope: str = "mail"
    sure: bool = False


@dataclass(frozen=True)
class ListMailRules(Request, name="email.rules", permission="crm.emails.view", writes=False):
    """List the senders and domains whose mail is left aside or never logged."""


@dataclass(frozen=True)
class AllowMail(Request, name="email.allow", permission="crm.triage.edit"):
    """Log mail of an ignored sender or domain again."""

    sender: str


@dataclass(frozen=True)
class ListTriage(Request, name="email.triage", permission="crm.emails.view", writes=False):
    """List mail that waits for a person."""

    page: int = 1


@dataclass(frozen=True)
class ShowEmail(Request, name="email.show", permission="crm.emails.view", writes=False):
    """Show one mail: by its id or the end of it, or by its activity A-12."""

    email: str


@dataclass(frozen=True)
class ChoosePlace(Request, name="email.places", permission="crm.emails.view", writes=False):
    """Offer the records that a mail may be attached to."""

    email: str


@dataclass(frozen=True)
class FetchFile(Request, name="file.fetch", permission="crm.emails.view"):
    """Give the actor a file that a mail carried; `file` is its id."""

    file: str


@dataclass(frozen=True)
class WriteEmail(Request, name="email.write", permission="crm.emails.edit"):
    """Send a short mail from a deal or contact; answers come to the deal's own address, and it is logged at once."""

    target: str
    text: str
    subject: str = ""
