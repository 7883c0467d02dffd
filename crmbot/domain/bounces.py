"""Mail that came back: whom it did not reach, and why."""

import re
from dataclasses import dataclass

_WHY = {
    "1.1": "the address does not exist",
    "1.2": "its domain does not exist",
    "1.3": "the address is not written as one",
    "1.6": "the mailbox has moved",
    "1.10": "its domain takes no mail",
    "2": "the mailbox takes no mail",
    "2.1": "the mailbox is closed",
    "2.2": "the mailbox is full",
    "2.3": "the mail is too big",
    "3.4": "the mail is too big",
    "4": "its mail server can't be reached",
    "4.4": "its domain does not exist",
    "4.6": "the mail went in circles",
    "6": "its mail server does not take mail of this form",
    "7": "refused as unwanted",
}
"""Subject and detail of an enhanced code, or the subject alone -> what it means (RFC 3463, 7505)."""
_WORDS = (
    (
        "the address does not exist",
        r"no such|unknown|n't exist|not exist|n't found|not found|not a valid|address rejected",
    ),
    ("the mailbox is full", r"\bfull\b|quota|over its storage"),
    ("the mail is too big", r"too (?:big|large)|size limit"),
    ("refused as unwanted", r"spam|blocked|blacklist|blocklist|policy|denied|unsolicited|reputation"),
)
"""What it means -> what servers say of it in words where their code tells nothing."""
_CODED = re.compile(r"[245]\.(\d{1,3})\.(\d{1,3})")


@dataclass(frozen=True, slots=True)
class Failure:
    """A recipient that a mail did not reach.

    `status` is the enhanced code (RFC 3463), "" when nobody says one; `permanent` tells that trying again is no use.
    """

    recipient: str
    status: str
    permanent: bool
    reason: str

    @property
    def why(self) -> str:
        """Say in words why it did not arrive; "" when nobody says anything."""
        coded = _CODED.fullmatch(self.status)
        subject, detail = coded.groups() if coded else ("0", "0")
        told = _WHY.get(f"{subject}.{detail}")
        told = told or next((words for words, signs in _WORDS if re.search(signs, self.reason, re.IGNORECASE)), None)
        return told or _WHY.get(subject) or ("its mail server refused it" if self.detail else "")

    @property
    def detail(self) -> str:
        """Return the code and what the server said."""
        return self.reason if self.status in self.reason else f"{self.status} {self.reason}".strip()


@dataclass(frozen=True, slots=True)
class Bounce:
    """A notice of failed delivery: the recipients, and the Message-IDs that the mail may have had."""

    failures: tuple[Failure, ...]
    message_ids: tuple[str, ...] = ()
