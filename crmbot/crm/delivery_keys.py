"""The same input has one effect: each leaves its key in the transaction of its effect, where a unique key guards it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, exists, func, insert, select

from crmbot.crm.answers import Outcome
from crmbot.models import DeliveryKey, JournalEntry
from crmbot.store.compiled import MAY_WAIT
from crmbot.store.prepared import Prepared, insertion

REPEAT_WITHIN = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Delivery:
    """How an input came.

    `key` is unique to the input (timestamp and signature, event id). `fingerprint` is a hash of the person and the
    text, "" when nobody typed any; with `refuse_repeat` the same fingerprint within a minute counts as the same input.
    After `deadline`, a monotonic instant, nobody waits for the answer any more, so nothing is committed.
    """

    key: str
    fingerprint: str = ""
    refuse_repeat: bool = False
    deadline: float | None = None


_KEY, _ENTRY = DeliveryKey.__table__.c, JournalEntry.__table__.c
_INSERT = insertion(DeliveryKey)
_SUMMARY = (
    select(_KEY.entry_id, _ENTRY.summary)
    .join_from(
        DeliveryKey.__table__,
        JournalEntry.__table__,
        (_ENTRY.workspace_id == _KEY.workspace_id) & (_ENTRY.id == _KEY.entry_id),
        isouter=True,
    )
    .where(_KEY.workspace_id == bindparam("workspace"), _KEY.fingerprint == bindparam("fingerprint"))
    .limit(1)
)
_BY_KEY = Prepared(_SUMMARY.where(_KEY.key == bindparam("key")))
_SAID_LATELY = _KEY.at > bindparam("after")
_BY_FINGERPRINT = Prepared(_SUMMARY.where(_SAID_LATELY))
_SAID = exists().where(
    _KEY.workspace_id == bindparam("workspace_id"), _KEY.fingerprint == bindparam("fingerprint"), _SAID_LATELY
)
_INSERT_UNLESS_SAID = Prepared(
    insert(DeliveryKey)
    .from_select(list(_KEY.keys()), select(*(bindparam(one.key, type_=one.type) for one in _KEY)).where(~_SAID))
    .returning(_KEY.key)
)
_ONE_AT_A_TIME = Prepared(
    select(func.pg_advisory_xact_lock(func.hashtextextended(bindparam("words"), 0))).execution_options(
        **{MAY_WAIT: True}
    )
)


def take_key(
    connection: Connection, workspace_id: str, delivery: Delivery, entry_id: str, now: datetime
) -> Outcome | None:
    """Insert an input's key; return what the same words did within a minute, where they count as the same input.

    When the input had its effect before, this breaks the unique key and so ends the transaction.
    """
    key = {
        "workspace_id": workspace_id,
        "fingerprint": delivery.fingerprint,
        "key": delivery.key,
        "at": now,
        "entry_id": entry_id,
    }
    if delivery.fingerprint and connection.dialect.name != "sqlite":
        # Where writers don't take turns, the same words do: who comes next looks once those before are saved.
        _ONE_AT_A_TIME.run(connection, [{"words": f"{workspace_id} {delivery.fingerprint}"}])
    if not delivery.refuse_repeat:
        _INSERT.run(connection, [key])
        return None
    after = now - REPEAT_WITHIN
    if _INSERT_UNLESS_SAID.rows(connection, {**key, "after": after}):
        return None
    said = {"workspace": workspace_id, "fingerprint": delivery.fingerprint, "after": after}
    return _told(_BY_FINGERPRINT.rows(connection, said))


def find_done(connection: Connection, workspace_id: str, delivery: Delivery) -> Outcome | None:
    """Return what an input that had its effect before is answered; none when its key is new."""
    asked = {"workspace": workspace_id, "fingerprint": delivery.fingerprint, "key": delivery.key}
    return _told(_BY_KEY.rows(connection, asked))


def _told(rows: list[tuple[Any, ...]]) -> Outcome | None:
    if not rows:
        return None
    entry_id, summary = rows[0]
    said = f"Already done: {summary}" if summary else "Already done."
    return Outcome(said, entry_id=entry_id if summary else None, repeated=True)
