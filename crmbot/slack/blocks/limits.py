"""Slack's limits, and the one gate that everything sent passes."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from operator import itemgetter
from typing import Any, NoReturn

from crmbot.slack.message import Block, Message
from crmbot.slack.mrkdwn import fits, plain, trim, trim_mrkdwn

BLOCKS = 50
SECTION_TEXT = 3000
SHORT_SECTION = SECTION_TEXT // 2
"""No character counts more than twice, so a paragraph of so many needs no measuring."""
FIELDS = 10
FIELD_TEXT = 2000
HEADER_TEXT = 150
CONTEXT_ELEMENTS = 10
ACTIONS = 25
BUTTON_TEXT = OPTION_TEXT = 75
BUTTON_VALUE = 2000
OPTIONS = 100
OPTION_VALUE = 150
PLACEHOLDER = 150
CONFIRM_TITLE, CONFIRM_TEXT, CONFIRM_BUTTON = 100, 300, 30
TABLE_ROWS, TABLE_COLUMNS, TABLE_CHARACTERS = 100, 20, 10_000
CHART_TITLE, CHART_LABEL, CHART_SERIES, CHART_POINTS, CHARTS = 50, 20, 6, 20, 2
MODAL_TITLE, METADATA, VIEW_BLOCKS = 24, 3000, 100
INPUT_LABEL, INPUT_TEXT, ERROR_TEXT = 150, 3000, 300
"""A label may have 2,000 characters; nobody reads them."""
IMAGE_ALT = 2000
MESSAGE_TEXT = 3500
"""Of the text beside the blocks, which notifications and screen readers use; Slack advises 4,000 at most."""
CHART = "data_visualization"
"""The type of the block that Slack draws as a chart."""
_kind = itemgetter("type")


class Fitting(dict[str, Any]):
    """A block or element made within the limits, and of such parts only: the gate lets it pass unmeasured.

    It is never changed; whoever copies a part of it has a plain `dict`, and that is measured like any other.
    """

    __slots__ = ()

    def __setitem__(self, name: str, value: Any) -> NoReturn:
        """Refuse, as the part might fit no longer."""
        raise TypeError(f"a part that fits is never changed, and “{name}” belongs to one; copy it")

    def __reduce__(self) -> tuple[type[dict[str, Any]], tuple[dict[str, Any]]]:
        """Let a copy of the whole be a plain one too."""
        return dict, (dict(self),)


_fit = frozenset({Fitting}).issuperset


def are_fitting(parts: Iterable[Any]) -> bool:
    """Say whether all of them were made within the limits."""
    return _fit(map(type, parts))


def fit(message: Message) -> Message:
    """Return the message within Slack's limits: what is too long is trimmed visibly, what is empty is left out."""
    blocks, text = message.blocks, message.text
    if len(blocks) <= BLOCKS and _fit(map(type, blocks)) and len(text) * 2 <= MESSAGE_TEXT and text.strip():
        return message
    text = trim_mrkdwn(text, MESSAGE_TEXT) if text.strip() else "crmbot"
    return Message(text, tuple(_only_so_many(fit_blocks(blocks, BLOCKS))), message.pictures)


def fit_blocks(blocks: Iterable[Block], most: int) -> list[Block]:
    """Return the blocks within Slack's limits, at most so many of them."""
    fitting = [fitted for block in blocks if (fitted := _fitted(block))]
    if len(fitting) <= most:
        return fitting
    left = len(fitting) - most + 1
    note = {"type": "plain_text", "text": f"… and {left} more parts that do not fit in here."}
    return [*fitting[: most - 1], {"type": "context", "elements": [note]}]


def _fitted(block: Block) -> Block | None:
    fitter = None if type(block) is Fitting else _FITTERS.get(block["type"])
    return fitter(block) if fitter else block


def _text(value: dict[str, Any] | None, limit: int) -> dict[str, Any] | None:
    """Trim a text object; None when it is empty."""
    if not value or not value["text"] or value["text"].isspace():
        return None
    text = value["text"]
    if len(text) * 2 <= limit or fits(text, limit):
        return value
    cut = trim_mrkdwn if value["type"] == "mrkdwn" else trim
    return {**value, "text": str(cut(text, limit))}


def _section(block: Block) -> Block | None:
    if "fields" not in block and "accessory" not in block:
        return _worded(block, SECTION_TEXT)
    text = _text(block.get("text"), SECTION_TEXT)
    fields = [fitted for field in block.get("fields", ()) if (fitted := _text(field, FIELD_TEXT))]
    if not (text or fields):
        return None
    fitted = {**block, "text": text, "fields": fields[:FIELDS]}
    if "accessory" in fitted and not element_fits(fitted["accessory"]):
        del fitted["accessory"]
    return {name: part for name, part in fitted.items() if part}


def _header(block: Block) -> Block | None:
    return _worded(block, HEADER_TEXT)


def _worded(block: Block, limit: int) -> Block | None:
    """Trim the text of a block that has nothing else; None when it is empty."""
    text = _text(block.get("text"), limit)
    return {**block, "text": text} if text else None


def _context(block: Block) -> Block | None:
    elements = [
        fitted
        for element in block["elements"]
        if (fitted := _text(element, SECTION_TEXT) if "text" in element else element)
    ]
    return {**block, "elements": elements[:CONTEXT_ELEMENTS]} if elements else None


def _actions(block: Block) -> Block | None:
    elements = list(filter(element_fits, block["elements"]))
    return {**block, "elements": elements[:ACTIONS]} if elements else None


def element_fits(element: dict[str, Any]) -> bool:
    """Say whether a button's value survived whole: half a request is worse than no button."""
    if "options" in element and any(len(option["value"]) > OPTION_VALUE for option in element["options"]):
        return False
    return len(element.get("value", "")) <= BUTTON_VALUE


def _table(block: Block) -> Block | None:
    rows = [row[:TABLE_COLUMNS] for row in block["rows"][:TABLE_ROWS]]
    kept, left = [], TABLE_CHARACTERS
    for row in rows:
        left -= sum(len(cell["text"]) for cell in row)
        if left < 0:
            break
        kept.append(row)
    return {**block, "rows": kept} if kept else None


def _image(block: Block) -> Block | None:
    """Keep what Slack takes: of a message that comes back from it, an image says more than may be sent."""
    kept = {key: value for key, value in block.items() if key in _OF_IMAGE}
    if "slack_file" in kept:
        kept = {**kept, "slack_file": {"id": kept["slack_file"]["id"]}}
        kept.pop("image_url", None)
    return {**kept, "alt_text": trim(block.get("alt_text") or "A picture", IMAGE_ALT)}


def _only_so_many(blocks: list[Block]) -> list[Block]:
    """Keep one table and two charts; more of them Slack refuses."""
    kinds = list(map(_kind, blocks))
    if kinds.count("table") <= 1 and kinds.count(CHART) <= CHARTS:
        return blocks[:BLOCKS]
    room = {"table": 1, CHART: CHARTS}
    kept: list[Block] = []
    for block in blocks:
        kind = block["type"]
        if kind in room:
            room[kind] -= 1
            if room[kind] < 0:
                kept.extend(as_text(block))
                continue
        kept.append(block)
    return kept[:BLOCKS]


def as_text(block: Block) -> list[Block]:
    """Return a table or chart as blocks every Slack knows."""
    rows = _chart_cells(block) if block["type"] == CHART else [[cell["text"] for cell in row] for row in block["rows"]]
    if not rows:
        return []
    cells = [[plain(cell, 40).replace("`", "ˋ") for cell in row] for row in rows]  # noqa: RUF001 - on purpose
    widths = [max(map(len, column)) for column in zip(*cells, strict=False)]
    lines = [_line(row, widths, _right(block, len(widths))) for row in cells]
    escaped = "\n".join(lines).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = f"```{trim_mrkdwn(escaped, SECTION_TEXT - 6)}```"
    return [{"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}]


def _right(block: Block, columns: int) -> list[bool]:
    """Say of each column whether it holds figures, which stand right."""
    settings = block.get("column_settings", ())
    chosen = [one.get("align") == "right" for one in settings] if settings else [block["type"] == CHART] * columns
    return [place > 0 and right for place, right in enumerate([*chosen, *[False] * columns][:columns])]


def _line(cells: list[str], widths: list[int], right: list[bool]) -> str:
    """Return a row of a table in letters of one width."""
    placed = zip(cells, widths, right, strict=False)
    return "  ".join(cell.rjust(width) if to_right else cell.ljust(width) for cell, width, to_right in placed).rstrip()


def _chart_cells(block: Block) -> list[list[str]]:
    """Return a chart's figures as a table with its title and a column for each series."""
    chart = block["chart"]
    if chart["type"] == "pie":
        rows = [[segment["label"], f"{segment['value']:,.0f}"] for segment in chart["segments"]]
        return [[block["title"], ""], *rows]
    names = [series["name"] for series in chart["series"]]
    figures = [{point["label"]: f"{point['value']:,.0f}" for point in series["data"]} for series in chart["series"]]
    labels = chart["axis_config"]["categories"]
    return [[block["title"], *names], *[[label, *[one.get(label, "") for one in figures]] for label in labels]]


def simplify(message: Message, kinds: frozenset[str] | None = None) -> Message | None:
    """Return the message with tables and charts, or only blocks of some `kinds`, as text; None when it has none."""
    unwanted = kinds or _RICH
    if not any(block["type"] in unwanted for block in message.blocks):
        return None
    blocks: list[Block] = []
    for block in message.blocks:
        blocks.extend(as_text(block) if block["type"] in unwanted else [block])
    return fit(replace(message, blocks=tuple(blocks)))


def has_charts(message: Message) -> bool:
    """Say whether Slack itself is to draw a chart in the message."""
    return CHART in map(_kind, message.blocks)


_RICH = frozenset({"table", "data_table", CHART})
_OF_IMAGE = frozenset({"type", "block_id", "alt_text", "title", "image_url", "slack_file"})
_FITTERS: dict[str, Callable[[Block], Block | None]] = {
    "section": _section,
    "header": _header,
    "context": _context,
    "actions": _actions,
    "table": _table,
    "image": _image,
}
