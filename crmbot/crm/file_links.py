"""Links to the files of mails: made for one person, good for minutes, signed."""

import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta

from crmbot.crm.policy import Policy
from crmbot.domain.ids import is_id
from crmbot.errors import NotFound

GOOD_FOR = timedelta(minutes=10)

_PARTS = 5
_ENDED = "This link is no longer good. Press the button in Slack again; it makes a new one."


@dataclass(frozen=True, slots=True)
class LinkedFile:
    """Whom a link was made for, and which file it leads to."""

    workspace_id: str
    user_id: str
    file_id: str


def has_public_address(policy: Policy) -> bool:
    """Say whether people's browsers reach the web pages: an encrypted address, as a file's link needs one."""
    return policy.base_url.startswith("https://")


def link_to(policy: Policy, to: LinkedFile, now: datetime) -> tuple[str, int]:
    """Return the address from which one person may fetch a file, and for how many minutes."""
    said = f"{to.workspace_id}.{to.user_id}.{to.file_id}.{int((now + GOOD_FOR).timestamp())}"
    return f"{policy.base_url.rstrip('/')}/files/{said}.{_signature(policy, said)}", int(GOOD_FOR.total_seconds()) // 60


def read_link(policy: Policy, token: str, now: datetime) -> LinkedFile:
    """Return what a link stands for.

    Raises:
        NotFound: it was not made here, or its time is over.
    """
    said, _, signature = token.rpartition(".")
    parts = said.split(".")
    if not token.isascii() or len(parts) != _PARTS - 1:
        raise NotFound(_ENDED)
    if not hmac.compare_digest(_signature(policy, said).encode(), signature.encode()):
        raise NotFound(_ENDED)
    workspace_id, user_id, file_id, until = parts
    if not all(map(is_id, (workspace_id, user_id, file_id))) or int(until) < now.timestamp():
        raise NotFound(_ENDED)
    return LinkedFile(workspace_id, user_id, file_id)


def _signature(policy: Policy, said: str) -> str:
    made = hmac.new(policy.secret_key, f"crmbot.file {said}".encode(), "sha256")
    return urlsafe_b64encode(made.digest()).decode("ascii").rstrip("=")
