"""Row ids for an archive's refs: an id stays, anything else becomes a new one, the same wherever it is named."""

import secrets
from collections.abc import Iterator
from datetime import datetime
from hashlib import blake2b
from itertools import count

from crmbot.domain.ids import is_id, new_id

_TIME = 10
"""Characters of an id that tell its time."""
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_PAIRS = [a + b for a in _ALPHABET for b in _ALPHABET]


class Ids:
    """The ids of one import; `users` by ref and `stages` by key are filled as they are written."""

    def __init__(self, now: datetime) -> None:
        self.users: dict[str, str] = {}
        self.stages: dict[str, str] = {}
        self._salt = secrets.token_bytes(16)
        self._time = new_id(now)[:_TIME]
        self._places = self._sequence(new_id(now)[:20])

    def of(self, kind: str, ref: str | None) -> str | None:
        """Return the id of what a ref names; none for none."""
        if ref is None:
            return None
        if kind == "user":
            return self.users[ref]
        return self.own(kind, ref)

    def own(self, kind: str, ref: str) -> str:
        """Return the id of a record's own ref.

        Made from the ref and a salt of this import, so that nothing has to be remembered between the lines.
        """
        if is_id(ref):
            return ref
        digest = blake2b(ref.encode(), digest_size=10, key=self._salt, person=kind.encode()).digest()
        value = int.from_bytes(digest)
        return self._time + "".join([_PAIRS[(value >> shift) & 1023] for shift in range(70, -1, -10)])

    def new(self) -> str:
        """Return the id of a row that nothing points to: in a row, as an index likes it."""
        return next(self._places)

    @staticmethod
    def _sequence(start: str) -> Iterator[str]:
        for number in count():
            yield start + "".join([_PAIRS[(number >> shift) & 1023] for shift in (20, 10, 0)])
