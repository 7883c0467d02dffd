"""A page of somebody who is signed in: templates/web, in their zone."""

import secrets
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from starlette.responses import HTMLResponse, Response

from crmbot.crm.actors import Actor
from crmbot.domain.ids import parse_reference
from crmbot.web.message import page_of
from crmbot.web.pages.notices import Notice


def draw_page(
    name: str,
    who: Actor,
    *,
    status: int = 200,
    bare: bool = False,
    notice: Notice | None = None,
    here: str = "",
    **values: Any,
) -> Response:
    """Return a page; `bare` is one without the way to the others, `here` the path that it is on."""
    nonce = secrets.token_urlsafe(16)
    zone = who.zone
    text = page_of(
        name,
        who=who,
        bare=bare,
        nonce=nonce,
        path=path_of,
        notice=notice,
        here=here,
        day=lambda on: day_words(on, zone),
        moment=lambda at: f"{at.astimezone(zone):%a %-d %b %Y, %H:%M}",
        zone=who.timezone,
        **values,
    )
    return HTMLResponse(text, status, _headers(nonce))


def path_of(reference: str) -> str:
    """Return the path of a record's page: /deals/D-17; "" for anything that has none."""
    parsed = parse_reference(reference)
    return f"/{parsed[0].plural}/{reference}" if parsed else ""


def day_words(on: date | datetime | None, zone: ZoneInfo) -> str:
    """Return a day: Fri 27 Nov 2026."""
    local = on.astimezone(zone) if isinstance(on, datetime) else on
    return f"{local:%a %-d %b %Y}" if local else ""


def _headers(nonce: str) -> dict[str, str]:
    return {
        "Cache-Control": "private, no-store",
        "Content-Security-Policy": (
            f"default-src 'none'; style-src 'unsafe-inline'; script-src 'nonce-{nonce}'; connect-src 'self'; "
            "img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        ),
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
    }
