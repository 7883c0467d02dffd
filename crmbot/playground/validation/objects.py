"""Composition objects of Block Kit: texts, options, confirmations, rich text."""

from collections.abc import Iterator
from typing import Any

from crmbot.playground.validation.checks import (
    Check,
    at_least_one,
    choice,
    exactly_one,
    flag,
    items,
    link,
    number,
    problem,
    rule,
    shape,
    text,
    typed,
    whole,
)


def plain(most: int) -> Check:
    """Accept a plain_text object of so many characters."""
    return typed(plain_text=shape({"text": text(most)}, {"emoji": flag}))


def either(most: int) -> Check:
    """Accept a plain_text or mrkdwn object of so many characters."""
    return typed(
        plain_text=shape({"text": text(most)}, {"emoji": flag}),
        mrkdwn=shape({"text": text(most)}, {"verbatim": flag}),
    )


IDENTIFIER = text(255)

CONFIRM = shape(
    {"title": plain(100), "text": either(300), "confirm": plain(30), "deny": plain(30)},
    {"style": choice("primary", "danger")},
)

OPTION = shape({"text": plain(75), "value": text(150)}, {"description": plain(75)})
OPTION_WITH_MARKUP = shape({"text": either(75), "value": text(150)}, {"description": either(75)})
OVERFLOW_OPTION = shape(
    {"text": plain(75), "value": text(150)},
    {"description": plain(75), "url": link()},
)
OPTION_GROUP = shape({"label": plain(75), "options": items(OPTION, 100)})

SLACK_FILE = shape({}, {"id": text(255), "url": link()}, exactly_one("id", "url"))
DISPATCH = shape({}, {"trigger_actions_on": items(choice("on_enter_pressed", "on_character_entered"), 2)})
FILTER = shape(
    {},
    {
        "include": items(choice("im", "mpim", "private", "public"), 4),
        "exclude_external_shared_channels": flag,
        "exclude_bot_users": flag,
    },
    at_least_one("include", "exclude_external_shared_channels", "exclude_bot_users"),
)


def listed_options(value: Any, at: str) -> Iterator[str]:
    """Accept an element whose options have different values and hold what is selected at first."""
    options = list(value.get("options") or [])
    for group in value.get("option_groups") or []:
        options.extend(group["options"])
    values = [option["value"] for option in options]
    if len(set(values)) != len(values):
        yield problem("option values must be unique", f"{at}/options")
    chosen = [value["initial_option"]] if value.get("initial_option") else []
    chosen += value.get("initial_options") or []
    if any(option not in options for option in chosen):
        yield problem("initial_option must match one of the options", at)


STYLE = shape(
    {},
    dict.fromkeys(("bold", "italic", "strike", "code", "underline", "highlight", "client_highlight", "unlink"), flag),
)
RICH_PART = typed(
    text=shape({"text": text(12000)}, {"style": STYLE}),
    link=shape(
        {"url": link("https://", "http://", "mailto:")},
        {"text": text(3000, 0), "unsafe": flag, "style": STYLE},
    ),
    user=shape({"user_id": IDENTIFIER}, {"style": STYLE}),
    usergroup=shape({"usergroup_id": IDENTIFIER}, {"style": STYLE}),
    channel=shape({"channel_id": IDENTIFIER}, {"style": STYLE}),
    team=shape({"team_id": IDENTIFIER}, {"style": STYLE}),
    emoji=shape({"name": IDENTIFIER}, {"unicode": text(255), "skin_tone": whole(1, 6), "style": STYLE}),
    broadcast=shape({"range": choice("here", "channel", "everyone")}, {"style": STYLE}),
    date=shape(
        {"timestamp": number(), "format": text(255)},
        {"url": link(), "fallback": text(255), "style": STYLE},
    ),
    color=shape({"value": text(20)}, {"style": STYLE}),
)
_PARTS = items(RICH_PART, 1000, 0)
_SECTION = shape({"elements": _PARTS})
RICH_ELEMENT = typed(
    rich_text_section=_SECTION,
    rich_text_preformatted=shape({"elements": _PARTS}, {"border": whole(0, 1), "language": text(50)}),
    rich_text_quote=shape({"elements": _PARTS}, {"border": whole(0, 1)}),
    rich_text_list=shape(
        {"style": choice("bullet", "ordered"), "elements": items(typed(rich_text_section=_SECTION), 1000)},
        {"indent": whole(0, 8), "offset": whole(0, 10000), "border": whole(0, 1)},
    ),
)
RICH_TEXT = shape({"elements": items(RICH_ELEMENT, 1000)}, {"block_id": IDENTIFIER})

UNIQUE_OPTIONS: Check = listed_options
DATE = rule(
    lambda value: isinstance(value, str) and len(value) == len("2026-01-31") and value[4] == value[7] == "-",
    "must be a date in the format YYYY-MM-DD",
)
TIME = rule(
    lambda value: isinstance(value, str) and len(value) == len("09:30") and value[2] == ":",
    "must be a time in the format HH:mm",
)
