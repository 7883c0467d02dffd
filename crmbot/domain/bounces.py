"""Mail that came back: whom it did not reach, and why."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Failure:
    """A recipient that a mail did not reach.

    `status` is the enhanced code (RFC 3463), "" when nobody says one; `permanent` tells that trying again is no use.
    """

    recipient: str
    status: str
    permanent: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Bounce:
    """A notice of failed delivery: the recipients, and the Message-IDs that the mail may have had."""

    failures: tuple[Failure, ...]
    message_ids: tuple[str, ...] = ()
