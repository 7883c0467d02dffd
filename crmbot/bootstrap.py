"""The composition root: settings in, a working crmbot out. Only the command line imports it."""

import os
import secrets
from dataclasses import dataclass, fields
from datetime import timedelta
from pathlib import Path

from crmbot.config import Settings
from crmbot.crm.policy import Policy
from crmbot.crm.setup import create_workspace
from crmbot.domain.clock import Clock, system_clock
from crmbot.errors import ConfigError
from crmbot.migrations import pending, upgrade
from crmbot.models import Workspace
from crmbot.reports.values import ReportSettings
from crmbot.service import CrmService
from crmbot.store import EVERY_WORKSPACE, Store, open_store

_KEY_FILE = "crmbot.key"


@dataclass(frozen=True, slots=True)
class Crmbot:
    """Settings, store and service, wired; the parts that run are built from it."""

    settings: Settings
    store: Store
    service: CrmService
    clock: Clock

    def refuse_old_tables(self) -> None:
        """Refuse to work on a store that lacks migrations."""
        if pending(self.store):
            raise ConfigError("The store has not this version's tables. Bring it there: crmbot db upgrade")

    def close(self) -> None:
        """Close the store's connections."""
        self.store.close()


def open_crmbot(settings: Settings, clock: Clock = system_clock, *, pool_size: int = 10) -> Crmbot:
    """Open the store and the service of the settings."""
    store = open_store(settings.store.url, pool_size=pool_size)
    return Crmbot(settings, store, CrmService(store, clock, policy_of(settings), report_settings_of(settings)), clock)


def prepare_store(bot: Crmbot) -> Workspace:
    """Bring the tables to this version and make the workspace of the config when the store has none."""
    upgrade(bot.store)
    workspaces = bot.service.workspaces()
    if workspaces:
        return workspaces[0]
    chosen = bot.settings.workspace
    with bot.store.writing(EVERY_WORKSPACE) as session:
        return create_workspace(
            session,
            name=chosen.name,
            timezone=chosen.timezone,
            currency=chosen.currency,
            date_order=chosen.date_order,
            slack_team_id=None,
            stages=bot.settings.pipeline.stages,
            now=bot.clock(),
        )


def policy_of(settings: Settings) -> Policy:
    """Return what the settings decide about the use cases."""
    intakes = settings.mail_intake
    return Policy(
        permissions=settings.permissions.by_role,
        stages=settings.pipeline.stages,
        lost_reasons=settings.pipeline.lost_reasons,
        undo_for=timedelta(hours=settings.limits.undo_hours),
        own_domains=frozenset(domain for intake in intakes for domain in intake.own_domains),
        intake_addresses=tuple(intake.address for intake in intakes if intake.address),
        several_open_deals=intakes[0].several_open_deals if intakes else "ask",
        unknown_sender=intakes[0].unknown_sender if intakes else "triage",
        secret_key=secret_key(settings),
    )


def report_settings_of(settings: Settings) -> ReportSettings:
    """Return the reports' thresholds."""
    return ReportSettings(**{field.name: getattr(settings.reports, field.name) for field in fields(ReportSettings)})


def secret_key(settings: Settings) -> bytes:
    """Return the key that signs links and hashes tokens: CRMBOT_SECRET_KEY, else a file beside the config.

    The file is made at first need, readable by its owner only, so that one process on SQLite works without set-up.
    """
    if settings.secrets.secret_key:
        return settings.secrets.secret_key.encode()
    path = (settings.path.parent if settings.path else Path()) / _KEY_FILE
    try:
        return path.read_bytes()
    except FileNotFoundError:
        made = secrets.token_hex(32).encode()
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes()
    with os.fdopen(handle, "wb") as file:
        file.write(made)
    return made
