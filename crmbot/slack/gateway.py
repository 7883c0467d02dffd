"""Sending messages to Slack: one attempt at a time, and an honest word about what became of it."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from crmbot.errors import SendFailed
from crmbot.slack.api import SlackApi
from crmbot.slack.message import Message
from crmbot.slack.showing import LONGEST, ChartStanding, send_shown

__all__ = ["EVENT_TYPE", "SendFailed", "SlackGateway"]

EVENT_TYPE = "crmbot_outbox"
"""The name of the metadata that carries the outbox id of a post."""

_CHANNEL_PAGE, _CHANNEL_PAGES = 200, 50
_HISTORY_PAGE = 100
_HISTORY_PAGES = 3


class SlackGateway:
    """Posts to one Slack workspace; `api` makes the client with that workspace's token.

    `standing` knows whether this workspace's Slack draws charts; without it every message tries.
    """

    def __init__(self, api: Callable[[], SlackApi], standing: ChartStanding | None = None) -> None:
        self._api, self._standing = api, standing

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
        """Show a message to one person in a channel, in a thread when given; no picture is uploaded for it."""
        quick = replace(message, pictures=())
        self._send("chat.postEphemeral", quick, {"channel": channel, "user": user_id, "thread_ts": thread})

    def update(self, channel: str, ts: str, message: Message) -> None:
        """Put another content into a message."""
        self._send("chat.update", message, {"channel": self._channel(channel), "ts": ts})

    def respond(self, url: str, message: Message, *, in_channel: bool = False) -> None:
        """Answer below a command or click at its response_url, to who asked alone unless `in_channel`.

        Raises:
            SendFailed: it was not taken; `permanent` when the address is used up or too old.
        """
        api = self._api()
        to = {"response_type": "in_channel" if in_channel else "ephemeral", "replace_original": False}

        def post(shown: Message, seconds: float) -> None:
            api.respond(url, {**to, **shown.payload}, seconds=seconds)

        send_shown(api, message, post, self._standing)

    def send_file(self, user_id: str, name: str, content: bytes, words: str) -> str:
        """Put a file into the conversation with one person, with a line above it, and return Slack's id of it.

        Raises:
            SendFailed: it was not sent, or nobody knows.
        """
        api, deadline = self._api(), time.monotonic() + LONGEST
        channel = self.open_dm(user_id)
        place = api.read("files.getUploadURLExternal", filename=name, length=len(content))
        api.upload(str(place["upload_url"]), content, seconds=max(1.0, deadline - time.monotonic()))
        file = str(place["file_id"])
        api.call(
            "files.completeUploadExternal",
            files=[{"id": file, "title": name}],
            channel_id=channel,
            initial_comment=words,
        )
        return file

    def publish_home(self, user_id: str, view: dict[str, Any]) -> None:
        """Put a view on a person's Home tab."""
        self._api().call("views.publish", user_id=user_id, view=view)

    def unfurl(self, channel: str, ts: str, unfurls: dict[str, Any]) -> None:
        """Show a card below each link of somebody's message: {address: {blocks}}."""
        self._api().call("chat.unfurl", channel=channel, ts=ts, unfurls=unfurls)

    def check(self, destination: str) -> None:
        """Look whether a channel or person can be posted to; where the app may not look, nothing is said.

        Raises:
            SendFailed: it can't (`permanent`), with what to do about it; or nobody knows now.
        """
        try:
            self._look_at(destination)
        except SendFailed as failure:
            if failure.code != "missing_scope":
                raise

    def _look_at(self, destination: str) -> None:
        if destination[:1] in {"U", "W"}:
            self.open_dm(destination)
            return
        channel = self.find_channel(destination) if destination.startswith("#") else destination
        if channel is None:
            raise SendFailed(
                f"There is no channel {destination}, or crmbot is not in it: /invite @crmbot there.", permanent=True
            )
        found = self._api().read("conversations.info", channel=channel)["channel"]
        if found.get("is_archived"):
            raise SendFailed(f"#{found.get('name', channel)} is archived.", permanent=True, code="is_archived")
        if not (found.get("is_member") or found.get("is_im")):
            raise SendFailed(
                f"crmbot is not in #{found.get('name', channel)}: /invite @crmbot there.",
                permanent=True,
                code="not_in_channel",
            )

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
        api = self._api()

        def post(shown: Message, seconds: float) -> dict[str, Any]:
            return api.call(method, seconds=seconds, **shown.payload, **more)

        return send_shown(api, message, post, self._standing)
