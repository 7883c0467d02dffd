"""Row ids for an archive's refs: an id stays, anything else becomes a new one, the same wherever it is named."""

import re
import secrets
from datetime import datetime
from hashlib import blake2b

from crmbot.domain.ids import is_id, new_id

_TIME = 10
"""Characters of an id that tell its time."""

_NUMBERED = re.compile(r"([a-z]{1,12}-)(0|[1-9][0-9]{0,9})")
"""A ref of a word and a number."""
_MOST_WORDS = 64
"""Of a file with more different ones the numbers tell no order anyway."""


class Ids:
    """The ids of one import; `users` and `files` by ref and `stages` by key are filled as they are written."""

    def __init__(self, now: datetime) -> None:
        self.users: dict[str, str] = {}
        self.stages: dict[str, str] = {}
        self.files: dict[str, str] = {}
        """Of contents that the store has already."""
        self._salt = secrets.token_bytes(16)
        self._time = new_id(now)[:_TIME]
        # By chance, not from `new_id`: ids of one millisecond begin alike, and so would two imports of it.
        self._start = self._time + secrets.token_hex(4)
        self._count = 0
        self._marks: dict[tuple[str, str], str] = {}

    def of(self, kind: str, ref: str | None) -> str | None:
        """Return the id of what a ref names; none for none."""
        if ref is None:
            return None
        if kind == "user":
            return self.users[ref]
        if kind == "file" and ref in self.files:
            return self.files[ref]
        return self.own(kind, ref)

    def own(self, kind: str, ref: str) -> str:
        """Return the id of a record's own ref.

        Made from the ref and a salt of this import, so that nothing has to be remembered between the lines. Refs that
        are a word and a number go up as their numbers do, as an index likes it.
        """
        if is_id(ref):
            return ref
        numbered = _NUMBERED.fullmatch(ref)
        mark = self._mark(kind, numbered[1]) if numbered is not None else None
        if numbered is not None and mark is not None:
            return f"{self._time}{mark}{numbered[2]:0>10}"
        return self._time + blake2b(ref.encode(), digest_size=8, key=self._salt, person=kind.encode()).hexdigest()

    def _mark(self, kind: str, word: str) -> str | None:
        """Return the six letters of a word, none when the file has had too many words."""
        known = self._marks.get((kind, word))
        if known is None and len(self._marks) < _MOST_WORDS:
            known = blake2b(word.encode(), digest_size=3, key=self._salt, person=kind.encode()).hexdigest()
            while known in self._marks.values():
                known = f"{(int(known, 16) + 1) % 16**6:06x}"
            self._marks[kind, word] = known
        return known

    def new(self) -> str:
        """Return the id of a row that nothing points to; they go up one by one, as an index likes it."""
        self._count += 1
        return f"{self._start}{self._count:08x}"
