"""A throw-away IMAP server: Debian's Dovecot on loopback, with accounts that come into being at their first log-in."""

import contextlib
import grp
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from crmbot.playground.ports import free_port, wait_until_closed, wait_until_listening

HOST = "127.0.0.1"
PASSWORD = "correct-horse"  # noqa: S105 - of a server that only this machine reaches, and only now
_CONFIG = Path(__file__).with_name("dovecot.conf")


def find_dovecot() -> Path | None:
    """Return Dovecot's program, or None when this machine lacks it."""
    found = shutil.which("dovecot") or shutil.which("/usr/sbin/dovecot")
    return Path(found) if found else None


class DovecotServer:
    """A Dovecot that keeps everything in a folder of its own and is gone after `close`."""

    def __init__(self, program: Path) -> None:
        """Write the configuration and start; any account has the same password."""
        self.program = program
        self.port, self.tls_port = free_port(), 0
        self.directory = Path(tempfile.mkdtemp(prefix="crmbot-dovecot-"))
        self.config = self.directory / "dovecot.conf"
        self._master: subprocess.Popen[bytes] | None = None
        self._write_config()
        self.start()

    def tls_settings(self) -> str:
        """Return Dovecot's lines about certificates; none here, as nothing leaves the machine."""
        return "ssl = no"

    def start(self) -> None:
        """Start the server, if it isn't running, and wait until it answers."""
        if self._master is None:
            command = [str(self.program), "-F", "-c", str(self.config)]
            self._master = subprocess.Popen(command, stderr=subprocess.DEVNULL)  # noqa: S603 - a program found on PATH
            wait_until_listening(self.port)

    def stop(self) -> None:
        """Stop the server, dropping every connection."""
        if self._master is not None:
            self._signal(signal.SIGKILL, self._processes())
            self._master.wait(timeout=10)
            self._master = None
            wait_until_closed(self.port)

    def close(self) -> None:
        """Stop the server and remove everything it wrote."""
        self.stop()
        shutil.rmtree(self.directory)

    def deliver(self, user: str, raw: bytes) -> None:
        """Put a mail into an account's inbox, as a delivery agent does: written aside, then moved in whole."""
        maildir = self.directory / "mail" / user
        for name in ("tmp", "new", "cur"):
            (maildir / name).mkdir(parents=True, exist_ok=True)
        aside = maildir / "tmp" / f"{time.time_ns()}.crmbot"
        aside.write_bytes(raw)
        if os.geteuid() == 0:
            owner = pwd.getpwnam("nobody")
            for path in (maildir, *maildir.iterdir(), aside):
                os.chown(path, owner.pw_uid, owner.pw_gid)
        aside.rename(maildir / "new" / aside.name)

    def _write_config(self) -> None:
        root = os.geteuid() == 0
        own_user, own_group = pwd.getpwuid(os.geteuid()).pw_name, grp.getgrgid(os.getegid()).gr_name
        mail = pwd.getpwnam("nobody") if root else pwd.getpwuid(os.geteuid())
        (self.directory / "mail").mkdir()
        if root:
            self.directory.chmod(0o755)
            os.chown(self.directory / "mail", mail.pw_uid, mail.pw_gid)
        text = _CONFIG.read_text("utf-8").format(
            directory=self.directory,
            tls=self.tls_settings(),
            tls_listener="yes" if self.tls_port else "no",
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
