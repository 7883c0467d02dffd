"""The connection that effects are written on in a file of SQLite, one after the other.

A connection of SQLite forgets the pages that it holds when another one has written. Those of the only writer of a
process stay in its memory, and what a connection has to be told before it writes is told once.
"""

import sqlite3

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from crmbot.store.direct import Direct, Kept, is_heard
from crmbot.store.rota import Seat
from crmbot.store.sqlite import begin_immediate, make_impatient


class Writer:
    """A connection kept for those who have the turn to write (`crmbot.store.grouping`), none while nobody wrote yet."""

    def __init__(self, engine: Engine, seat: Seat | None = None) -> None:
        self._engine = engine
        self._seat = seat
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
            self._begin_in_turn(kept.driver, give_up_at)
            return Direct(
                self._engine, kept, workspace_id, is_heard=is_heard(self._engine), crmbot_joins="rollback_only"
            )
        except sqlite3.OperationalError as error:
            raise OperationalError("BEGIN", None, error) from error
        except BaseException:
            self.close()
            raise

    def _begin_in_turn(self, driver: sqlite3.Connection, give_up_at: float) -> None:
        """Begin when neither another process writes nor a sibling was called to."""
        if self._seat is None:
            begin_immediate(driver, give_up_at)
            return
        self._seat.let_pass()
        try:
            begin_immediate(driver, give_up_at, self._seat.wait)
        finally:
            self._seat.sit_down()

    def end(self, connection: Direct) -> None:
        """End what was not committed."""
        if not connection.end():
            self._kept = None
        if self._seat is not None:
            self._seat.call()

    def close(self) -> None:
        """Close the connection."""
        if self._kept is not None:
            self._kept.invalidate()
            self._kept = None
