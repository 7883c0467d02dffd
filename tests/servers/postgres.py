"""A real PostgreSQL for tests: one server a worker, one fresh database a test."""

import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from servers.programs import POSTGRES, require
from sqlalchemy import make_url

Migrate = Callable[[str], None]

_OPTIONS = (
    "-c listen_addresses= -c fsync=off -c synchronous_commit=off -c full_page_writes=off "
    "-c max_connections=200 -c shared_buffers=32MB -c autovacuum=off"
)
ACCOUNT = "postgres"
"""The account the server runs as when the tests run as root, which PostgreSQL refuses."""


class PostgresServer:
    """A throw-away PostgreSQL that answers on a unix socket in its own directory."""

    def __init__(self, programs: Path) -> None:
        self._programs = programs
        self.directory = Path(tempfile.mkdtemp(prefix="crmbot-pg-"))
        self._templates: dict[Migrate, str] = {}
        self._numbers = itertools.count(1)
        self._prefix: tuple[str, ...] = ()
        if os.geteuid() == 0:
            account = pwd.getpwnam(ACCOUNT)
            os.chown(self.directory, account.pw_uid, account.pw_gid)
            self._prefix = ("runuser", "-u", ACCOUNT, "--")
        self._run("initdb", "--no-sync", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C")
        self.start()
        # as in production: an owner whom row-level security binds, not a superuser
        self._execute("CREATE ROLE crmbot LOGIN")

    def start(self) -> None:
        """Start the server and wait until it answers."""
        self._run("pg_ctl", "start", "-w", "-l", f"{self.directory}/log", "-o", f"{_OPTIONS} -k {self.directory}")

    def stop(self, mode: str = "immediate") -> None:
        """Stop the server; `immediate` leaves it as a power cut would."""
        self._run("pg_ctl", "stop", "-w", "-m", mode)

    def close(self) -> None:
        """Stop the server and remove everything it wrote."""
        if (self.directory / "data" / "postmaster.pid").exists():
            self.stop()
        shutil.rmtree(self.directory)

    def url(self, database: str) -> str:
        """Return the SQLAlchemy address of a database."""
        return f"postgresql+psycopg://crmbot@/{database}?host={self.directory}"

    def create(self, template: str = "template0") -> str:
        """Make a fresh database out of a template and return its name."""
        name = f"t{next(self._numbers)}"
        self._execute(f"CREATE DATABASE {name} OWNER crmbot TEMPLATE {template}")
        return name

    def drop(self, database: str) -> None:
        """Remove a database, cutting off whoever still uses it."""
        self._execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")

    def template(self, migrate: Migrate) -> str:
        """Return the database that `migrate` has prepared; it is called once, with the database's address."""
        if migrate not in self._templates:
            name = self.create()
            migrate(self.url(name))
            self._templates[migrate] = name
        return self._templates[migrate]

    def _run(self, program: str, *arguments: str) -> None:
        command = [*self._prefix, str(self._programs / program), "-D", f"{self.directory}/data", *arguments]
        with (self.directory / "commands").open("ab") as log:
            subprocess.run(command, check=True, stdout=log, stderr=log, cwd=self.directory)

    def _execute(self, statement: str) -> None:
        address = f"host={self.directory} user=postgres dbname=postgres"
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(statement.encode())


def durable(address: str) -> str:
    """Let commits of a database survive a server that is stopped at once, as in production."""
    url = make_url(address)
    with psycopg.connect(host=str(url.query["host"]), user=url.username, dbname=url.database) as connection:
        connection.execute(f"ALTER DATABASE {url.database} SET synchronous_commit = on".encode())
    return address


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A running PostgreSQL, shared by the tests of one worker."""
    server = PostgresServer(require(POSTGRES).parent)
    yield server
    server.close()


@pytest.fixture
def postgres_template(postgres_server: PostgresServer) -> Iterator[Callable[[Migrate], str]]:
    """Call it with a migration to get the address of a fresh database that has it applied."""
    made: list[str] = []

    def fresh(migrate: Migrate) -> str:
        made.append(postgres_server.create(postgres_server.template(migrate)))
        return postgres_server.url(made[-1])

    yield fresh
    for database in made:
        postgres_server.drop(database)


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """The address of a fresh, empty PostgreSQL database."""
    database = postgres_server.create()
    yield postgres_server.url(database)
    postgres_server.drop(database)
