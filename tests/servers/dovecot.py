"""A real Dovecot for tests: one server a worker, one mailbox account a test."""

import contextlib
import itertools
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError
from servers.certificate import make_certificate
from servers.programs import DOVECOT, require

from crmbot.playground.dovecot import HOST, PASSWORD
from crmbot.playground.dovecot import DovecotServer as LocalDovecot
from crmbot.playground.ports import free_port


class DovecotServer(LocalDovecot):
    """A throw-away Dovecot, plain and TLS, with the faults that tests cause."""

    def __init__(self, program: Path) -> None:
        self.certificate = Path()
        super().__init__(program)

    def tls_settings(self) -> str:
        """Listen with a certificate of our own too."""
        self.tls_port = free_port()
        self.certificate = make_certificate(self.directory).certificate
        return f"ssl = yes\nssl_cert = <{self.certificate}\nssl_key = <{self.directory / 'key.pem'}\n{self._tokens()}"

    def _tokens(self) -> str:
        """Take access tokens in place of a password; a provider on `token_port` is asked whose each is."""
        self.token_port = free_port()
        file = self.directory / "oauth2.conf"
        file.write_text(
            f"introspection_mode = post\nintrospection_url = http://127.0.0.1:{self.token_port}/introspect\n"
            "username_attribute = username\nactive_attribute = active\nactive_value = true\n",
            "ascii",
        )
        mechanisms = "xoauth2 oauthbearer"
        passdb = f"passdb {{\n  driver = oauth2\n  mechanisms = {mechanisms}\n  args = {file}\n}}"
        return f"auth_mechanisms = plain {mechanisms}\n{passdb}"

    def freeze(self) -> None:
        """Let every connection hang: accepted by the system, answered by nobody."""
        self._signal(signal.SIGSTOP, self._processes())

    def thaw(self) -> None:
        """Let a frozen server go on."""
        self._signal(signal.SIGCONT, self._processes())

    def kill_children(self) -> None:
        """Kill -9 the processes that serve connections; the server itself stays."""
        names = {}
        for pid in self._children():
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it ended by itself meanwhile
                names[pid] = Path(f"/proc/{pid}/comm").read_text("utf-8").strip()
        self._signal(signal.SIGKILL, [pid for pid, name in names.items() if name in {"imap", "imap-login"}])

    def doveadm(self, *arguments: str) -> None:
        """Run Dovecot's administration command."""
        command = ["doveadm", "-c", str(self.config), *arguments]
        subprocess.run(command, check=True, capture_output=True)


class Dovecot:
    """One account of a running Dovecot, and the faults a test may cause to its server."""

    def __init__(self, server: DovecotServer, user: str) -> None:
        self.server = server
        self.host, self.port, self.tls_port = HOST, server.port, server.tls_port
        self.certificate = server.certificate
        self.user, self.password = user, PASSWORD
        self.stop, self.start = server.stop, server.start
        self.freeze, self.thaw = server.freeze, server.thaw
        self.kill_children = server.kill_children

    @contextlib.contextmanager
    def client(self, mailbox: str | None = None) -> Iterator[IMAPClient]:
        """Open a client that is logged in, with the mailbox selected when one is named."""
        with IMAPClient(self.host, self.port, ssl=False, timeout=10) as client:
            client.normalise_times = False
            client.login(self.user, self.password)
            if mailbox is not None:
                client.select_folder(mailbox)
            yield client

    def save(self, raw: bytes, mailbox: str = "INBOX") -> int:
        """Put a mail into a mailbox, made when missing, and return its UID."""
        with self.client() as client:
            with contextlib.suppress(IMAPClientError):
                client.create_folder(mailbox)
            answer: bytes = client.append(mailbox, raw)
        return int(answer.split(b"]")[0].split()[-1])

    def list_uids(self, mailbox: str = "INBOX") -> list[int]:
        """Return the UIDs in a mailbox, ascending."""
        with self.client(mailbox) as client:
            return sorted(client.search("ALL"))

    def expunge(self, uid: int, mailbox: str = "INBOX") -> None:
        """Remove one mail for good."""
        with self.client(mailbox) as client:
            client.delete_messages([uid])
            client.expunge([uid])

    def set_uid_validity(self, mailbox: str, uid_validity: int) -> None:
        """Give the mailbox another UIDVALIDITY, as a rebuilt server does."""
        self.server.doveadm("mailbox", "update", "-u", self.user, "--uid-validity", str(uid_validity), mailbox)

    def kick(self) -> None:
        """Disconnect this account's clients, if any are there."""
        with contextlib.suppress(subprocess.CalledProcessError):
            self.server.doveadm("kick", self.user)


_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def dovecot_server() -> Iterator[DovecotServer]:
    """A running Dovecot, shared by the tests of one worker."""
    server = DovecotServer(require(DOVECOT))
    yield server
    server.close()


@pytest.fixture
def dovecot(dovecot_server: DovecotServer) -> Iterator[Dovecot]:
    """A fresh, empty account on a real Dovecot, running again after whatever the test did to it."""
    yield Dovecot(dovecot_server, f"intake{next(_numbers)}")
    dovecot_server.thaw()
    dovecot_server.start()
