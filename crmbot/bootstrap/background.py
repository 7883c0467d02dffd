"""The worker, wired: digests, outbox, housekeeping, mail intake."""

import logging
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any

from crmbot.bootstrap import Crmbot
from crmbot.bootstrap.installing import takes_installations
from crmbot.bootstrap.sending import gateways, slack_gateway
from crmbot.config.settings import IntakeSettings
from crmbot.errors import SendFailed
from crmbot.jobs.composing import DigestComposer
from crmbot.jobs.digests import Digests, sync_digests
from crmbot.jobs.housekeeping import clear_out
from crmbot.jobs.intake import Intake
from crmbot.jobs.outbox import Sender
from crmbot.jobs.scheduler import Job, Scheduler
from crmbot.jobs.scoring import rescore_leads
from crmbot.jobs.worker import Part
from crmbot.mail.digests import render_digest
from crmbot.mail.guarded.reader import GuardedReader
from crmbot.mail.judging import Door
from crmbot.service import CrmService

_logger = logging.getLogger(__name__)
_TICK = timedelta(seconds=15)
_CLEAR_OUT = timedelta(hours=6)
_RESCORE = timedelta(minutes=10)


def composer(bot: Crmbot) -> DigestComposer:
    """Return what makes a digest's message."""
    prefix = bot.settings.slack.command_prefix
    return DigestComposer(bot.service.policy, bot.service.report_settings, render_digest, prefix=prefix)


def digests(bot: Crmbot) -> Digests:
    """Return what decides about due digests."""
    catch_up = timedelta(hours=bot.settings.limits.digest_catch_up_hours)
    return Digests(bot.store, composer(bot), bot.clock, catch_up=catch_up)


def sender(bot: Crmbot, **options: Any) -> Sender:
    """Return what sends the outbox."""
    return Sender(bot.store, gateways(bot), bot.clock, **options)


def sync(bot: Crmbot) -> None:
    """Bring the digests of the config into the store's first workspace, which the config is about."""
    workspace = bot.service.workspaces()[0]
    sync_digests(bot.store, workspace.id, bot.settings.digests, bot.clock, lambda name: _channel_id(bot, name))


def _channel_id(bot: Crmbot, name: str) -> str | None:
    """Ask Slack for a channel's id; None without Slack, when the name is kept until Slack answers."""
    if not (bot.settings.secrets.slack_bot_token or takes_installations(bot.settings)):
        return None
    try:
        return slack_gateway(bot).find_channel(name)
    except SendFailed as failure:
        _logger.warning("the channel %s could not be looked up: %s", name, failure)
        return None


def intakes(bot: Crmbot) -> dict[str, Intake]:
    """Return what reads each mailbox of the settings, by its name."""
    workspace = bot.service.workspaces()[0]
    most = bot.settings.limits.mail_megabytes * 1_000_000
    timeout = bot.settings.limits.mail_seconds
    reader = GuardedReader()
    doors = {one.name: Door(workspace.id, one.authserv_id or None) for one in bot.settings.mail_intake if one.host}
    return {
        intake.name: Intake(
            _service_of(bot, intake),
            workspace.id,
            intake,
            timeout=timeout,
            most_bytes=most,
            read=reader,
            others=doors,
        )
        for intake in bot.settings.mail_intake
        if intake.host
    }


def _service_of(bot: Crmbot, intake: IntakeSettings) -> CrmService:
    """Return the service with the choices of one mailbox."""
    service = bot.service
    policy = replace(service.policy, several_open_deals=intake.several_open_deals, unknown_sender=intake.unknown_sender)
    return service if policy == service.policy else CrmService(bot.store, bot.clock, policy, service.report_settings)


def worker_parts(bot: Crmbot) -> dict[str, Part]:
    """Return the worker's parts by name."""
    due, out = digests(bot), sender(bot)

    def tick() -> None:
        if due.run_once():
            out.wake()

    jobs = (
        Job("digests", _TICK, tick),
        Job("scoring", _RESCORE, lambda: rescore_leads(bot.store, bot.service.policy)),
        Job("housekeeping", _CLEAR_OUT, lambda: clear_out(bot.store, bot.clock)),
    )
    parts: dict[str, Part] = {"scheduler": Scheduler(jobs), "outbox": out}
    return parts | {f"mail {name}": IntakePart(intake) for name, intake in intakes(bot).items()}


class IntakePart:
    """A mail intake as a part."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self.start, self.stop = intake.start, intake.stop

    def health(self) -> Mapping[str, object]:
        """Return how the intake does."""
        return asdict(self._intake.health())
