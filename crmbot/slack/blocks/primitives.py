"""The parts of cards: each keeps its limits and escapes what it is given, unless it is mrkdwn already.

What is `Fitting` needs no look of the gate any more; what holds a part from elsewhere, or is empty, is a plain dict.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from crmbot.slack.blocks import limits
from crmbot.slack.blocks.limits import SHORT_SECTION, Fitting
from crmbot.slack.message import Block, Element
from crmbot.slack.mrkdwn import Mrkdwn, escape, plain, trim_mrkdwn


def _words(text: Any, limit: int) -> Mrkdwn:
    """Return a text's words as mrkdwn within the limit; bare addresses and names in it are left as they are."""
    words = text if type(text) is Mrkdwn else escape(text)
    return words if len(words) * 2 <= limit else trim_mrkdwn(words, limit)


def plain_text(text: Any, limit: int, *, emoji: bool = False) -> Element:
    """Return a text object that is shown exactly as it is."""
    return {"type": "plain_text", "text": plain(text, limit) or "–", "emoji": emoji}  # noqa: RUF001 - a dash


def section(text: Any, *, accessory: Element | None = None, block_id: str | None = None) -> Block:
    """Return a paragraph of mrkdwn, with one button or menu beside it."""
    words = text if type(text) is Mrkdwn and len(text) <= SHORT_SECTION else _words(text, limits.SECTION_TEXT)
    block: Block = {"type": "section", "text": {"type": "mrkdwn", "text": words, "verbatim": True}}
    if accessory is not None:
        block["accessory"] = accessory
    if block_id is not None:
        block["block_id"] = block_id
    # The gate leaves out what says nothing.
    return Fitting(block) if words.strip() and (accessory is None or type(accessory) is Fitting) else block


def sentence(text: Any, *, accessory: Element | None = None) -> Block:
    """Return a paragraph shown exactly as it is."""
    block: Block = {"type": "section", "text": plain_text(text, limits.SECTION_TEXT)}
    return Fitting(block) if accessory is None else _with(block, accessory=accessory)


def fields(pairs: Iterable[tuple[str, Any]]) -> Block | None:
    """Return labelled facts in two columns, empty ones left out; None when nothing is left."""
    told = [f"*{label}*\n{value if type(value) is Mrkdwn else escape(value)}" for label, value in pairs if value]
    if not told:
        return None
    if max(map(len, told)) * 2 > limits.FIELD_TEXT:
        told = [trim_mrkdwn(text, limits.FIELD_TEXT) for text in told]
    cells = [{"type": "mrkdwn", "text": text, "verbatim": True} for text in told[: limits.FIELDS]]
    return Fitting({"type": "section", "fields": cells})


def header(text: Any) -> Block:
    """Return a heading."""
    return Fitting({"type": "header", "text": plain_text(text, limits.HEADER_TEXT)})


def context(*texts: Any) -> Block | None:
    """Return small print; None when there is none."""
    elements = [
        {"type": "mrkdwn", "text": words, "verbatim": True}
        for text in texts
        if text and (words := _words(text, limits.SECTION_TEXT)).strip()
    ]
    return Fitting({"type": "context", "elements": elements[: limits.CONTEXT_ELEMENTS]}) if elements else None


def divider() -> Block:
    """Return a line across."""
    return Fitting({"type": "divider"})


def actions(*elements: Element | None, block_id: str | None = None) -> Block | None:
    """Return a row of buttons and menus; None when there is none."""
    kept = list(filter(None, elements))[: limits.ACTIONS]
    if not kept:
        return None
    block: Block = {"type": "actions", "elements": kept}
    if block_id is not None:
        block["block_id"] = block_id
    return Fitting(block) if limits.are_fitting(kept) else block


def button(
    label: str, action_id: str, value: str, *, style: str | None = None, confirm: Element | None = None
) -> Element | None:
    """Return a button; None when its value is longer than Slack carries."""
    if len(value) > limits.BUTTON_VALUE:
        return None
    made: Element = {"type": "button", "text": _label(label, emoji=True), "action_id": action_id, "value": value}
    return Fitting(made if style is None and confirm is None else _with(made, style=style, confirm=confirm))


@lru_cache(1000)
def _label(text: str, *, emoji: bool) -> Element:
    """Return the words of a button or a choice: mostly the same few, so they are looked through once."""
    return Fitting(plain_text(text, limits.BUTTON_TEXT, emoji=emoji))


def menu(
    placeholder: str, action_id: str, options: Sequence[tuple[str, str]], *, confirm: Element | None = None
) -> Element | None:
    """Return a menu of (label, value), which asks before any of them; None when there is nothing to choose."""
    choices = [
        {"text": _label(label, emoji=False), "value": value}
        for label, value in options
        if len(value) <= limits.OPTION_VALUE
    ]
    if not choices:
        return None
    hint = plain_text(placeholder, limits.PLACEHOLDER)
    made = {"type": "static_select", "placeholder": hint, "action_id": action_id, "options": choices[: limits.OPTIONS]}
    return Fitting(_with(made, confirm=confirm))


def confirmation(title: str, text: str, yes: str) -> Element:
    """Return the question asked before a button acts."""
    return {
        "title": plain_text(title, limits.CONFIRM_TITLE),
        "text": plain_text(text, limits.CONFIRM_TEXT),
        "confirm": plain_text(yes, limits.CONFIRM_BUTTON),
        "deny": plain_text("Cancel", limits.CONFIRM_BUTTON),
    }


def table(columns: Sequence[str], rows: Sequence[Sequence[str]], *, numeric: Iterable[int] = ()) -> Block:
    """Return a table with its headings; columns counted in `numeric` are aligned right."""
    right = set(numeric)
    most = limits.TABLE_COLUMNS
    lines = [columns, *rows][: limits.TABLE_ROWS]
    cells = [[{"type": "raw_text", "text": plain(cell, 500) or "–"} for cell in line[:most]] for line in lines]  # noqa: RUF001
    settings = [
        {"align": "right" if place in right else "left", "is_wrapped": place not in right}
        for place in range(min(len(columns), most))
    ]
    return {"type": "table", "rows": cells, "column_settings": settings}


def bar_chart(title: str, series: Sequence[tuple[str, Sequence[tuple[str, float]]]]) -> Block | None:
    """Return bars of (name, [(label, value)]); every series has the same labels. None without figures."""
    if not series or not series[0][1]:
        return None
    labels = [plain(label, limits.CHART_LABEL) for label, _ in series[0][1]][: limits.CHART_POINTS]
    if len(set(labels)) != len(labels):
        return None
    data = [
        {
            "name": plain(name, limits.CHART_LABEL),
            "data": [{"label": label, "value": value} for label, (_, value) in zip(labels, points, strict=False)],
        }
        for name, points in series[: limits.CHART_SERIES]
    ]
    chart = {"type": "bar", "series": data, "axis_config": {"categories": labels}}
    return {"type": "data_visualization", "title": plain(title, limits.CHART_TITLE), "chart": chart}


def stack(*blocks: Block | Iterable[Block | None] | None) -> tuple[Block, ...]:
    """Return the blocks in order, nested ones unfolded and missing ones left out."""
    flat: list[Block] = []
    for block in blocks:
        if isinstance(block, dict):
            flat.append(block)
        elif block:
            flat.extend(filter(None, block))
    return tuple(flat)


def in_order(*blocks: Block | None) -> tuple[Block, ...]:
    """Return the blocks, missing ones left out, as `stack` does where none is nested."""
    return tuple(filter(None, blocks))


def _with(block: dict[str, Any], **parts: Any) -> dict[str, Any]:
    """Return the block with those parts that there are."""
    return block | {name: value for name, value in parts.items() if value is not None}
