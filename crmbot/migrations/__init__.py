"""Bringing a store to this version's tables, and telling whether it is there."""

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from crmbot.errors import Conflict
from crmbot.models import Base
from crmbot.store import Store


def upgrade(store: Store, to: str = "head") -> None:
    """Run every migration the store lacks, up to `to`, in one transaction each database allows; who comes second waits.

    On SQLite foreign keys are off meanwhile (a rebuilt table would take its children along) and checked before the end.

    Raises:
        Conflict: a newer program has been at the store.
    """
    pending(store)
    with store.engine.connect() as connection:
        if store.is_sqlite:
            _without_foreign_keys(connection, to)
        else:
            with connection.begin():
                _wait_for_others(connection)
                command.upgrade(_config(connection), to)


def pending(store: Store) -> tuple[str, ...]:
    """Return the revisions that the store lacks, oldest first.

    Raises:
        Conflict: a newer program has been at the store.
    """
    script = ScriptDirectory.from_config(_config(None))
    with store.engine.connect() as connection, connection.begin():
        current = MigrationContext.configure(connection).get_current_revision()
    if current is not None and current not in {revision.revision for revision in script.walk_revisions()}:
        raise Conflict(f"The store is newer than this program ({current}). Install the newer crmbot.")
    missing = [revision.revision for revision in script.iterate_revisions("head", current or "base")]
    return tuple(reversed(missing))


def differences(store: Store) -> list[str]:
    """Return how the store's tables differ from the models, in Alembic's words; none when they agree."""
    with store.engine.connect() as connection, connection.begin():
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return [str(difference) for difference in compare_metadata(context, Base.metadata)]


def _wait_for_others(connection: Connection) -> None:
    """Hold the one lock that every upgrade of this database takes, until the transaction ends."""
    within = connection.exec_driver_sql("SHOW lock_timeout").scalar_one()
    connection.exec_driver_sql("SET LOCAL lock_timeout = '10min'")
    connection.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtext('crmbot.migrations'))")
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{within}'")


def _without_foreign_keys(connection: Connection, to: str) -> None:
    raw = connection.connection.driver_connection
    assert raw is not None  # noqa: S101 - a connection that was just opened has its driver's
    raw.execute("PRAGMA foreign_keys=OFF").close()
    try:
        with connection.begin():
            command.upgrade(_config(connection), to)
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
            if broken:
                raise RuntimeError(f"the migration would leave {len(broken)} rows without what they point at")
    finally:
        raw.execute("PRAGMA foreign_keys=ON").close()


def _config(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
