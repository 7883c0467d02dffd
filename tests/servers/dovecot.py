"""A real Dovecot for tests: one server a worker, one mailbox account a test."""

import contextlib
import grp
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError
from servers.certificate import make_certificate
from servers.ports import free_port, wait_until_closed, wait_until_listening
from servers.programs import DOVECOT, require

HOST = "127.0.0.1"
PASSWORD = "correct-horse"


class DovecotServer:
    """A throw-away Dovecot, plain and TLS, whose accounts are made by the tests."""

    def __init__(self, program: Path) -> None:
        self.program = program
        self.port, self.tls_port = free_port(), free_port()
        self.directory = Path(tempfile.mkdtemp(prefix="crmbot-dovecot-"))
        self.certificate = make_certificate(self.directory).certificate
        self.config = self.directory / "dovecot.conf"
        self._master: subprocess.Popen[bytes] | None = None
        self._write_config()
        self.start()

    def _write_config(self) -> None:
        root = os.geteuid() == 0
        own_user, own_group = pwd.getpwuid(os.geteuid()).pw_name, grp.getgrgid(os.getegid()).gr_name
        mail = pwd.getpwnam("nobody") if root else pwd.getpwuid(os.geteuid())
        (self.directory / "mail").mkdir()
        if root:
            self.directory.chmod(0o755)
            os.chown(self.directory / "mail", mail.pw_uid, mail.pw_gid)
        template = Path(__file__).with_suffix(".conf").read_text("utf-8")
        text = template.format(
            directory=self.directory,
            certificate=self.certificate,
            key=self.directory / "key.pem",
            port=self.port,
            tls_port=self.tls_port,
            service_user="dovecot" if root else own_user,
            service_group="dovecot" if root else own_group,
            login_user="dovenull" if root else own_user,
            mail_uid=mail.pw_uid,
            mail_gid=mail.pw_gid,
            password=PASSWORD,
        )
        self.config.write_text(text, "utf-8")

    def start(self) -> None:
        """Start the server, if it isn't running, and wait until it answers."""
        if self._master is None:
            self._master = subprocess.Popen([self.program, "-F", "-c", self.config], stderr=subprocess.DEVNULL)
            wait_until_listening(self.port)

    def stop(self) -> None:
        """Stop the server, dropping every connection."""
        if self._master is not None:
            self._signal(signal.SIGKILL, self._processes())
            self._master.wait(timeout=10)
            self._master = None
            wait_until_closed(self.port)

    def freeze(self) -> None:
        """Let every connection hang: accepted by the system, answered by nobody."""
        self._signal(signal.SIGSTOP, self._processes())

    def thaw(self) -> None:
        """Let a frozen server go on."""
        self._signal(signal.SIGCONT, self._processes())

    def kill_children(self) -> None:
        """Kill -9 the processes that serve connections; the server itself stays."""
        names = {pid: Path(f"/proc/{pid}/comm").read_text("utf-8").strip() for pid in self._children()}
        self._signal(signal.SIGKILL, [pid for pid, name in names.items() if name in {"imap", "imap-login"}])

    def close(self) -> None:
        """Stop the server and remove everything it wrote."""
        self.stop()
        shutil.rmtree(self.directory)

    def doveadm(self, *arguments: str) -> None:
        """Run Dovecot's administration command."""
        command = ["doveadm", "-c", str(self.config), *arguments]
        subprocess.run(command, check=True, capture_output=True)

    def _processes(self) -> list[int]:
        return [self._master.pid, *self._children()] if self._master else []

    def _children(self) -> list[int]:
        if self._master is None:
            return []
        pid = self._master.pid
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()]

    @staticmethod
    def _signal(number: signal.Signals, pids: list[int]) -> None:
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)


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
        """Disconnect this account's clients."""
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
