"""A notice of failed delivery, understood: from its report (RFC 3464), else from its words."""

import re

from crmbot.domain.bounces import Bounce, Failure
from crmbot.domain.identity import normalise_email
from crmbot.mail.bounces.wording import ADDRESS, WORDINGS
from crmbot.mail.message.contents import Contents
from crmbot.mail.message.headers import Headers

_MOST_FAILURES = 50
_MOST_TEXT = 20_000
_MOST_REASON = 300
_MOST_IDS = 10
_FIELD = re.compile(r"^([A-Za-z-]{1,60}):[ \t]*([^\n]*(?:\n[ \t]+[^\n]*)*)", re.MULTILINE)
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_REPLY = re.compile(r"(?<![\d.])([45])\d\d(?=[ :-])")
_ADDRESS = re.compile(ADDRESS)
_MESSAGE_ID = re.compile(r"^[ \t>]*Message-ID:\s*(<[^<>\s]{1,300}>)", re.MULTILINE | re.IGNORECASE)
_SAID = re.compile(r"^(?:smtp|x-[a-z0-9-]+|dns|unknown)\s*;\s*", re.IGNORECASE)
_HEADS = frozenset({"text/rfc822-headers", "message/rfc822-headers"})


def read_bounce(headers: Headers, contents: Contents) -> Bounce | None:
    """Return whom a mail did not reach; None when nobody is named."""
    text = contents.text[:_MOST_TEXT]
    failures = _reported(contents) or _by_header(headers, text) or _by_words(text)
    return Bounce(failures, _message_ids(headers, contents, text)) if failures else None


def _reported(contents: Contents) -> tuple[Failure, ...]:
    found: dict[str, Failure] = {}
    for kind, report in contents.reports.items():
        if "delivery-status" not in kind:
            continue
        for block in re.split(r"\n[ \t]*\n", report[:_MOST_TEXT]):
            failure = _of_block({name.lower(): value for name, value in _FIELD.findall(block)})
            if failure:
                found.setdefault(failure.recipient, failure)
    return tuple(found.values())[:_MOST_FAILURES]


def _of_block(fields: dict[str, str]) -> Failure | None:
    """Read one recipient's fields; delivered ones are no failure."""
    action = fields.get("action", "failed").strip().lower()
    if not action.startswith(("failed", "delayed")):
        return None
    # The address we wrote to, where the server tells it from the one that an alias led to.
    recipient = _address(fields.get("original-recipient", "")) or _address(fields.get("final-recipient", ""))
    if recipient is None:
        return None
    reason = _SAID.sub("", _one_line(fields.get("diagnostic-code", "")))
    status = _STATUS.search(fields.get("status", ""))
    failure = _failure(recipient, reason, status[1] if status else "")
    if action.startswith("delayed"):
        return Failure(recipient, failure.status, permanent=False, reason=failure.reason)
    return failure


def _by_header(headers: Headers, text: str) -> tuple[Failure, ...]:
    named = _ADDRESS.findall(headers.get("x-failed-recipients"))[:_MOST_FAILURES]
    reasons = {failure.recipient: failure for failure in _by_words(text)}
    recipients = [address for one in named if (address := _address(one))]
    return tuple(reasons.get(one) or _failure(one, _reason_in(text), "") for one in dict.fromkeys(recipients))


def _by_words(text: str) -> tuple[Failure, ...]:
    for _, wording in WORDINGS:
        found: dict[str, Failure] = {}
        for match in list(wording.finditer(text))[:_MOST_FAILURES]:
            recipient = _address(match["recipient"])
            if recipient:
                reason = _one_line(match["reason"] or "")
                if not _has_code(reason):
                    # Some explain at length before they quote the other server.
                    reason = _reason_in(text) or reason
                found.setdefault(recipient, _failure(recipient, reason, ""))
        if found:
            return tuple(found.values())
    return ()


def _failure(recipient: str, reason: str, status: str) -> Failure:
    """Judge by the code: 5 is for good. Without any code a server that gives up means it."""
    if not status or status.endswith(".0.0"):
        said = _STATUS.search(reason)
        status = said[1] if said else status
    reply = _REPLY.search(reason)
    if not status and reply:
        status = f"{reply[1]}.0.0"
    return Failure(recipient, status, permanent=not status.startswith(("4", "2")), reason=reason[:_MOST_REASON])


def _reason_in(text: str) -> str:
    """Return the line in which a server's answer stands, whoever wrote the mail."""
    for line in text.split("\n"):
        if _has_code(f"{line} "):
            return _one_line(line)
    return ""


def _has_code(text: str) -> bool:
    return bool(_REPLY.search(text) or _STATUS.search(text))


def _address(text: str) -> str | None:
    found = _ADDRESS.search(text.partition(";")[2] or text)
    try:
        return normalise_email(found[0].strip("<>'\".")) if found else None
    except ValueError:
        return None


def _message_ids(headers: Headers, contents: Contents, text: str) -> tuple[str, ...]:
    """Return the Message-IDs of the mail that came back, the surest first."""
    found = [part.headers.get("message-id") for part in contents.messages[:1]]
    for kind in _HEADS:
        found += _MESSAGE_ID.findall(contents.reports.get(kind, "")[:_MOST_TEXT])[:1]
    found += _MESSAGE_ID.findall(text)[:1]
    for name in ("in-reply-to", "references"):
        found += reversed(re.findall(r"<[^<>\s]{1,300}>", headers.get(name)))
    return tuple(dict.fromkeys(word for one in found if (word := one.strip())))[:_MOST_IDS]


def _one_line(text: str) -> str:
    return " ".join(text.split())[:1_000]
