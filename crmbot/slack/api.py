"""Calls to Slack's Web API: bounded in time and size, never repeated, never redirected."""

import json
import re
import ssl
import time
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPMessage
from socket import gaierror
from typing import IO, Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import HTTPRedirectHandler, HTTPSHandler, OpenerDirector, Request, build_opener

from crmbot.errors import SendFailed
from crmbot.slack.codes import Fate, judge

_MOST_BYTES = 1_000_000
_PIECE = 65_536
_SERVER_ERROR = 500
_TOO_MANY = 429
_REDIRECTS = range(300, 400)
_RETRY_AFTER_DEFAULT = 30.0
_RETRY_AFTER_MOST = 86_400.0
_JSON, _FORM = "application/json; charset=utf-8", "application/x-www-form-urlencoded"
_NUMBER = re.compile(r"\d{1,9}(\.\d{1,6})?")


class _NoRedirect(HTTPRedirectHandler):
    """Follows nothing: a redirect would carry the token to another host."""

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> Request | None:
        """Refuse."""
        del req, fp, code, msg, headers, newurl
        return None


@dataclass(frozen=True)
class SlackApi:
    """Slack's Web API as seen with one token."""

    token: str = field(repr=False)
    base_url: str = "https://slack.com/api/"
    seconds: float = 10.0
    _opener: OpenerDirector = field(default_factory=lambda: build_opener(_NoRedirect, HTTPSHandler()), repr=False)

    def call(self, method: str, *, seconds: float | None = None, **arguments: Any) -> dict[str, Any]:
        """Call a method with JSON arguments and return its answer.

        Raises:
            SendFailed: it was refused, or nobody knows whether it was carried out.
        """
        body = json.dumps({name: value for name, value in arguments.items() if value is not None}).encode()
        return self._call(method, body, _JSON, seconds)

    def read(self, method: str, *, seconds: float | None = None, **arguments: Any) -> dict[str, Any]:
        """Call one of the methods that take no JSON (users.info, conversations.history) and return its answer."""
        words = {name: _word(value) for name, value in arguments.items() if value is not None}
        return self._call(method, urlencode(words).encode(), _FORM, seconds)

    def examine(self, method: str) -> tuple[dict[str, Any], dict[str, str]]:
        """Call a method without arguments; return its answer and the headers that came with it, in lower case."""
        status, headers, raw = self._send(self.base_url + method, b"", self._headers(_FORM), self.seconds)
        return _judged(status, headers, raw), headers

    def upload(self, url: str, content: bytes, *, seconds: float | None = None) -> None:
        """Send a file's bytes to the address that Slack gave for it; SendFailed when they were not taken."""
        headers = {"Content-Type": "application/octet-stream"}
        status, _, _ = self._send(url, content, headers, seconds or self.seconds)
        if status != 200:  # noqa: PLR2004 - HTTP's OK
            raise SendFailed("Slack did not take the file.", permanent=status < _SERVER_ERROR, code=f"http_{status}")

    def respond(self, url: str, payload: dict[str, Any], *, seconds: float) -> None:
        """Answer a click at its response_url; SendFailed when it was not taken."""
        status, headers, raw = self._send(url, json.dumps(payload).encode(), {"Content-Type": _JSON}, seconds)
        if status == _TOO_MANY:
            raise SendFailed(
                "Slack asks to wait.", retry_after=retry_after(headers.get("retry-after")), code="ratelimited"
            )
        if status != 200:  # noqa: PLR2004 - HTTP's OK
            code = _code_in(raw)
            raise SendFailed("The answer was not taken.", permanent=status < _SERVER_ERROR, code=_code_of(code))

    def _call(self, method: str, body: bytes, content_type: str, seconds: float | None) -> dict[str, Any]:
        return _judged(*self._send(self.base_url + method, body, self._headers(content_type), seconds or self.seconds))

    def _headers(self, content_type: str) -> dict[str, str]:
        return {"Content-Type": content_type} | ({"Authorization": f"Bearer {self.token}"} if self.token else {})

    def _send(
        self, url: str, body: bytes, headers: dict[str, str], seconds: float
    ) -> tuple[int, dict[str, str], bytes]:
        deadline = time.monotonic() + seconds
        request = Request(url, data=body, headers=headers, method="POST")  # noqa: S310 - the operator's address, or one that Slack signed
        try:
            with self._opener.open(request, timeout=seconds) as answer:
                return answer.status, _lower(answer.headers), _read(answer, deadline)
        except HTTPError as error:
            with error:
                return error.code, _lower(error.headers), _read(error, deadline)
        except URLError as error:
            raise _unsent(error.reason) from error
        except (OSError, HTTPException) as error:
            raise SendFailed(
                "The connection to Slack broke before its answer came.", unknown=True, code=type(error).__name__
            ) from error


def _word(value: Any) -> str:
    return str(int(value)) if isinstance(value, bool) else str(value)


def _lower(headers: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _read(answer: Any, deadline: float) -> bytes:
    """Read an answer of at most so many bytes until the deadline."""
    pieces: list[bytes] = []
    left = _MOST_BYTES
    while piece := answer.read1(_PIECE):
        left -= len(piece)
        if left < 0 or time.monotonic() > deadline:
            raise SendFailed("Slack's answer was too long or too slow.", unknown=True, code="answer_unreadable")
        pieces.append(piece)
    return b"".join(pieces)


def _unsent(reason: object) -> SendFailed:
    """Judge a call that broke while connecting or sending."""
    never_left = isinstance(reason, ConnectionRefusedError | gaierror | ssl.SSLError)
    return SendFailed("Slack cannot be reached.", unknown=not never_left, code=type(reason).__name__)


def _judged(status: int, headers: dict[str, str], raw: bytes) -> dict[str, Any]:
    """Return the answer, or say what its failure means."""
    if status == _TOO_MANY:
        wait = retry_after(headers.get("retry-after"))
        raise SendFailed("Slack asks to wait.", retry_after=wait, code="ratelimited")
    if status >= _SERVER_ERROR:
        raise SendFailed("Slack has trouble of its own.", unknown=True, code=f"http_{status}")
    if status in _REDIRECTS:
        raise SendFailed("Slack's address leads elsewhere; check slack.api_url and proxies.", code=f"http_{status}")
    try:
        answer = json.loads(raw)
    except ValueError as error:
        raise SendFailed("Slack's answer is not readable.", unknown=True, code="answer_unreadable") from error
    if not isinstance(answer, dict):
        raise SendFailed("Slack's answer is not readable.", unknown=True, code="answer_unreadable")
    if answer.get("ok"):
        return answer
    code = _code_of(str(answer.get("error", "no_error_code")))
    fate, reason = judge(code)
    asked = retry_after(headers.get("retry-after")) if code in {"ratelimited", "rate_limited"} else None
    raise SendFailed(reason, permanent=fate is Fate.PARKED, unknown=fate is Fate.UNKNOWN, retry_after=asked, code=code)


def _code_in(raw: bytes) -> str:
    """Return what a response_url says about a refusal: a bare code, or one in JSON."""
    text = raw[:1000].decode("ascii", "replace")
    try:
        return str(json.loads(text)["error"])
    except (ValueError, KeyError, TypeError):
        return text


def _code_of(text: str) -> str:
    """Return a code fit for logs: nothing of a body but letters, digits and underscores."""
    return re.sub(r"\W+", "_", text, flags=re.ASCII)[:60].strip("_") or "no_error_code"


def retry_after(value: str | None) -> float:
    """Return the seconds of a Retry-After header: at least one, at most a day, half a minute when it says none."""
    text = (value or "").strip()
    if not _NUMBER.fullmatch(text):
        return _RETRY_AFTER_DEFAULT
    return min(max(float(text), 1.0), _RETRY_AFTER_MOST)
