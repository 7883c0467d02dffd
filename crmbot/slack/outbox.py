"""The outbox's way to Slack: each row is one call, and an earlier call is found by the row's id."""

from collections.abc import Callable
from dataclasses import replace

from crmbot.crm.outbox import OutboxMessage
from crmbot.errors import SendFailed
from crmbot.slack.blocks.primitives import context, stack
from crmbot.slack.gateway import SlackGateway
from crmbot.slack.message import Message

_DONE_AGAIN = frozenset({"slack.update", "slack.check", "slack.home", "slack.unfurl", "slack.file"})
"""What does no harm when it is done twice; of a file the person has two."""
_AGAIN = "🔁 Sent again: Slack did not say whether it took this the first time."


class SlackOutbox:
    """Sends rows of the kinds slack.post, dm, update, aside, home, unfurl, file and check.

    An aside belongs to the answer of a command or click: it goes to its `response_url`, and where that takes nothing
    any more, to the person directly. A check sends nothing: it fails as a message would. `gateway_of` a workspace's id.
    """

    def __init__(self, gateway_of: Callable[[str], SlackGateway]) -> None:
        self._gateway_of = gateway_of

    def send(self, message: OutboxMessage) -> str:
        """Send a row and return the ts that Slack gave it; SendFailed when it was not sent, or nobody knows."""
        gateway = self._gateway_of(message.workspace_id)
        if message.kind == "slack.file":
            name, content, words = (message.payload[key] for key in ("name", "content", "words"))
            return gateway.send_file(message.destination, str(name), content, str(words))
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
            case "slack.aside":
                return _send_aside(gateway, message, content)
            case "slack.home":
                gateway.publish_home(message.destination, message.payload["view"])
                return message.destination
            case "slack.unfurl":
                gateway.unfurl(message.destination, str(message.payload["ts"]), message.payload["unfurls"])
                return str(message.payload["ts"])
            case "slack.check":
                gateway.check(message.destination)
                return message.destination
        raise SendFailed(f"Nothing here sends {message.kind}.", permanent=True)

    def find(self, message: OutboxMessage) -> str | None:
        """Return the ts of an earlier post of this row; what changes nothing when done twice is simply done again."""
        if message.kind in _DONE_AGAIN:
            return None
        if message.kind == "slack.aside":
            raise SendFailed("What a response_url took can't be looked up.", permanent=True)
        gateway = self._gateway_of(message.workspace_id)
        return gateway.find_posted(message.destination, message.id, message.created_at.timestamp() - 60)


def _send_aside(gateway: SlackGateway, message: OutboxMessage, content: Message) -> str:
    """Send what follows an answer to where the answer is; it stays as private as that one."""
    in_channel = bool(message.payload.get("in_channel"))
    try:
        gateway.respond(str(message.payload.get("response_url", "")), content, in_channel=in_channel)
    except SendFailed as failure:
        if not failure.permanent or failure.unknown or in_channel:
            raise
        return gateway.post_dm(message.destination, content, None, message.id)
    return message.id
