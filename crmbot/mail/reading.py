"""Raw bytes to one understood mail: bounded, and never an exception."""

import hashlib
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from crmbot.domain.identity import Address
from crmbot.domain.meetings import Invitation
from crmbot.mail.attachments import open_packages
from crmbot.mail.bounces.forwarding import bounce_below
from crmbot.mail.bounces.reading import read_bounce
from crmbot.mail.fingerprints import content_key, fingerprinted
from crmbot.mail.forwarded.unwrapping import Unwrapped, unwrap
from crmbot.mail.forwarded.wording import Prefix, subject_prefix
from crmbot.mail.invites.reading import read_invite
from crmbot.mail.message.addresses import parse_address, parse_addresses
from crmbot.mail.message.contents import Contents, read_contents
from crmbot.mail.message.headers import Headers
from crmbot.mail.message.limits import MAX_ADDRESSES, MAX_LINE, MAX_MAIL, Budget
from crmbot.mail.message.parts import Part, read_part
from crmbot.mail.rules import Envelope, Rule, judge
from crmbot.mail.values import Forwarded, Kind, Mail

# As they stand: an encoded word, which only a name may be, could hide a result or an address.
KEPT_HEADERS = (
    "from", "sender", "authentication-results", "arc-seal", "arc-authentication-results", "delivered-to",
    "x-original-to", "x-envelope-to", "envelope-to", "x-forwarded-to", "resent-to", "return-path", "auto-submitted",
    "precedence", "list-id", "x-auto-response-suppress", "x-crmbot-id",
)  # fmt: skip
"""Headers whose values later steps judge by: who sent it really, which address it came to, may it be answered."""
_MAX_KEPT = 20
_MAX_KEPT_VALUE = 8_192
_MAX_IDS = 100
_HIDING = frozenset({Kind.LIST, Kind.INVITE})
"""Kinds that a person's forward outweighs: it may come through a list, and carry the invitation it is about."""
_HASHED = 8 * 1024 * 1024


def read_mail(raw: bytes) -> Mail:
    """Read one mail; over a cap it reads what it can and lists the rest in `failed`. Never raises, on any bytes."""
    budget = Budget()
    size = len(raw)
    if size > MAX_MAIL:
        budget.fail("mail", "cut after 64 MB")
        raw = raw[:MAX_MAIL]
    if b"\n" not in raw[:2000] and b"\r" in raw[:2000]:
        raw = raw.replace(b"\r", b"\n")
    root = read_part(raw, 0, len(raw), budget)
    contents = _read_carried(root, budget)
    return _understand(root, contents, budget, size)


def _understand(root: Part, contents: Contents, budget: Budget, size: int) -> Mail:
    headers = root.headers
    sender = _sender(headers)
    subject = headers.get("subject")
    to = _addresses(headers, "to", budget)
    cc = _addresses(headers, "cc", budget)
    rule = judge(Envelope(headers, root.type, root.parameters, contents, sender, subject))
    prefix = subject_prefix(subject)
    # A report's attached message is the mail it reports on, not one that somebody forwards.
    reports = root.type == "multipart/report" or (rule is not None and rule.kind in {Kind.BOUNCE, Kind.COMPLAINT})
    recipients = frozenset(address.email for address in (*to, *cc))
    unwrapped = unwrap(contents.text, prefix, recipients)
    attached = () if reports else tuple(_attached(part, budget) for part in contents.messages)
    inline = None if reports else bounce_below(unwrapped.forwarded)
    messages = tuple(fingerprinted(one, subject) for one in ((inline, *attached) if inline else attached))
    answers = "in-reply-to" in headers or "references" in headers
    kind = _kind(rule, prefix, unwrapped, forwards=bool(messages), answers=answers)
    judged = rule if rule and kind is rule.kind else None
    date = _date(headers.get("date"))
    return Mail(
        message_id=next(iter(_ids(headers, "message-id")), None),
        kind=kind,
        sender=sender,
        to=to,
        cc=cc,
        subject=subject,
        date=date,
        text=unwrapped.own,
        forwarded=messages[0] if messages else None,
        also_forwarded=tuple(messages[1:]),
        attachments=tuple(contents.attachments),
        noise=judged.reason if judged and judged.noise else None,
        rule=judged.name if judged else None,
        in_reply_to=_ids(headers, "in-reply-to"),
        references=_ids(headers, "references"),
        reply_to=_addresses(headers, "reply-to", budget),
        headers=_kept(headers),
        calendar=contents.calendar,
        content_hash=_content_hash(root, contents),
        size=size,
        failed=tuple(budget.failed),
        invite=_invite(contents, date),
        bounce=read_bounce(headers, contents) if judged and judged.kind is Kind.BOUNCE else None,
        signature=unwrapped.signature,
        content_key=content_key(sender, subject, unwrapped.own),
    )


def _kind(rule: Rule | None, prefix: Prefix, unwrapped: Unwrapped, *, forwards: bool, answers: bool) -> Kind:
    forward = forwards or (prefix is Prefix.FORWARD)
    if rule and not (forward and rule.kind in _HIDING):
        return rule.kind
    if forward:
        return Kind.FORWARD
    # A client that quotes or threads answers something, whatever the subject says.
    return Kind.REPLY if prefix is Prefix.REPLY or answers or unwrapped.quotes else Kind.DIRECT


def _sender(headers: Headers) -> Address | None:
    """Read the one mailbox of From; two headers or none give nobody, several mailboxes the first."""
    values = headers.mailboxes("from", MAX_LINE)
    if len(values) != 1:
        return None
    found = parse_addresses(values[0])
    return next((address for address in found if address.email), parse_address(values[0]))


def _addresses(headers: Headers, name: str, budget: Budget) -> tuple[Address, ...]:
    found: list[Address] = []
    for value in headers.mailboxes(name, 64 * 1024):
        found += parse_addresses(_ungroup(value))
    if len(found) >= MAX_ADDRESSES:
        budget.fail(name, f"more than {MAX_ADDRESSES} addresses, the rest left out")
    return tuple(address for address in found[:MAX_ADDRESSES] if address.email)


def _ungroup(value: str) -> str:
    """Open `Team: a@x, b@x;` (RFC 5322 group); “undisclosed-recipients:;” is nobody."""
    head, colon, rest = value.partition(":")
    if colon and rest.rstrip().endswith(";") and not set(head) & set("@<,"):
        return rest.rstrip().rstrip(";")
    return value


def _attached(part: Part, budget: Budget) -> Forwarded:
    contents = _read_carried(part, budget)
    headers, sender, subject = part.headers, _sender(part.headers), part.headers.get("subject")
    rule = judge(Envelope(headers, part.type, part.parameters, contents, sender, subject))
    return Forwarded(
        sender=sender,
        to=_addresses(headers, "to", budget),
        cc=_addresses(headers, "cc", budget),
        subject=subject,
        date=headers.get("date"),
        body=contents.text.strip(),
        attachments=tuple(contents.attachments),
        invite=_invite(contents, _date(headers.get("date"))),
        bounce=read_bounce(headers, contents) if rule and rule.kind is Kind.BOUNCE else None,
    )


def _read_carried(part: Part, budget: Budget) -> Contents:
    contents = read_contents(part, budget)
    if contents.attachments:
        open_packages(contents, budget)
    return contents


def _invite(contents: Contents, sent_at: datetime | None) -> Invitation | None:
    return read_invite(contents.calendar, contents.calendar_method, sent_at) if contents.calendar else None


def _ids(headers: Headers, name: str) -> tuple[str, ...]:
    if name not in headers:
        return ()
    words = " ".join(headers.all(name, 16_000)).replace("><", "> <").split()
    return tuple(word[:998] for word in words[-_MAX_IDS:] if "@" in word or word.startswith("<") or len(words) == 1)


def _date(value: str) -> datetime | None:
    if not value:
        return None
    try:
        moment = parsedate_to_datetime(value[:100])
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        aware.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return aware


def _kept(headers: Headers) -> tuple[tuple[str, str], ...]:
    return tuple(
        (name, value)
        for name in KEPT_HEADERS
        if name in headers
        for value in headers.plain(name, _MAX_KEPT_VALUE)[:_MAX_KEPT]
    )


def _content_hash(root: Part, contents: Contents) -> str:
    """Hash what the writer made: servers add headers, refold and re-encode on the way."""
    headers = root.headers
    digest = hashlib.sha256()
    for name in ("message-id", "from", "date", "subject"):
        digest.update(" ".join(headers.get(name).split()).encode("utf-8", "replace") + b"\0")
    digest.update(" ".join(contents.text.split()).encode("utf-8", "replace"))
    left = _HASHED
    for leaf in _leaves(root):
        if leaf.type not in ("text/plain", "text/html") and left > 0:
            digest.update(leaf.payload[:left].replace(b"\r", b"").strip())
            left -= leaf.end - leaf.start
    return digest.hexdigest()


def _leaves(part: Part) -> list[Part]:
    return [leaf for child in part.children for leaf in _leaves(child)] if part.children else [part]
