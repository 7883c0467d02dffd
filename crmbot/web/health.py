"""Whether a process lives, is ready, and how its parts do: /healthz, /readyz, /metrics."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route


@dataclass(frozen=True, slots=True)
class Health:
    """What /readyz tells: `facts` by part, and the sentences of what is wrong."""

    facts: Mapping[str, Any]
    problems: tuple[str, ...] = ()


def health_routes(health: Callable[[], Health], metrics: Callable[[], bytes]) -> list[Route]:
    """Return the three addresses; they ask for no token."""
    return [Route("/healthz", _alive), Route("/readyz", _ready(health)), Route("/metrics", _metrics(metrics))]


def build_health(health: Callable[[], Health], metrics: Callable[[], bytes]) -> Starlette:
    """Return an application with nothing else, for processes that serve no pages."""
    return Starlette(routes=health_routes(health, metrics))


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
