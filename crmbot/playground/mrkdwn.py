"""The control tokens of mrkdwn: what in a text pings, links or formats a date instead of showing as typed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_CONTROL = re.compile(r"<([^<>\s][^<>\n]*)>")


@dataclass(frozen=True)
class Token:
    """One `<...>` that Slack acts on; kind is user, channel, special, usergroup, date or link."""

    kind: str
    target: str
    label: str = ""

    @property
    def pings(self) -> bool:
        """Say whether somebody is notified."""
        return self.kind in {"user", "special", "usergroup"}


def control_tokens(text: str) -> list[Token]:
    """List what Slack would act on in a mrkdwn text; escaped brackets are not tokens."""
    return [_token(*match.group(1).partition("|")[::2]) for match in _CONTROL.finditer(text)]


def _token(target: str, label: str) -> Token:
    if target.startswith("@"):
        return Token("user", target[1:], label)
    if target.startswith("#"):
        return Token("channel", target[1:], label)
    if target.startswith("!subteam^"):
        return Token("usergroup", target.removeprefix("!subteam^"), label)
    if target.startswith("!date^"):
        return Token("date", target.removeprefix("!date^"), label)
    if target.startswith("!"):
        return Token("special", target[1:], label)
    return Token("link", target, label)


def mrkdwn_texts(message: Any) -> Iterator[str]:
    """Yield every text of a message (its top-level text and its blocks) that Slack reads as mrkdwn."""
    if not isinstance(message, dict):
        return
    if isinstance(message.get("text"), str) and message.get("type") in {None, "message", "mrkdwn"}:
        yield message["text"]
    for value in (item for key, item in message.items() if key != "metadata"):
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, list):
                for cell in item:
                    yield from mrkdwn_texts(cell)
            else:
                yield from mrkdwn_texts(item)


def message_tokens(message: dict[str, Any]) -> list[Token]:
    """List the control tokens of every mrkdwn text in a message."""
    return [token for text in mrkdwn_texts(message) for token in control_tokens(text)]
