"""Digests as messages: the period printed, what changed since last week, a chart, and rows that can be acted on."""

from collections.abc import Callable, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from crmbot.domain.money import without_rate
from crmbot.domain.stages import DEFAULT_LOST_REASONS
from crmbot.reports.digests.aging import AgingDigest
from crmbot.reports.digests.base import Digest
from crmbot.reports.digests.forecast import ForecastDigest
from crmbot.reports.digests.overdue import OverdueDigest
from crmbot.reports.values import Unconverted
from crmbot.slack.blocks.charts import chart_blocks
from crmbot.slack.blocks.limits import fit
from crmbot.slack.blocks.primitives import context, header, section, sentence, stack
from crmbot.slack.digests.aging import aging_blocks
from crmbot.slack.digests.forecast import forecast_blocks
from crmbot.slack.digests.overdue import overdue_blocks
from crmbot.slack.digests.words import change, signed
from crmbot.slack.message import Block, Message
from crmbot.slack.mrkdwn import Mrkdwn, join
from crmbot.slack.prose import prose
from crmbot.slack.reader import Reader


def render(
    digest: Digest, *, late: str = "", lost_reasons: Sequence[str] = DEFAULT_LOST_REASONS, prefix: str = ""
) -> Message:
    """Return a digest as a message for a channel or person.

    `late` says why it comes late; `lost_reasons` are those that the workspace offers, `prefix` that of its commands.
    """
    zone = ZoneInfo(digest.timezone)
    reader = Reader(zone, digest.as_of, shared=True, lost_reasons=tuple(lost_reasons), prefix=prefix)
    title, template, body = _KINDS[type(digest)]
    summary = prose(template, d=digest, reader=reader, signed=signed, change=change)
    charts, pictures = chart_blocks(digest)
    hint = without_rate([deal.currency for deal in getattr(digest, "unconverted", ())])
    blocks = stack(
        header(title),
        context(_circumstances(digest, reader), f"🐢 {late}" if late else None),
        section(summary),
        sentence(hint) if hint else None,
        charts,
        body(digest, reader),
        _unconverted(getattr(digest, "unconverted", ())),
    )
    return fit(Message(Mrkdwn(f"{title}: {_first_line(summary)}"), blocks, pictures))


def _circumstances(digest: Digest, reader: Reader) -> Mrkdwn:
    local = digest.as_of.astimezone(reader.zone)
    whose = "all records" if digest.scope == "all" and digest.owner_id is None else "own records"
    days = f"{reader.exact_day(digest.period.from_on)} – {reader.exact_day(digest.period.to_on)}"  # noqa: RUF001 - from to
    return join([days, f"as of {local:%H:%M} {digest.timezone}", whose])


def _first_line(text: str) -> str:
    return text.split("\n", 1)[0]


def _unconverted(deals: Sequence[Unconverted]) -> Block | None:
    if not deals:
        return None
    named = ", ".join(f"D-{deal.number} {deal.title} ({deal.amount})" for deal in deals[:10])
    return context(f"In no sum, because their currency has no rate: {named}")


_KINDS: dict[type[Any], tuple[str, str, Callable[[Any, Reader], tuple[Block, ...]]]] = {
    OverdueDigest: ("⏰ Overdue activities", "digest_overdue", overdue_blocks),
    AgingDigest: ("🕸️ Aging pipeline", "digest_aging", aging_blocks),
    ForecastDigest: ("🔮 Forecast", "digest_forecast", forecast_blocks),
}
