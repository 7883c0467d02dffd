"""Tokens that end: exchanged in time for new ones; a refresh token works once, so that one process alone may try."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from crmbot.errors import SendFailed
from crmbot.slack.api import SlackApi

EARLY = timedelta(hours=2)
"""So long before its end a token is exchanged; Slack's last twelve hours."""
CLAIMED_FOR = timedelta(seconds=30)
"""How long whoever began an exchange is left alone with it."""


@dataclass(frozen=True, slots=True)
class Grant:
    """A bot's token; of one that ends `refresh` gets the next, and `until` is its end in Unix seconds."""

    token: str = field(repr=False)
    refresh: str = field(default="", repr=False)
    until: int = 0

    def is_due(self, now: datetime) -> bool:
        """Say whether it is time to exchange it."""
        return bool(self.refresh) and now.timestamp() >= self.until - EARLY.total_seconds()

    def has_ended(self, now: datetime) -> bool:
        """Say whether Slack takes it no more."""
        return bool(self.refresh) and now.timestamp() >= self.until


def grant_of(answer: Mapping[str, Any], now: datetime) -> Grant:
    """Return what an answer of `oauth.v2.access` grants; a token without an end has no refresh token."""
    token, refresh = str(answer.get("access_token") or ""), str(answer.get("refresh_token") or "")
    if not refresh:
        return Grant(token)
    return Grant(token, refresh, int(now.timestamp()) + int(answer.get("expires_in") or 0))


@dataclass(frozen=True)
class Exchange:
    """Gets new tokens from Slack in the app's name."""

    client_id: str
    client_secret: str = field(repr=False)
    base_url: str
    seconds: float = 10.0

    def renew(self, grant: Grant, now: datetime) -> Grant:
        """Return the grant that follows; SendFailed when Slack refuses, or nobody knows."""
        answer = SlackApi("", self.base_url, self.seconds).read(
            "oauth.v2.access",
            client_id=self.client_id,
            client_secret=self.client_secret,
            grant_type="refresh_token",
            refresh_token=grant.refresh,
        )
        following = grant_of(answer, now)
        if not following.token:
            raise SendFailed("Slack gave no token.", unknown=True, code="no_token")
        return following
