"""Backup and restore of the whole store: SQLite's online copy, or PostgreSQL's own programs."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import OperationalError

from crmbot.errors import BadInput, Conflict, NotFound
from crmbot.store import open_store

Progress = Callable[[float], None]

_PAGES = 2_000
"""Of one step of a copy."""

_BUSY_SECONDS = 10.0


def back_up(url: str, file: Path, *, force: bool, progress: Progress) -> None:
    """Copy the store to a file, consistent and checked, while others write.

    Raises:
        Conflict: the file is there and `force` is not given.
        NotFound: there is no store, or PostgreSQL's programs are not installed.
        BadInput: the copy failed, or the address is a pooler's; no file is left behind.
    """
    if file.exists() and not force:
        raise Conflict(f"{file} is there already. Give another name, or --force to replace it.")
    address = make_url(url)
    partial = file.with_name(f"{file.name}.part")
    partial.unlink(missing_ok=True)
    try:
        if address.get_backend_name() == "sqlite":
            _copy_sqlite(_sqlite_file(address), partial, progress)
        else:
            _refuse_pooler(url, "backup")
            _run_postgresql(address, "pg_dump", "--format=custom", "--enable-row-security", f"--file={partial}")
            _run_postgresql(None, "pg_restore", "--list", str(partial))
        partial.replace(file)
    except OSError as error:
        raise BadInput(f"{file} can't be written: {error.strerror}.") from error
    finally:
        partial.unlink(missing_ok=True)


def restore(url: str, file: Path, *, force: bool, progress: Progress) -> None:
    """Put a backup in the store's place.

    Raises:
        Conflict: there is a store with tables already and `force` is not given.
        BadInput: the file is no backup or is damaged, or the address is a pooler's; the store is as it was.
    """
    address = make_url(url)
    if address.get_backend_name() != "sqlite":
        _refuse_pooler(url, "restore")
        words = ["--clean", "--if-exists"] if force else []
        _run_postgresql(
            address, "pg_restore", "--no-owner", "--single-transaction", "--exit-on-error", *words, str(file)
        )
        return
    _check_sqlite(file)
    target = Path(address.database or "")
    if target.exists() and target.stat().st_size and not force:
        raise Conflict(f"There is a store at {target}. --force puts the backup in its place; what it holds is lost.")
    _copy_sqlite(file, target, progress)


def _sqlite_file(address: URL) -> Path:
    file = Path(address.database or "")
    if not address.database or not file.is_file():
        raise NotFound(f"There is no store at {address.database or 'this address'}.")
    return file


def _copy_sqlite(source: Path, target: Path, progress: Progress) -> None:
    """Copy page by page inside one read transaction, so that writers neither wait nor show; then check the copy."""
    try:
        with (
            closing(sqlite3.connect(source, timeout=_BUSY_SECONDS, isolation_level=None)) as reader,
            closing(sqlite3.connect(target, timeout=_BUSY_SECONDS, isolation_level=None)) as writer,
        ):
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM sqlite_master").fetchone()
            reader.backup(
                writer, pages=_PAGES, progress=lambda _status, left, total: progress(1 - left / max(total, 1))
            )
            # one file alone, without the log beside it
            writer.execute("PRAGMA journal_mode=DELETE").fetchone()
        _check_sqlite(target)
    except sqlite3.Error as error:
        raise BadInput(f"{source} could not be copied to {target}: {error}.") from error


def _check_sqlite(file: Path) -> None:
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as reader:
            said = reader.execute("PRAGMA integrity_check").fetchone()[0]
            ours = reader.execute("SELECT count(*) FROM sqlite_master WHERE name = 'alembic_version'").fetchone()[0]
    except sqlite3.Error as error:
        raise BadInput(f"{file} is no backup of crmbot: {error}.") from error
    if said != "ok":
        raise BadInput(f"{file} is damaged: {said}")
    if not ours:
        raise BadInput(f"{file} is no backup of crmbot: it lacks its tables.")


def _refuse_pooler(url: str, asked: str) -> None:
    """Refuse an address where settings don't last: a copy would hold no workspace at all, without an error."""
    # Whoever stays on SQLite does without the driver.
    from crmbot.store.postgresql import server_of  # noqa: PLC0415

    try:
        with closing(open_store(url, pool_size=1)) as store, store.engine.connect() as connection:
            is_lent = server_of(connection).is_lent
    except OperationalError as error:
        raise BadInput(f"The database can't be reached: {error.orig}".strip()) from error
    if is_lent:
        raise BadInput(
            f"This is a pooler's address (PgBouncer's, for example), and a {asked} needs PostgreSQL itself. "
            f"Give its own address for this once: CRMBOT_STORE_URL=postgresql://… crmbot {asked} FILE"
        )


def _run_postgresql(address: URL | None, program: str, *words: str) -> None:
    """Run one of PostgreSQL's programs; the password goes by the environment, where no other user reads it."""
    found = shutil.which(program)
    if found is None:
        raise NotFound(
            f"{program} is not installed here. Install PostgreSQL's client programs (Debian: postgresql-client), "
            "or back up on the database's own machine."
        )
    # the row-level policies of the tables let this setting see every workspace
    environment = {**os.environ, "PGOPTIONS": "-c crmbot.workspace=*"}
    target: list[str] = []
    if address is not None:
        environment["PGPASSWORD"] = str(address.password or "")
        target = [f"--dbname={address.set(drivername='postgresql', password=None).render_as_string()}", "--no-password"]
    command = [found, *target, *words]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - our words
    if done.returncode:
        raise BadInput(
            f"{program} failed: {done.stderr.strip().splitlines()[-1] if done.stderr.strip() else 'unknown'}"
        )
