"""How a transaction begins on PostgreSQL: in one round trip, bound to its workspace and to a time a statement."""

from functools import lru_cache

from sqlalchemy import Connection, text
from sqlalchemy.engine import Dialect

_SECONDS = 60.0
"""How long a statement may take when nobody said."""

_SETTINGS = text(
    "SELECT set_config('crmbot.workspace', :workspace, true), set_config('statement_timeout', :milliseconds, true)"
)


def begin_postgresql(connection: Connection) -> None:
    """Begin a transaction of the workspace that the connection's options name, if they do; its driver begins none."""
    options = connection.get_execution_options()
    workspace = options.get("crmbot_workspace")
    if workspace is None:
        connection.exec_driver_sql("BEGIN")
        return
    begin = "BEGIN" if options.get("crmbot_write", True) else "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
    settings = _settings(workspace, options.get("crmbot_seconds", _SECONDS), connection.dialect)
    connection.exec_driver_sql(f"{begin}; {settings}")


@lru_cache(maxsize=1_000)
def _settings(workspace: str, seconds: float, dialect: Dialect) -> str:
    """Return the statement that binds a transaction, its values written out: parameters can't share a round trip."""
    bound = _SETTINGS.bindparams(workspace=workspace, milliseconds=f"{seconds * 1000:.0f}")
    return str(bound.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
