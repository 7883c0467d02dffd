"""Every page of people who are signed in, and its address."""

from collections.abc import Callable
from typing import Any

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from crmbot.crm import requests as ask
from crmbot.crm.answers import Board, Found, Today
from crmbot.domain.ids import Kind
from crmbot.domain.stages import StageKind
from crmbot.errors import CrmError
from crmbot.service import CrmService
from crmbot.web.pages.deeds import may_change
from crmbot.web.pages.facts import short_facts
from crmbot.web.pages.lists import list_page
from crmbot.web.pages.notices import notice_of
from crmbot.web.pages.records import complete, record_deed, record_page, tasks, undo
from crmbot.web.pages.reports import report_list, report_page
from crmbot.web.pages.visits import Visit, sign_in_page, sign_out, signed_in

_MOST_IN_COLUMN = 8


def page_routes(service: CrmService) -> list[Route]:
    """Return the addresses of all pages."""
    routes = [
        Route("/sign-in/{ticket}", sign_in_page(service), methods=["GET", "POST"]),
        Route("/sign-out", sign_out, methods=["POST"]),
        Route("/", signed_in(service, _today)),
        Route("/board", signed_in(service, _board)),
        Route("/board/move", signed_in(service, _move), methods=["POST"]),
        Route("/tasks", signed_in(service, tasks)),
        Route("/undo", signed_in(service, undo), methods=["POST"]),
        Route("/activities/{word}/done", signed_in(service, complete), methods=["POST"]),
        Route("/search", signed_in(service, _search)),
        Route("/reports", signed_in(service, report_list)),
        Route("/reports/{name}", signed_in(service, report_page)),
    ]
    for kind in Kind:
        routes.append(Route(f"/{kind.plural}", signed_in(service, list_page(kind))))
        routes.append(Route(f"/{kind.plural}/{{word}}", signed_in(service, record_page(kind))))
        routes.append(Route(f"/{kind.plural}/{{word}}", signed_in(service, record_deed(kind)), methods=["POST"]))
    return routes


def _today(visit: Visit) -> Response:
    today: Today = visit.look(ask.ShowToday())
    return visit.draw("today.html", today=today, short=_short(visit))


def _board(visit: Visit) -> Response:
    whose = visit.asked("owner") or None
    board: Board = visit.look(ask.ShowPipeline(whose, _MOST_IN_COLUMN))
    words = visit.service.vocabulary(visit.actor.workspace_id)
    return visit.draw(
        "board.html",
        board=board,
        whose=whose,
        may=lambda deal: may_change(visit, deal),
        ends=[(key, name, kind) for key, name, kind in words.stages if kind != StageKind.OPEN],
        reasons=words.lost_reasons,
        on=visit.service.clock().astimezone(visit.actor.zone).date(),
    )


def _move(visit: Visit) -> Response:
    """Move a deal; the answer is for the board's script: what was done, which the next page tells, or why not."""
    moved = ask.MoveDeal(visit.said.get("deal", ""), visit.said.get("stage", ""), visit.said.get("reason") or None)
    try:
        done = visit.look(moved)
    except CrmError as error:
        return JSONResponse({"said": str(error)}, 409)
    return visit.told(JSONResponse({"said": done.said}), notice_of(done))


def _search(visit: Visit) -> Response:
    words = visit.asked("words")
    found: Found | None = visit.look(ask.Find(words)) if words else None
    return visit.draw("found.html", found=found, words=words)


def _short(visit: Visit) -> Callable[[Any], str]:
    return lambda record: short_facts(record, visit.actor.zone)
