"""Sending messages to Slack: one attempt at a time, and an honest word about what became of it."""

import logging
from collections.abc import Callable
from typing import Any

from crmbot.errors import SendFailed
from crmbot.slack.api import SlackApi
from crmbot.slack.blocks.limits import fit, simplify
from crmbot.slack.message import Message

__all__ = ["EVENT_TYPE", "SendFailed", "SlackGateway"]

_logger = logging.getLogger(__name__)
EVENT_TYPE = "crmbot_outbox"
"""The name of the metadata that carries the outbox id of a post."""

_REFUSED_BLOCKS = frozenset(
    {"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "only_one_table_allowed"}
)
_CHANNEL_PAGE, _CHANNEL_PAGES = 200, 50
_HISTORY_PAGE = 100
_HISTORY_PAGES = 3


class SlackGateway:
    """Posts to one Slack workspace; `api` makes the client with that workspace's token."""

    def __init__(self, api: Callable[[], SlackApi]) -> None:
        self._api = api

    def post(
        self, destination: str, message: Message, metadata: dict[str, Any] | None = None, outbox_id: str = ""
    ) -> str:
        """Post to a channel, or to a person when `destination` is a user's id, and return the message's ts.

        Raises:
            SendFailed: it was not posted, or nobody knows (`unknown`): look with `find_posted` before sending again.
        """
        channel = self._channel(destination)
        more: dict[str, Any] = {"channel": channel, "unfurl_links": False, "unfurl_media": False}
        if outbox_id:
            payload = {"outbox_id": outbox_id, **(metadata or {})}
            more["metadata"] = {"event_type": EVENT_TYPE, "event_payload": payload}
        return str(self._send("chat.postMessage", message, more)["ts"])

    def post_dm(
        self, user_id: str, message: Message, metadata: dict[str, Any] | None = None, outbox_id: str = ""
    ) -> str:
        """Post to a person directly and return the message's ts."""
        return self.post(self.open_dm(user_id), message, metadata, outbox_id)

    def post_ephemeral(self, channel: str, user_id: str, message: Message, thread: str | None = None) -> None:
        """Show a message to one person in a channel, in a thread when given."""
        self._send("chat.postEphemeral", message, {"channel": channel, "user": user_id, "thread_ts": thread})

    def update(self, channel: str, ts: str, message: Message) -> None:
        """Put another content into a message."""
        self._send("chat.update", message, {"channel": channel, "ts": ts})

    def open_dm(self, user_id: str) -> str:
        """Return the id of the conversation with one person."""
        return str(self._api().call("conversations.open", users=user_id)["channel"]["id"])

    def find_posted(self, destination: str, outbox_id: str, oldest: float | None = None) -> str | None:
        """Return the ts of the post made for that outbox row, or None when the channel has none.

        `oldest` is when it was first tried, in Unix seconds; nothing before it is read.
        """
        channel, cursor = self._channel(destination), None
        for _ in range(_HISTORY_PAGES):
            page = self._api().read(
                "conversations.history",
                channel=channel,
                limit=_HISTORY_PAGE,
                include_all_metadata=True,
                oldest=f"{oldest:.6f}" if oldest is not None else None,
                cursor=cursor,
            )
            for posted in page.get("messages", ()):
                payload = (posted.get("metadata") or {}).get("event_payload") or {}
                if payload.get("outbox_id") == outbox_id:
                    return str(posted["ts"])
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or None
            if cursor is None:
                break
        return None

    def find_channel(self, name: str) -> str | None:
        """Return the id of the channel of that name, with or without its #; None when the bot sees none."""
        wanted, cursor = name.removeprefix("#"), None
        for _ in range(_CHANNEL_PAGES):
            page = self._api().read(
                "conversations.list",
                types="public_channel,private_channel",
                exclude_archived=True,
                limit=_CHANNEL_PAGE,
                cursor=cursor,
            )
            found = next((one["id"] for one in page.get("channels", ()) if one.get("name") == wanted), None)
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or None
            if found or cursor is None:
                return found
        return None

    def _channel(self, destination: str) -> str:
        return self.open_dm(destination) if destination[:1] in {"U", "W"} else destination

    def _send(self, method: str, message: Message, more: dict[str, Any]) -> dict[str, Any]:
        fitted = fit(message)
        api = self._api()
        try:
            return api.call(method, **fitted.payload, **more)
        except SendFailed as failure:
            simple = simplify(fitted) if failure.code in _REFUSED_BLOCKS else None
            if simple is None:
                raise
            _logger.warning("%s refused the blocks (%s); sent again with tables as text", method, failure.code)
        return api.call(method, **simple.payload, **more)
