"""Messages of Slack as lines of plain text, for a terminal."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Json = Mapping[str, Any]

_LINK = re.compile(r"<([^<>|]*)\|([^<>]*)>")
_PLAIN = re.compile(r"<([^<>|]*)>")
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
_HIDDEN = "\u200b\u2060\ufeff"
_MARKS = re.compile(r"(?<!\w)[*_~`]+(?=\S)|(?<=\S)[*_~`]+(?!\w)")


def lines_of(text: str, blocks: Sequence[Json]) -> list[str]:
    """Return what a person reads of a message: its blocks top down, or its text when it has none."""
    lines = [line for block in blocks for line in _lines_of_block(block)]
    return lines or [plain(text)]


def plain(mrkdwn: str) -> str:
    """Return a text as Slack shows it, without its marks."""
    shown = _MARKS.sub("", _PLAIN.sub(r"\1", _LINK.sub(_shown_link, mrkdwn)))
    for entity, char in _ENTITIES:
        shown = shown.replace(entity, char)
    return shown.translate(dict.fromkeys(map(ord, _HIDDEN)))


def _shown_link(match: re.Match[str]) -> str:
    return match.group(2)


def _lines_of_block(block: Json) -> Iterator[str]:
    match block.get("type"):
        case "divider":
            yield ""
        case "section":
            yield from _lines_of_section(block)
        case "context":
            yield "  " + "  ".join(plain(one.get("text", "")) for one in block["elements"])
        case "actions":
            yield "  " + " ".join(f"[{_label(one)}]" for one in block["elements"])
        case "table" | "data_table":
            yield from _lines_of_table(block.get("rows", []))
        case "data_visualization":
            yield f"  (chart: {plain(str(block.get('title', '')))})"
        case _:
            text = block.get("text")
            if isinstance(text, Mapping):
                yield from plain(text["text"]).splitlines()
            elif isinstance(text, str):
                yield from plain(text).splitlines()


def _lines_of_section(block: Json) -> Iterator[str]:
    if "text" in block:
        yield from plain(block["text"]["text"]).splitlines()
    for field in block.get("fields", []):
        yield "  " + plain(field["text"]).replace("\n", ": ")
    if "accessory" in block:
        yield f"  [{_label(block['accessory'])}]"


def _label(element: Json) -> str:
    text = element.get("text") or element.get("placeholder") or {}
    return plain(text.get("text", "")) or ("..." if element.get("type") == "overflow" else str(element.get("type")))


def _lines_of_table(rows: Sequence[Sequence[Any]]) -> Iterator[str]:
    cells = [[_cell(cell) for cell in row] for row in rows]
    widths = [max((len(row[place]) for row in cells if place < len(row)), default=0) for place in range(20)]
    for row in cells:
        yield "  " + "  ".join(cell.ljust(widths[place]) for place, cell in enumerate(row)).rstrip()


def _cell(cell: Any) -> str:
    """Return the words of a table's cell: raw text, a number, or rich text whose words lie deeper."""
    if isinstance(cell, Mapping):
        if "text" in cell and not isinstance(cell["text"], Mapping | list):
            return plain(str(cell["text"]))
        return "".join(_cell(part) for part in cell.get("elements", []))
    return str(cell)
