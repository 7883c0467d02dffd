"""A message as Slack takes it."""

from dataclasses import dataclass
from typing import Any, Self

Block = dict[str, Any]
Element = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Message:
    """Blocks, and the `text` that stands for them in notifications and for screen readers (mrkdwn)."""

    text: str
    blocks: tuple[Block, ...] = ()

    @property
    def payload(self) -> dict[str, Any]:
        """Return what is kept in the outbox and sent."""
        return {"text": self.text, "blocks": list(self.blocks)}

    @classmethod
    def of(cls, payload: dict[str, Any]) -> Self:
        """Return the message that `payload` was made of."""
        return cls(str(payload.get("text", "")), tuple(payload.get("blocks") or ()))
