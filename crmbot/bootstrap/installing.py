"""Several Slack workspaces, wired: who has given leave, the way to give it, and each one's token."""

import logging
from collections.abc import Callable

from crmbot.bootstrap import Crmbot
from crmbot.bootstrap.chat import slack_options
from crmbot.config import Settings
from crmbot.crm.installations import Beginnings, read_leave, revive
from crmbot.errors import ConfigError, SendFailed
from crmbot.slack.api import SlackApi
from crmbot.slack.installations import UNINSTALLED, Installations, Seals
from crmbot.slack.manifest import bot_scopes, redirect_uri
from crmbot.slack.oauth import InstallFlow
from crmbot.slack.rotation import Exchange
from crmbot.store import EVERY_WORKSPACE

_logger = logging.getLogger(__name__)


def takes_installations(settings: Settings) -> bool:
    """Say whether any Slack workspace may install this crmbot: over HTTP, with the app's id and secret."""
    secrets = settings.secrets
    return settings.slack.mode == "http" and bool(secrets.slack_client_id and secrets.slack_client_secret)


def installations(bot: Crmbot) -> Installations | None:
    """Return who has given leave; None where the token of the settings is the only one."""
    settings = bot.settings
    if not takes_installations(settings):
        return None
    ours = settings.workspace
    return Installations(
        bot.service,
        lambda: _sealer(bot),
        settings.slack.api_url,
        settings.limits.slack_seconds,
        Beginnings(ours.timezone, ours.currency, ours.date_order),
        Exchange(
            settings.secrets.slack_client_id,
            settings.secrets.slack_client_secret,
            settings.slack.api_url,
            settings.limits.slack_seconds,
        ),
    )


def install_flow(bot: Crmbot, known: Installations) -> InstallFlow:
    """Return the way to give leave."""
    settings = bot.settings
    return InstallFlow(
        service=bot.service,
        installations=known,
        client_id=settings.secrets.slack_client_id,
        client_secret=settings.secrets.slack_client_secret,
        redirect_uri=redirect_uri(settings.web.base_url),
        authorize_url=f"{settings.slack.api_url.removesuffix('api/')}oauth/v2/authorize",
        scopes=bot_scopes(settings),
    )


def api_finder(bot: Crmbot) -> Callable[[str], SlackApi]:
    """Return what gives the Web API of a workspace by its id; a workspace that Slack was taken from is refused."""
    known = installations(bot)
    if known is not None:
        return known.api_of
    api = slack_options(bot.settings).api

    def find(workspace_id: str) -> SlackApi:
        with bot.store.reading(EVERY_WORKSPACE) as session:
            leave = read_leave(session, workspace_id=workspace_id)
        if leave is not None and leave.stopped_at is not None:
            raise SendFailed(UNINSTALLED, permanent=True, code="uninstalled")
        return api

    return find


def revive_stopped(bot: Crmbot) -> None:
    """Let the workspace of the settings go on when it was stopped and the settings' token works now, at a start."""
    stopped = [workspace for workspace in bot.service.workspaces() if workspace.stopped_at is not None]
    if not stopped or takes_installations(bot.settings) or not bot.settings.secrets.slack_bot_token:
        return
    try:
        answer, _ = slack_options(bot.settings).api.examine("auth.test")
    except SendFailed as failure:
        _logger.warning("Slack still does not take crmbot's token: %s", failure)
        return
    for workspace in stopped:
        if workspace.slack_team_id == answer.get("team_id"):
            with bot.store.writing(workspace.id) as session:
                revive(session, workspace.id, bot.clock())


def _sealer(bot: Crmbot) -> Seals:
    try:
        # An extra: only several workspaces need it.
        from crmbot.slack.sealing import Sealer  # noqa: PLC0415
    except ImportError as error:
        raise ConfigError("Several Slack workspaces need the extra: pip install 'crmbot[oauth]'") from error
    return Sealer((bot.service.policy.secret_key, bot.settings.secrets.old_secret_key.encode()))
