"""How a mailbox with 10,000 mails at once is worked off: from a real Dovecot to committed activities, on SQLite.

Run `python bench/mail_flood.py` where Dovecot is installed. The intake runs as in `crmbot worker`, with its reading
process; mails a second are by the clock, the memory is the most that the worker and its reader ever held.
"""

import argparse
import tempfile
import time
from pathlib import Path

from bench.postbag import make_mails, prepare
from crmbot.config.settings import IntakeSettings
from crmbot.jobs.intake import Intake
from crmbot.mail.guarded.reader import GuardedReader
from crmbot.migrations import upgrade
from crmbot.playground.dovecot import HOST, PASSWORD, DovecotServer, find_dovecot
from crmbot.store import open_store

USER = "crm"


def flood(server: DovecotServer, count: int) -> None:
    """Put the mails into the mailbox; the floor of any reader is to fetch them."""
    for raw in make_mails(count):
        server.deliver(USER, raw)


def settings(server: DovecotServer) -> IntakeSettings:
    """Return the mailbox's settings."""
    return IntakeSettings(
        host=HOST, port=server.port, tls="none", user=USER, password=PASSWORD, authserv_id="mx.ours.example", idle=False
    )


def most_memory(pid: int | str | None = "self") -> float:
    """Return the most megabytes that a process ever held."""
    lines = Path(f"/proc/{pid}/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def main() -> None:
    """Print the speed, the processor time and the memory."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--mails", type=int, default=10_000)
    count = arguments.parse_args().mails
    program = find_dovecot()
    if program is None:
        raise SystemExit("Dovecot is not installed; on Debian: apt-get install dovecot-imapd")
    server = DovecotServer(program)
    with tempfile.TemporaryDirectory() as folder, GuardedReader() as read:
        flood(server, count)
        store = open_store(f"sqlite:///{Path(folder)}/bench.db")
        upgrade(store)
        service, workspace_id = prepare(store)
        idle = most_memory()
        read(b"")
        intake = Intake(service, workspace_id, settings(server), read=read)
        began, used = time.perf_counter(), time.process_time()
        counts = intake.poll_once()
        spent, own = time.perf_counter() - began, time.process_time() - used
        worker, child = most_memory(), most_memory(read.pid)
        store.close()
    server.close()
    print(f"{counts}")
    print(
        f"{count / spent:6.0f} mails/s by the clock, {own / count * 1000:.2f} ms of the worker's processor time a mail"
    )
    print(f"most memory: worker {worker:.0f} MB ({idle:.0f} MB before the flood), its reader {child:.0f} MB")


if __name__ == "__main__":
    main()
