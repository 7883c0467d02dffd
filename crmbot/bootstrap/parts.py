"""The parts of a running process: the web server, the socket, and what the worker runs."""

from collections.abc import Mapping
from dataclasses import asdict
from socket import socket

from sqlalchemy.orm import configure_mappers

from crmbot.bootstrap import Crmbot
from crmbot.bootstrap.background import sync, worker_parts
from crmbot.bootstrap.chat import dispatcher, socket_listener
from crmbot.bootstrap.health import Vitals
from crmbot.bootstrap.installing import install_flow, installations, revive_stopped, takes_installations
from crmbot.crm.handlers import HANDLERS
from crmbot.errors import ConfigError
from crmbot.jobs.worker import Part
from crmbot.reports.digests import DIGESTS
from crmbot.reports.registry import COMPUTES
from crmbot.slack.socket import SocketListener
from crmbot.web.app import build_web
from crmbot.web.health import build_health
from crmbot.web.oauth import install_routes
from crmbot.web.server import WebServer


class SocketPart:
    """The link to Slack as a part."""

    def __init__(self, listener: SocketListener) -> None:
        self._listener = listener
        self.start = listener.start

    def stop(self, seconds: float) -> None:
        """Close the link after the answers under way were sent."""
        del seconds
        self._listener.stop()

    def health(self) -> Mapping[str, object]:
        """Return how the link does."""
        return asdict(self._listener.health())


def load_all() -> None:
    """Load what a command in a terminal leaves until it is needed: who is first to ask a server doesn't wait for it."""
    for registry in (HANDLERS, COMPUTES, DIGESTS):
        registry.load()
    configure_mappers()


def chosen_parts(
    bot: Crmbot,
    bind: str | None,
    *,
    web: bool = False,
    slack: bool = False,
    worker: bool = False,
    listener: socket | None = None,
) -> dict[str, Part]:
    """Return the parts asked for, as far as the settings allow them.

    `bind` is where the web part listens, web.bind when None; without it, where health is told, nowhere when None.
    `listener` listens there already.
    """
    load_all()
    settings = bot.settings
    parts: dict[str, Part] = {}
    revive_stopped(bot)
    if worker:
        sync(bot)
        parts |= worker_parts(bot)
    if slack and settings.slack.mode == "socket" and settings.secrets.slack_app_token:
        parts["slack"] = SocketPart(socket_listener(bot))
    vitals = Vitals(bot, dict(parts))
    if web:
        signed = settings.slack.mode == "http" and bool(settings.secrets.slack_signing_secret)
        known = installations(bot)
        answer = dispatcher(bot, known) if signed else None
        also = install_routes(install_flow(bot, known), settings.web.base_url) if known and signed else ()
        app = build_web(
            bot.service,
            slack=answer,
            health=vitals.health,
            metrics=vitals.metrics,
            also=also,
            requests_per_minute=settings.limits.api_requests_per_minute,
        )
        parts["web"] = WebServer(app, bind or settings.web.bind, listener)
    if not parts:
        raise ConfigError("The Slack part needs SLACK_APP_TOKEN and SLACK_BOT_TOKEN. See: crmbot doctor")
    if bind and not web:
        parts["health"] = WebServer(build_health(vitals.health, vitals.metrics), bind)
    return parts


def say_what_is_missing(bot: Crmbot, *, slack: bool, worker: bool) -> list[str]:
    """Return a sentence for each part that the settings leave out."""
    settings, said = bot.settings, []
    tokens = settings.secrets
    if slack and settings.slack.mode == "socket" and not (tokens.slack_app_token and tokens.slack_bot_token):
        said.append("Slack is not connected: SLACK_APP_TOKEN or SLACK_BOT_TOKEN is missing. See docs/slack-setup.md")
    if tokens.slack_client_id and settings.slack.mode != "http":
        said.append('SLACK_CLIENT_ID is set, but several Slack workspaces need slack.mode = "http".')
    elif takes_installations(settings) and not tokens.slack_signing_secret:
        said.append("No Slack workspace can install crmbot: SLACK_SIGNING_SECRET is missing. See docs/slack-setup.md")
    if worker and not any(intake.host for intake in settings.mail_intake):
        said.append("No mailbox is read: mail.intake.host is empty.")
    return said
