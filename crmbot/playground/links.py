"""Socket Mode: the open links, the envelopes sent over them, and the acks that come back."""

import asyncio
import json
import time
import uuid
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from crmbot.playground.records import Ack, Json
from crmbot.playground.state import Workspace

MOST_LINKS = 10
APPROXIMATE_SECONDS = 18_060


@dataclass(eq=False)
class Link:
    """One open socket."""

    socket: WebSocket
    number: int
    received: int = 0


@dataclass
class Links:
    """All open sockets of the app, fed from any thread."""

    workspace: Workspace
    open: list[Link] = field(default_factory=list)
    waiting: dict[str, "Future[Ack]"] = field(default_factory=dict)
    lost_acks: int = 0
    opened: int = 0
    loop: asyncio.AbstractEventLoop | None = None

    async def serve(self, socket: WebSocket) -> None:
        """Greet a socket, then take its acks until it goes."""
        ticket = socket.query_params.get("ticket", "")
        if ticket not in self.workspace.tickets:
            await socket.close(1008)
            return
        self.workspace.tickets.discard(ticket)
        await socket.accept()
        if len(self.open) >= MOST_LINKS:
            await self._say(socket, _farewell("too_many_websockets"))
            await socket.close()
            return
        self.opened += 1
        link = Link(socket, self.opened)
        await self._say(socket, self._hello())
        self._change(link, joined=True)
        try:
            while True:
                self._take(link, await socket.receive_text())
        except WebSocketDisconnect:
            return
        finally:
            self._change(link, joined=False)

    def _change(self, link: Link, *, joined: bool) -> None:
        with self.workspace.changed:
            if joined:
                self.open.append(link)
            elif link in self.open:
                self.open.remove(link)
            self.workspace.changed.notify_all()

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": len(self.open) + 1,
            "debug_info": {
                "host": "applink-1",
                "build_number": 1,
                "approximate_connection_time": APPROXIMATE_SECONDS,
            },
            "connection_info": {"app_id": self.workspace.app_id},
        }

    def _take(self, link: Link, text: str) -> None:
        """Record an ack, or lose it and the socket with it when the script says so."""
        link.received += 1
        try:
            message: Any = json.loads(text)
        except ValueError:
            message = None
        if not isinstance(message, dict) or "envelope_id" not in message:
            self.workspace.refuse("socket", f"not an ack: {text[:100]}")
            return
        if self.lost_acks:
            self.lost_acks -= 1
            link.socket.state.transport.abort()
            return
        unknown = set(message) - {"envelope_id", "payload"}
        if unknown:
            self.workspace.refuse("socket", f"unknown keys in an ack: {sorted(unknown)}")
        future = self.waiting.pop(message["envelope_id"], None)
        ack = Ack(message["envelope_id"], message.get("payload"), self.workspace.clock(), 0.0)
        with self.workspace.changed:
            self.workspace.acks.append(ack)
            self.workspace.changed.notify_all()
        if future is None:
            self.workspace.refuse("socket", f"an ack for no open envelope: {message['envelope_id']}")
        else:
            future.set_result(ack)

    async def _say(self, socket: WebSocket, message: Json) -> None:
        await socket.send_text(json.dumps(message))

    def send(
        self,
        kind: str,
        payload: Json,
        seconds: float,
        envelope_id: str | None = None,
        retry: tuple[int, str] | None = None,
    ) -> Ack:
        """Send one envelope over the newest link and wait for its ack; TimeoutError without one."""
        deadline = time.monotonic() + seconds
        self.workspace.wait_for(lambda: self.open, seconds)
        name = envelope_id or str(uuid.uuid4())
        envelope: Json = {
            "envelope_id": name,
            "payload": payload,
            "type": kind,
            "accepts_response_payload": kind != "events_api",
        }
        if kind == "events_api":
            envelope["retry_attempt"], envelope["retry_reason"] = retry or (0, "")
        future: Future[Ack] = Future()
        self.waiting[name] = future
        begun = time.monotonic()
        self._run(self._say(self.open[-1].socket, envelope))
        try:
            ack = future.result(max(0.0, deadline - time.monotonic()))
        finally:
            self.waiting.pop(name, None)
        ack.seconds = time.monotonic() - begun
        return ack

    def disconnect(self, reason: str, close_after: float | None = None) -> None:
        """Tell every link that it will go: warning, refresh_requested or link_disabled.

        After the last two nothing more is sent over it; it is closed from here after so many seconds.
        """
        for link in list(self.open):
            self._run(self._part(link, reason, close_after))

    async def _part(self, link: Link, reason: str, close_after: float | None) -> None:
        await self._say(link.socket, _farewell(reason))
        if reason != "warning":
            self._change(link, joined=False)
        if close_after is not None and self.loop:
            self.loop.call_later(close_after, link.socket.state.transport.close)

    def cut(self) -> None:
        """Break every link without a word."""
        for link in list(self.open):
            self._run(self._abort(link))

    async def _abort(self, link: Link) -> None:
        link.socket.state.transport.abort()

    def _run(self, work: Any) -> None:
        if self.loop is None:
            raise RuntimeError("the stand-in is not running")
        asyncio.run_coroutine_threadsafe(work, self.loop).result(5)


def _farewell(reason: str) -> Json:
    return {"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-1"}}
