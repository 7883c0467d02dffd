"""What a line says of a fact, and how sure that is."""

from dataclasses import dataclass
from typing import Any

from crmbot.language.verbs import Fact

KEYED, BARE, INTRODUCED, SOFT = 4, 3, 2, 1
"""How sure a fact is; a surer one wins over another of the same field."""


@dataclass(slots=True)
class Claim:
    """Tokens [first, last) that say a fact; text facts have their words from `words_from` on instead of a value."""

    fact: Fact
    value: Any
    first: int
    last: int
    rank: int
    words_from: int | None = None
