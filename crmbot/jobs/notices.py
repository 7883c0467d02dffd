"""Notices to users: turned, when they are sent, into a Slack message or a mail."""

from collections.abc import Callable, Mapping

from crmbot.crm.outbox import OutboxMessage
from crmbot.errors import SendFailed
from crmbot.jobs.delivery import Gateway

Renderer = Callable[[OutboxMessage], OutboxMessage]
"""Turns a notice for a user's id into a `slack.*` or `mail.*` message for the best way to reach them.

It keeps the notice's id, so that the message can be found again.
"""


class NoticeGateway:
    """Renders each notice by its kind and hands it to the gateway of what came out."""

    def __init__(self, renderers: Mapping[str, Renderer], gateways: Mapping[str, Gateway]) -> None:
        self._renderers, self._gateways = renderers, gateways

    def send(self, message: OutboxMessage) -> str:
        """Render and send."""
        gateway, rendered = self._route(message)
        return gateway.send(rendered)

    def find(self, message: OutboxMessage) -> str | None:
        """Look for an earlier send where it would have gone."""
        gateway, rendered = self._route(message)
        return gateway.find(rendered)

    def _route(self, message: OutboxMessage) -> tuple[Gateway, OutboxMessage]:
        renderer = self._renderers.get(message.kind)
        if renderer is None:
            raise SendFailed(f"Nothing here renders {message.kind}.", permanent=True)
        rendered = renderer(message)
        gateway = self._gateways.get(rendered.family)
        if gateway is None:
            raise SendFailed(f"Nothing here sends {rendered.family} messages.", permanent=True)
        return gateway, rendered
