"""The outbox's way to Slack: each row is one call, and an earlier call is found by the row's id."""

from collections.abc import Callable
from dataclasses import replace

from crmbot.crm.outbox import OutboxMessage
from crmbot.errors import SendFailed
from crmbot.slack.blocks.primitives import context, stack
from crmbot.slack.gateway import SlackGateway
from crmbot.slack.message import Message

_AGAIN = "🔁 Sent again: Slack did not say whether it took this the first time."


class SlackOutbox:
    """Sends rows of the kinds slack.post, slack.dm and slack.update; `gateway_of` a workspace's id."""

    def __init__(self, gateway_of: Callable[[str], SlackGateway]) -> None:
        self._gateway_of = gateway_of

    def send(self, message: OutboxMessage) -> str:
        """Send a row and return the ts that Slack gave it; SendFailed when it was not sent, or nobody knows."""
        gateway = self._gateway_of(message.workspace_id)
        content = Message.of(message.payload)
        if message.resent:
            content = replace(content, blocks=(*content.blocks, *stack(context(_AGAIN))))
        match message.kind:
            case "slack.post":
                return gateway.post(message.destination, content, None, message.id)
            case "slack.dm":
                return gateway.post_dm(message.destination, content, None, message.id)
            case "slack.update":
                ts = str(message.payload.get("ts", ""))
                gateway.update(message.destination, ts, content)
                return ts
        raise SendFailed(f"Nothing here sends {message.kind}.", permanent=True)

    def find(self, message: OutboxMessage) -> str | None:
        """Return the ts of an earlier post of this row; an update is simply done again."""
        if message.kind == "slack.update":
            return None
        gateway = self._gateway_of(message.workspace_id)
        return gateway.find_posted(message.destination, message.id, message.created_at.timestamp() - 60)
