"""The outbox's Slack messages, handed to the Slack gateway of their workspace."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from crmbot.crm.outbox import OutboxMessage
from crmbot.errors import SendFailed
from crmbot.slack.blocks.primitives import context, stack
from crmbot.slack.gateway import SlackGateway
from crmbot.slack.message import Message

REPEATED = "This may be a repeat: nobody knows whether the first one arrived."
_CLOCKS_DIFFER = timedelta(minutes=5)


class SlackMessages:
    """Sends `slack.post` and `slack.dm` (text, blocks), and `slack.update` (also ts).

    `gateway_of` returns the Slack gateway of a workspace's id.
    """

    def __init__(self, gateway_of: Callable[[str], SlackGateway]) -> None:
        self._gateway_of = gateway_of

    def send(self, message: OutboxMessage) -> str:
        """Send and return the message's ts."""
        gateway = self._gateway_of(message.workspace_id)
        content = Message.of(message.payload)
        if message.resent:
            content = replace(content, blocks=(*content.blocks, *stack(context(REPEATED))))
        match message.kind:
            case "slack.post" | "slack.dm":
                return gateway.post(message.destination, content, outbox_id=message.id)
            case "slack.update":
                gateway.update(message.destination, str(message.payload["ts"]), content)
                return str(message.payload["ts"])
        raise SendFailed(f"Slack has no {message.kind}.", permanent=True)

    def find(self, message: OutboxMessage) -> str | None:
        """Return the ts of an earlier post; an update may simply be done again."""
        if message.kind == "slack.update":
            return None
        oldest = (message.created_at - _CLOCKS_DIFFER).timestamp()
        return self._gateway_of(message.workspace_id).find_posted(message.destination, message.id, oldest)
