"""The playground's page: static files, what a person sees, and what they do."""

import asyncio
import mimetypes
import time
from collections.abc import Callable, Mapping, Sequence
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from crmbot.playground.acts import Acts, Digests
from crmbot.playground.picture import picture_of, version_of
from crmbot.playground.records import Json
from crmbot.playground.server import StandIn

POLL_SECONDS = 20.0
LOOK_SECONDS = 0.1
LARGEST_MAIL = 30_000_000
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
COMMANDS = {
    "/crm": "help, today, find, undo",
    "/deal": "new, show, list, move, won, lost, set",
    "/lead": "new, show, list, qualify, convert",
    "/contact": "new, show, list, set",
    "/log": "call, meeting, email, note",
    "/task": "TEXT, list, done, snooze",
    "/pipeline": "the pipeline, or @somebody's",
    "/report": "NAME and a period",
    "/digest": "list, preview, send",
}

Mail = Callable[[bytes, str], Mapping[str, Any]]


class Playground:
    """The page on a stand-in that is not started yet; what is done there goes to `deliver_url`.

    `deliver_url` None sends through the open socket. `on_mail` takes a message's bytes and who drops it, `on_digests`
    posts what is due; both answer with something JSON can hold. `commands` maps what can be typed to a hint,
    `shortcuts` the callback ids of message shortcuts to their names.
    """

    def __init__(
        self,
        standin: StandIn,
        *,
        deliver_url: str | None = None,
        on_mail: Mail | None = None,
        on_digests: Digests | None = None,
        commands: Mapping[str, str] | None = None,
        examples: Sequence[str] = (),
        shortcuts: Mapping[str, str] | None = None,
    ) -> None:
        """Put the page's routes on the stand-in."""
        self.standin = standin
        self.acts = Acts(standin, deliver_url, on_digests)
        self.on_mail = on_mail
        self.sample: Callable[[], bytes] | None = None
        self.commands = dict(commands or COMMANDS)
        self.acts.commands = self.commands
        self.examples = list(examples)
        self.shortcuts = dict(shortcuts or {})
        standin.serve_also(self.routes())

    def routes(self) -> list[Route]:
        """Return the routes of the page."""
        return [
            Route("/", self.index),
            Route("/page/{name}", self.static),
            Route("/play/state", self.state),
            Route("/play/file/{file}", self.file),
            Route("/play/mail", self.mail, methods=["POST"]),
            Route("/play/sample.eml", self.sample_mail),
            *[Route(f"/play/{name}", self._act(act), methods=["POST"]) for name, act in self.acts.table().items()],
        ]

    async def index(self, _request: Request) -> Response:
        """Return the page."""
        return self._static("index.html")

    async def static(self, request: Request) -> Response:
        """Return one of the page's files."""
        return self._static(request.path_params["name"])

    def _static(self, name: str) -> Response:
        found = files("crmbot.playground") / "page" / name
        if "/" in name or "\\" in name or name.startswith(".") or not found.is_file():
            return Response("not found", 404)
        headers = {
            "Content-Security-Policy": POLICY,
            "Cache-Control": "no-cache",
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
        }
        return Response(found.read_bytes(), media_type=mimetypes.guess_type(name)[0], headers=headers)

    async def state(self, request: Request) -> Response:
        """Return what a person sees, at once or as soon as it differs from the version they know."""
        if not self._own(request):
            return Response("not here", 403)
        user = request.query_params.get("user", "")
        people = [person.id for person in self.standin.users.values() if not person.is_bot]
        user = user if user in people else people[0]
        known = request.query_params.get("version")
        deadline = time.monotonic() + POLL_SECONDS
        while known == self._version() and time.monotonic() < deadline:
            if self.standin.stopping:
                break
            await asyncio.sleep(LOOK_SECONDS)
        version = self._version()
        picture = picture_of(self.standin, user)
        typed = [line for line in self.acts.typed if line["user"] == user]
        picture["messages"] = sorted([*picture["messages"], *typed], key=lambda message: float(message["ts"]))
        return JSONResponse(
            {
                **picture,
                "version": version,
                "user": user,
                "bot": self.standin.bot_user_id,
                "team": self.standin.team_name,
                "commands": self.commands,
                "examples": self.examples,
                "shortcuts": self.shortcuts,
                "mail": self.on_mail is not None,
                "sample": self.on_mail is not None and self.sample is not None,
                "digests": self.acts.on_digests is not None,
                "violations": [f"{item.where}: {item.reason}" for item in self.standin.violations[-5:]],
            }
        )

    def _version(self) -> str:
        return f"{version_of(self.standin)}-{len(self.acts.typed)}"

    async def file(self, request: Request) -> Response:
        """Return an uploaded picture."""
        file = self.standin.files.get(request.path_params["file"])
        if file is None or file.content is None or not self._own(request):
            return Response("not found", 404)
        kind = mimetypes.guess_type(file.name)[0] or ""
        shown = kind if kind in {"image/png", "image/jpeg", "image/gif"} else "application/octet-stream"
        return Response(file.content, media_type=shown, headers={"X-Content-Type-Options": "nosniff"})

    async def mail(self, request: Request) -> Response:
        """Hand a dropped message to the intake, as the mail of whom the page speaks as."""
        if self.on_mail is None or not self._own(request):
            return Response("not here", 403)
        content = await request.body()
        if len(content) > LARGEST_MAIL:
            return Response("too large", 413)
        speaker = request.query_params.get("user", "")
        return JSONResponse(dict(await run_in_threadpool(self.on_mail, content, speaker)))

    async def sample_mail(self, request: Request) -> Response:
        """Return a mail to try: what a customer wrote, as a rep forwards it."""
        if self.sample is None or not self._own(request):
            return Response("not here", 403)
        return Response(self.sample(), media_type="message/rfc822")

    def _act(self, act: Callable[[Json], Json]) -> Callable[[Request], Any]:
        """Wrap what a person does: from this page only, and off the event loop."""

        async def route(request: Request) -> Response:
            if not self._own(request) or request.headers.get("content-type") != "application/json":
                return Response("not here", 403)
            try:
                return JSONResponse(await run_in_threadpool(self._do, act, await request.json()))
            except (LookupError, ValueError, TypeError) as error:
                return JSONResponse({"problem": str(error)}, 400)

        return route

    def _do(self, act: Callable[[Json], Json], body: Json) -> Json:
        told = act(body)
        if self.acts.settle is not None:
            self.acts.settle()
        return told

    def _own(self, request: Request) -> bool:
        """Say whether a request comes from this page and not from another site."""
        origin = request.headers.get("origin")
        host = request.headers.get("host", "")
        local = urlsplit(f"//{host}").hostname in {"127.0.0.1", "localhost", self.standin.host}
        return local and (origin is None or urlsplit(origin).netloc == host)
