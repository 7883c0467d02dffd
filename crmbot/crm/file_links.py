"""Links to the files of mails: made for one person, good for minutes, signed."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from crmbot.crm.policy import Policy
from crmbot.crm.tickets import make_ticket, read_ticket
from crmbot.domain.ids import is_id
from crmbot.errors import NotFound

GOOD_FOR = timedelta(minutes=10)

_FILE, _PARTS = "file", 3
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
    ticket = make_ticket(policy, _FILE, to.workspace_id, to.user_id, to.file_id, until=now + GOOD_FOR)
    return f"{policy.base_url.rstrip('/')}/files/{ticket}", int(GOOD_FOR.total_seconds()) // 60


def read_link(policy: Policy, token: str, now: datetime) -> LinkedFile:
    """Return what a link stands for.

    Raises:
        NotFound: it was not made here, or its time is over.
    """
    parts = read_ticket(policy, _FILE, token, now)
    if parts is None or len(parts) != _PARTS or not all(map(is_id, parts)):
        raise NotFound(_ENDED)
    return LinkedFile(*parts)
