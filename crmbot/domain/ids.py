"""Opaque ids, and the short numbers people use for records."""

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from os import urandom
from threading import Lock

_LENGTH = 26
_SHORTEST, _LONGEST = 2, 12
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_CHANCE = 16
"""How many characters of an id are chance."""
_DIGITS = [a + b for a in _ALPHABET for b in _ALPHABET]
_NUMBERS = {digits: number for number, digits in enumerate(_DIGITS)}
_BY_CHANCE = bytes(map(ord, _ALPHABET)) * 8
"""A digit for each byte, each as likely."""
_AS_PYTHON_S = str.maketrans(_ALPHABET, "0123456789abcdefghijklmnopqrstuv")


class Kind(StrEnum):
    """What a record is; the value is the word for it everywhere."""

    LEAD = "lead"
    CONTACT = "contact"
    COMPANY = "company"
    DEAL = "deal"
    ACTIVITY = "activity"
    PROPOSAL = "proposal"

    @property
    def letter(self) -> str:
        """The letter before this kind's numbers, as in D-17."""
        return _LETTERS[self]

    @property
    def plural(self) -> str:
        """The word for several, which is also the place of their pages: /deals."""
        return f"{self.value[:-1]}ies" if self.value.endswith("y") else f"{self.value}s"


_LETTERS = {
    Kind.LEAD: "L",
    Kind.CONTACT: "C",
    Kind.COMPANY: "O",
    Kind.DEAL: "D",
    Kind.ACTIVITY: "A",
    Kind.PROPOSAL: "P",
}
_KINDS = {letter: kind for kind, letter in _LETTERS.items()}


class _Latest:
    """The id made last in this process, so that those of one millisecond rise in the order they are made."""

    def __init__(self) -> None:
        self._milliseconds, self._made = -1, ""
        self._turn = Lock()

    def after(self, milliseconds: int) -> str:
        """Return the next id of that millisecond; a step by chance keeps forked processes apart."""
        with self._turn:
            if milliseconds != self._milliseconds:
                self._milliseconds, self._made = milliseconds, _begun(milliseconds)
            else:
                self._made = _written(_value(self._made) + 1 + int.from_bytes(urandom(5)))
            return self._made


_latest = _Latest()


def new_id(now: datetime) -> str:
    """Return a 26-character lowercase ULID: 48 bits of milliseconds, 80 random ones, rising (github.com/ulid/spec)."""
    return _latest.after(int(now.timestamp() * 1000))


def _begun(milliseconds: int) -> str:
    """Return a first id of that millisecond, whose chance leaves as much room for those that follow."""
    chance = urandom(_CHANCE)
    time = f"{_beginning(milliseconds >> 10)}{_DIGITS[milliseconds & 1023]}"
    return f"{time}{_ALPHABET[chance[0] & 15]}{chance[1:].translate(_BY_CHANCE).decode()}"


def ids_after(first: str) -> Iterator[str]:
    """Yield the ids that follow one, half a million or so: of its millisecond, rising, in a tenth of the steps.

    The chance that lies in the first keeps them apart from all others.
    """
    stem, low = first[:-4], _NUMBERS[first[-4:-2]] << 10 | _NUMBERS[first[-2:]]
    for number in range(low + 1, 1 << 20):
        yield f"{stem}{_DIGITS[number >> 10]}{_DIGITS[number & 1023]}"


def ids_of(moment: datetime) -> tuple[str, str]:
    """Return the least and the greatest id that `new_id` gives in that millisecond, to find what was made then."""
    least = int(moment.timestamp() * 1000) << 80
    return _written(least), _written(least + (1 << 80) - 1)


def _written(value: int) -> str:
    return "".join([_DIGITS[value >> shift & 1023] for shift in range(120, -1, -10)])


def _value(written: str) -> int:
    return int(written.translate(_AS_PYTHON_S), 32)


@lru_cache(16)
def _beginning(high: int) -> str:
    """Write the part of the time that the ids of a second share."""
    return _written(high)[_CHANCE + 2 :]


def is_id(text: str) -> bool:
    """Say whether the text has the form of an opaque id."""
    return len(text) == _LENGTH and all(c in _ALPHABET for c in text)


def reference(kind: Kind, number: int) -> str:
    """Return the short name people use: D-17."""
    return f"{kind.letter}-{number}"


def parse_reference(text: str) -> tuple[Kind, int] | None:
    """Read D-17, d17 or d-17; None when the text is no such name."""
    word = text.strip().removeprefix("#")
    if not _SHORTEST <= len(word) <= _LONGEST:
        return None
    kind = _KINDS.get(word[0].upper())
    digits = word[1:].removeprefix("-")
    if kind is None or not (digits.isascii() and digits.isdigit()):
        return None
    return kind, int(digits)
