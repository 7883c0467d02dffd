"""The card of what can be typed; it is the same until crmbot is, so each is made once."""

from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from crmbot.crm.answers import Help
from crmbot.slack.blocks.primitives import section, sentence
from crmbot.slack.message import Block, Message
from crmbot.slack.mrkdwn import Mrkdwn, bold, escape, one_line
from crmbot.slack.reader import Reader

_MOST_KEPT = 200
"""More than there are topics, twice: in threads lines are typed another way."""
_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)


def help_message(answer: Help, reader: Reader) -> Message:
    """Return what can be typed, by noun."""
    return _help(answer, reader.prefix, in_thread=reader.in_thread)


@lru_cache(maxsize=_MOST_KEPT)
def _help(answer: Help, prefix: str, *, in_thread: bool) -> Message:
    reader = Reader(ZoneInfo("UTC"), _ANY_TIME, prefix=prefix, in_thread=in_thread)
    blocks: list[Block] = [sentence(answer.said)]
    for name, lines in answer.groups:
        told = [f"`{_code(reader.command(line))}`  {one_line(meaning, 200)}" for line, meaning in lines]
        blocks.extend(section(Mrkdwn(text)) for text in _in_pieces(bold(name, 60), told))
    return Message(escape(answer.said), tuple(blocks))


def _code(line: str) -> str:
    return line.replace("`", "ˋ").replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")  # noqa: RUF001 - on purpose


def _in_pieces(head: str, lines: list[str], limit: int = 2900) -> list[str]:
    """Return the lines under their heading, in as many texts as they need."""
    pieces = [head]
    for line in lines:
        if len(pieces[-1]) + len(line) >= limit:
            pieces.append(line)
        else:
            pieces[-1] += f"\n{line}"
    return pieces
