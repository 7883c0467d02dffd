"""Effects that wait to write to SQLite share one commit.

A commit waits for the disk longer than an effect takes, so the thread whose turn it is (the leader) runs the effects
of those who came to wait behind it, in the order they came, on its own connection, and commits once for all of them.

- The leader's own effect is the first of its transaction. When it fails, the transaction ends with nothing in it, and
  the turn goes to the next. A single caller therefore pays nothing: no savepoint, no other thread.
- Each further effect runs inside a savepoint. When it raises - refused, repeated, a dry run, past its deadline - it is
  rolled back to there, and its neighbours notice nothing. It is bound to its own workspace.
- Nobody is answered before the commit, not even who failed, as what it was told may rest on a neighbour's effect. When
  the commit fails, everyone is told that the database was busy: nothing was done.
- A group takes in nobody after `most` effects or `seconds`, so that other processes get to write, and nobody from
  behind one who wants the turn alone: a session, an import, an effect that may take long.
"""

import sqlite3
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from crmbot.errors import Busy
from crmbot.store.direct import Direct

Effect = Callable[[Connection], Any]


def _locked() -> Lock:
    lock = Lock()
    lock.acquire()
    return lock


@dataclass(eq=False, slots=True)
class Place:
    """A thread's place in the line; one with an effect may have it run by whoever has the turn."""

    workspace_id: str = ""
    effect: Effect | None = None
    has_turn: bool = False
    came_to: Any = None
    failed: BaseException | None = None
    called: Lock = field(default_factory=_locked, repr=False)
    """Released once, to call the thread that waits here."""

    def answer(self) -> Any:
        """Return what the effect came to, or raise what it raised."""
        if self.failed is not None:
            raise self.failed
        return self.came_to


class Turn:
    """The turn to write to SQLite, which threads of one process take in the order they came.

    `most` effects share a commit at most, and none joins `seconds` after the first began.
    """

    def __init__(self, *, most: int = 16, seconds: float = 0.010) -> None:
        self.most, self.seconds = most, seconds
        self._guard = Lock()
        self._taken = False
        self._line: deque[Place] = deque()

    def __len__(self) -> int:
        """Return how many wait."""
        return len(self._line)

    def take(self, place: Place, seconds: float) -> bool:
        """Wait until it is this thread's turn (True), or until another has run its effect and committed (False).

        Raises:
            Busy: neither happened in that time; the effect was not run.
        """
        with self._guard:
            if not self._taken:
                self._taken = place.has_turn = True
                return True
            self._line.append(place)
        try:
            called = place.called.acquire(timeout=seconds)
        except BaseException:
            # Interrupted while waiting: the turn must not stay with who has left.
            if not self._leave(place) and place.has_turn:
                self.give()
            raise
        if not called and self._leave(place):
            raise Busy("The database did not answer in time. Nothing was done; please try again.")
        return place.has_turn

    def _leave(self, place: Place) -> bool:
        """Leave the line; False when the thread was called at this very moment, once what it was called for is done."""
        with self._guard:
            if place in self._line:
                self._line.remove(place)
                return True
        place.called.acquire()
        return False

    def give(self) -> None:
        """Give the turn to the next in line."""
        with self._guard:
            if not self._line:
                self._taken = False
                return
            following = self._line.popleft()
            following.has_turn = True
        following.called.release()

    def next_effect(self) -> Place | None:
        """Take the next in line out of it, when it has an effect for another to run."""
        with self._guard:
            return self._line.popleft() if self._line and self._line[0].effect else None


class Group:
    """The effects that one leader runs for others in its transaction."""

    def __init__(self, turn: Turn) -> None:
        self._turn = turn
        self._full_at = monotonic() + turn.seconds
        self._members: list[Place] = []

    def __len__(self) -> int:
        """Return how many others' effects were run."""
        return len(self._members)

    def run_others(self, connection: Connection) -> None:
        """Run the effects of those who wait, up to the bounds, each in a savepoint."""
        while len(self._members) + 1 < self._turn.most and monotonic() < self._full_at:
            place = self._turn.next_effect()
            if place is None:
                return
            self._members.append(place)
            run_apart(connection, place)

    def end(self, failed: BaseException | None = None) -> None:
        """Answer everyone whose effect was run; when the transaction failed, all of them with that it is busy."""
        for place in self._members:
            if failed is not None:
                place.failed = _as_busy(failed)
            place.called.release()


def run_apart(connection: Connection, place: Place) -> None:
    """Run a place's effect in a savepoint of a transaction under way, and keep there what it came to or raised.

    The transaction is bound to that place's workspace from then on.
    """
    assert place.effect is not None  # noqa: S101 - `next_effect` takes no other
    _bind(connection, place.workspace_id)
    _tell(connection, "SAVEPOINT effect")
    try:
        place.came_to = place.effect(connection)
    except Exception as error:  # noqa: BLE001 - raised again in the thread whose effect it is
        place.failed = error
        _settle(connection, keep=False)
        _tell(connection, "ROLLBACK TO effect")
    else:
        _settle(connection, keep=True)
    _tell(connection, "RELEASE effect")


def _bind(connection: Connection, workspace_id: str) -> None:
    if isinstance(connection, Direct):
        connection.bind(workspace_id, crmbot_joins="create_savepoint")
    else:
        connection.execution_options(crmbot_workspace=workspace_id, crmbot_joins="create_savepoint")


def _settle(connection: Connection, *, keep: bool) -> None:
    """End the savepoint that the effect's own session began, if it had one."""
    if isinstance(connection, Direct) and connection.driver is not None:
        return
    inner = connection.get_nested_transaction()
    if inner is not None:
        (inner.commit if keep else inner.rollback)()


def _tell(connection: Connection, statement: str) -> None:
    """Say it to the driver itself; the library's savepoints cost a third of an effect."""
    driver = connection.driver if isinstance(connection, Direct) else None
    driver = driver or connection.connection.driver_connection
    if not isinstance(driver, sqlite3.Connection):
        connection.exec_driver_sql(statement)
        return
    try:
        driver.execute(statement).close()
    except sqlite3.Error as error:
        raise OperationalError(statement, None, error) from error


def _as_busy(error: BaseException) -> Busy:
    if isinstance(error, Busy):
        return Busy(str(error), uncertain=error.uncertain)
    return Busy("The database did not answer in time. Nothing was done; please try again.")
