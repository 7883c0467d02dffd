"""Row ids for an archive's refs: an id stays, anything else becomes a new one, the same wherever it is named."""

import secrets
from datetime import datetime
from hashlib import blake2b

from crmbot.domain.ids import is_id, new_id

_TIME = 10
"""Characters of an id that tell its time."""


class Ids:
    """The ids of one import; `users` by ref and `stages` by key are filled as they are written."""

    def __init__(self, now: datetime) -> None:
        self.users: dict[str, str] = {}
        self.stages: dict[str, str] = {}
        self._salt = secrets.token_bytes(16)
        self._time = new_id(now)[:_TIME]
        self._start = new_id(now)[:18]
        self._count = 0

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
        return self._time + blake2b(ref.encode(), digest_size=8, key=self._salt, person=kind.encode()).hexdigest()

    def new(self) -> str:
        """Return the id of a row that nothing points to; they go up one by one, as an index likes it."""
        self._count += 1
        return f"{self._start}{self._count:08x}"
