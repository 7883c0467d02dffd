"""Intake addresses: a person's own secret one and a deal's signed one, made from the intake address and the key."""

import base64
import hashlib
import hmac
import re

_OWN_LETTERS = 26
_SIGNATURE_LETTERS = 16
_DEAL_TAG = re.compile(rf"d-?(\d{{1,9}})\.([a-z2-7]{{{_SIGNATURE_LETTERS}}})")
_SUBJECT_TAG = re.compile(r"\[\s*#?([dD]-?\d{1,9})\s*\]")


def own_token(key: bytes, workspace_id: str, user_id: str, salt: str | None) -> str:
    """Return the 130 secret bits of a person's own address; another `salt` makes another address."""
    return _letters(key, "own", workspace_id, user_id, salt or "")[:_OWN_LETTERS]


def deal_tag(key: bytes, workspace_id: str, number: int) -> str:
    """Return what stands behind the plus in a deal's address: d17.SIG, 80 bits of it the signature."""
    return f"d{number}.{_letters(key, 'deal', workspace_id, str(number))[:_SIGNATURE_LETTERS]}"


def with_tag(intake: str, tag: str) -> str:
    """Return `crm+TAG@example.com` for `crm@example.com`."""
    local, _, domain = intake.rpartition("@")
    return f"{local}+{tag}@{domain}"


def tag_of(address: str, intakes: tuple[str, ...]) -> str | None:
    """Return the tag of a tagged intake address, "" for an intake address itself, None for any other address.

    Both come normalised (`domain.identity`); mail systems change the case of local parts, so a tag is lower-case.
    """
    local, _, domain = address.lower().rpartition("@")
    head, _, tag = local.partition("+")
    return tag if f"{head}@{domain}" in intakes else None


def signed_deal(key: bytes, workspace_id: str, tag: str) -> int | None:
    """Return the number of the deal that a tag names with the right signature."""
    found = _DEAL_TAG.fullmatch(tag)
    if found is None:
        return None
    number = int(found[1])
    right = deal_tag(key, workspace_id, number)
    return number if hmac.compare_digest(right.partition(".")[2], found[2]) else None


def named_deal(subject: str) -> int | None:
    """Return the number of the one deal that a subject names as [D-17]."""
    numbers = {int(word[1:].lstrip("-")) for word in _SUBJECT_TAG.findall(subject[:500])}
    return numbers.pop() if len(numbers) == 1 else None


def mark(key: bytes, text: str) -> str:
    """Sign an outgoing mail's id, so that crmbot knows its own mail when it comes back."""
    return f"{text}.{_letters(key, 'outgoing', text)[:_SIGNATURE_LETTERS]}"


def is_marked(key: bytes, value: str) -> bool:
    """Say whether `mark` made the value."""
    return hmac.compare_digest(mark(key, value.rpartition(".")[0]).encode(), value.encode())


def _letters(key: bytes, *parts: str) -> str:
    digest = hmac.new(key, "\0".join(("crmbot.intake", *parts)).encode(), hashlib.sha256).digest()
    return base64.b32encode(digest).decode("ascii").lower().rstrip("=")
