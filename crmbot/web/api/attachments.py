"""GET /attachments/ID: a file that a mail carried, to be saved and never shown in place."""

import re
import unicodedata
from urllib.parse import quote

from fastapi import APIRouter
from starlette.responses import Response

from crmbot.crm.attachments import StoredFile
from crmbot.domain.files import download_name
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
    return as_download(service.attachment(caller, attachment_id))


def as_download(file: StoredFile) -> Response:
    """Return a file to be saved: whatever it is, no browser shows it."""
    kind = file.type if _HARMLESS.match(file.type) else _UNKNOWN
    headers = {**_FENCE, "Content-Disposition": disposition(file.name)}
    return Response(file.content, media_type=kind, headers=headers)


def disposition(name: str) -> str:
    """Return the header of a download with a name that is safe in a header and as a file (RFC 6266)."""
    shown = download_name(name)
    plain = unicodedata.normalize("NFKD", shown).encode("ascii", "ignore").decode().strip() or "attachment"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(shown, safe='')}"
