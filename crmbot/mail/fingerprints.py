"""By what a mail is known again: exactly, and as the original of somebody's forward."""

import hashlib
import re
from datetime import datetime

from crmbot.domain.identity import fold_name
from crmbot.mail.forwarded.unwrapping import unwrap
from crmbot.mail.forwarded.wording import Prefix, subject_prefix
from crmbot.mail.values import Forwarded, Mail

_MOST = 2_000
_NOT_LETTERS = re.compile(r"[\W_]+")
_NOT_ASCII_LETTERS = {code: None for code in range(128) if not chr(code).isalnum()}
_PREFIXES = 10


def direct_keys(mail: Mail, received_at: datetime) -> tuple[str, str]:
    """Return the exact key and the content key of a mail that came as itself."""
    exact = mail.content_hash
    if mail.message_id is None and mail.date is None:
        # Nothing in it tells two mails of a scanner apart; their arrival does, and survives a rescan.
        exact = _hash(exact, received_at.isoformat())
    sender = mail.sender.email if mail.sender else ""
    return exact, _content_key(sender, mail.subject, mail.text) or exact


def forwarded_keys(forwarded: Forwarded, subject: str, sent_at: datetime) -> tuple[str, str]:
    """Return the keys of a forwarded message: the same whoever forwards it, with whatever program."""
    sender = forwarded.sender.email if forwarded.sender else ""
    recipients = frozenset(one.email for one in (*forwarded.to, *forwarded.cc))
    own = unwrap(forwarded.body[: 2 * _MOST], subject_prefix(subject), recipients).own
    content = _content_key(sender, subject, own)
    when = sent_at.replace(second=0, microsecond=0).isoformat()
    exact = _hash("forward", content or _hash(sender, subject, _letters(forwarded.body)), when)
    return exact, content or exact


def bare_subject(subject: str) -> str:
    """Return a subject without the prefixes that clients put before it."""
    for _ in range(_PREFIXES):
        if subject_prefix(subject) is Prefix.NONE:
            break
        subject = re.split(r"[:\uff1a]", subject, maxsplit=1)[1].strip()
    return subject


def _content_key(sender: str, subject: str, own: str) -> str:
    return _hash("content", sender, fold_name(bare_subject(subject)), _letters(own)) if sender else ""


def _letters(text: str) -> str:
    """Return the letters and digits of the beginning: clients wrap, quote and embolden as they like."""
    folded = text[:_MOST].casefold()
    return folded.translate(_NOT_ASCII_LETTERS) if folded.isascii() else _NOT_LETTERS.sub("", folded)


def _hash(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()
