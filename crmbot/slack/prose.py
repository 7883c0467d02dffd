"""Slack's own words: templates that escape what they are given for mrkdwn."""

from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from crmbot.paths import TEMPLATES
from crmbot.slack.mrkdwn import Mrkdwn, bold, escape, join, one_line
from crmbot.slack.reader import count

_environment = Environment(
    loader=FileSystemLoader(TEMPLATES / "slack"),
    finalize=escape,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=False,
    autoescape=False,  # noqa: S701 - HTML's escaping is the wrong one here; finalize escapes for mrkdwn
)
_environment.filters.update(bold=bold, one_line=one_line)
_environment.globals.update(count=count, join=join)


def prose(name: str, **values: Any) -> Mrkdwn:
    """Return the text of templates/slack/NAME.mrkdwn; every value in it is escaped unless it is mrkdwn already."""
    return Mrkdwn(_environment.get_template(f"{name}.mrkdwn").render(values).strip())
