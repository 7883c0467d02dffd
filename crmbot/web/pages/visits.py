"""Who looks at a page: signed in by a link from chat, known by a cookie, with today's rights."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from crmbot.crm.actors import Actor
from crmbot.crm.entrances import STAYS, Entry, begin_session, read_entry, read_session
from crmbot.crm.requests import Request as Ask
from crmbot.crm.requests import SignIn
from crmbot.errors import Busy, CrmError, NotAllowed, NotFound, Unauthenticated
from crmbot.service import CrmService, Delivery
from crmbot.web.message import message_page
from crmbot.web.pages import notices
from crmbot.web.pages.drawing import draw_page
from crmbot.web.pages.notices import Notice, give_notice, read_notice

COOKIE = "crmbot_session"
_MOST_BODY = 8_000
_HOW = "Type /crm web in Slack, or crmbot do 'web' in a terminal: the answer is a link that signs you in."
_FOREIGN = "This was sent by another site, so nothing was done."
STATUS = {NotFound: 404, NotAllowed: 403, Busy: 503}


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of somebody who is signed in; `said` are the fields of a form."""

    service: CrmService
    actor: Actor
    request: Request
    said: dict[str, str]

    def asked(self, name: str) -> str:
        """Return what the address asks for under a name."""
        return str(self.request.query_params.get(name, "")).strip()[:200]

    def look(self, request: Ask) -> Any:
        """Ask for something through the door; the answer is of the kind that the request has."""
        return self.service.perform(self.actor, request)

    def draw(self, name: str, *, status: int = 200, **values: Any) -> Response:
        """Return a page; one that was looked for tells what was done just before."""
        told = self._notice() if self.request.method == "GET" else None
        here = self.request.url.path
        answer = draw_page(name, self.actor, status=status, notice=told, here=here, **values)
        if notices.COOKIE in self.request.cookies:
            answer.delete_cookie(notices.COOKIE, httponly=True, samesite="lax")
        return answer

    def leave(self, path: str, notice: Notice) -> Response:
        """Return the way to another page of ours, which tells what was done."""
        return self.told(RedirectResponse(path, 303), notice)

    def told(self, answer: Response, notice: Notice) -> Response:
        """Let the next page tell what was done."""
        return give_notice(self.service.policy, notice, answer, self.service.clock())

    def _notice(self) -> Notice | None:
        return read_notice(self.service.policy, self.request.cookies.get(notices.COOKIE, ""), self.service.clock())


Page = Callable[[Visit], Response]
Endpoint = Callable[[Request], Awaitable[Response]]


def signed_in(service: CrmService, page: Page) -> Endpoint:
    """Return the endpoint of a page for people who are signed in."""

    async def endpoint(request: Request) -> Response:
        said: dict[str, str] = {}
        if request.method == "POST":
            if not _is_own(request):
                return message_page("Not from here", _FOREIGN, status=403)
            said = await _fields(request)
        return await run_in_threadpool(_answer, service, page, request, said)

    return endpoint


def _answer(service: CrmService, page: Page, request: Request, said: dict[str, str]) -> Response:
    try:
        visitor = actor_of(service, request)
    except Unauthenticated:
        return message_page("Please sign in", _HOW, status=401)
    visit = Visit(service, visitor, request, said)
    try:
        return page(visit)
    except CrmError as error:
        status = STATUS.get(type(error), 422)
        return visit.draw("refused.html", status=status, said=str(error))


def actor_of(service: CrmService, request: Request) -> Actor:
    """Return who is signed in; Unauthenticated when nobody is, or they have no rights any more."""
    entry = read_session(service.policy, request.cookies.get(COOKIE, ""), service.clock())
    return _actor(service, entry)


def _actor(service: CrmService, entry: Entry) -> Actor:
    found = service.actor_of_id(entry.workspace_id, entry.user_id, "web")
    if found is None:
        raise Unauthenticated("This person has no rights any more.")
    return found


def sign_in_page(service: CrmService) -> Endpoint:
    """Return the endpoint of a link from chat: looking at it changes nothing, its button signs in, once."""

    async def endpoint(request: Request) -> Response:
        if request.method == "POST" and not _is_own(request):
            # Else another site could sign somebody in as its own author, who then sees what they write.
            return message_page("Not from here", _FOREIGN, status=403)
        return await run_in_threadpool(_sign_in, service, request)

    return endpoint


def _sign_in(service: CrmService, request: Request) -> Response:
    try:
        entry = read_entry(service.policy, request.path_params["ticket"], service.clock())
        actor = _actor(service, entry)
        if request.method != "POST":
            return draw_page("sign_in.html", actor, bare=True)
        done = service.perform(actor, SignIn(), delivery=Delivery(f"sign-in {entry.once}"))
    except Unauthenticated as error:
        return message_page("That did not work", str(error), status=401)
    except CrmError as error:
        return message_page("One moment", str(error), status=STATUS.get(type(error), 422))
    if getattr(done, "repeated", False):
        return message_page("Used already", "Type /crm web in Slack for a new link.", status=401)
    answer = RedirectResponse("/", 303, {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})
    secure = urlsplit(service.policy.base_url).scheme == "https"
    session = begin_session(service.policy, entry, service.clock())
    seconds = int(STAYS.total_seconds())
    answer.set_cookie(COOKIE, session, max_age=seconds, secure=secure, httponly=True, samesite="lax")
    return answer


async def sign_out(request: Request) -> Response:
    """Forget who is signed in."""
    if not _is_own(request):
        return message_page("Not from here", _FOREIGN, status=403)
    answer = message_page("Signed out", "Type /crm web in Slack to come back.")
    answer.delete_cookie(COOKIE, httponly=True, samesite="lax")
    return answer


def _is_own(request: Request) -> bool:
    """Say whether a form was sent by a page of ours: browsers tell where it comes from."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc == request.headers.get("host")


async def _fields(request: Request) -> dict[str, str]:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _MOST_BODY:
            return {}
    try:
        fields = parse_qs(body.decode(), max_num_fields=20)
    except ValueError:
        return {}
    return {name: values[0] for name, values in fields.items()}
