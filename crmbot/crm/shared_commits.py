"""Effects of one worker that share a commit: each all or nothing by itself, none told before all are saved."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from crmbot.store import Store
from crmbot.store.grouping import Place, run_apart

Answer = TypeVar("Answer")


class TryAlone(Exception):
    """An effect lost a race, which a transaction of its own would win; nothing of it was done."""


@contextmanager
def sharing(store: Store, workspace_id: str) -> Iterator[Store]:
    """Open a store whose effects are committed together when the block ends, or not at all when an error leaves it.

    Raises:
        Busy: the database did not answer or could not be written; no effect was kept, unless it is `uncertain`.
    """
    with store.transaction(workspace_id, write=True) as connection:
        yield _SharedCommit(store.engine, store.turn, store.engines, connection=connection)


@dataclass(frozen=True, slots=True)
class _SharedCommit(Store):
    """A store of which every effect is a savepoint of one transaction."""

    connection: Connection = field(kw_only=True)

    def apply(
        self,
        workspace_id: str,
        effect: Callable[[Connection], Answer],
        *,
        alone: bool = False,
        meanwhile: Callable[[Answer], object] | None = None,
    ) -> Answer:
        """Run an effect and return what it returned, which counts once all are committed.

        Raises:
            TryAlone: another transaction was in its way.
        """
        del alone, meanwhile  # The commit is somebody else's.
        place = Place(workspace_id, effect)
        run_apart(self.connection, place)
        try:
            answer: Answer = place.answer()
        except (StaleDataError, IntegrityError, DBAPIError) as error:
            raise TryAlone(f"{type(error).__name__}: {error}") from error
        return answer
