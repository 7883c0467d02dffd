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

from crmbot.playground.composer import escape_typed
from crmbot.playground.picture import picture_of, version_of
from crmbot.playground.records import Answer, Json, Message, View
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

Mail = Callable[[bytes], Mapping[str, Any]]
Digests = Callable[[], Any]


class Playground:
    """The page on a stand-in that is not started yet; what is done there goes to `deliver_url`.

    `deliver_url` None sends through the open socket. `on_mail` takes a message's bytes, `on_digests` posts
    what is due; both answer with something JSON can hold. `commands` maps what can be typed to a hint.
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
    ) -> None:
        """Put the page's routes on the stand-in."""
        self.standin = standin
        self.deliver_url = deliver_url
        self.on_mail = on_mail
        self.on_digests = on_digests
        self.commands = dict(commands or COMMANDS)
        self.examples = list(examples)
        standin.serve_also(self.routes())

    def routes(self) -> list[Route]:
        """Return the routes of the page."""
        acts = {
            "say": self.say,
            "press": self.press,
            "submit": self.submit,
            "close": self.close,
            "shortcut": self.shortcut,
            "home": self.home,
            "suggest": self.suggest,
            "digests": self.digests,
        }
        return [
            Route("/", self.index),
            Route("/page/{name}", self.static),
            Route("/play/state", self.state),
            Route("/play/file/{file}", self.file),
            Route("/play/mail", self.mail, methods=["POST"]),
            *[Route(f"/play/{name}", self._act(act), methods=["POST"]) for name, act in acts.items()],
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
        while known == version_of(self.standin) and time.monotonic() < deadline and not self.standin.stopping:
            await asyncio.sleep(LOOK_SECONDS)  # noqa: ASYNC110 - what is looked at changes in other threads
        picture = picture_of(self.standin, user)
        return JSONResponse(
            {
                **picture,
                "user": user,
                "bot": self.standin.bot_user_id,
                "team": self.standin.team_name,
                "commands": self.commands,
                "examples": self.examples,
                "mail": self.on_mail is not None,
                "digests": self.on_digests is not None,
                "violations": [f"{item.where}: {item.reason}" for item in self.standin.violations[-5:]],
            }
        )

    async def file(self, request: Request) -> Response:
        """Return an uploaded picture."""
        file = self.standin.files.get(request.path_params["file"])
        if file is None or file.content is None or not self._own(request):
            return Response("not found", 404)
        kind = mimetypes.guess_type(file.name)[0] or ""
        shown = kind if kind in {"image/png", "image/jpeg", "image/gif"} else "application/octet-stream"
        return Response(file.content, media_type=shown, headers={"X-Content-Type-Options": "nosniff"})

    async def mail(self, request: Request) -> Response:
        """Hand a dropped message to the intake."""
        if self.on_mail is None or not self._own(request):
            return Response("not here", 403)
        content = await request.body()
        if len(content) > LARGEST_MAIL:
            return Response("too large", 413)
        return JSONResponse(dict(await run_in_threadpool(self.on_mail, content)))

    def _act(self, act: Callable[[Json], Json]) -> Callable[[Request], Any]:
        """Wrap what a person does: from this page only, and off the event loop."""

        async def route(request: Request) -> Response:
            if not self._own(request) or request.headers.get("content-type") != "application/json":
                return Response("not here", 403)
            try:
                return JSONResponse(await run_in_threadpool(act, await request.json()))
            except (LookupError, ValueError, TypeError) as error:
                return JSONResponse({"problem": str(error)}, 400)

        return route

    def _own(self, request: Request) -> bool:
        """Say whether a request comes from this page and not from another site."""
        origin = request.headers.get("origin")
        host = request.headers.get("host", "")
        local = urlsplit(f"//{host}").hostname in {"127.0.0.1", "localhost", self.standin.host}
        return local and (origin is None or urlsplit(origin).netloc == host)

    def say(self, act: Json) -> Json:
        """Type a command or a message."""
        text, user, channel = str(act["text"]).strip(), str(act["user"]), str(act["channel"])
        if text.startswith("/"):
            command, _, rest = text.partition(" ")
            words = escape_typed(self.standin, rest.strip())
            answer = self.standin.command(self.deliver_url, command, words, user, channel=channel)
            return _outcome(answer, command)
        mention = f"@{self.standin.bot_name}"
        words = escape_typed(self.standin, text.replace(mention, "").strip())
        answer = self.standin.say(
            self.deliver_url, words, user, channel, thread=act.get("thread"), mention=mention in text
        )
        return _outcome(answer, "the message")

    def press(self, act: Json) -> Json:
        """Press a button or choose in a menu."""
        answer = self.standin.click(
            self.deliver_url,
            self._where(act),
            str(act["action"]),
            str(act["user"]),
            act.get("value"),
            block_id=act.get("block"),
        )
        return _outcome(answer, "the button")

    def _where(self, act: Json) -> Message | View:
        if act.get("view"):
            return self._view(act)
        message = self.standin.find_message(str(act["channel"]), str(act["ts"]))
        if message is None:
            raise LookupError("that message is gone")
        return message

    def _view(self, act: Json) -> View:
        for view in self.standin.views:
            if view.id == act["view"] and not view.closed:
                return view
        raise LookupError("that form is gone")

    def submit(self, act: Json) -> Json:
        """Send a form."""
        view = self._view(act)
        answer = self.standin.submit_view(self.deliver_url, view, act["values"], str(act["user"]))
        payload = answer.payload or {}
        errors = payload.get("errors") if payload.get("response_action") == "errors" else {}
        return {**_outcome(answer, "the form"), "errors": errors}

    def close(self, act: Json) -> Json:
        """Close a form."""
        self.standin.close_view(self.deliver_url, self._view(act))
        return {}

    def shortcut(self, act: Json) -> Json:
        """Choose a shortcut on a message."""
        message = self._where(act)
        if isinstance(message, View):
            raise TypeError("a shortcut needs a message")
        answer = self.standin.shortcut(self.deliver_url, str(act["callback"]), str(act["user"]), message)
        return _outcome(answer, "the shortcut")

    def home(self, act: Json) -> Json:
        """Open the Home tab."""
        return _outcome(self.standin.open_home(self.deliver_url, str(act["user"])), "the Home tab")

    def suggest(self, act: Json) -> Json:
        """Ask for the options of an external menu."""
        answer = self.standin.suggest(self.deliver_url, self._view(act), str(act["action"]), str(act["value"]))
        return dict(answer.payload or {})

    def digests(self, _act: Json) -> Json:
        """Post the digests now."""
        if self.on_digests is None:
            raise LookupError("no digests here")
        return {"result": self.on_digests()}


def _outcome(answer: Answer, what: str) -> Json:
    """Tell what Slack would tell a person when an app did not answer well."""
    if answer.in_time:
        return {"milliseconds": round(answer.seconds * 1000)}
    if answer.status == 0:
        return {"problem": f"{what} got no answer"}
    if answer.status != 200:  # noqa: PLR2004 - the one status Slack takes
        return {"problem": f"{what} failed with status {answer.status}"}
    return {"problem": f"{what} was answered after {answer.seconds:.1f} s, Slack waits 3"}
