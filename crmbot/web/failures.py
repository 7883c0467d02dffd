"""Refusals as HTTP: the envelope of the API with the right status, and nothing of the inside."""

import logging
import uuid
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from crmbot import errors
from crmbot.web.message import message_page

_LOG = logging.getLogger(__name__)

_STATUS: Mapping[type[errors.CrmError], int] = {
    errors.Unauthenticated: 401,
    errors.NotAllowed: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.Ambiguous: 409,
    errors.Busy: 503,
    errors.BadInput: 422,
    errors.TooMany: 429,
}


def add_failures(app: FastAPI) -> None:
    """Make every failure answer in the envelope, with a request id."""
    app.add_exception_handler(errors.CrmError, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _broken)


def failure(status: int, message: str, code: str, *, field: str | None = None) -> JSONResponse:
    """Return a failure's envelope."""
    request_id = uuid.uuid4().hex
    body = {
        "success": False,
        "message": message,
        "errors": [{"field": field, "code": code, "message": message}],
        "meta": {"request_id": request_id},
    }
    headers = {"X-Request-Id": request_id}
    if status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    return JSONResponse(body, status, headers)


async def _refused(_request: Request, error: Exception) -> Response:
    status = next((code for kind, code in _STATUS.items() if isinstance(error, kind)), 422)
    code = getattr(error, "code", "refused")
    answer = failure(status, str(error), code, field=getattr(error, "field", None))
    if isinstance(error, errors.TooMany):
        answer.headers["Retry-After"] = str(error.retry_after)
    return answer


async def _invalid(_request: Request, error: Exception) -> Response:
    first: Any = error.errors()[0] if isinstance(error, RequestValidationError) else {}
    field = str((first.get("loc") or [""])[-1])
    return failure(422, f"{field}: {first.get('msg', 'is not valid')}", "invalid", field=field)


async def _http(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    said = {404: "There is nothing here.", 405: "This address does not take that method."}.get(status, "Refused.")
    if "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/api/"):
        return message_page("Not here", said, status=status)
    return failure(status, said, "http")


async def _broken(_request: Request, error: Exception) -> Response:
    answer = failure(500, "Something broke on our side; nothing was done.", "internal")
    _LOG.error("request %s failed: %s", answer.headers["X-Request-Id"], type(error).__name__, exc_info=error)
    return answer
