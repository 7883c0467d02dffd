"""The mail intake: watches one mailbox, stores what comes and takes it in; health is what arrives."""

import logging
import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from crmbot.config.settings import IntakeSettings
from crmbot.crm import deliveries
from crmbot.errors import Busy
from crmbot.mail.fetching import fetch_new, reconcile
from crmbot.mail.judging import Door
from crmbot.mail.mailbox import MOST_BYTES, TIMEOUT_S, Mailbox, MailboxFailed
from crmbot.mail.pipeline import BATCH, LEASE, Reader, work_off
from crmbot.mail.reading import read_mail
from crmbot.service import CrmService

_FIRST_WAIT_S, _LONGEST_WAIT_S = 1.0, 300.0
_REFUSED_WAIT_S = 600.0
"""After a refused password: servers lock accounts that are tried more often."""
_RECONCILE_S = 24 * 3600.0
_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class IntakeHealth:
    """How an intake does. `state` is starting, reading, unreachable, refused (the password) or stopped."""

    mailbox: str
    state: str
    last_round_trip_at: datetime | None
    last_mail_at: datetime | None
    problem: str | None
    deliveries: Mapping[str, int]
    """How many stored mails are in each state; `fetched` ones wait."""


class Intake:
    """Takes mail in from one mailbox, in a thread of its own or once."""

    def __init__(
        self,
        service: CrmService,
        workspace_id: str,
        settings: IntakeSettings,
        *,
        timeout: float = TIMEOUT_S,
        most_bytes: int = MOST_BYTES,
        read: Reader = read_mail,
        lease: timedelta = LEASE,
        batch: int = BATCH,
        jitter: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self._service, self._workspace_id, self._settings = service, workspace_id, settings
        self._timeout, self._most_bytes = timeout, most_bytes
        self._read, self._lease, self._batch = read, lease, batch
        self._jitter = jitter
        self._doors = {settings.name: Door(workspace_id, settings.authserv_id or None)}
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._failures = 0
        self._reconcile_at = 0.0
        self._state, self._problem = "starting", ""
        self._last_round_trip_at: datetime | None = None
        self._last_mail_at: datetime | None = None

    def poll_once(self) -> dict[str, int]:
        """Read everything new and take it in; return how many were fetched, and how many came to which state.

        Raises:
            MailboxFailed: the server can't be reached or refuses.
        """
        with self._open() as mailbox:
            fetched = self._fetch(mailbox)
        return {"fetched": fetched, **self.take_in_waiting()}

    def take_in_waiting(self) -> dict[str, int]:
        """Take in every stored mail that waits; return how many came to which state."""
        counts: dict[str, int] = {}
        while not self._stopping.is_set():
            done = work_off(
                self._service,
                self._doors,
                self._workspace_id,
                read=self._read,
                lease=self._lease,
                batch=self._batch,
            )
            if not done:
                break
            counts = {state: counts.get(state, 0) + done.get(state, 0) for state in {**counts, **done}}
        return counts

    def start(self) -> None:
        """Watch the mailbox in the background until stopped."""
        self._stopping.clear()
        self._thread = threading.Thread(target=self._run, name=f"crmbot-intake-{self._settings.name}", daemon=True)
        self._thread.start()

    def stop(self, seconds: float = 8.0) -> None:
        """Stop within seconds; what was stored and not yet taken in waits for the next start."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(seconds)
            self._thread = None
        self._state = "stopped"

    @property
    def failures(self) -> int:
        """How often in a row the mailbox could not be read."""
        return self._failures

    def health(self) -> IntakeHealth:
        """Return what tells progress: the last answer of the server, the last mail, what waits."""
        with self._service.store.reading(self._workspace_id) as session:
            counts = deliveries.count_by_state(session, self._workspace_id)
        return IntakeHealth(
            self._settings.name,
            self._state,
            self._last_round_trip_at,
            self._last_mail_at,
            self._problem or None,
            counts,
        )

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._watch()
            except MailboxFailed as failure:
                self._failed("refused" if failure.refused else "unreachable", str(failure))
            except Busy as failure:
                self._failed("unreachable", str(failure))
            except Exception as error:
                _logger.exception("the intake of %s broke; trying again", self._settings.name)
                self._failed("unreachable", f"crmbot failed: {type(error).__name__}")

    def _watch(self) -> None:
        # What an earlier process stored needs no server.
        self.take_in_waiting()
        with self._open() as mailbox:
            while not self._stopping.is_set():
                self._fetch(mailbox)
                self._failures = 0
                self.take_in_waiting()
                mailbox.wait(self._settings.poll_seconds, self._stopping)
                if not self._stopping.is_set():
                    mailbox.look()

    def _open(self) -> Mailbox:
        return Mailbox(self._settings, timeout=self._timeout, most_bytes=self._most_bytes)

    def _fetch(self, mailbox: Mailbox) -> int:
        name = self._settings.name
        fetched = fetch_new(self._service, self._workspace_id, name, mailbox)
        if time.monotonic() >= self._reconcile_at:
            fetched += reconcile(self._service, self._workspace_id, name, mailbox)
            self._reconcile_at = time.monotonic() + _RECONCILE_S
        self._state, self._problem = "reading", ""
        self._last_round_trip_at = self._service.clock()
        if fetched:
            self._last_mail_at = self._last_round_trip_at
        return fetched

    def _failed(self, state: str, problem: str) -> None:
        self._state, self._problem = state, problem
        self._failures += 1
        _logger.warning("mail intake %s: %s", self._settings.name, problem)
        longest = min(_LONGEST_WAIT_S, _FIRST_WAIT_S * 2 ** min(self._failures, 10))
        wait = _REFUSED_WAIT_S + self._jitter(0, 60) if state == "refused" else self._jitter(0, longest)
        self._stopping.wait(wait)
