"""The sender: takes messages out of the outbox and delivers each, several destinations at once."""

import logging
import random
import threading
import time
from collections.abc import Mapping
from datetime import datetime, timedelta

from crmbot.crm import outbox
from crmbot.crm.outbox import LEASE, OutboxMessage
from crmbot.domain.clock import Clock
from crmbot.errors import Busy
from crmbot.failpoints import reach
from crmbot.jobs.delivery import PACES, Delivery, Gateway, Jitter
from crmbot.store import EVERY_WORKSPACE, Store

_logger = logging.getLogger(__name__)


class Sender:
    """Sends what the outbox holds; any number of senders may share one.

    `gateways` are by family: slack, mail, notice. At most `slots` messages are under way at once.
    """

    def __init__(
        self,
        store: Store,
        gateways: Mapping[str, Gateway],
        clock: Clock,
        *,
        lease: timedelta = LEASE,
        slots: int = 4,
        idle_seconds: float = 0.5,
        paces: Mapping[str, timedelta] = PACES,
        jitter: Jitter = random.uniform,
    ) -> None:
        self._store, self._clock, self._lease = store, clock, lease
        self._delivery = Delivery(store, gateways, clock, paces=paces, jitter=jitter)
        self._slots, self._idle_seconds = slots, idle_seconds
        self._free = threading.Semaphore(slots)
        self._awake, self._stopping = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None
        self._last_sent_at: datetime | None = None

    def run_once(self) -> int:
        """Try everything that may be sent now, one after the other, and return how many arrived."""
        arrived = 0
        while claimed := self._claim(1):
            arrived += self._deliver(claimed[0])
        return arrived

    def start(self) -> None:
        """Send in the background until stopped."""
        self._stopping.clear()
        self._thread = threading.Thread(target=self._run, name="crmbot-sender", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Look at the outbox now instead of at the next turn."""
        self._awake.set()

    def stop(self, seconds: float = 8.0) -> None:
        """Claim nothing more and wait for calls under way; what outlasts that is looked up by the next sender."""
        deadline = time.monotonic() + seconds
        self._stopping.set()
        self._awake.set()
        if self._thread is not None:
            self._thread.join(seconds)
            self._thread = None
        waited = [self._free.acquire(timeout=max(0.0, deadline - time.monotonic())) for _ in range(self._slots)]
        for _ in range(waited.count(True)):
            self._free.release()

    def health(self) -> Mapping[str, object]:
        """Return what tells progress: the last message sent, and what waits."""
        with self._store.reading(EVERY_WORKSPACE) as session:
            facts = outbox.read_facts(session)
        return {
            "last_sent_at": self._last_sent_at,
            "unsent": facts.unsent,
            "oldest_unsent_at": facts.oldest_unsent_at,
            "parked": facts.parked,
        }

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                busy = self._start_deliveries()
            except Exception:
                _logger.exception("the outbox could not be read; trying again")
                busy = False
            if not busy:
                self._awake.wait(self._idle_seconds)
                self._awake.clear()

    def _start_deliveries(self) -> bool:
        """Start a thread for each message that can be sent now; say whether there was any."""
        if not self._free.acquire(timeout=1):
            return False
        taken = 1
        while taken < self._slots and self._free.acquire(blocking=False):
            taken += 1
        claimed: tuple[OutboxMessage, ...] = ()
        try:
            if not self._stopping.is_set():
                claimed = self._claim(taken)
        finally:
            for _ in range(taken - len(claimed)):
                self._free.release()
        for message in claimed:
            threading.Thread(target=self._deliver_and_free, args=(message,), daemon=True).start()
        return bool(claimed)

    def _deliver_and_free(self, message: OutboxMessage) -> None:
        try:
            self._deliver(message)
        except Busy:
            # Its lease runs out and the next sender looks it up: nothing is lost.
            _logger.warning("the database was busy; message %s is settled later", message.id)
        finally:
            self._free.release()
            self._awake.set()

    def _deliver(self, message: OutboxMessage) -> bool:
        arrived = self._delivery.deliver(message, self._lease)
        if arrived:
            self._last_sent_at = self._clock()
        return arrived

    def _claim(self, limit: int) -> tuple[OutboxMessage, ...]:
        now = self._clock()
        with self._store.reading(EVERY_WORKSPACE) as session:
            if not outbox.something_is_ready(session, now, self._lease):
                return ()
        with self._store.writing(EVERY_WORKSPACE) as session:
            claimed = outbox.claim(session, now, limit=limit, lease=self._lease)
        if claimed:
            reach("outbox.claimed")
        return claimed
