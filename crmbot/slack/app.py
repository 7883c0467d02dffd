"""The Bolt app: one for HTTP and Socket Mode, with every listener bound and every answer in the ack."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from slack_bolt import App, BoltRequest, BoltResponse
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.error import BoltUnhandledRequestError
from slack_sdk import WebClient

from crmbot.domain.permissions import Role
from crmbot.service import CrmService
from crmbot.slack import events, presses, removals, shortcuts
from crmbot.slack.api import SlackApi
from crmbot.slack.commands import Command, Commands
from crmbot.slack.desk import Desk
from crmbot.slack.digests import presses as digest_presses
from crmbot.slack.forms import listeners
from crmbot.slack.forms.opening import Asker
from crmbot.slack.gateway import SlackGateway
from crmbot.slack.incidents import record_incident
from crmbot.slack.installations import Installations, acting_team
from crmbot.slack.people import People


@dataclass(frozen=True, kw_only=True)
class SlackOptions:
    """How Slack is reached, and what is its secret.

    `new_role` is what a member of the workspace becomes who is seen for the first time; None refuses them.
    `base_url` is where crmbot's own pages are: links there unfurl.
    """

    bot_token: str = field(default="", repr=False)
    signing_secret: str = field(default="", repr=False)
    app_token: str = field(default="", repr=False)
    api_url: str = "https://slack.com/api/"
    command_prefix: str = ""
    ack_seconds: float = 2.5
    slack_seconds: float = 10.0
    new_role: Role | None = None
    base_url: str = ""
    installations: Installations | None = field(default=None, repr=False)
    """Where each team has a token of its own; none when all is done with `bot_token`."""

    @property
    def api(self) -> SlackApi:
        """The Web API with the bot's token: the only one, or that of the team whose input is answered."""
        if self.installations is not None:
            return self.installations.acting_api
        return SlackApi(self.bot_token, self.api_url, self.slack_seconds)


class ChatApp(App):
    """Bolt's app, which makes no client of the Web API for a command: nobody would call it."""

    def _init_context(self, req: BoltRequest) -> None:
        if isinstance(req, Command):
            req.context["logger"] = self.logger
        else:
            super()._init_context(req)


def quiet_logger() -> logging.Logger:
    """Return the logger of Bolt and the SDK, which would write whole payloads at lower levels."""
    logger = logging.getLogger("crmbot.slack.sdk")
    logger.setLevel(logging.CRITICAL)
    return logger


def build_app(options: SlackOptions, service: CrmService) -> App:
    """Return the app with all listeners; nothing is asked of Slack yet."""
    api = options.api
    people = People(service, api, options.new_role, by_installation=options.installations is not None)
    desk = Desk(service, people, options.command_prefix, options.ack_seconds)
    client = WebClient(
        base_url=options.api_url, timeout=int(options.slack_seconds), retry_handlers=[], logger=quiet_logger()
    )
    asker = Asker(desk, api)
    app = ChatApp(
        # Bolt sets the level of the logger of this name.
        name="crmbot.slack.bolt",
        logger=quiet_logger(),
        client=client,
        process_before_response=True,
        raise_error_for_unhandled_request=True,
        request_verification_enabled=False,
        ssl_check_enabled=False,
        token_verification_enabled=False,
        before_authorize=Commands(asker, options.command_prefix),
        authorize=_authorize(options),
    )
    app.error(_answer_error)
    removals.register(app, service, desk.people, options.installations)
    # A press is answered by the first that listens to it.
    listeners.register(app, asker)
    digest_presses.register(app, asker)
    presses.register(app, asker)
    shortcuts.register(app, asker)
    events.register(app, asker, SlackGateway(lambda: api), options.base_url)
    return app


def _authorize(options: SlackOptions) -> Callable[..., AuthorizeResult]:
    def authorize(enterprise_id: str | None, team_id: str | None, user_id: str | None) -> AuthorizeResult:
        # Listeners call Slack by `options.api`; a team without a token is refused by the desk, in words.
        acting_team.set(team_id or "")
        return AuthorizeResult(
            enterprise_id=enterprise_id, team_id=team_id, user_id=user_id, bot_token=options.bot_token
        )

    return authorize


def _answer_error(error: Exception) -> BoltResponse:
    """Answer what no listener takes with 404, and what broke with 503: without an ack Slack tells the person."""
    if isinstance(error, BoltUnhandledRequestError):
        return BoltResponse(status=404)
    record_incident(error, "dispatching")
    return BoltResponse(status=503)
