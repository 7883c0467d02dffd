"""Layout blocks of Block Kit, the surfaces they may stand on, and the limits that hold over all of them."""

import copy
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block

from crmbot.playground.validation import tables
from crmbot.playground.validation.checks import (
    Check,
    at_least_one,
    choice,
    exactly_one,
    flag,
    items,
    link,
    problem,
    rule,
    shape,
    text,
    typed,
)
from crmbot.playground.validation.elements import (
    BUTTON,
    IMAGE,
    IN_ACCESSORY,
    IN_ACTIONS,
    IN_CONTEXT_ACTIONS,
    IN_INPUT,
)
from crmbot.playground.validation.objects import IDENTIFIER, RICH_ELEMENT, SLACK_FILE, either, plain

MARKDOWN_CHARACTERS = 12_000
_ID: dict[str, Check] = {"block_id": IDENTIFIER}
_IN_CONTEXT = typed(
    image=IMAGE,
    plain_text=shape({"text": text(3000)}, {"emoji": flag}),
    mrkdwn=shape({"text": text(3000)}, {"verbatim": flag}),
)
_CARD = shape(
    {},
    {
        **_ID,
        "hero_image": IMAGE,
        "icon": IMAGE,
        "title": either(150),
        "subtitle": either(150),
        "body": either(200),
        "subtext": either(200),
        "actions": items(typed(button=BUTTON), 5),
    },
    at_least_one("hero_image", "title", "actions", "body"),
)

EVERYWHERE: dict[str, Check] = {
    "section": shape(
        {},
        {
            **_ID,
            "text": either(3000),
            "fields": items(either(2000), 10),
            "accessory": IN_ACCESSORY,
            "expand": flag,
        },
        at_least_one("text", "fields"),
    ),
    "divider": shape({}, _ID),
    "header": shape({"text": plain(150)}, {**_ID, "level": lambda *_: iter(())}),
    "image": shape(
        {"alt_text": text(2000)},
        {**_ID, "image_url": link(), "slack_file": SLACK_FILE, "title": plain(2000)},
        exactly_one("image_url", "slack_file"),
    ),
    "actions": shape({"elements": items(IN_ACTIONS, 25)}, _ID),
    "context": shape({"elements": items(_IN_CONTEXT, 10)}, _ID),
    "input": shape(
        {"label": plain(2000), "element": IN_INPUT},
        {**_ID, "hint": plain(2000), "optional": flag, "dispatch_action": flag},
    ),
    "rich_text": shape({"elements": items(RICH_ELEMENT, 1000)}, _ID),
    "video": shape(
        {
            "alt_text": text(2000),
            "title": plain(199),
            "thumbnail_url": link("https://"),
            "video_url": link("https://"),
        },
        {
            **_ID,
            "author_name": text(49),
            "description": plain(199),
            "provider_icon_url": link(),
            "provider_name": text(255),
            "title_url": link("https://"),
        },
    ),
}
_MESSAGE: dict[str, Check] = {
    **EVERYWHERE,
    "markdown": shape({"text": text(MARKDOWN_CHARACTERS)}, _ID),
    "table": tables.TABLE,
    "data_table": tables.DATA_TABLE,
    "data_visualization": tables.DATA_VISUALIZATION,
    "context_actions": shape({"elements": items(IN_CONTEXT_ACTIONS, 5)}, _ID),
    "card": _CARD,
    "carousel": shape({"elements": items(typed(card=_CARD), 10)}, _ID),
    "container": shape(
        {"title": plain(150), "child_blocks": items(typed(**EVERYWHERE), 10)},
        {
            **_ID,
            "subtitle": plain(150),
            "icon": IMAGE,
            "width": choice("narrow", "standard", "wide", "full"),
            "is_collapsible": flag,
            "default_collapsed": flag,
            "has_header_divider": flag,
        },
        rule(
            lambda box: not (box.get("is_collapsible") and box.get("has_header_divider")),
            "has_header_divider cannot be set when is_collapsible is true",
        ),
    ),
}
_MODAL: dict[str, Check] = {
    **EVERYWHERE,
    "alert": shape({"text": either(200)}, {**_ID, "level": choice("default", "info", "warning", "error", "success")}),
}
SURFACES: dict[str, Check] = {
    "message": items(typed(**_MESSAGE), 50, 0),
    "modal": items(typed(**_MODAL), 100, 0),
    "home": items(typed(**EVERYWHERE), 100, 0),
}


def block_problems(blocks: Any, surface: str, at: str = "/blocks") -> list[str]:
    """Name everything Slack would refuse in these blocks, or would let crmbot regret."""
    found = list(SURFACES[surface](blocks, at))
    if not found:
        found = [*_across(blocks, at), *_models(blocks, at)]
    return found


def _across(blocks: list[dict[str, Any]], at: str) -> Iterator[str]:
    """Check the limits that hold over all blocks of one surface together."""
    for name in _repeated(block.get("block_id") for block in blocks):
        yield problem(f"block_id already exists: {name}", at)
    for place, block in enumerate(blocks):
        for name in _repeated(_action_ids(block)):
            yield problem(f"action_id already exists: {name}", f"{at}/{place}")
    if _total(blocks, "table") > tables.CELL_CHARACTERS:
        yield problem(f"tables hold more than {tables.CELL_CHARACTERS} characters", at)
    if _total(blocks, "data_table") > tables.DATA_CELL_CHARACTERS:
        yield problem(f"data tables hold more than {tables.DATA_CELL_CHARACTERS} characters", at)
    if sum(len(block["text"]) for block in blocks if block["type"] == "markdown") > MARKDOWN_CHARACTERS:
        yield problem(f"markdown blocks hold more than {MARKDOWN_CHARACTERS} characters", at)
    if sum(block["type"] == "data_visualization" for block in blocks) > tables.CHARTS_PER_MESSAGE:
        yield problem(f"no more than {tables.CHARTS_PER_MESSAGE} data_visualization blocks allowed", at)


def _total(blocks: list[dict[str, Any]], kind: str) -> int:
    return sum(tables.cell_characters(block["rows"]) for block in blocks if block["type"] == kind)


def _repeated(names: Iterable[str | None]) -> list[str]:
    return [name for name, count in Counter(name for name in names if name).items() if count > 1]


def _action_ids(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("action_id"), str):
            yield value["action_id"]
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _action_ids(item)


def _models(blocks: list[dict[str, Any]], at: str) -> Iterator[str]:
    """Ask the SDK's own models, which know some limits of their own."""
    for place, block in enumerate(blocks):
        try:
            parsed = Block.parse(copy.deepcopy(block))
            if parsed is not None:
                parsed.validate_json()
        except (SlackObjectFormationError, TypeError, KeyError, AttributeError) as refusal:
            yield problem(f"slack_sdk: {refusal}", f"{at}/{place}")
