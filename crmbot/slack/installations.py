"""Which token belongs to which Slack workspace; what is asked of Slack in one's name carries only that one's."""

import logging
import threading
import time
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Protocol

from crmbot.crm.installations import (
    Beginnings,
    Given,
    Kept,
    Leave,
    end_installation,
    keep_installation,
    read_leave,
    reseal,
)
from crmbot.errors import SendFailed
from crmbot.service import CrmService
from crmbot.slack.api import SlackApi
from crmbot.slack.rotation import CLAIMED_FOR, Exchange, Grant
from crmbot.store import EVERY_WORKSPACE

_logger = logging.getLogger(__name__)
UNINSTALLED = "crmbot was removed from this Slack workspace, so nothing is sent there. Install it again to go on."
_NOT_INSTALLED = "crmbot is not installed in this workspace's Slack."
_UNREADABLE = (
    "The token of this Slack workspace can't be decrypted: CRMBOT_SECRET_KEY is another one than at its installation. "
    "Set that key again, or give it as CRMBOT_OLD_SECRET_KEY, or install crmbot there once more."
)
_ENDED = (
    "Slack did not renew crmbot's leave for this workspace, and it has ended. It is tried again; when that does not "
    "help, install crmbot there once more."
)
_CLAIM = "rotating_until"
"""Beside a sealed token: until when, in Unix seconds, one process is exchanging it."""
_REMEMBER_SECONDS = 20.0
_MOST_REMEMBERED = 1_000

acting_team: ContextVar[str] = ContextVar("acting_team", default="")
"""The team whose input this thread is answering; Bolt's authorization sets it before any listener runs."""


class Unreadable(Exception):
    """A token was sealed with none of the keys, or is not this team's."""


class Seals(Protocol):
    """Encrypts tokens for the store."""

    def seal(self, grant: Grant, team_id: str) -> dict[str, Any]:
        """Return a token, and what renews it, as the store keeps them."""
        ...

    def open(self, sealed: dict[str, Any], team_id: str) -> tuple[Grant, bool]:
        """Return the grant, and whether it was sealed with the present key; Unreadable when no key opens it."""
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
    exchange: Exchange | None = None
    """Renews tokens that end; without it they are used until then."""
    later: Callable[[Callable[[], object]], None] = lambda work: threading.Thread(target=work, daemon=True).start()
    """Does what an answer need not wait for."""
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

    def keep(
        self, team_id: str, team_name: str, grant: Grant, bot_user_id: str | None, installer_email: str = ""
    ) -> Kept:
        """Keep a new token, find, make or revive the team's workspace, and return it.

        `installer_email` is an address that Slack vouches for: an admin's takes the workspace that waits for them.
        """
        sealed = self.sealer.seal(grant, team_id)
        given = Given(team_id, team_name, bot_user_id, sealed, installer_email)
        service = self.service
        kept = keep_installation(service.store, given, service.policy, self.beginnings, service.clock())
        self.forget()
        return kept

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
            grant, present = self.sealer.open(leave.sealed, leave.team_id)
        except Unreadable as error:
            raise SendFailed(_UNREADABLE, retry_after=300, code="token_unreadable") from error
        if self.exchange is not None and grant.is_due(self.service.clock()):
            return self._renewed(self.exchange, leave, leave.team_id, grant).token
        if not present:
            self._put(leave, leave.sealed, self.sealer.seal(grant, leave.team_id))
        return grant.token

    def _renewed(self, exchange: Exchange, leave: Leave, team_id: str, grant: Grant) -> Grant:
        """Begin the exchange of a token, unless another process has; wait for it only when the token has ended."""
        now = self.service.clock()
        claimed = leave.sealed | {_CLAIM: int((now + CLAIMED_FOR).timestamp())}
        mine = leave.sealed.get(_CLAIM, 0) <= now.timestamp() and self._put(leave, leave.sealed, claimed)
        if not grant.has_ended(now):
            if mine:
                self.later(lambda: self._exchanged(exchange, replace(leave, sealed=claimed), team_id, grant))
            return grant
        if not mine:
            raise SendFailed(
                "crmbot's leave for this Slack workspace is being renewed.", retry_after=2, code="renewing"
            )
        following = self._exchanged(exchange, replace(leave, sealed=claimed), team_id, grant)
        if following is None:
            raise SendFailed(_ENDED, retry_after=60, code="token_ended")
        return following

    def _exchanged(self, exchange: Exchange, leave: Leave, team_id: str, grant: Grant) -> Grant | None:
        """Get the next token and keep it; None when Slack gave none, and somebody tries again once the claim ends."""
        try:
            following = exchange.renew(grant, self.service.clock())
        except SendFailed as failure:
            _logger.warning("the token of team %s could not be renewed: %s (%s)", team_id, failure, failure.code)
            return None
        self._put(leave, leave.sealed, self.sealer.seal(following, team_id))
        self.forget()
        return following

    def _put(self, leave: Leave, before: dict[str, Any], after: dict[str, Any]) -> bool:
        with self.service.store.writing(leave.workspace_id) as session:
            return reseal(session, leave.workspace_id, before, after)


def stop_team(service: CrmService, team_id: str, why: str, happened_at: float) -> bool:
    """Stop everything of a team whose leave Slack took back; `happened_at` in Unix seconds."""
    with service.store.writing(EVERY_WORKSPACE) as session:
        return end_installation(
            session, team_id, why, happened_at=datetime.fromtimestamp(happened_at, UTC), now=service.clock()
        )
