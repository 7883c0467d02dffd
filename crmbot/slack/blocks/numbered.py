"""Buttons that differ by a record's number alone: made once, and only their numbers filled in from then on.

A card has ten of them, each with a request of its own inside; making all of those was half of the work of a card.
"""

from collections.abc import Callable, Hashable, Iterable
from functools import lru_cache, update_wrapper
from typing import Any, Protocol

import orjson

from crmbot.packing import packed
from crmbot.slack.blocks.limits import Fitting, element_fits
from crmbot.slack.message import Element

_MOST_KEPT = 500
_MARK = "\ue000"
"""Stands for the number; no keyboard has it, and what somebody pastes would only read differently."""
_LONGEST = "0" * 26
"""As long as a reference or an entry's number gets: buttons that fit with it fit with each."""


class Numbered(Protocol):
    """Makes the buttons of a record."""

    def __call__(self, reference: str, *facts: Any) -> list[Element]:
        """Return buttons about the record of that number; `facts` are what else they depend on."""
        ...


def numbered(make: Callable[..., Iterable[Element | None]]) -> Numbered:
    """Let a function that makes buttons, given a number and other facts, do so once for the same facts."""

    @lru_cache(_MOST_KEPT)
    def kept(*facts: Hashable) -> tuple[str, Callable[[Element], Element]]:
        text = packed([button for button in make(_MARK, *facts) if button is not None])
        fits = all(map(element_fits, orjson.loads(text.replace(_MARK, _LONGEST))))
        return text, Fitting if fits else dict

    def filled_in(reference: str, *facts: Hashable) -> list[Element]:
        text, kind = kept(*facts)
        return list(map(kind, orjson.loads(text.replace(_MARK, reference))))

    return update_wrapper(filled_in, make)
