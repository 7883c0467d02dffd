"""By what a mail is known again: exactly, and as the original of somebody's forward.

What takes longer the more words there are is done where the mail is read, within the limits of that.
"""

import hashlib
import re
from dataclasses import replace
from datetime import datetime

from crmbot.domain.identity import Address, fold_name
from crmbot.mail.forwarded.unwrapping import chain, unwrap
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
    return exact, mail.content_key or exact


def forwarded_keys(forwarded: Forwarded, sent_at: datetime) -> tuple[str, str]:
    """Return the keys of a forwarded message: the same whoever forwards it, with whatever program."""
    when = sent_at.replace(second=0, microsecond=0).isoformat()
    exact = _hash("forward", forwarded.content_key or forwarded.words_key, when)
    return exact, forwarded.content_key or exact


def fingerprinted(message: Forwarded, subject: str) -> Forwarded:
    """Return a forwarded message with those it forwards in turn, each with what it is known by.

    `subject` is that of the mail, for messages that show none.
    """
    first, *inner = (_with_keys(one, one.subject or bare_subject(subject)) for one in chain(message))
    return replace(first, inner=tuple(inner))


def content_key(sender: Address | None, subject: str, own: str) -> str:
    """Return what a mail and its forwards have in common: writer, subject and own words; "" without an address."""
    address = sender.email if sender else ""
    return _hash("content", address, fold_name(bare_subject(subject)), _letters(own)) if address else ""


def bare_subject(subject: str) -> str:
    """Return a subject without the prefixes that clients put before it."""
    for _ in range(_PREFIXES):
        if subject_prefix(subject) is Prefix.NONE:
            break
        subject = re.split(r"[:\uff1a]", subject, maxsplit=1)[1].strip()
    return subject


def _with_keys(message: Forwarded, subject: str) -> Forwarded:
    recipients = frozenset(one.email for one in (*message.to, *message.cc))
    own = unwrap(message.body[: 2 * _MOST], subject_prefix(subject), recipients).own
    content = content_key(message.sender, subject, own)
    address = message.sender.email if message.sender else ""
    words = "" if content else _hash(address, subject, _letters(message.body))
    return replace(message, content_key=content, words_key=words)


def _letters(text: str) -> str:
    """Return the letters and digits of the beginning: clients wrap, quote and embolden as they like."""
    folded = text[:_MOST].casefold()
    return folded.translate(_NOT_ASCII_LETTERS) if folded.isascii() else _NOT_LETTERS.sub("", folded)


def _hash(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()
