"""Who calls the API: a Bearer token, turned into an actor."""

from typing import Annotated

from fastapi import Depends
from starlette.requests import Request

from crmbot.crm.actors import Actor
from crmbot.errors import Unauthenticated
from crmbot.service import CrmService
from crmbot.web.limits import RateLimit


def service_of(request: Request) -> CrmService:
    """Return the service that the application was built with."""
    service: CrmService = request.app.state.service
    return service


def caller(request: Request) -> Actor:
    """Return the actor of the Authorization header.

    Raises:
        Unauthenticated: there is no valid token.
        TooMany: the token calls too often.
    """
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated("Give a token: Authorization: Bearer crm_… (crmbot token create makes one).")
    actor = service_of(request).actor_of_token(token.strip())
    limit: RateLimit = request.app.state.limit
    limit.take(token.strip())
    return actor


Caller = Annotated[Actor, Depends(caller)]
Service = Annotated[CrmService, Depends(service_of)]
