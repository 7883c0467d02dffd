"""Every setting: its section, name, default and check. This is the one place of the defaults."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crmbot.config import checks
from crmbot.config.checks import Check
from crmbot.domain.permissions import DEFAULT_PERMISSIONS, Role
from crmbot.domain.scoring import LeadFact, Operator
from crmbot.domain.stages import DEFAULT_LOST_REASONS, DEFAULT_STAGES, StageSpec

DIGEST_REPORTS = (
    "overdue",
    "aging",
    "forecast",
    "lead-conversion",
    "customer-acquisition",
    "activity-summary",
    "sales-pipeline",
    "pipeline",
    "conversion-funnel",
    "sales-forecast",
    "lost-reasons",
    "pipeline-changes",
)
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "daily")

_PORT = checks.whole(1, 65535)
_SHARE = checks.number(0, 1)


def key(default: Any, check: Check, *, required: bool = False, secret: bool = False) -> Any:
    """Declare a key of a section."""
    return field(default=default, repr=not secret, metadata={"check": check, "required": required})


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkspaceSettings:
    """The team that this installation serves first; `date_order` dmy, mdy, or none: 03/04 is refused."""

    name: str = key("My team", checks.name)
    timezone: str = key("UTC", checks.time_zone)
    currency: str = key("USD", checks.currency)
    date_order: str | None = key(None, checks.optional(checks.one_of("dmy", "mdy")))


@dataclass(frozen=True, kw_only=True, slots=True)
class StoreSettings:
    """Where records are kept; a relative SQLite path is taken from the folder of the config file."""

    url: str = key("sqlite:///crmbot.db", checks.store_address, secret=True)


@dataclass(frozen=True, kw_only=True, slots=True)
class SlackSettings:
    """How Slack is reached."""

    mode: str = key("socket", checks.one_of("socket", "http"))
    api_url: str = key("https://slack.com/api/", checks.api_address)
    command_prefix: str = key("", checks.text)
    triage_channel: str = key("", checks.text)
    token_rotation: bool = key(default=False, check=checks.flag)


@dataclass(frozen=True, kw_only=True, slots=True)
class LogInSettings:
    """How crmbot logs in to a mail server: with a password, or with access tokens of a provider (OAuth 2)."""

    user: str = key("", checks.text)
    auth: str = key("password", checks.one_of("password", "xoauth2", "oauthbearer"))
    oauth_url: str = key("", checks.token_address)
    oauth_client_id: str = key("", checks.text)
    oauth_scope: str = key("", checks.text)
    password: str = field(default="", repr=False)
    refresh_token: str = field(default="", repr=False)
    client_secret: str = field(default="", repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class IntakeSettings(LogInSettings):
    """One mailbox that mail is taken from; without a host nothing is polled."""

    name: str = "intake"
    host: str = key("", checks.text)
    port: int = key(993, _PORT)
    tls: str = key("tls", checks.encryption)
    ca_file: str = key("", checks.text)
    mailbox: str = key("INBOX", checks.name)
    address: str | None = key(None, checks.optional(checks.email))
    authserv_id: str = key("", checks.text)
    poll_seconds: int = key(60, checks.whole(1, 3600))
    idle: bool = key(default=True, check=checks.flag)
    move_to: str = key("", checks.text)
    own_domains: tuple[str, ...] = key((), checks.texts(checks.domain))
    unknown_sender: str = key("triage", checks.one_of("triage", "create"))
    several_open_deals: str = key("ask", checks.one_of("ask", "newest", "all", "none"))


@dataclass(frozen=True, kw_only=True, slots=True)
class SmtpSettings(LogInSettings):
    """The server that mail is sent through; without a host no mail is sent."""

    host: str = key("", checks.text)
    port: int = key(587, _PORT)
    tls: str = key("starttls", checks.encryption)
    ca_file: str = key("", checks.text)
    sender: str | None = key(None, checks.optional(checks.email))


@dataclass(frozen=True, kw_only=True, slots=True)
class WebSettings:
    """The web part: where people reach it, and where it listens."""

    base_url: str = key("http://127.0.0.1:8000", checks.web_address)
    bind: str = key("127.0.0.1:8000", checks.bind_address)


@dataclass(frozen=True, kw_only=True, slots=True)
class DigestSettings:
    """One digest: what it shows, who gets it (a channel or a mail address), and its local hour."""

    name: str = ""
    report: str = key("", checks.one_of(*DIGEST_REPORTS), required=True)
    channel: str | None = key(None, checks.optional(checks.name))
    to: str | None = key(None, checks.optional(checks.email))
    day: str = key("monday", checks.one_of(*DAYS))
    time: str = key("08:00", checks.clock_time)
    timezone: str | None = key(None, checks.optional(checks.time_zone))
    filters: Mapping[str, Any] = field(default_factory=dict, metadata={"check": checks.table})


@dataclass(frozen=True, kw_only=True, slots=True)
class PipelineSettings:
    """The stages that a new workspace starts with, in order, and the reasons offered for a loss."""

    stages: tuple[StageSpec, ...] = key(DEFAULT_STAGES, checks.tables)
    lost_reasons: tuple[str, ...] = key(DEFAULT_LOST_REASONS, checks.texts(checks.name))


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportSettings:
    """From where on a report warns; shares are ratios, probabilities whole percent."""

    overdue_rate: float = key(0.10, _SHARE)
    completion_rate: float = key(0.75, _SHARE)
    old_deals: int = key(3, checks.whole(0, 10_000))
    weighted_share: float = key(0.50, _SHARE)
    age_adjusted_excess: float = key(0.25, checks.number(0, 10))
    worst_case_min_probability: int = key(60, checks.whole(0, 100))
    stale_days: int = key(14, checks.whole(1, 3660))


@dataclass(frozen=True, kw_only=True, slots=True)
class ScoringRule:
    """Gives a lead points when a fact of it fits one of the values; "*" is any value, `label` what its card says."""

    fact: str = key("", checks.one_of(*LeadFact), required=True)
    operator: str = key(Operator.IS.value, checks.one_of(*Operator))
    values: tuple[str, ...] = key((), checks.texts(checks.name), required=True)
    points: int = key(0, checks.whole(-100, 100), required=True)
    label: str = key("", checks.text)


@dataclass(frozen=True, kw_only=True, slots=True)
class ScoringSettings:
    """The rules that score leads; their points are added up."""

    rules: tuple[ScoringRule, ...] = key((), checks.tables)


@dataclass(frozen=True, kw_only=True, slots=True)
class PermissionSettings:
    """What roles may do: changes to the built-in table, each "+permission" or "-permission"."""

    new_user_role: str = key("rep", checks.one_of(*Role, "none"))
    viewer: tuple[str, ...] = key((), checks.texts(checks.name))
    rep: tuple[str, ...] = key((), checks.texts(checks.name))
    manager: tuple[str, ...] = key((), checks.texts(checks.name))
    admin: tuple[str, ...] = key((), checks.texts(checks.name))

    @property
    def by_role(self) -> Mapping[Role, frozenset[str]]:
        """Every role's permissions with the changes applied."""
        return {role: self._changed(role) for role in Role}

    def _changed(self, role: Role) -> frozenset[str]:
        changes: tuple[str, ...] = getattr(self, role.value)
        added = {change[1:] for change in changes if change.startswith("+")}
        taken = {change[1:] for change in changes if change.startswith("-")}
        return (DEFAULT_PERMISSIONS[role] | added) - taken


@dataclass(frozen=True, kw_only=True, slots=True)
class LimitSettings:
    """How long and how large things may get."""

    ack_seconds: float = key(2.5, checks.number(0.1, 2.9))
    slack_seconds: float = key(10, checks.number(1, 60))
    mail_seconds: float = key(30, checks.number(1, 300))
    mail_megabytes: int = key(25, checks.whole(1, 200))
    attachment_megabytes: int = key(10, checks.whole(0, 50))
    undo_hours: int = key(24, checks.whole(1, 24 * 30))
    digest_catch_up_hours: int = key(12, checks.whole(0, 24 * 7))
    api_requests_per_minute: int = key(600, checks.whole(1, 1_000_000))


@dataclass(frozen=True, kw_only=True, slots=True)
class Secrets:
    """What only the environment or a file named there may give; never shown."""

    slack_bot_token: str = field(default="", repr=False)
    slack_app_token: str = field(default="", repr=False)
    slack_signing_secret: str = field(default="", repr=False)
    slack_client_id: str = field(default="", repr=False)
    slack_client_secret: str = field(default="", repr=False)
    imap_password: str = field(default="", repr=False)
    imap_refresh_token: str = field(default="", repr=False)
    imap_client_secret: str = field(default="", repr=False)
    smtp_password: str = field(default="", repr=False)
    smtp_refresh_token: str = field(default="", repr=False)
    smtp_client_secret: str = field(default="", repr=False)
    secret_key: str = field(default="", repr=False)
    old_secret_key: str = field(default="", repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """The whole configuration, checked; `path` is the file it came from."""

    path: Path | None = None
    workspace: WorkspaceSettings = WorkspaceSettings()
    store: StoreSettings = StoreSettings()
    slack: SlackSettings = SlackSettings()
    mail_intake: tuple[IntakeSettings, ...] = (IntakeSettings(),)
    smtp: SmtpSettings = SmtpSettings()
    web: WebSettings = WebSettings()
    digests: tuple[DigestSettings, ...] = ()
    pipeline: PipelineSettings = PipelineSettings()
    reports: ReportSettings = ReportSettings()
    scoring: ScoringSettings = ScoringSettings()
    permissions: PermissionSettings = PermissionSettings()
    limits: LimitSettings = LimitSettings()
    secrets: Secrets = field(default=Secrets(), repr=False)
