"""One claimed message: look for an earlier send, send, and settle what became of it."""

import logging
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Protocol, TypeVar

from crmbot.crm import outbox
from crmbot.crm.destinations import CHECK
from crmbot.crm.outbox import OutboxMessage
from crmbot.domain.clock import Clock
from crmbot.errors import Conflict, SendFailed
from crmbot.failpoints import reach
from crmbot.store import Store

MOST_TRIES = 20
"""After so many a message is parked, if others get through; in an outage of all it goes on for `LONGEST_TRYING`."""
LONGEST_TRYING = timedelta(days=1)
PACES: Mapping[str, timedelta] = {"slack": timedelta(seconds=1), "notice": timedelta(seconds=1)}
"""How far apart messages of one destination are sent."""
LONGEST_CALL = timedelta(seconds=30)
"""What a look-up and a call may take together; one with a chart's picture takes several."""

_FIRST_WAIT, _GROWTH, _LONGEST_WAIT = 5.0, 3.0, 300.0
_LOOK_AFTER = timedelta(seconds=5)
"""The other side's history may lag behind its answers."""

_logger = logging.getLogger(__name__)
Result = TypeVar("Result")
Jitter = Callable[[float, float], float]


class Gateway(Protocol):
    """Sends messages of one family, one attempt at a time."""

    def send(self, message: OutboxMessage) -> str:
        """Send and return the other side's name for it; says so in the message when `message.resent`.

        Raises:
            SendFailed: it was not sent, or nobody knows.
        """
        ...

    def find(self, message: OutboxMessage) -> str | None:
        """Return the other side's name for an earlier send of this message, or None when there was none.

        Raises:
            SendFailed: it can't be looked up now, or at all (`permanent`).
        """
        ...


class Delivery:
    """Delivers messages through the gateway of their family, the word before the dot of their kind."""

    def __init__(
        self,
        store: Store,
        gateways: Mapping[str, Gateway],
        clock: Clock,
        *,
        paces: Mapping[str, timedelta],
        jitter: Jitter,
    ) -> None:
        self._store, self._gateways, self._clock = store, gateways, clock
        self._paces, self._jitter = paces, jitter

    def deliver(self, message: OutboxMessage, held_for: timedelta) -> bool:
        """Try a message that is ours for `held_for`, and settle it; True when it is known to have arrived."""
        give_up_at = time.monotonic() + (held_for - LONGEST_CALL).total_seconds()
        gateway = self._gateways.get(message.family)
        if gateway is None:
            self._park(message, f"Nothing here sends {message.family} messages; set it up in the config.")
            return False
        try:
            message, receipt = self._look_up(gateway, message)
            if receipt is None:
                reach("outbox.before_call")
                if time.monotonic() > give_up_at:
                    # This process was stopped for longer than the lease: the message may be somebody else's by now.
                    return False
                receipt = _call(gateway.send, message)
                reach("outbox.after_call")
        except SendFailed as failure:
            self._failed(message, failure)
            return False
        except Conflict:
            # The lease ran out, and another sender has it now.
            return False
        return self._mark_sent(message, receipt)

    def _look_up(self, gateway: Gateway, message: OutboxMessage) -> tuple[OutboxMessage, str | None]:
        """Return the receipt of an earlier send; where nothing can be looked up, the message flagged for one resend."""
        if not message.uncertain:
            return message, None
        try:
            return message, _call(gateway.find, message)
        except SendFailed as failure:
            if not failure.permanent:
                raise SendFailed(failure.reason, unknown=True, retry_after=failure.retry_after) from failure
            if message.resent:
                reason = f"It was tried twice, and nobody knows whether it arrived. {failure.reason}"
                raise SendFailed(reason, permanent=True) from failure
        with self._store.writing(message.workspace_id) as session:
            return outbox.flag_resend(session, message, self._clock()), None

    def _failed(self, message: OutboxMessage, failure: SendFailed) -> None:
        if failure.permanent and not failure.unknown:
            self._park(message, failure.reason)
        elif self._is_hopeless(message):
            self._park(message, f"Given up after {message.attempts} tries. {failure.reason}")
        else:
            self._put_back(message, failure)

    def _is_hopeless(self, message: OutboxMessage) -> bool:
        if message.attempts < MOST_TRIES:
            return False
        now = self._clock()
        if now - message.created_at > LONGEST_TRYING:
            return True
        with self._store.reading(message.workspace_id) as session:
            return outbox.others_got_through(session, message, now)

    def _put_back(self, message: OutboxMessage, failure: SendFailed) -> None:
        asked = failure.retry_after
        wait = timedelta(seconds=self._backoff(message.attempts) if asked is None else max(asked, 1.0))
        if failure.unknown:
            wait = max(wait, _LOOK_AFTER)
        with self._store.writing(message.workspace_id) as session:
            outbox.put_back(
                session,
                message,
                self._clock() + wait,
                failure.reason,
                unknown=failure.unknown,
                free=asked is not None,
            )
        _logger.info("message %s waits for %s: %s", message.id, wait, failure.reason)

    def _backoff(self, attempts: int) -> float:
        """Return seconds to wait: longer each time up to five minutes, by chance up to a fifth less."""
        bound = min(_LONGEST_WAIT, _FIRST_WAIT * _GROWTH ** min(attempts - 1, 8))
        return self._jitter(bound * 0.8, bound)

    def _park(self, message: OutboxMessage, reason: str) -> None:
        with self._store.writing(message.workspace_id) as session:
            outbox.park(session, message, reason, self._clock())
        _logger.warning("message %s (%s) is parked: %s", message.id, message.kind, reason)

    def _mark_sent(self, message: OutboxMessage, receipt: str) -> bool:
        # A look at a destination posts nothing, so nothing has to wait for it.
        pace = timedelta(0) if message.kind == CHECK else self._paces.get(message.family, timedelta(0))
        with self._store.writing(message.workspace_id) as session:
            settled = outbox.mark_sent(session, message, receipt, self._clock(), pace=pace)
        reach("outbox.marked")
        if not settled:
            _logger.warning("message %s was sent after its lease had run out", message.id)
        return settled


def _call(step: Callable[[OutboxMessage], Result], message: OutboxMessage) -> Result:
    """Let a gateway do its step; a gateway that breaks leaves the outcome unknown, and the others go on."""
    try:
        return step(message)
    except SendFailed:
        raise
    except Exception as error:
        _logger.exception("message %s (%s) broke its gateway", message.id, message.kind)
        raise SendFailed(f"crmbot failed: {type(error).__name__}.", unknown=True) from error
