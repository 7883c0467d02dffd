"""How a message is shown where not every block is taken: Slack's own charts, else pictures of them, else text."""

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

from crmbot.errors import SendFailed
from crmbot.reports.charts import png_of
from crmbot.slack.api import SlackApi
from crmbot.slack.blocks.limits import CHART, fit, has_charts, simplify
from crmbot.slack.message import Block, Drawing, Message

LONGEST = 20.0
"""Seconds that all attempts of one message may take together; a sender's lease is longer."""
REFUSED_BLOCKS = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "only_one_table_allowed"})
_LEAST = 1.0
_NAPS = (0.0, 0.5, 1.0, 2.0)
"""A picture can be shown once Slack has looked at it, a moment after its upload."""
_logger = logging.getLogger(__name__)
T = TypeVar("T")


class ChartStanding(Protocol):
    """What one workspace's Slack is known to do with charts."""

    def takes(self) -> bool | None:
        """Say whether it draws them; None when nobody knows."""

    def note(self, *, taken: bool) -> None:
        """Remember what it did."""


@dataclass
class _Attempts(Iterator[float]):
    """The seconds that each attempt may take, until all together took too long."""

    longest: float
    deadline: float

    def __next__(self) -> float:
        left = self.deadline - time.monotonic()
        if left < _LEAST:
            raise SendFailed("Slack took too long over a message with a chart.", code="too_slow")
        return min(left, self.longest)


def send_shown(
    api: SlackApi, message: Message, post: Callable[[Message, float], T], standing: ChartStanding | None = None
) -> T:
    """Post the richest form of a message that Slack takes, and return its answer; `post` is given the seconds it has.

    Raises:
        SendFailed: it was not posted, in no form; or nobody knows.
    """
    fitted, attempts = fit(message), _Attempts(api.seconds, time.monotonic() + LONGEST)
    charts = has_charts(fitted)
    tries_charts = not (charts and standing is not None and standing.takes() is False)
    forms = _plainer(api, fitted, attempts)
    form: Message | None = fitted if tries_charts else next(forms)
    while form is not None:
        try:
            answer = post(form, next(attempts))
        except SendFailed as failure:
            following = next(forms, None) if failure.code in REFUSED_BLOCKS else None
            if following is None:
                raise
            _logger.warning("Slack refused the blocks (%s); sent again in a plainer form", failure.code)
            form = following
        else:
            if standing is not None and charts and tries_charts and _tells(fitted, form):
                standing.note(taken=has_charts(form))
            return answer
    raise AssertionError("unreachable")


def _tells(fitted: Message, form: Message) -> bool:
    """Say whether it was the charts that made the difference between what was refused and what was taken."""
    return [block for block in fitted.blocks if block["type"] == "table"] == [
        block for block in form.blocks if block["type"] == "table"
    ]


def _plainer(api: SlackApi, message: Message, attempts: _Attempts) -> Iterator[Message]:
    """Yield plainer and plainer forms: charts as pictures, charts as text, tables as text too."""
    if has_charts(message):
        pictured = _with_pictures(api, message, attempts)
        if pictured is not None:
            for nap in _NAPS:
                time.sleep(nap)
                yield pictured
    for kinds in (frozenset({CHART}), None):
        simple = simplify(message, kinds)
        if simple is not None:
            yield simple


def _with_pictures(api: SlackApi, message: Message, attempts: _Attempts) -> Message | None:
    """Return the message with every chart as an uploaded picture; None where that can't be had: words come first."""
    pictures = {picture.block_id: picture for picture in message.pictures}
    blocks: list[Block] = []
    try:
        for block in message.blocks:
            picture = pictures.get(block.get("block_id", "")) if block["type"] == CHART else None
            blocks.append(_upload(api, picture.block_id, picture.draw(), attempts) if picture else block)
    except SendFailed as failure:
        _logger.warning("a chart's picture could not be uploaded: %s (%s)", failure, failure.code)
        return None
    shown = replace(message, blocks=tuple(blocks))
    return shown if blocks != list(message.blocks) and not has_charts(shown) else None


def _upload(api: SlackApi, block_id: str, drawing: Drawing, attempts: _Attempts) -> Block:
    """Upload a drawing as PNG, shared with nobody yet, and return the block that shows it."""
    png = png_of(drawing.svg)
    told = {"filename": f"{block_id}.png", "length": len(png), "alt_txt": drawing.alt[:1000]}
    place = api.read("files.getUploadURLExternal", seconds=next(attempts), **told)
    api.upload(str(place["upload_url"]), png, seconds=next(attempts))
    file = str(place["file_id"])
    api.call("files.completeUploadExternal", seconds=next(attempts), files=[{"id": file, "title": drawing.title}])
    return {"type": "image", "block_id": block_id, "slack_file": {"id": file}, "alt_text": drawing.alt}
