"""What one understood mail asks of the CRM: who stands behind it, whom it is about, and whether it may be logged."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from crmbot.crm.actors import Actor
from crmbot.crm.emails.knowledge import is_outside
from crmbot.crm.emails.senders import People
from crmbot.crm.policy import Policy
from crmbot.crm.requests import LogEmail, Participant
from crmbot.domain.bounces import Bounce
from crmbot.domain.identity import Address
from crmbot.domain.ids import Kind as Record
from crmbot.domain.ids import reference
from crmbot.domain.intake import is_marked, named_deal
from crmbot.mail.addresses import deal_of, owner_of, tags_of
from crmbot.mail.attachments import NOTHING, Carried, carry, invited
from crmbot.mail.authentication import authenticate
from crmbot.mail.dates import read_date
from crmbot.mail.fingerprints import bare_subject, direct_keys, forwarded_keys
from crmbot.mail.values import Forwarded, Kind, Mail

PASSED_ON = "bounce.forwarded"
"""Why a mail has no activity that only passes on a notice of what did not arrive."""

MARK = "x-crmbot-id"
"""The header in which crmbot's own mail carries its signed mark."""

_AHEAD = timedelta(minutes=5)
_OLDEST = datetime(1990, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Door:
    """Where mail comes in: the workspace, and the name of the mail server whose authentication results count."""

    workspace_id: str
    authserv_id: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """Who a mail counts as, or why it must wait; `deal` is that of a signed address.

    `vouched`: the own mail server vouches for a sender who is none of us.
    """

    actor: Actor
    hold: str | None = None
    deal: str | None = None
    deal_only: bool = False
    vouched: bool = False


def judge_sender(mail: Mail, door: Door, people: People, policy: Policy) -> Standing:
    """Say whose mail this is: by a secret address, or by a From that the own mail server vouches for."""
    tags = tags_of(mail, policy)
    number = deal_of(tags, policy, door.workspace_id)
    deal = reference(Record.DEAL, number) if number is not None else None
    owner = owner_of(tags, people)
    if owner is not None:
        return _allowed(owner, people, deal)
    rep = people.by_email.get(mail.sender.email) if mail.sender else None
    proof = authenticate(mail, authserv_id=door.authserv_id) if rep or deal or mail.invite else None
    vouched = proof is not None and proof.passed
    if vouched and rep:
        return _allowed(rep, people, deal)
    if vouched and deal:
        # The signed address was given away by us; with a proven sender whom the deal knows an answer comes home.
        return Standing(people.system, None, deal, deal_only=True, vouched=True)
    why = f"it is not proven to be from {mail.sender.email}: {proof.reason}" if rep and proof and mail.sender else ""
    hold = f"unproven_sender: {why or 'it is from nobody who works here'}"
    return Standing(people.system, hold, deal, vouched=vouched)


def requests_of(
    mail: Mail, standing: Standing, people: People, policy: Policy, received_at: datetime
) -> tuple[LogEmail, ...]:
    """Return what to log: the mail itself, or each message that it forwards."""
    judged = _Judged(mail, standing, people, policy, received_at)
    if mail.forwarded is None or judged.leave:
        return (_direct(judged),)
    return tuple(_forward(judged, message) for message in (mail.forwarded, *mail.also_forwarded))


class _Judged:
    """A mail with what was found out about it."""

    def __init__(self, mail: Mail, standing: Standing, people: People, policy: Policy, received_at: datetime) -> None:
        self.mail, self.standing, self.people, self.policy = mail, standing, people, policy
        self.received_at = received_at
        self.leave = _noise(mail, policy)

    def is_outside(self, address: Address | None) -> bool:
        """Say whether an address may be a customer's."""
        return address is not None and is_outside(
            Participant(address.name, address.email or None, ""), self.people.by_email, self.policy
        )

    def direction(self, sender: Address | None) -> str:
        """Return out for what one of us wrote, else in."""
        return "out" if sender is not None and sender.email and not self.is_outside(sender) else "in"

    def carried(self, message: Forwarded | None) -> Carried:
        """Return what goes with the mail, or with a message in it; the first one takes what the mail itself carries."""
        first = message is None or message is self.mail.forwarded
        attachments = (*(self.mail.attachments if first else ()), *(message.attachments if message else ()))
        invite = (message.invite if message else None) or (self.mail.invite if first else None)
        if not attachments and invite is None:
            return NOTHING
        most = 0 if self.leave else self.policy.attachment_bytes
        return carry(attachments, invite, most, ZoneInfo(self.standing.actor.timezone))

    def proven_tag(self) -> str | None:
        """Return the deal that the subject names, when somebody of us put the mail here."""
        number = named_deal(self.mail.subject) if self.standing.actor.user_id else None
        return reference(Record.DEAL, number) if number is not None else None


def _direct(judged: _Judged) -> LogEmail:
    mail, standing = judged.mail, judged.standing
    exact, content = direct_keys(mail, judged.received_at)
    carried = judged.carried(None)
    return LogEmail(
        dedupe_key=exact,
        content_key=content,
        message_id=mail.message_id,
        references=_references(mail, but=mail.message_id),
        direction=judged.direction(mail.sender),
        kind=str(mail.kind),
        participants=_participants(mail.sender, mail.to, mail.cc) + invited(carried.invite, mail),
        subject=mail.subject,
        text=mail.text,
        sent_at=_usable(mail.date, judged.received_at) or judged.received_at,
        received_at=judged.received_at,
        deal_tag=judged.proven_tag(),
        deal_address=standing.deal,
        deal_address_only=standing.deal_only,
        hold=standing.hold,
        leave=judged.leave,
        bounce=mail.bounce,
        # Some programs forward a report with its parts, so that the forward looks like the report itself.
        forwarded=bool(mail.bounce and mail.sender and mail.sender.email == standing.actor.email),
        signature=mail.signature,
        vouched=standing.vouched,
        attachments=carried.listed,
        files=carried.files,
        invite=carried.invite,
    )


def _forward(judged: _Judged, message: Forwarded) -> LogEmail:
    mail, standing = judged.mail, judged.standing
    bounce = _passed_on(judged, message)
    original = message if bounce else _original(judged, message)
    subject = original.subject or bare_subject(mail.subject)
    zone = ZoneInfo(standing.actor.timezone)
    written = _usable(read_date(original.date, zone), judged.received_at)
    sent_at = written or _usable(mail.date, judged.received_at) or judged.received_at
    exact, content = forwarded_keys(original, sent_at)
    carried = judged.carried(message)
    return LogEmail(
        dedupe_key=exact,
        content_key=content,
        # Clients name the original in the forward's own headers, the nearest one last.
        message_id=next(reversed(_references(mail, but=None)), mail.message_id),
        references=_references(mail, but=None),
        direction=judged.direction(original.sender),
        kind=str(Kind.FORWARD),
        participants=_participants(original.sender, original.to, original.cc) + invited(carried.invite, original),
        subject=subject,
        text=original.body,
        sent_at=sent_at,
        received_at=judged.received_at,
        words=mail.text,
        deal_tag=judged.proven_tag(),
        deal_address=standing.deal,
        deal_address_only=standing.deal_only,
        hold=standing.hold,
        leave=f"{PASSED_ON}: a mail server says what did not arrive" if bounce else None,
        bounce=bounce,
        forwarded=True,
        forwarder=mail.sender.email if mail.sender else "",
        attachments=carried.listed,
        files=carried.files,
        invite=carried.invite,
    )


def _allowed(actor: Actor, people: People, deal: str | None) -> Standing:
    if LogEmail.PERMISSION in actor.permissions:
        return Standing(actor, None, deal)
    return Standing(people.system, f"unproven_sender: {actor.name}, as {actor.role}, may not log mail", deal)


def _noise(mail: Mail, policy: Policy) -> str | None:
    """Return why nobody needs to see the mail: rule and sentence."""
    if any(is_marked(policy.secret_key, value.strip()) for value in mail.header_values(MARK)):
        return "own_mail: crmbot sent it itself"
    return f"{mail.rule or 'noise'}: {mail.noise}" if mail.noise else None


def _passed_on(judged: _Judged, message: Forwarded) -> Bounce | None:
    """Return the bounce that somebody of us passes on; the Message-IDs that the forward answers may be its mail's."""
    if message.bounce is None or judged.standing.actor.user_id is None:
        return None
    ids = dict.fromkeys((*message.bounce.message_ids, *_references(judged.mail, but=None)))
    return replace(message.bounce, message_ids=tuple(ids))


def _original(judged: _Judged, message: Forwarded) -> Forwarded:
    """Return the outermost message of a forward of forwards that somebody outside took part in."""

    def concerns_us(one: Forwarded) -> bool:
        return any(map(judged.is_outside, (one.sender, *one.to, *one.cc)))

    return message if concerns_us(message) else next(filter(concerns_us, message.inner), message)


def _participants(sender: Address | None, to: tuple[Address, ...], cc: tuple[Address, ...]) -> tuple[Participant, ...]:
    places = [(sender, "from")] if sender else []
    places += [(one, "to") for one in to] + [(one, "cc") for one in cc]
    return tuple(Participant(one.name, one.email or None, place) for one, place in places if one.name or one.email)


def _references(mail: Mail, *, but: str | None) -> tuple[str, ...]:
    """Return the Message-IDs that the mail answers or forwards, the nearest one last."""
    found = dict.fromkeys(mail.references)
    for message_id in mail.in_reply_to:
        found.pop(message_id, None)
        found[message_id] = None
    return tuple(message_id for message_id in found if message_id != but)


def _usable(written: datetime | None, received_at: datetime) -> datetime | None:
    """Return a date that can be true: a mail is not written after it arrived, nor before there was mail."""
    if written is None or not _OLDEST <= written <= received_at + _AHEAD:
        return None
    return min(written.astimezone(UTC), received_at)
