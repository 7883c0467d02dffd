"""The routes of the stand-in: Web API, uploads, response_urls, and the socket."""

import asyncio
import base64
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket

from crmbot.playground.arguments import ApiError, read_arguments
from crmbot.playground.consent import consent_routes
from crmbot.playground.faults import Fault
from crmbot.playground.links import Links
from crmbot.playground.methods import TAKES_NO_JSON, call_method
from crmbot.playground.records import Call, Json
from crmbot.playground.responses import use_response_url
from crmbot.playground.state import Workspace

UPLOAD = "upload"
RESPONSE_URL = "response_url"


@dataclass
class Routes:
    """What answers over HTTP, on top of one workspace."""

    workspace: Workspace
    links: Links
    more: list[BaseRoute] = field(default_factory=list)
    stopping: asyncio.Event | None = None

    def build(self) -> Starlette:
        """Return the application."""
        return Starlette(
            routes=[
                Route("/api/{method:path}", self.api, methods=["GET", "POST"]),
                *consent_routes(self.workspace),
                Route("/upload/{file}", self.upload, methods=["POST"]),
                Route("/response/{token}", self.response_url, methods=["POST"]),
                WebSocketRoute("/link/", self.link),
                *self.more,
            ]
        )

    async def pause(self, seconds: float) -> None:
        """Wait so long, or until the server stops."""
        if self.stopping is not None:
            try:
                await asyncio.wait_for(self.stopping.wait(), seconds)
            except TimeoutError:
                return

    async def link(self, socket: WebSocket) -> None:
        """Serve one socket."""
        await self.links.serve(socket)

    async def api(self, request: Request) -> Response:
        """Answer one call of a Web API method."""
        content = await request.body()
        name = request.path_params["method"]
        call = Call(name, {}, dict(request.headers), self.workspace.clock())
        refusal: Json | None = None
        try:
            call.args = read_arguments(request.headers.get("content-type", ""), content, request.query_params)
        except ApiError as error:
            refusal = {"ok": False, "error": error.code}
            self.workspace.refuse(name, error.code)
        if content and name in TAKES_NO_JSON and "json" in request.headers.get("content-type", ""):
            refusal = {"ok": False, "error": "invalid_arguments"}
            self.workspace.refuse(name, "takes no JSON")
        if "token" in request.query_params:
            self.workspace.refuse(name, "a token in the address")
        token = _token(request, call.args)
        fault = self._next(name)
        call.fault = fault
        with self.workspace.changed:
            self.workspace.calls.append(call)
            self.workspace.changed.notify_all()

        def perform() -> Response:
            call.answer = refusal or call_method(self.workspace, name, call.args, token)
            return JSONResponse(call.answer, headers=self._headers())

        return await fault.respond(perform, self.pause) if fault else perform()

    def _next(self, name: str) -> Fault | None:
        """Take the next step of a script, if there is one."""
        with self.workspace.changed:
            steps = self.workspace.scripts.get(name)
            return steps.pop(0) if steps else None

    def _headers(self) -> dict[str, str]:
        scopes = self.workspace.scopes
        return {} if scopes is None else {"X-OAuth-Scopes": ",".join(sorted(scopes))}

    async def upload(self, request: Request) -> Response:
        """Take the bytes of an announced file."""
        content = await request.body()
        file = self.workspace.files.get(request.path_params["file"])

        def perform() -> Response:
            if file is None:
                return Response("not found", 404)
            file.content = content
            return Response(f"OK - {len(content)}")

        fault = self._next(UPLOAD)
        return await fault.respond(perform, self.pause) if fault else perform()

    async def response_url(self, request: Request) -> Response:
        """Take an answer to a command or click."""
        content = await request.body()
        token = request.path_params["token"]

        def perform() -> Response:
            status, body = use_response_url(self.workspace, token, content)
            return Response(body, status, media_type="text/plain")

        fault = self._next(RESPONSE_URL)
        return await fault.respond(perform, self.pause) if fault else perform()


def _token(request: Request, args: dict[str, Any]) -> str:
    """Return the token of a call and take what identifies the app out of the header into the arguments."""
    kind, _, value = request.headers.get("authorization", "").partition(" ")
    if kind == "Basic":
        name, _, secret = base64.b64decode(value).decode("utf-8", "replace").partition(":")
        args.update(client_id=name, client_secret=secret)
        return ""
    return value if kind == "Bearer" else str(args.get("token", ""))
