"""Every page of people who are signed in, and its address."""

from collections.abc import Callable, Mapping
from typing import Any

from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from crmbot.crm import requests as ask
from crmbot.crm.answers import Board, Found, Listing, Shown, Today
from crmbot.domain.ids import Kind
from crmbot.domain.line_items import plain
from crmbot.errors import CrmError
from crmbot.service import CrmService
from crmbot.web.pages.drawing import draw_page
from crmbot.web.pages.facts import facts_of, short_facts
from crmbot.web.pages.reports import report_list, report_page
from crmbot.web.pages.visits import Visit, sign_in_page, sign_out, signed_in

_SHOW: Mapping[Kind, Callable[[str], ask.Request]] = {
    Kind.DEAL: ask.ShowDeal,
    Kind.LEAD: ask.ShowLead,
    Kind.CONTACT: ask.ShowContact,
    Kind.COMPANY: ask.ShowCompany,
    Kind.ACTIVITY: ask.ShowActivity,
    Kind.PROPOSAL: ask.ShowProposal,
}
_LIST: Mapping[Kind, Callable[[Visit, int], ask.Request]] = {
    Kind.DEAL: lambda visit, page: ask.ListDeals(
        stage=visit.asked("stage") or None, words=visit.asked("words") or None, page=page
    ),
    Kind.LEAD: lambda visit, page: ask.ListLeads(words=visit.asked("words") or None, page=page),
    Kind.CONTACT: lambda visit, page: ask.ListContacts(words=visit.asked("words") or None, page=page),
    Kind.COMPANY: lambda visit, page: ask.ListCompanies(words=visit.asked("words") or None, page=page),
    Kind.ACTIVITY: lambda _, page: ask.ListActivities(page=page),
    Kind.PROPOSAL: lambda _, page: ask.ListProposals(page=page),
}
_MOST_DIGITS = 6


def page_routes(service: CrmService) -> list[Route]:
    """Return the addresses of all pages."""
    routes = [
        Route("/sign-in/{ticket}", sign_in_page(service), methods=["GET", "POST"]),
        Route("/sign-out", sign_out, methods=["POST"]),
        Route("/", signed_in(service, _today)),
        Route("/board", signed_in(service, _board)),
        Route("/board/move", signed_in(service, _move), methods=["POST"]),
        Route("/activities/{word}/done", signed_in(service, _done), methods=["POST"]),
        Route("/search", signed_in(service, _search)),
        Route("/reports", signed_in(service, report_list)),
        Route("/reports/{name}", signed_in(service, report_page)),
    ]
    for kind in Kind:
        routes.append(Route(f"/{kind.plural}", signed_in(service, _list_page(kind))))
        routes.append(Route(f"/{kind.plural}/{{word}}", signed_in(service, _record_page(kind))))
    return routes


def _look(visit: Visit, request: ask.Request) -> Any:
    return visit.service.perform(visit.actor, request)


def _today(visit: Visit) -> Response:
    today: Today = _look(visit, ask.ShowToday())
    return draw_page("today.html", visit.actor, today=today, short=_short(visit))


def _board(visit: Visit) -> Response:
    whose = visit.asked("owner") or None
    board: Board = _look(visit, ask.ShowPipeline(owner=whose))
    return draw_page("board.html", visit.actor, board=board, whose=whose, short=_short(visit))


def _move(visit: Visit) -> Response:
    """Move a deal; the answer is for the board's script: what was done, or why not."""
    moved = ask.MoveDeal(visit.said.get("deal", ""), visit.said.get("stage", ""))
    try:
        done = visit.service.perform(visit.actor, moved)
    except CrmError as error:
        return JSONResponse({"said": str(error)}, 409)
    return JSONResponse({"said": done.said})


def _done(visit: Visit) -> Response:
    _look(visit, ask.CompleteActivity(visit.request.path_params["word"]))
    return RedirectResponse("/", 303)


def _search(visit: Visit) -> Response:
    words = visit.asked("words")
    found: Found | None = _look(visit, ask.Find(words)) if words else None
    return draw_page("found.html", visit.actor, found=found, words=words)


def _list_page(kind: Kind) -> Callable[[Visit], Response]:
    def page(visit: Visit) -> Response:
        asked = visit.asked("page")
        number = int(asked) if asked.isdecimal() and len(asked) <= _MOST_DIGITS else 1
        listing: Listing = _look(visit, _LIST[kind](visit, max(number, 1)))
        pages = -(-listing.total // listing.per_page)
        return draw_page(
            "list.html",
            visit.actor,
            listing=listing,
            pages=pages,
            place=kind.plural,
            words=visit.asked("words"),
            stage=visit.asked("stage"),
            searches=kind not in {Kind.ACTIVITY, Kind.PROPOSAL},
            short=_short(visit),
        )

    return page


def _record_page(kind: Kind) -> Callable[[Visit], Response]:
    def page(visit: Visit) -> Response:
        shown: Shown = _look(visit, _SHOW[kind](visit.request.path_params["word"][:100]))
        facts = facts_of(shown.record, visit.actor.zone)
        return draw_page("record.html", visit.actor, shown=shown, facts=facts, short=_short(visit), plain=plain)

    return page


def _short(visit: Visit) -> Callable[[Any], str]:
    return lambda record: short_facts(record, visit.actor.zone)
