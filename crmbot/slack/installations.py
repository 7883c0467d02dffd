"""Which token belongs to which Slack workspace; what is asked of Slack in one's name carries only that one's."""

import threading
import time
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Protocol

from crmbot.crm.installations import (
    Beginnings,
    Given,
    Leave,
    end_installation,
    keep_installation,
    read_leave,
    reseal,
)
from crmbot.errors import SendFailed
from crmbot.service import CrmService
from crmbot.slack.api import SlackApi
from crmbot.store import EVERY_WORKSPACE

UNINSTALLED = "crmbot was removed from this Slack workspace, so nothing is sent there. Install it again to go on."
_NOT_INSTALLED = "crmbot is not installed in this workspace's Slack."
_UNREADABLE = (
    "The token of this Slack workspace can't be decrypted: CRMBOT_SECRET_KEY is another one than at its installation. "
    "Set that key again, or give it as CRMBOT_OLD_SECRET_KEY, or install crmbot there once more."
)
_REMEMBER_SECONDS = 20.0
_MOST_REMEMBERED = 1_000

acting_team: ContextVar[str] = ContextVar("acting_team", default="")
"""The team whose input this thread is answering; Bolt's authorization sets it before any listener runs."""


class Unreadable(Exception):
    """A token was sealed with none of the keys, or is not this team's."""


class Seals(Protocol):
    """Encrypts tokens for the store."""

    def seal(self, token: str, team_id: str) -> dict[str, Any]:
        """Return a token as the store keeps it."""
        ...

    def open(self, sealed: dict[str, Any], team_id: str) -> tuple[str, bool]:
        """Return the token, and whether it was sealed with the present key; Unreadable when no key opens it."""
        ...


@dataclass(frozen=True)
class TeamApi(SlackApi):
    """Slack's Web API as seen with a token that is looked up at each call."""

    find_token: Callable[[], str] = field(default=str, repr=False)

    def _headers(self, content_type: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.find_token()}", "Content-Type": content_type}


@dataclass
class Installations:
    """The installations of all teams; `make_sealer` is called when a token is to be sealed or opened."""

    service: CrmService
    make_sealer: Callable[[], Seals]
    base_url: str = "https://slack.com/api/"
    seconds: float = 10.0
    beginnings: Beginnings = field(default_factory=Beginnings)
    _known: dict[tuple[str, str], tuple[float, str]] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @cached_property
    def sealer(self) -> Seals:
        """What seals and opens tokens."""
        return self.make_sealer()

    @property
    def acting_api(self) -> SlackApi:
        """The Web API of the team whose input is being answered."""
        return self._api(lambda: self.token_of_team(acting_team.get()))

    def api_of(self, workspace_id: str) -> SlackApi:
        """Return the Web API of a workspace's team; SendFailed at the call when it has no leave."""
        return self._api(lambda: self._token("workspace", workspace_id))

    def token_of_team(self, team_id: str) -> str:
        """Return a team's token; SendFailed says why there is none."""
        return self._token("team", team_id)

    def keep(self, team_id: str, team_name: str, token: str, bot_user_id: str | None) -> str:
        """Keep a new token, make or revive the team's workspace, and return its id."""
        sealed = self.sealer.seal(token, team_id)
        given = Given(team_id, team_name, bot_user_id, sealed)
        service = self.service
        workspace_id = keep_installation(service.store, given, service.policy, self.beginnings, service.clock())
        self.forget()
        return workspace_id

    def forget(self) -> None:
        """Look tokens up anew from now on."""
        with self._lock:
            self._known.clear()

    def _api(self, find_token: Callable[[], str]) -> SlackApi:
        return TeamApi("", self.base_url, self.seconds, find_token=find_token)

    def _token(self, by: str, name: str) -> str:
        known = self._known.get((by, name))
        if known is not None and known[0] > time.monotonic():
            return known[1]
        wanted = {"workspace_id": name} if by == "workspace" else {"team_id": name}
        with self.service.store.reading(EVERY_WORKSPACE) as session:
            leave = read_leave(session, **wanted)
        token = self._opened(leave)
        with self._lock:
            if len(self._known) > _MOST_REMEMBERED:
                self._known.clear()
            self._known[by, name] = (time.monotonic() + _REMEMBER_SECONDS, token)
        return token

    def _opened(self, leave: Leave | None) -> str:
        """Return the token, sealed anew when that was done with an earlier key; fail closed when it can't be read."""
        if leave is not None and leave.stopped_at is not None:
            raise SendFailed(UNINSTALLED, permanent=True, code="uninstalled")
        if leave is None or leave.team_id is None or not leave.sealed:
            raise SendFailed(_NOT_INSTALLED, permanent=True, code="not_installed")
        try:
            token, present = self.sealer.open(leave.sealed, leave.team_id)
        except Unreadable as error:
            raise SendFailed(_UNREADABLE, retry_after=300, code="token_unreadable") from error
        if not present:
            anew = self.sealer.seal(token, leave.team_id)
            with self.service.store.writing(leave.workspace_id) as session:
                reseal(session, leave.workspace_id, leave.sealed, anew)
        return token


def stop_team(service: CrmService, team_id: str, why: str, happened_at: float) -> bool:
    """Stop everything of a team whose leave Slack took back; `happened_at` in Unix seconds."""
    with service.store.writing(EVERY_WORKSPACE) as session:
        return end_installation(
            session, team_id, why, happened_at=datetime.fromtimestamp(happened_at, UTC), now=service.clock()
        )
