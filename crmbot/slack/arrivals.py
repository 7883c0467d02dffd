"""Who and which workspace an event is from."""

from typing import Any

from slack_bolt import BoltContext

from crmbot.slack.desk import Incoming


def event_incoming(body: dict[str, Any], event: dict[str, Any], context: BoltContext) -> Incoming:
    """Return who it is from; the workspace is the one of the installation, never the event's own team."""
    authorizations = body.get("authorizations") or [{}]
    return Incoming(
        team_id=str(authorizations[0].get("team_id") or body.get("team_id") or ""),
        user_id=str(event["user"]),
        key=str(context["delivery_key"]),
        deadline=float(context["deadline"]),
        user_team_id=event.get("user_team") or event.get("source_team"),
    )
