"""A bounce that a person forwards below their own words: known by who wrote it, read by its words."""

import re
from dataclasses import replace

from crmbot.domain.identity import Address
from crmbot.mail.bounces.reading import read_bounce
from crmbot.mail.message.contents import Contents
from crmbot.mail.message.headers import Headers
from crmbot.mail.values import Forwarded

_SERVERS = re.compile(r"(?:mailer[-_]?daemon|mail-daemon|postmaster|bounces?|microsoftexchange\w{8,})(?:\+[^@]*)?@")
_NAMES = re.compile(r"mail delivery (?:sub)?system|mailer[- ]daemon|postmaster|microsoft outlook", re.IGNORECASE)
"""How programs show a mail server whose address they leave out."""


def bounce_below(forwarded: Forwarded | None) -> Forwarded | None:
    """Return the message with what it tells of a mail that did not arrive, when a mail server wrote it."""
    if forwarded is None or not _is_server(forwarded.sender):
        return forwarded
    return replace(forwarded, bounce=read_bounce(Headers({}), Contents(text=forwarded.body)))


def _is_server(sender: Address | None) -> bool:
    if sender is None:
        return False
    return bool(_SERVERS.match(sender.email) if sender.email else _NAMES.fullmatch(sender.name.strip()))
