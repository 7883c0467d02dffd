"""Slack takes its leave back: crmbot is removed, or its token revoked."""

import logging
from collections.abc import Callable
from typing import Any

from slack_bolt import App

from crmbot.service import CrmService
from crmbot.slack.installations import Installations, stop_team
from crmbot.slack.people import People

Stop = Callable[[dict[str, Any], str], None]
_logger = logging.getLogger(__name__)
_REMOVED = "crmbot was removed from the Slack workspace: digests, messages and commands are stopped."
_REVOKED = "Slack revoked crmbot's token for the workspace: digests, messages and commands are stopped."


def register(app: App, service: CrmService, people: People, installations: Installations | None) -> None:
    """Listen to both events; Bolt asks for no token with them, as there is none any more."""

    def stop(body: dict[str, Any], why: str) -> None:
        team_id = str(body.get("team_id") or "")
        if stop_team(service, team_id, why, float(body.get("event_time") or 0)):
            _logger.warning("%s Team %s.", why, team_id)
        people.forget()
        if installations is not None:
            installations.forget()

    app.event("app_uninstalled")(_listener(stop, _REMOVED))
    app.event("tokens_revoked")(_listener(stop, _REVOKED))


def _listener(stop: Stop, why: str) -> Callable[[dict[str, Any], dict[str, Any]], None]:
    def take_back(body: dict[str, Any], event: dict[str, Any]) -> None:
        # A person's own token may be revoked; crmbot works with the bot's alone.
        if event.get("type") == "app_uninstalled" or (event.get("tokens") or {}).get("bot"):
            stop(body, why)

    return take_back
