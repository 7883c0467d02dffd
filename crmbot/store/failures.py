"""What an error of the database means: it is busy, it can't be written, or somebody else was faster."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection

from crmbot.errors import Busy

BUSY_SECONDS = 2.0
"""How long a statement waits for another writer; below the 2.5 s that an answer may take."""

NO_ANSWER = "The database did not answer in time. Nothing was done; please try again."
_NOT_WRITTEN = "The database cannot be written: its disk is full, broken or read-only. Nothing was done; tell an admin."
_BROKEN = ("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_READONLY")
_BROKEN_SERVER = {"53100", "58030", "25006"}
"""PostgreSQL's codes of a full disk, of one that fails, and of a database that takes no writes."""


@contextmanager
def told_as_busy() -> Iterator[None]:
    """Raise `Busy` in place of the library's errors of a database that does not answer."""
    try:
        yield
    except (DBAPIError, NoConnection) as error:
        raise_busy(error)
        raise


def raise_busy(error: BaseException | None) -> None:
    """Raise `Busy` if this error says that the database did not answer or can't be written."""
    if _is_broken(error):
        raise Busy(_NOT_WRITTEN) from error
    if isinstance(error, OperationalError | NoConnection):
        raise Busy(NO_ANSWER) from error


def _is_broken(error: BaseException | None) -> bool:
    """Say whether SQLite gave an error one of its names, or one that begins with it, or PostgreSQL one of its codes."""
    cause = getattr(error, "orig", None)
    named = str(getattr(cause, "sqlite_errorname", "")).startswith(_BROKEN)
    return named or getattr(cause, "sqlstate", None) in _BROKEN_SERVER


def is_lost_race(error: BaseException) -> bool:
    """Say whether a database error means that another transaction won and ours may simply be tried again."""
    if not isinstance(error, DBAPIError):
        return False
    return getattr(error.orig, "sqlstate", None) in {"40001", "40P01"}
