"""A message as Slack takes it, and the pictures that stand in for charts where Slack draws none."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

Block = dict[str, Any]
Element = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart as a picture: `svg` is the whole document, `alt` says it in words."""

    title: str
    alt: str
    svg: str


@dataclass(frozen=True, slots=True)
class Picture:
    """What takes the place of the block of that id where it is refused; drawn only when it is needed."""

    block_id: str
    draw: Callable[[], Drawing]


@dataclass(frozen=True, slots=True)
class Message:
    """Blocks, and the `text` that stands for them in notifications and for screen readers (mrkdwn)."""

    text: str
    blocks: tuple[Block, ...] = ()
    pictures: tuple[Picture, ...] = ()

    @property
    def payload(self) -> dict[str, Any]:
        """Return what is sent."""
        return {"text": self.text, "blocks": list(self.blocks)}

    @property
    def kept(self) -> dict[str, Any]:
        """Return what is kept in the outbox: with the pictures, drawn."""
        drawn = [(picture.block_id, picture.draw()) for picture in self.pictures]
        pictures = [{"block_id": name, "title": one.title, "alt": one.alt, "svg": one.svg} for name, one in drawn]
        return self.payload | ({"pictures": pictures} if pictures else {})

    @classmethod
    def of(cls, payload: dict[str, Any]) -> Self:
        """Return the message that `kept`, or `payload`, was made of."""
        pictures = tuple(_picture(one) for one in payload.get("pictures") or ())
        return cls(str(payload.get("text", "")), tuple(payload.get("blocks") or ()), pictures)


def _picture(kept: dict[str, Any]) -> Picture:
    drawing = Drawing(str(kept["title"]), str(kept["alt"]), str(kept["svg"]))
    return Picture(str(kept["block_id"]), lambda: drawing)
