"""The web application: Slack over HTTP, health, metrics and the API."""

from collections.abc import Callable, Sequence

from fastapi import FastAPI
from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from crmbot.service import CrmService
from crmbot.web.api import attachments, reports
from crmbot.web.failures import add_failures
from crmbot.web.files import file_routes
from crmbot.web.health import Health, health_routes
from crmbot.web.limits import RateLimit
from crmbot.web.offers import offer_routes
from crmbot.web.pages import page_routes
from crmbot.web.slack import SlackDispatch, SlackFirst


def build_web(
    service: CrmService,
    *,
    slack: SlackDispatch | None,
    health: Callable[[], Health],
    metrics: Callable[[], bytes],
    also: Sequence[BaseRoute] = (),
    requests_per_minute: int = 600,
) -> ASGIApp:
    """Return the application with the parts that exist; `also` are routes that other parts bring.

    `requests_per_minute` is how often a token of the API may call.
    Slack's requests are answered before the framework sees them: they are many, and each must be quick.
    """
    app = FastAPI(title="crmbot", openapi_url="/api/v1/openapi.json", docs_url=None, redoc_url=None)
    app.state.service = service
    app.state.limit = RateLimit(requests_per_minute)
    add_failures(app)
    app.include_router(attachments.router, prefix="/api/v1/crm")
    app.include_router(reports.router, prefix="/api/v1/crm")
    app.router.routes.extend(
        (*health_routes(health, metrics), *file_routes(service), *offer_routes(service), *page_routes(service), *also)
    )
    return SlackFirst(app, slack) if slack is not None else app
