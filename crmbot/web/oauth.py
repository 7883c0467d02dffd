"""The two addresses of an installation: to Slack's page of consent, and back from it."""

from collections.abc import Mapping
from typing import Protocol
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from crmbot.web.message import message_page

COOKIE = "crmbot_install"
_SECONDS = 600


class Begun(Protocol):
    """Where the browser goes, and the cookie that it must bring back."""

    @property
    def location(self) -> str:
        """An address of Slack's."""
        ...

    @property
    def cookie(self) -> str:
        """What only this browser knows."""
        ...


class Finished(Protocol):
    """What came of it, as a page says it."""

    @property
    def status(self) -> int:
        """HTTP's status."""
        ...

    @property
    def title(self) -> str:
        """A few words."""
        ...

    @property
    def text(self) -> str:
        """A sentence."""
        ...


class Installer(Protocol):
    """Installs crmbot in Slack workspaces."""

    def begin(self) -> Begun:
        """Return the way to Slack's page of consent."""
        ...

    def finish(self, query: Mapping[str, str], cookie: str) -> Finished:
        """Take what Slack's page sent the browser back with."""
        ...


def install_routes(installer: Installer, base_url: str) -> list[Route]:
    """Return /slack/install and /slack/oauth_redirect; only the browser that began can finish."""
    secure = urlsplit(base_url).scheme == "https"

    async def install(_: Request) -> Response:
        begun = await run_in_threadpool(installer.begin)
        answer = RedirectResponse(begun.location, 302, {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})
        answer.set_cookie(
            COOKIE, begun.cookie, max_age=_SECONDS, path="/slack", secure=secure, httponly=True, samesite="lax"
        )
        return answer

    async def oauth_redirect(request: Request) -> Response:
        query, cookie = dict(request.query_params), request.cookies.get(COOKIE, "")
        done = await run_in_threadpool(installer.finish, query, cookie)
        answer = message_page(done.title, done.text, status=done.status)
        answer.delete_cookie(COOKIE, path="/slack", secure=secure, httponly=True, samesite="lax")
        return answer

    return [Route("/slack/install", install), Route("/slack/oauth_redirect", oauth_redirect)]
