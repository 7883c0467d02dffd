"""Blocks that show figures: table, data_table, data_visualization."""

from collections.abc import Iterator
from typing import Any

from crmbot.playground.validation.checks import (
    Check,
    choice,
    flag,
    items,
    number,
    problem,
    rule,
    shape,
    text,
    typed,
    whole,
)
from crmbot.playground.validation.elements import BUTTON
from crmbot.playground.validation.objects import IDENTIFIER, RICH_TEXT

CELL_CHARACTERS = 10_000
"""What all cells of all tables of one message may hold together."""

DATA_CELL_CHARACTERS = 20_000
CHARTS_PER_MESSAGE = 2

_RAW = shape({"text": text(CELL_CHARACTERS)})
_RAW_NUMBER = shape({"value": number(), "text": text(CELL_CHARACTERS)})
_CELL = typed(raw_text=_RAW, raw_number=_RAW_NUMBER, rich_text=RICH_TEXT)
_DATA_CELL = typed(
    raw_text=_RAW,
    raw_number=_RAW_NUMBER,
    rich_text=RICH_TEXT,
    action=shape({"element": typed(button=BUTTON)}),
)
_ID: dict[str, Check] = {"block_id": IDENTIFIER}


def _column(value: Any, at: str) -> Iterator[str]:
    """Accept the settings of one column, null standing for the default ones."""
    if value is not None:
        yield from shape({}, {"align": choice("left", "center", "right"), "is_wrapped": flag})(value, at)


def _even_rows(value: Any, at: str) -> Iterator[str]:
    if len({len(row) for row in value["rows"]}) > 1:
        yield problem("all rows must have the same number of cells", f"{at}/rows")


def _plain_header(value: Any, at: str) -> Iterator[str]:
    if any(cell["type"] != "raw_text" for cell in value["rows"][0]):
        yield problem("header cells must be raw_text", f"{at}/rows/0")


TABLE = shape(
    {"rows": items(items(_CELL, 20), 100)},
    {**_ID, "column_settings": items(_column, 20, 0)},
)
DATA_TABLE = shape(
    {"caption": text(3000), "rows": items(items(_DATA_CELL, 20), 101, 2)},
    {**_ID, "page_size": whole(1, 100), "row_header_column_index": whole(0, 19)},
    _even_rows,
    _plain_header,
)

_POINT = shape({"label": text(20), "value": number()})
_SERIES = shape({"name": text(20), "data": items(_POINT, 20)})
_AXES = shape({"categories": items(text(20), 20)}, {"x_label": text(50), "y_label": text(50)})


def _every_category(value: Any, at: str) -> Iterator[str]:
    """Accept a chart whose series each have one point for each category."""
    categories = value["axis_config"]["categories"]
    for place, series in enumerate(value["series"]):
        if sorted(point["label"] for point in series["data"]) != sorted(categories):
            yield problem("data labels must match axis_config.categories", f"{at}/series/{place}/data")


_CARTESIAN = shape(
    {"series": items(_SERIES, 6), "axis_config": _AXES},
    {},
    rule(
        lambda chart: len({series["name"] for series in chart["series"]}) == len(chart["series"]),
        "series names must be unique",
    ),
    _every_category,
)
_PIE = shape({"segments": items(shape({"label": text(20), "value": number(positive=True)}), 6)})
DATA_VISUALIZATION = shape(
    {"title": text(50), "chart": typed(pie=_PIE, bar=_CARTESIAN, line=_CARTESIAN, area=_CARTESIAN)}, _ID
)


def cell_characters(value: Any) -> int:
    """Count the characters shown in the cells of a table."""
    if isinstance(value, dict):
        own = value.get("text", "")
        return (len(own) if isinstance(own, str) else cell_characters(own)) + sum(
            cell_characters(item) for key, item in value.items() if key != "text"
        )
    return sum(map(cell_characters, value)) if isinstance(value, list) else 0
