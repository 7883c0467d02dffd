"""A real PgBouncer in front of the tests' PostgreSQL, which lends a session for each transaction."""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from servers.postgres import ACCOUNT, PostgresServer
from servers.programs import POOLER, require
from sqlalchemy import make_url

_SETTINGS = """
[databases]
* = host={server} user=crmbot
[pgbouncer]
unix_socket_dir = {folder}
auth_type = any
pool_mode = transaction
default_pool_size = 2
max_client_conn = 100
logfile = {folder}/log
"""
_PORT = 6432
"""Which it listens at unless told otherwise."""
_SECONDS = 10.0


class Pooler:
    """A PgBouncer on a unix socket of its own."""

    def __init__(self, program: Path, server: PostgresServer) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="crmbot-pool-"))
        settings = self.directory / "pgbouncer.ini"
        settings.write_text(_SETTINGS.format(server=server.directory, folder=self.directory))
        command = [str(program), "--quiet", str(settings)]
        if os.geteuid() == 0:
            account = pwd.getpwnam(ACCOUNT)
            os.chown(self.directory, account.pw_uid, account.pw_gid)
            command = ["runuser", "-u", ACCOUNT, "--", *command]
        self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._server = server

    def url(self, address: str) -> str:
        """Return the address of a database by way of this."""
        url = make_url(address.replace(str(self._server.directory), str(self.directory)))
        return url.update_query_dict({"port": str(_PORT)}).render_as_string()

    def wait(self, address: str) -> None:
        """Return once it lends sessions."""
        url, until = make_url(self.url(address)), time.monotonic() + _SECONDS
        while not self._lends(url.database):
            assert time.monotonic() < until, "PgBouncer did not come up"
            time.sleep(0.02)

    def _lends(self, database: str | None) -> bool:
        try:
            psycopg.connect(host=str(self.directory), port=_PORT, user="crmbot", dbname=database).close()
        except psycopg.OperationalError:
            return False
        return True

    def close(self) -> None:
        """Stop it."""
        self._process.terminate()
        self._process.wait()
        shutil.rmtree(self.directory)


@pytest.fixture
def pooled_url(postgres_server: PostgresServer, postgres_store_url: str) -> Iterator[str]:
    """The address of a fresh store on PostgreSQL by way of PgBouncer."""
    pooler = Pooler(require(POOLER), postgres_server)
    try:
        pooler.wait(postgres_store_url)
        yield pooler.url(postgres_store_url)
    finally:
        pooler.close()
