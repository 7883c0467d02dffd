"""Scripted misbehaviour of the stand-in: what one call of a method meets instead of a plain answer."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

Perform = Callable[[], Response]
Pause = Callable[[float], Awaitable[None]]


class Fault(Protocol):
    """Answers one call; `perform` does what was asked and returns the honest answer."""

    async def respond(self, perform: Perform, pause: Pause) -> Response:
        """Return what the caller gets to see."""
        ...


class Dropped(Response):
    """Closes the connection without a byte of an answer."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Abort the transport and wait until the server has noticed."""
        del send
        Request(scope).state.transport.abort()
        while (await receive())["type"] != "http.disconnect":
            continue


@dataclass(frozen=True)
class Normal:
    """Behaves, to leave a place free in a script."""

    async def respond(self, perform: Perform, pause: Pause) -> Response:
        """Do what was asked."""
        del pause
        return perform()


@dataclass(frozen=True)
class RateLimited:
    """Answers 429; Retry-After may be a number, any text, or absent (None)."""

    retry_after: float | str | None = 1

    async def respond(self, perform: Perform, pause: Pause) -> Response:
        """Refuse for now."""
        del perform, pause
        headers = {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}
        return JSONResponse({"ok": False, "error": "ratelimited"}, 429, headers)


@dataclass(frozen=True)
class ServerError:
    """Answers with a status of the 500 family and no JSON; nothing is done."""

    status: int = 500
    body: str = "<html>upstream error</html>"

    async def respond(self, perform: Perform, pause: Pause) -> Response:
        """Break."""
        del perform, pause
        return Response(self.body, self.status, media_type="text/html")


@dataclass(frozen=True)
class ErrorCode:
    """Answers 200 with `ok: false` and a code of Slack's; nothing is done."""

    code: str
    extra: dict[str, Any] = field(default_factory=dict)

    async def respond(self, perform: Perform, pause: Pause) -> Response:
        """Refuse with the code."""
        del perform, pause
        return JSONResponse({"ok": False, "error": self.code, **self.extra})


@dataclass(frozen=True)
class Hang:
    """Says nothing for so long, then closes; with `accept` the call has been carried out at once."""

    seconds: float = 60
    accept: bool = False

    async def respond(self, perform: Perform, pause: Pause) -> Response:
        """Keep the caller waiting."""
        if self.accept:
            perform()
        await pause(self.seconds)
        return Dropped()


@dataclass(frozen=True)
class Slow:
    """Carries the call out after so long and answers honestly."""

    seconds: float = 1

    async def respond(self, perform: Perform, pause: Pause) -> Response:
        """Answer late."""
        await pause(self.seconds)
        return perform()


@dataclass(frozen=True)
class DropBefore:
    """Closes the connection; nothing is done."""

    async def respond(self, perform: Perform, pause: Pause) -> Response:
        """Close at once."""
        del perform, pause
        return Dropped()


@dataclass(frozen=True)
class DropAfter:
    """Carries the call out, then closes the connection without an answer."""

    async def respond(self, perform: Perform, pause: Pause) -> Response:
        """Accept and close."""
        del pause
        perform()
        return Dropped()


@dataclass(frozen=True)
class Garbage:
    """Answers 200 with something that is no JSON of Slack's."""

    body: bytes = b'{"ok": tru'
    content_type: str = "application/json"
    accept: bool = False

    async def respond(self, perform: Perform, pause: Pause) -> Response:
        """Answer nonsense."""
        del pause
        if self.accept:
            perform()
        return Response(self.body, media_type=self.content_type)


@dataclass(frozen=True)
class Redirect:
    """Sends the caller elsewhere."""

    location: str
    status: int = 302

    async def respond(self, perform: Perform, pause: Pause) -> Response:
        """Point to another address."""
        del perform, pause
        return RedirectResponse(self.location, self.status)


@dataclass(frozen=True)
class Flood:
    """Answers with a body of so many bytes, in pieces with a pause after each (a slow drip)."""

    size: int = 100_000_000
    piece: int = 65_536
    seconds_between: float = 0

    async def respond(self, perform: Perform, pause: Pause) -> Response:
        """Pour."""
        del perform

        async def pieces() -> Any:
            for _ in range(0, self.size, self.piece):
                yield b" " * self.piece
                if self.seconds_between:
                    await pause(self.seconds_between)
                else:
                    await asyncio.sleep(0)

        return StreamingResponse(pieces(), media_type="application/json")
