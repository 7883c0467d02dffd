"""The engine of each database, set up so that its transactions begin, and its statements are bound, as ours do."""

from typing import Any

from sqlalchemy import URL, Connection, create_engine, event, make_url

from crmbot.packing import packed
from crmbot.store.binding import refuse_unbound
from crmbot.store.database import Store
from crmbot.store.failures import BUSY_SECONDS
from crmbot.store.readers import Readers
from crmbot.store.rota import Seat
from crmbot.store.sqlite import begin_sqlite, end_sqlite, prepare_sqlite, release_sqlite
from crmbot.store.writer import Writer


def open_store(url: str, *, pool_size: int = 10, seat: Seat | None = None) -> Store:
    """Open the database at `url`: sqlite:///file.db or postgresql+psycopg://...

    `seat` is this process's among siblings, who take turns in writing to a file of SQLite.
    """
    parsed = make_url(url)
    is_sqlite = parsed.get_backend_name() == "sqlite"
    store = _sqlite(parsed, pool_size, seat) if is_sqlite else _postgresql(parsed, pool_size)
    engine = store.engine
    engine.hide_parameters = True  # what people wrote has no place in errors, which end in logs
    event.listen(engine, "before_cursor_execute", _guard)
    return store


def _sqlite(url: URL, pool_size: int, seat: Seat | None) -> Store:
    engine = create_engine(
        url, connect_args={"timeout": BUSY_SECONDS}, json_serializer=packed, **_sqlite_pool(url, pool_size)
    )
    event.listen(engine, "connect", prepare_sqlite)
    event.listen(engine, "begin", begin_sqlite)
    event.listen(engine, "reset", end_sqlite)
    event.listen(engine, "close", release_sqlite)
    if not _is_file(url):
        return Store(engine)
    return Store(engine, writer=Writer(engine, seat), readers=Readers(engine, pool_size, BUSY_SECONDS))


def _postgresql(url: URL, pool_size: int) -> Store:
    # Whoever stays on SQLite does without the driver.
    from crmbot.store import deferring  # noqa: F401, PLC0415 - joins those who run statements
    from crmbot.store.postgresql import begin_postgresql, connect, run_deferring  # noqa: PLC0415

    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=BUSY_SECONDS,
        json_serializer=packed,
        # Transactions are begun here, with all that is to be told in one go, and not by the driver.
        isolation_level="AUTOCOMMIT",
        connect_args={"connect_timeout": 5},
    )
    event.listen(engine, "do_connect", connect)
    event.listen(engine, "begin", begin_postgresql)
    return Store(engine, run=run_deferring)


def _is_file(url: URL) -> bool:
    return url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:")


def _sqlite_pool(url: URL, size: int) -> dict[str, Any]:
    if not _is_file(url):
        return {}
    # The readers may come to keep all; one more for the writer, and one for whoever else has the turn to write.
    return {"pool_size": size, "max_overflow": 2, "pool_timeout": BUSY_SECONDS, "pool_use_lifo": True}


def _guard(connection: Connection, _cursor: object, statement: str, *_: object) -> None:
    refuse_unbound(statement, connection.get_execution_options().get("crmbot_workspace"))
