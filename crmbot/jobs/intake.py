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
from crmbot.crm.deliveries import Share
from crmbot.crm.emails.alerts import tell_admins
from crmbot.crm.turns import plan_turns
from crmbot.errors import Busy
from crmbot.mail.batches import BATCH, LEASE, work_off
from crmbot.mail.fetching import fetch_new, reconcile, tidy
from crmbot.mail.judging import Door
from crmbot.mail.mailbox import MOST_BYTES, TIMEOUT_S, Mailbox, MailboxFailed
from crmbot.mail.oauth import AccessTokens
from crmbot.mail.pipeline import Reader
from crmbot.mail.reading import read_mail
from crmbot.service import CrmService

_FIRST_WAIT_S, _LONGEST_WAIT_S = 1.0, 300.0
_REFUSED_WAIT_S = 600.0
"""After a refused password: servers lock accounts that are tried more often."""
_RECONCILE_S = 24 * 3600.0
_ALERT_AFTER_S = 240.0
"""How long a mailbox may be out of reach before somebody is told: within five minutes."""
_LOOK_AGAIN_S = 5.0
_PLANNED = 500
"""For how many mails turns are planned at once."""
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
        others: Mapping[str, Door] | None = None,
        jitter: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self._service, self._workspace_id, self._settings = service, workspace_id, settings
        self._timeout, self._most_bytes = timeout, most_bytes
        self._read, self._lease, self._batch = read, lease, batch
        self._jitter = jitter
        mine = {settings.name: Door(workspace_id, settings.authserv_id or None)}
        self._doors = {**(others or {}), **mine}
        self._share = Share(settings.name, frozenset(self._doors) - frozenset(mine))
        self._turns: list[str] = []
        self._tokens = AccessTokens(settings, timeout=min(timeout, 10.0))
        self._failing_since: float | None = None
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
            counts = self.take_in_waiting()
            self._tidy(mailbox)
        return {"fetched": fetched, **counts}

    def take_in_waiting(self, seconds: float | None = None) -> dict[str, int]:
        """Take in the stored mail that waits, all or for so long; return how many came to which state."""
        counts: dict[str, int] = {}
        ends = time.monotonic() + seconds if seconds is not None else None
        while not self._stopping.is_set() and (ends is None or time.monotonic() < ends):
            only = self._next_in_turn()
            done = work_off(
                self._service,
                self._doors,
                self._workspace_id,
                read=self._read,
                lease=self._lease,
                batch=self._batch,
                share=self._share,
                only=only,
            )
            if not done and only is None:
                break
            counts = {state: counts.get(state, 0) + done.get(state, 0) for state in {**counts, **done}}
            if only is None and sum(done.values()) == self._batch:
                self._plan()
        return counts

    def _next_in_turn(self) -> list[str] | None:
        """Return whose turn it is; None while little waits, when the oldest are taken."""
        chosen, self._turns = self._turns[: self._batch], self._turns[self._batch :]
        return chosen or None

    def _plan(self) -> None:
        """Let every sender have a turn, as more waits than one batch."""
        with self._service.store.reading(self._workspace_id) as session:
            now = self._service.clock()
            self._turns = plan_turns(session, self._workspace_id, now, self._share, limit=_PLANNED)

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
                self._failures, self._failing_since = 0, None
                if self.take_in_waiting(_LOOK_AGAIN_S) and self._turns:
                    # A flood waits still; somebody else's mail may have come meanwhile.
                    mailbox.look()
                    continue
                self._tidy(mailbox)
                mailbox.wait(self._settings.poll_seconds, self._stopping)
                if not self._stopping.is_set():
                    mailbox.look()

    def _open(self) -> Mailbox:
        return Mailbox(self._settings, timeout=self._timeout, most_bytes=self._most_bytes, tokens=self._tokens)

    def _tidy(self, mailbox: Mailbox) -> None:
        if self._settings.move_to:
            tidy(self._service, self._workspace_id, self._settings.name, mailbox, self._settings.move_to)

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
        self._failing_since = self._failing_since or time.monotonic()
        _logger.warning("mail intake %s: %s", self._settings.name, problem)
        if state == "refused" or time.monotonic() - self._failing_since > _ALERT_AFTER_S:
            self._alert(state, problem)
        longest = min(_LONGEST_WAIT_S, _FIRST_WAIT_S * 2 ** min(self._failures, 10))
        wait = _REFUSED_WAIT_S + self._jitter(0, 60) if state == "refused" else self._jitter(0, longest)
        self._stopping.wait(wait)

    def _alert(self, state: str, problem: str) -> None:
        """Tell the admins, once a day; while the store is away nobody can be told."""
        try:
            with self._service.store.writing(self._workspace_id) as session:
                now = self._service.clock()
                tell_admins(session, self._workspace_id, self._settings.name, state, problem, now)
        except Exception:
            _logger.exception("the admins could not be told about mailbox %s", self._settings.name)
