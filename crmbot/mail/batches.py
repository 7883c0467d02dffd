"""Stored mail in batches: claimed, read, and logged, neighbours with one commit; what fails is kept with its reason."""

import logging
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import groupby
from time import monotonic

from crmbot.crm import deliveries
from crmbot.crm.deliveries import TRIES, Share, Waiting
from crmbot.crm.emails.senders import People
from crmbot.crm.shared_commits import TryAlone, sharing
from crmbot.errors import Busy, Conflict
from crmbot.failpoints import reach
from crmbot.mail.guarded.reader import TooCostly
from crmbot.mail.judging import Door
from crmbot.mail.pipeline import Intent, Reader, Taken, fulfil, intent_of, load_people, reason_of
from crmbot.mail.reading import read_mail
from crmbot.service import CrmService

BATCH = 20
LEASE = timedelta(minutes=2)
"""How long a worker may take for a batch; each mail costs 3 seconds at the most."""
MOST_TOGETHER = 16
SECONDS_TOGETHER = 0.010
"""So many mails share a commit, and none joins so long after the first began: others wait to write meanwhile."""
_LARGE = 256 * 1024
"""Bytes from which a mail is read and logged alone, so that the memory holds one such mail and not a batch of them."""
_logger = logging.getLogger(__name__)


Come = Taken | Exception
"""What came of a mail: it was taken in, or what kept it from that."""


def work_off(
    service: CrmService,
    doors: Mapping[str, Door],
    workspace_id: str,
    *,
    read: Reader = read_mail,
    lease: timedelta = LEASE,
    batch: int = BATCH,
    share: Share | None = None,
    only: Sequence[str] | None = None,
) -> dict[str, int]:
    """Take a batch of stored deliveries in, each whole or not at all; return how many came to which state.

    `doors` are by the mailbox's name. An empty answer means that nothing waits, of `share` and `only` when given.

    Raises:
        Busy: the database did not answer; what is not settled is taken again once its lease ends.
    """
    now = service.clock()
    with service.store.writing(workspace_id) as session:
        waiting = deliveries.claim(session, workspace_id, now, limit=batch, lease=lease, share=share, only=only)
    reach("mail.claimed")
    if not waiting:
        return {}
    people = load_people(service, workspace_id)
    counts: Counter[str] = Counter()
    for portion in _portions(waiting):
        intents = [_read(service, doors, workspace_id, delivery, people, read) for delivery in portion]
        for delivery, came in zip(portion, _take_in_order(service, workspace_id, intents), strict=True):
            counts[_settle(service, workspace_id, delivery, came)] += 1
    return dict(counts)


def take_together(service: CrmService, workspace_id: str, intents: Sequence[Intent]) -> list[Come]:
    """Log the first of these mails with one commit, as many as may share it, and return what came of each of those.

    Nothing was done of a mail that an exception kept from being logged.

    Raises:
        Busy: the database did not answer; nothing was done, unless it is `uncertain`.
    """
    came: list[Come] = []
    with sharing(service.store, workspace_id) as store:
        joined = CrmService(store, service.clock, service.policy, service.report_settings)
        full_at = monotonic() + SECONDS_TOGETHER
        for intent in intents[:MOST_TOGETHER]:
            came.append(_take(joined, intent))
            if monotonic() > full_at:
                break
        reach("mail.shared")
    return came


def _portions(waiting: Sequence[Waiting]) -> Iterator[list[Waiting]]:
    """Part deliveries into those that are read ahead of their logging, a large one by itself."""
    for is_large, neighbours in groupby(waiting, key=lambda one: len(one.raw) >= _LARGE):
        some = list(neighbours)
        yield from ([one] for one in some) if is_large else [some]


def _read(
    service: CrmService, doors: Mapping[str, Door], workspace_id: str, delivery: Waiting, people: People, read: Reader
) -> Intent | Exception:
    door = doors.get(delivery.mailbox, Door(workspace_id))
    try:
        return intent_of(
            service, door, delivery.raw, delivery.received_at, people=people, delivery_id=delivery.id, read=read
        )
    except Exception as error:  # noqa: BLE001 - whatever it is, it belongs to this mail alone
        return error


def _take_in_order(service: CrmService, workspace_id: str, intents: Sequence[Intent | Exception]) -> Iterator[Come]:
    """Yield what comes of each mail; neighbours that are one effect each share commits."""
    at = 0
    while at < len(intents):
        some = _effects(intents[at:])
        if len(some) > 1:
            came = take_together(service, workspace_id, some)
            yield from (_take(service, some[n]) if isinstance(one, TryAlone) else one for n, one in enumerate(came))
        else:
            came = [_take(service, intents[at])]
            yield from came
        at += len(came)


def _effects(intents: Sequence[Intent | Exception]) -> list[Intent]:
    """Return those at the beginning that are one effect each; a command looks at what was written before it."""
    some: list[Intent] = []
    for intent in intents[:MOST_TOGETHER]:
        if isinstance(intent, Exception) or intent.command is not None or len(intent.requests) > 1:
            break
        some.append(intent)
    return some


def _take(service: CrmService, intent: Intent | Exception) -> Come:
    if isinstance(intent, Exception):
        return intent
    try:
        return fulfil(service, intent)
    except Busy:
        raise
    except Exception as error:  # noqa: BLE001 - it is kept with the mail
        return error


def _settle(service: CrmService, workspace_id: str, delivery: Waiting, came: Come) -> str:
    """Return the state that a mail came to; keep what could not be taken in, with its reason."""
    if isinstance(came, Taken):
        return came.state
    if isinstance(came, Conflict):
        return "taken elsewhere"
    _logger.error("mail delivery %s could not be taken in", delivery.id, exc_info=came)
    final = delivery.tries >= TRIES or isinstance(came, TooCostly)
    with service.store.writing(workspace_id) as session:
        deliveries.give_back(session, workspace_id, delivery.id, reason_of(came), final=final)
    return "failed" if final else "again"
