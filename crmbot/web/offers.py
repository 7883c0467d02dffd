"""The page of an offer, for the customer: looking at it changes nothing, accepting it is a form of its own."""

import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from crmbot.crm.actors import Actor
from crmbot.crm.answers import Shown
from crmbot.crm.offered import ProposalView
from crmbot.crm.proposals.links import find_offer
from crmbot.crm.requests import AcceptOffer, DeclineOffer, SeeOffer, ShowOffer
from crmbot.crm.requests import Request as Asked
from crmbot.domain.line_items import plain
from crmbot.domain.permissions import Role
from crmbot.errors import BadInput, Busy, Conflict, CrmError, NotFound
from crmbot.service import CrmService
from crmbot.store import EVERY_WORKSPACE
from crmbot.web.message import message_page, page_of

MAY_ANSWER = frozenset({AcceptOffer.PERMISSION})
_MOST_BODY = 16_000
_MOST_DIGITS = 6
_STATUS = {Conflict: 409, BadInput: 422}
_QUIET = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}


def offer_routes(service: CrmService) -> list[Route]:
    """Return /p/TOKEN and what can be sent there."""
    answers: dict[str, Callable[[str, int, dict[str, str]], Asked]] = {
        "accept": lambda offer, position, said: AcceptOffer(offer, position, said.get("name", "")),
        "decline": lambda offer, position, said: DeclineOffer(offer, position, said.get("reason") or None),
        "seen": lambda offer, position, _: SeeOffer(offer, position),
    }

    async def look(request: Request) -> Response:
        return await run_in_threadpool(_page, service, request.path_params["token"])

    async def answer(request: Request) -> Response:
        make = answers.get(request.path_params["deed"])
        said = await _said(request)
        if make is None or said is None:
            return message_page("Not understood", "Please open the offer's link again.", status=400)
        return await run_in_threadpool(_answer, service, request.path_params["token"], make, said)

    async def back(request: Request) -> Response:
        # Who reloads what a form answered.
        return RedirectResponse(f"../{request.path_params['token']}", 303, _QUIET)

    return [
        Route("/p/{token}", look),
        Route("/p/{token}/{deed}", answer, methods=["POST"]),
        Route("/p/{token}/{deed}", back),
    ]


async def _said(request: Request) -> dict[str, str] | None:
    """Return the fields of a form; None for a body that is no form of ours."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _MOST_BODY:
            return None
    try:
        fields = parse_qs(body.decode(), max_num_fields=10, keep_blank_values=True)
    except ValueError:
        return None
    return {name: values[0] for name, values in fields.items()}


def _page(service: CrmService, token: str, said: str = "", status: int = 200) -> Response:
    """Return the page; with something `said` it answers a form, one step below the page's own address."""
    try:
        customer, offer_id = _customer(service, token)
        shown = service.perform(customer, ShowOffer(offer_id))
    except CrmError as error:
        return _refused(error)
    if not isinstance(shown, Shown) or not isinstance(shown.record, ProposalView):
        raise TypeError(type(shown).__name__)
    nonce = secrets.token_urlsafe(16)
    days = _days_in(customer.zone)
    below = "" if said else f"{token}/"
    text = page_of("offer.html", offer=shown.record, below=below, said=said, nonce=nonce, day=days, plain=plain)
    return HTMLResponse(text, status, _headers(nonce))


def _answer(
    service: CrmService, token: str, make: Callable[[str, int, dict[str, str]], Asked], said: dict[str, str]
) -> Response:
    try:
        customer, offer_id = _customer(service, token)
        asked = make(offer_id, _position(said.get("position", "")), said)
        service.perform(customer, asked)
    except (Conflict, BadInput) as error:
        return _page(service, token, str(error), _STATUS[type(error)])
    except CrmError as error:
        return _refused(error)
    if isinstance(asked, SeeOffer):
        return Response(status_code=204)
    return RedirectResponse(f"../{token}", 303, _QUIET)


def _position(text: str) -> int:
    """Return the version that a form was about; 0, which is none, for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS else 0


def _customer(service: CrmService, token: str) -> tuple[Actor, str]:
    """Return who holds an offer's link, with the one right that gives, and the offer's id."""
    with service.store.reading(EVERY_WORKSPACE) as session:
        workspace_id, offer_id = find_offer(session, token)
    system = service.system(workspace_id, "offer")
    return replace(system, name="The customer", role=Role.VIEWER, permissions=MAY_ANSWER), offer_id


def _refused(error: CrmError) -> Response:
    if isinstance(error, NotFound):
        return message_page("No such offer", "Please check the link, or ask whoever sent it.", status=404)
    if isinstance(error, Busy):
        return message_page("One moment", "This can't be shown just now. Please try again in a minute.", status=503)
    return message_page("That did not work", str(error), status=422)


def _days_in(zone: ZoneInfo) -> Callable[[date | datetime | None], str]:
    def day(at: date | datetime | None) -> str:
        local: Any = at.astimezone(zone) if isinstance(at, datetime) else at
        return f"{local:%-d %B %Y}" if local else ""

    return day


def _headers(nonce: str) -> dict[str, str]:
    return {
        "Cache-Control": "no-store",
        "Content-Security-Policy": (
            f"default-src 'none'; style-src 'unsafe-inline'; script-src 'nonce-{nonce}'; connect-src 'self'; "
            "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        ),
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Robots-Tag": "noindex, nofollow",
    }
