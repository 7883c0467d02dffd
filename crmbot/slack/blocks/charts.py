"""Charts in messages: Slack's own block, a picture where the workspace has none, a table where neither goes."""

from collections.abc import Iterable, Sequence
from functools import partial

from crmbot.reports.charts import Series, draw, series_of, views_of, write_svg
from crmbot.reports.digests.base import Digest
from crmbot.reports.values import Report
from crmbot.slack.blocks import limits
from crmbot.slack.message import Block, Drawing, Picture
from crmbot.slack.mrkdwn import plain, trim

_ID = "chart."


def chart_blocks(values: Report | Digest) -> tuple[tuple[Block, ...], tuple[Picture, ...]]:
    """Return the charts of a report or digest as blocks, and what stands in for each; none without figures."""
    found = [(view, series) for view in views_of(values) if (series := series_of(values, view))][: limits.CHARTS]
    blocks = tuple(_block(view, series) for view, series in found)
    return blocks, tuple(Picture(f"{_ID}{view}", partial(_drawing, values, view)) for view, _ in found)


def _block(view: str, series: Series) -> Block:
    labels = unique(series.labels[: limits.CHART_POINTS])
    rows = [
        {
            "name": plain(name, limits.CHART_LABEL),
            "data": [{"label": label, "value": _whole(value)} for label, value in zip(labels, figures, strict=False)],
        }
        for name, figures in series.rows[: limits.CHART_SERIES]
    ]
    axes: dict[str, object] = {"categories": labels}
    if not _is_named(series):
        axes["y_label"] = plain(series.unit, limits.CHART_TITLE)
    title = plain(series.title, limits.CHART_TITLE)
    chart = {"type": "bar", "series": rows, "axis_config": axes}
    return {"type": limits.CHART, "block_id": f"{_ID}{view}", "title": title, "chart": chart}


def _is_named(series: Series) -> bool:
    """Say whether the only row's name is the unit, which then needs no label of its own."""
    return len(series.rows) == 1 and series.rows[0][0].casefold() == series.unit.casefold()


def _whole(value: float) -> float:
    """Return a count as a whole number, so that no axis counts halves."""
    return int(value) if value == int(value) else value


def _drawing(values: Report | Digest, view: str) -> Drawing:
    chart = draw(values, view)
    if chart is None:
        raise ValueError(f"{type(values).__name__} has no chart “{view}”")
    return Drawing(chart.title, trim(chart.description, limits.IMAGE_ALT), write_svg(chart))


def unique(labels: Iterable[str]) -> list[str]:
    """Return the labels as short as Slack wants them, and all different: what looks like one before it is numbered."""
    found: list[str] = []
    for label in labels:
        found.append(_unlike(plain(label, limits.CHART_LABEL) or "–", found))  # noqa: RUF001 - a dash
    return found


def _unlike(label: str, taken: Sequence[str]) -> str:
    text, number = label, 1
    while text in taken:
        number += 1
        mark = f" ({number})"
        text = trim(label, limits.CHART_LABEL - len(mark)) + mark
    return text
