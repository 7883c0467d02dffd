"""The composition root: settings in, a working crmbot out. Only the command line imports it.

What every command needs is here; the parts that run are in modules of their own, as they load much more.
"""

import os
import secrets
from dataclasses import dataclass, fields
from datetime import timedelta
from pathlib import Path

from crmbot.config import Settings
from crmbot.crm.policy import Policy
from crmbot.domain.clock import Clock, system_clock
from crmbot.domain.scoring import LeadFact, Operator, Rule
from crmbot.errors import ConfigError
from crmbot.paths import MIGRATIONS
from crmbot.reports.values import ReportSettings
from crmbot.service import CrmService
from crmbot.store import Store, open_store
from crmbot.store.rota import Seat

_KEY_FILE = "crmbot.key"
_RECEIPTS_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Crmbot:
    """Settings, store and service, wired; the parts that run are built from it."""

    settings: Settings
    store: Store
    service: CrmService
    clock: Clock

    def refuse_old_tables(self) -> None:
        """Refuse to work on a store that lacks migrations, or has newer ones."""
        latest = max(file.name[:4] for file in (MIGRATIONS / "versions").glob("[0-9]*.py"))
        present = self.store.revision()
        if present is None:
            raise ConfigError("There is no store here yet. Make one: crmbot init")
        if present < latest:
            raise ConfigError("The store has not this version's tables. Bring it there: crmbot db upgrade")
        if present > latest:
            raise ConfigError("The store was made by a newer crmbot than this one. Install that version.")

    def close(self) -> None:
        """Close the store's connections."""
        self.store.close()


def open_crmbot(
    settings: Settings, clock: Clock = system_clock, *, pool_size: int = 10, seat: Seat | None = None
) -> Crmbot:
    """Open the store and the service of the settings; `seat` is this process's among its siblings."""
    store = open_store(settings.store.url, pool_size=pool_size, seat=seat)
    return Crmbot(settings, store, CrmService(store, clock, policy_of(settings), report_settings_of(settings)), clock)


def policy_of(settings: Settings) -> Policy:
    """Return what the settings decide about the use cases."""
    intakes = settings.mail_intake
    return Policy(
        attachment_bytes=settings.limits.attachment_megabytes * 1_000_000,
        permissions=settings.permissions.by_role,
        stages=settings.pipeline.stages,
        lost_reasons=settings.pipeline.lost_reasons,
        scoring=scoring_rules(settings),
        undo_for=timedelta(hours=settings.limits.undo_hours),
        own_domains=frozenset(domain for intake in intakes for domain in intake.own_domains),
        intake_addresses=tuple(intake.address for intake in intakes if intake.address),
        several_open_deals=intakes[0].several_open_deals if intakes else "ask",
        unknown_sender=intakes[0].unknown_sender if intakes else "triage",
        sends_mail=bool(settings.smtp.host),
        receipts_at_once=_RECEIPTS_AT_ONCE,
        triage_channel=settings.slack.triage_channel,
        secret_key=secret_key(settings),
        base_url=settings.web.base_url,
    )


def scoring_rules(settings: Settings) -> tuple[Rule, ...]:
    """Return the rules that score leads."""
    return tuple(
        Rule(LeadFact(rule.fact), rule.values, rule.points, Operator(rule.operator), rule.label)
        for rule in settings.scoring.rules
    )


def report_settings_of(settings: Settings) -> ReportSettings:
    """Return the reports' thresholds."""
    return ReportSettings(**{field.name: getattr(settings.reports, field.name) for field in fields(ReportSettings)})


def key_file(settings: Settings) -> Path:
    """Return where the key is kept when the environment has none: beside the config, else here."""
    return (settings.path.parent if settings.path else Path()) / _KEY_FILE


def secret_key(settings: Settings) -> bytes:
    """Return the key that signs links and hashes tokens: CRMBOT_SECRET_KEY, else a file beside the config.

    The file is made at first need, readable by its owner only, so that one process on SQLite works without set-up.
    """
    if settings.secrets.secret_key:
        return settings.secrets.secret_key.encode()
    path = key_file(settings)
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
