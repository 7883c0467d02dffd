"""The configuration: a TOML file, environment variables and secrets, checked whole into frozen settings."""

from crmbot.config.loading import load
from crmbot.config.settings import (
    DIGEST_REPORTS,
    DigestSettings,
    IntakeSettings,
    LimitSettings,
    PermissionSettings,
    PipelineSettings,
    ReportSettings,
    ScoringRule,
    ScoringSettings,
    Secrets,
    Settings,
    SlackSettings,
    SmtpSettings,
    StoreSettings,
    WebSettings,
    WorkspaceSettings,
)

__all__ = [
    "DIGEST_REPORTS",
    "DigestSettings",
    "IntakeSettings",
    "LimitSettings",
    "PermissionSettings",
    "PipelineSettings",
    "ReportSettings",
    "ScoringRule",
    "ScoringSettings",
    "Secrets",
    "Settings",
    "SlackSettings",
    "SmtpSettings",
    "StoreSettings",
    "WebSettings",
    "WorkspaceSettings",
    "load",
]
