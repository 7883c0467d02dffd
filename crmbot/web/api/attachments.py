"""GET /attachments/ID: a file that a mail carried, to be saved and never shown in place."""

import re
import unicodedata
from urllib.parse import quote

from fastapi import APIRouter
from starlette.responses import Response

from crmbot.web.auth import Caller, Service

router = APIRouter(tags=["attachments"])

_HARMLESS = re.compile(r"image/(?!svg)|audio/|video/|application/(?:pdf|zip|msword|vnd\.)|text/(?:plain|csv)")
_UNKNOWN = "application/octet-stream"
_FENCE = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cache-Control": "private, no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
}
"""Whoever opens it in a browser all the same gets no script, no neighbour and no copy in a cache."""


@router.get(
    "/attachments/{attachment_id}",
    response_class=Response,
    responses={200: {"content": {_UNKNOWN: {"schema": {"type": "string", "format": "binary"}}}}},
)
def fetch_attachment(caller: Caller, service: Service, attachment_id: str) -> Response:
    """Return a file's bytes, as a download."""
    file = service.attachment(caller, attachment_id)
    kind = file.type if _HARMLESS.match(file.type) else _UNKNOWN
    headers = {**_FENCE, "Content-Disposition": disposition(file.name)}
    return Response(file.content, media_type=kind, headers=headers)


def disposition(name: str) -> str:
    """Return the header of a download with a name that is safe in a header and as a file (RFC 6266)."""
    shown = "".join(
        " " if unicodedata.category(letter)[0] in "CZ" or letter in '/\\<>:"|?*' else letter for letter in name
    )
    shown = " ".join(shown.split()).strip(". ")[:150] or "attachment"
    plain = unicodedata.normalize("NFKD", shown).encode("ascii", "ignore").decode().strip() or "attachment"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(shown, safe='')}"
