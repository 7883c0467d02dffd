"""What the configuration decides about the use cases, as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from crmbot.domain.permissions import DEFAULT_PERMISSIONS, Role
from crmbot.domain.scoring import Rule
from crmbot.domain.stages import DEFAULT_LOST_REASONS, DEFAULT_STAGES, StageSpec


@dataclass(frozen=True, slots=True)
class Policy:
    """Choices of the operator that the use cases follow.

    `own_domains` are never contacts. `several_open_deals` says what a mail does that fits several deals of its
    contact: ask, newest, all or none. `unknown_sender`: triage or create. A file over `attachment_bytes` is listed,
    not kept.
    """

    permissions: Mapping[Role, frozenset[str]] = field(default_factory=lambda: dict(DEFAULT_PERMISSIONS))
    stages: tuple[StageSpec, ...] = DEFAULT_STAGES
    lost_reasons: tuple[str, ...] = DEFAULT_LOST_REASONS
    scoring: tuple[Rule, ...] = ()
    undo_for: timedelta = timedelta(hours=24)
    own_domains: frozenset[str] = frozenset()
    intake_addresses: tuple[str, ...] = ()
    several_open_deals: str = "ask"
    unknown_sender: str = "triage"
    sends_mail: bool = True
    receipts_at_once: int = 0
    """So many messages may wait for one person before receipts of what went well are told in one line; 0: any."""
    triage_channel: str = ""
    """Where mail that waits is shown; "" for those who decide, one by one."""
    secret_key: bytes = b""
    base_url: str = "http://127.0.0.1:8000"
    """Where the web pages are."""
    attachment_bytes: int = 10_000_000
