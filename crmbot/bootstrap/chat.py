"""The Slack part, wired."""

from crmbot.bootstrap import Crmbot
from crmbot.config import Settings
from crmbot.domain.permissions import Role
from crmbot.slack.app import SlackOptions, build_app
from crmbot.slack.http import Dispatcher
from crmbot.slack.installations import Installations
from crmbot.slack.socket import SocketListener


def slack_options(settings: Settings, installations: Installations | None = None) -> SlackOptions:
    """Return how Slack is reached and what it may not know; `installations` where each team has a token of its own."""
    role = settings.permissions.new_user_role
    return SlackOptions(
        bot_token=settings.secrets.slack_bot_token,
        signing_secret=settings.secrets.slack_signing_secret,
        app_token=settings.secrets.slack_app_token,
        api_url=settings.slack.api_url,
        command_prefix=settings.slack.command_prefix,
        ack_seconds=settings.limits.ack_seconds,
        slack_seconds=settings.limits.slack_seconds,
        new_role=None if role == "none" else Role(role),
        base_url=settings.web.base_url,
        installations=installations,
    )


def dispatcher(bot: Crmbot, installations: Installations | None = None) -> Dispatcher:
    """Return what answers Slack's signed requests over HTTP."""
    options = slack_options(bot.settings, installations)
    return Dispatcher(build_app(options, bot.service), options.signing_secret, ack_seconds=options.ack_seconds)


def socket_listener(bot: Crmbot) -> SocketListener:
    """Return what answers Slack over Socket Mode; not started yet."""
    options = slack_options(bot.settings)
    return SocketListener(
        build_app(options, bot.service), options.api, options.app_token, ack_seconds=options.ack_seconds
    )
