"""The words of outgoing mail: templates/email/NAME holds a subject, a text and an HTML version."""

from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from crmbot.mail.lines import one_line
from crmbot.paths import TEMPLATES


def render_letter(name: str, **values: Any) -> dict[str, str]:
    """Return subject, text and HTML of templates/email/NAME, as the payload of a `mail.send` row carries them."""
    return {
        "subject": one_line(_render(f"{name}/subject.txt", values)),
        "text": _render(f"{name}/text.txt", values).strip() + "\n",
        "html": _render(f"{name}/html.html", values),
    }


def _render(path: str, values: dict[str, Any]) -> str:
    return _environment().get_template(path).render(values)


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES / "email"),
        autoescape=select_autoescape(["html"], default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
