"""Access tokens in place of a mail server's password: fetched from the provider, kept until shortly before they end."""

import contextlib
import json
import re
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from http.client import HTTPException, HTTPMessage
from typing import IO, Any
from urllib.parse import urlencode, urlsplit

from crmbot.config.settings import LogInSettings

ENDPOINTS = {
    "google": "https://oauth2.googleapis.com/token",
    "microsoft": "https://login.microsoftonline.com/common/oauth2/v2.0/token",
}
"""Where the providers give tokens out; an organisation's own tenant is written as a whole address."""

_SCOPE = "https://outlook.office365.com/.default"
"""What an application of Microsoft's asks for that acts without a person, to read and to send."""
_EARLY_S = 120.0
"""A token is taken for ended this long before it does, so that none ends on its way."""
_SHORTEST_S, _USUAL_S = 30.0, 3600.0
_MOST_BYTES = 64 * 1024
_TOKEN = re.compile(r"[!-~]+")
"""What may stand behind the word Bearer (RFC 6750, section 2.1), and a little more."""
_REFUSALS = range(400, 404)
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class TokenFailed(Exception):
    """No token was given; the text says why. `refused`: the provider does not take the credentials."""

    def __init__(self, reason: str, *, refused: bool = False) -> None:
        super().__init__(reason)
        self.refused = refused


class AccessTokens:
    """The access tokens of one log-in; share one between its connections, in any number of threads.

    With a refresh token it speaks for the person who consented. Without one it speaks for the application itself, by
    the client secret alone. A refresh token that the provider replaces is used from then on, in this process.
    """

    def __init__(
        self, settings: LogInSettings, *, timeout: float = 10.0, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._settings, self._timeout, self._monotonic = settings, timeout, monotonic
        self._url = ENDPOINTS.get(settings.oauth_url, settings.oauth_url)
        self._refresh_token = settings.refresh_token
        self._token, self._ends = "", 0.0
        self._lock = threading.Lock()

    def fresh(self) -> str:
        """Return a token that is good for a while.

        Raises:
            TokenFailed: the provider refused, or can't be reached.
        """
        with self._alone():
            if self._monotonic() >= self._ends:
                answer = self._ask()
                self._token = answer["access_token"]
                self._refresh_token = str(answer.get("refresh_token") or self._refresh_token)
                self._ends = self._monotonic() + max(_SHORTEST_S, _lifetime(answer) - _EARLY_S)
            return self._token

    def forget(self) -> None:
        """Fetch a new token the next time: the mail server did not take this one."""
        self._ends = 0.0

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Let one thread ask at a time: a refresh token that is replaced can be used once."""
        if not self._lock.acquire(timeout=self._timeout):
            raise TokenFailed(f"{urlsplit(self._url).hostname} takes long to give a token")
        try:
            yield
        finally:
            self._lock.release()

    def _ask(self) -> dict[str, Any]:
        host = urlsplit(self._url).hostname or ""
        if not (self._refresh_token or self._settings.client_secret):
            raise TokenFailed("neither a refresh token nor a client secret is set", refused=True)
        if not self._url.startswith("https://") and host not in _LOOPBACK:
            raise TokenFailed(f"{host} is asked for tokens without encryption", refused=True)
        request = urllib.request.Request(self._url, urlencode(self._form()).encode(), {"Accept": "application/json"})  # noqa: S310 - https, or loopback
        try:
            with _opener().open(request, timeout=self._timeout) as answer:
                found = _object(answer.read(_MOST_BYTES))
        except urllib.error.HTTPError as error:
            with error:
                told = _object(error.read(_MOST_BYTES))
            why = str(told.get("error_description") or told.get("error") or error.reason)[:300]
            raise TokenFailed(f"{host} gives no token: {why}", refused=error.code in _REFUSALS) from error
        except (OSError, HTTPException) as error:
            raise TokenFailed(f"{host} can't be reached for a token ({error})") from error
        token = found.get("access_token")
        if not isinstance(token, str) or not _TOKEN.fullmatch(token):
            raise TokenFailed(f"{host} answered without a token")
        return found

    def _form(self) -> dict[str, str]:
        settings = self._settings
        form = {"client_id": settings.oauth_client_id}
        if settings.client_secret:
            form["client_secret"] = settings.client_secret
        if self._refresh_token:
            form |= {"grant_type": "refresh_token", "refresh_token": self._refresh_token}
            return form | ({"scope": settings.oauth_scope} if settings.oauth_scope else {})
        return form | {"grant_type": "client_credentials", "scope": settings.oauth_scope or _SCOPE}


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Follows nothing: the credentials are for the address of the settings alone."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        del req, fp, code, msg, headers, newurl


def refusal_of(challenge: bytes) -> str:
    """Return what a mail server tells of a token that it refuses (RFC 7628, section 3.2.2), as words in brackets."""
    told = _object(challenge)
    said = [f"{name} {told[name]}" for name in ("status", "scope") if isinstance(told.get(name), str | int)]
    return f"({', '.join(said)[:200]})" if said else ""


def _opener() -> urllib.request.OpenerDirector:
    return urllib.request.build_opener(_NoRedirect)


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _lifetime(answer: dict[str, Any]) -> float:
    try:
        return float(answer.get("expires_in") or _USUAL_S)
    except (TypeError, ValueError):
        return _USUAL_S
