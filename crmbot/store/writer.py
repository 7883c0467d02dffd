"""The connection that effects are written on in a file of SQLite, one after the other.

A connection of SQLite forgets the pages that it holds when another one has written. Those of the only writer of a
process stay in its memory, and what a connection has to be told before it writes is told once.
"""

import sqlite3

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from crmbot.store.direct import Direct, Kept, is_heard
from crmbot.store.sqlite import begin_immediate, make_impatient


class Writer:
    """A connection kept for those who have the turn to write (`crmbot.store.grouping`), none while nobody wrote yet."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._kept: Kept | None = None

    def begin(self, workspace_id: str, give_up_at: float) -> Direct:
        """Open a transaction of a workspace, which `end` has to end; what is not committed until then leaves nothing.

        Raises:
            OperationalError: other processes wrote until `give_up_at`.
        """
        kept = self._kept
        if kept is None:
            kept = self._kept = Kept(self._engine.connect())
            make_impatient(kept.driver)
        try:
            begin_immediate(kept.driver, give_up_at)
            return Direct(
                self._engine, kept, workspace_id, is_heard=is_heard(self._engine), crmbot_joins="rollback_only"
            )
        except sqlite3.OperationalError as error:
            raise OperationalError("BEGIN", None, error) from error
        except BaseException:
            self.close()
            raise

    def end(self, connection: Direct) -> None:
        """End what was not committed."""
        if not connection.end():
            self._kept = None

    def close(self) -> None:
        """Close the connection."""
        if self._kept is not None:
            self._kept.invalidate()
            self._kept = None
