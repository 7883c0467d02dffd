"""What a reading is: one thing that can be recognised in a line, and where it may begin."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from crmbot.language.context import Context
from crmbot.language.tokens import Kind


class Found(NamedTuple):
    """A value read from the line, and where it ends; `soft` may give way to a plainer one, or be part of a name."""

    value: Any
    end: int
    soft: bool = False


Options = dict[str, list[tuple[str, Any]]]
"""The words of a choice with what each stands for, by their first word."""
Read = Callable[[str, int, Context, bool], Found | None]


@dataclass(frozen=True)
class Reading:
    """One thing that can be recognised.

    `read` takes the line, an offset, the context, and whether a key asked for it. It is tried where a token of `kinds`
    or one of the `words` stands, or a first word of its `options`. `only` tells that a line may say it just once.
    """

    what: str
    example: str
    read: Read
    kinds: frozenset[Kind] = frozenset()
    words: frozenset[str] = frozenset()
    options: Callable[[Context], Options] | None = None
    only: bool = False
    text: bool = False
