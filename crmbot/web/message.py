"""A page that says one thing: a title and a sentence."""

from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from crmbot.paths import TEMPLATES

_BAD_REQUEST = 400
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def message_page(title: str, text: str, *, status: int = 200) -> Response:
    """Return the page; both are shown as text, whatever is in them."""
    page = page_of("message.html", title=title, text=text, good=status < _BAD_REQUEST)
    return HTMLResponse(page, status, _HEADERS)


def page_of(name: str, **values: Any) -> str:
    """Return a page of templates/web; every value is shown as text."""
    return _environment().get_template(name).render(values)


@cache
def _environment() -> Environment:
    return Environment(loader=FileSystemLoader(TEMPLATES / "web"), autoescape=True, undefined=StrictUndefined)
