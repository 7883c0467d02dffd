"""The web application: Slack over HTTP, health, metrics and the API."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from crmbot.service import CrmService
from crmbot.web.api import reports
from crmbot.web.failures import add_failures
from crmbot.web.slack import SlackDispatch, SlackFirst


@dataclass(frozen=True, slots=True)
class Health:
    """What /readyz tells: `facts` by part, and the sentences of what is wrong."""

    facts: Mapping[str, Any]
    problems: tuple[str, ...] = ()


def build_web(
    service: CrmService, *, slack: SlackDispatch | None, health: Callable[[], Health], metrics: Callable[[], bytes]
) -> ASGIApp:
    """Return the application with the parts that exist.

    Slack's requests are answered before the framework sees them: they are many, and each must be quick.
    """
    app = FastAPI(title="crmbot", openapi_url="/api/v1/openapi.json", docs_url=None, redoc_url=None)
    app.state.service = service
    add_failures(app)
    app.include_router(reports.router, prefix="/api/v1/crm")
    app.router.routes.append(Route("/healthz", _alive))
    app.router.routes.append(Route("/readyz", _ready(health)))
    app.router.routes.append(Route("/metrics", _metrics(metrics)))
    return SlackFirst(app, slack) if slack is not None else app


async def _alive(_request: Request) -> Response:
    return JSONResponse({"status": "ok"})


def _ready(health: Callable[[], Health]) -> Callable[[Request], Any]:
    async def ready(_request: Request) -> Response:
        found = await run_in_threadpool(health)
        state = "ready" if not found.problems else "not ready"
        body = {"status": state, "reasons": list(found.problems), "parts": dict(found.facts)}
        return JSONResponse(body, 200 if not found.problems else 503)

    return ready


def _metrics(metrics: Callable[[], bytes]) -> Callable[[Request], Any]:
    async def measured(_request: Request) -> Response:
        text = await run_in_threadpool(metrics)
        return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")

    return measured
