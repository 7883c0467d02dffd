"""The workspace behind the stand-in: who and what is there, and everything the app did to it."""

import secrets
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

from crmbot.playground.records import (
    Ack,
    Call,
    Channel,
    File,
    Json,
    Message,
    ResponseUrl,
    Sent,
    Trigger,
    User,
    View,
    Violation,
)

T = TypeVar("T")
Clock = Callable[[], float]


class Workspace:
    """One Slack workspace kept in memory; every change is made and waited for under one lock."""

    team_id = "T0000CRM1"
    team_name = "Playground"
    app_id = "A0000CRM1"
    bot_id = "B0000CRM1"
    bot_user_id = "U0000BOT1"
    bot_name = "crmbot"
    client_id = "1111.2222"
    refused_blocks: set[str]
    """Types of blocks that this workspace does not have yet: messages with one are refused as invalid_blocks."""
    expires_in: int
    """Seconds after which tokens end that an installation gets, with a refresh token each; 0: they don't."""
    expired: set[str]
    """Tokens that have ended."""
    slow_files: int
    """How many times an uploaded picture is refused because Slack has not looked at it yet."""
    base_url = ""

    def __init__(self, clock: Clock = time.time) -> None:
        """Start empty, with the bot as the only member."""
        self.clock = clock
        self.changed = threading.Condition(threading.RLock())
        self.bot_token = "xoxb-" + secrets.token_hex(12)
        self.app_token = "xapp-1-" + secrets.token_hex(12)
        self.signing_secret = secrets.token_hex(16)
        self.client_secret = secrets.token_hex(16)
        self.scopes: set[str] | None = None
        self.reset()

    def reset(self) -> None:
        """Forget everything but the secrets, so that one server serves many tests."""
        with self.changed:
            self._count = 0
            self._last_ts = 0.0
            self.users: dict[str, User] = {}
            self.channels: dict[str, Channel] = {}
            self.posted: list[Message] = []
            self.everything: list[Message] = []
            self.views: list[View] = []
            self.files: dict[str, File] = {}
            self.calls: list[Call] = []
            self.violations: list[Violation] = []
            self.remarks: list[Violation] = []
            self.acks: list[Ack] = []
            self.sent: list[Sent] = []
            self.unfurls: list[Json] = []
            self.unfurl_domains: set[str] = set()
            self.response_urls: dict[str, ResponseUrl] = {}
            self.triggers: dict[str, Trigger] = {}
            self.scripts: dict[str, list[Any]] = {}
            self.codes: dict[str, Json] = {}
            self.tokens: dict[str, Json] = {self.bot_token: self.team_answer()}
            self.revoked: set[str] = set()
            self.expired: set[str] = set()
            self.expires_in = 0
            self.tickets: set[str] = set()
            self.refused_blocks: set[str] = set()
            self.slow_files = 0
            self.add_user(self.bot_user_id, self.bot_name, is_bot=True)
            self.changed.notify_all()

    def team_answer(self) -> Json:
        """Return the workspace the main bot token belongs to."""
        return {"id": self.team_id, "name": self.team_name}

    def add_user(self, user_id: str, name: str, email: str = "", tz: str = "UTC", **more: Any) -> User:
        """Declare a person; `more` sets the other fields of `User` (is_guest, team_id, deleted, ...)."""
        user = User(user_id, name, email, tz, **{"team_id": self.team_id, **more})
        with self.changed:
            self.users[user_id] = user
        return user

    def add_channel(self, channel_id: str, name: str, **more: Any) -> Channel:
        """Declare a channel; `more` sets the other fields of `Channel` (is_private, is_member, ...)."""
        channel = Channel(channel_id, name, **more)
        with self.changed:
            self.channels[channel_id] = channel
        return channel

    def direct_channel(self, user: str) -> Channel:
        """Return the direct message of a person with the bot, opening it when new."""
        with self.changed:
            for channel in self.channels.values():
                if channel.user == user:
                    return channel
            return self.add_channel("D" + user[1:], "directmessage", user=user, members=[user])

    def authorize(self, code: str, team_id: str, team_name: str, installer: str, redirect_uri: str = "") -> None:
        """Let `oauth.v2.access` exchange this code for a token of another workspace, once, with the same address."""
        team = {"id": team_id, "name": team_name}
        self.codes[code] = {"team": team, "user": installer, "redirect_uri": redirect_uri}

    def new_ts(self) -> str:
        """Return a message timestamp later than any before it."""
        with self.changed:
            self._last_ts = max(round(self.clock(), 6), round(self._last_ts + 0.000001, 6))
            return f"{self._last_ts:.6f}"

    def new_id(self, letter: str) -> str:
        """Return a fresh id of the form Slack uses."""
        with self.changed:
            self._count += 1
            return f"{letter}{self._count:05d}{secrets.token_hex(3).upper()}"

    def new_trigger(self, user: str, view: str | None = None) -> str:
        """Hand out leave to open a modal."""
        with self.changed:
            token = f"{self.new_id('')}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
            self.triggers[token] = Trigger(user, self.clock(), view)
            return token

    def keep(self, message: Message) -> Message:
        """Add a message to its conversation, and to `posted` when the app made it."""
        with self.changed:
            message.blocks = [{"block_id": secrets.token_hex(3), **block} for block in message.blocks]
            message.at = self.clock()
            self.everything.append(message)
            if message.via != "user":
                self.posted.append(message)
            self.changed.notify_all()
        return message

    def messages(self, channel: str, *, thread: str | None = None) -> list[Message]:
        """List what everybody in a channel (or one of its threads) sees now, oldest first."""
        with self.changed:
            return [
                message
                for message in self.everything
                if message.channel == channel
                and not message.deleted
                and message.ephemeral_to is None
                and (thread is None or thread in {message.ts, message.thread_ts})
            ]

    def ephemerals(self, user: str, channel: str | None = None) -> list[Message]:
        """List what only this person sees, oldest first."""
        with self.changed:
            return [
                message
                for message in self.everything
                if message.ephemeral_to == user and not message.deleted and channel in {None, message.channel}
            ]

    def find_message(self, channel: str, ts: str) -> Message | None:
        """Return one message that is still there."""
        with self.changed:
            for message in self.everything:
                if (message.channel, message.ts) == (channel, ts) and not message.deleted:
                    return message
        return None

    def home(self, user: str) -> View | None:
        """Return the Home tab a person sees."""
        with self.changed:
            found = [view for view in self.views if view.is_home and view.user == user]
        return found[-1] if found else None

    def open_views(self, user: str) -> list[View]:
        """List the modals a person has open, the top one last."""
        with self.changed:
            return [view for view in self.views if view.user == user and not view.closed and not view.is_home]

    def calls_to(self, method: str) -> list[Call]:
        """List the calls of one method, oldest first."""
        with self.changed:
            return [call for call in self.calls if call.method == method]

    def refuse(self, where: str, *reasons: str) -> None:
        """Record loudly what the product should not have sent."""
        with self.changed:
            self.violations.extend(Violation(where, reason) for reason in reasons)
            self.changed.notify_all()

    def remark(self, where: str, *reasons: str) -> None:
        """Record what Slack lets pass with a warning."""
        with self.changed:
            self.remarks.extend(Violation(where, reason) for reason in reasons)

    def wait_for(self, found: Callable[[], T], seconds: float = 5.0) -> T:
        """Wait until a look at the state finds something true, and return it; TimeoutError after that."""
        deadline = time.monotonic() + seconds
        with self.changed:
            while not (result := found()):
                rest = deadline - time.monotonic()
                if rest <= 0:
                    raise TimeoutError(f"nothing came within {seconds} s; violations: {self.violations}")
                self.changed.wait(min(rest, 0.05))
            return result
