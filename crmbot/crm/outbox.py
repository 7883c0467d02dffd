"""The outbox's rows: claimed under a lease, settled by whoever still holds it, never sent in a transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, and_, exists, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from crmbot.crm.cards import keep_records
from crmbot.crm.undelivered import tell_undelivered
from crmbot.domain.ids import new_id
from crmbot.errors import Conflict, NotFound
from crmbot.models import Outbox

LEASE = timedelta(seconds=60)
"""How long a claimed message belongs to its sender; far above the 10 s that a call may take."""

_UNSENT = ("queued", "sending", "unknown")
_LONGEST_PACE = timedelta(minutes=1)
_LONGEST_WAIT = timedelta(days=2)
"""No message is put back for longer; Slack asks for a day at most."""
_LATELY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class OutboxMessage:
    """A claimed message.

    `uncertain`: an earlier try may have arrived, so look for it first. `resent`: it goes out once more without anybody
    knowing, and should say so. `payload` is as it was queued; who sends it renders nothing anew.
    """

    workspace_id: str
    id: str
    kind: str
    destination: str
    payload: dict[str, Any]
    key: str | None
    created_at: datetime
    attempts: int
    lease_holder: str
    uncertain: bool = False
    resent: bool = False

    @property
    def family(self) -> str:
        """What kind of gateway sends it: slack, mail or notice."""
        return self.kind.partition(".")[0]


@dataclass(frozen=True, slots=True)
class OutboxFacts:
    """How the outbox stands, for health."""

    unsent: int
    oldest_unsent_at: datetime | None
    parked: int


def something_is_ready(session: Session, now: datetime, lease: timedelta = LEASE) -> bool:
    """Say whether a claim would find anything; a cheap look that takes no lock."""
    return any(session.scalar(select(Outbox.id).where(*ready).limit(1)) for ready in _claimable(now, lease))


def claim(session: Session, now: datetime, *, limit: int, lease: timedelta = LEASE) -> tuple[OutboxMessage, ...]:
    """Take up to `limit` messages, each the oldest unsent one of its destination, the longest ready ones first.

    A message whose lease ran out is taken too: its sender died, and nobody knows whether it arrived.
    """
    rows: list[Outbox] = []
    for ready in _claimable(now, lease):
        rows += session.scalars(
            select(Outbox)
            .where(*ready)
            .order_by(Outbox.not_before, Outbox.created_at, Outbox.id)
            .limit(limit - len(rows))
            .with_for_update(skip_locked=True, of=Outbox)
        )
    return tuple(_take(row, now, lease) for row in rows)


def mark_sent(
    session: Session, message: OutboxMessage, receipt: str, now: datetime, *, pace: timedelta = timedelta(0)
) -> bool:
    """Settle a message as sent; the next one of its destination waits for `pace`. False when the lease was lost.

    What a post in Slack is `about`, the thread below it may leave unnamed.
    """
    settled = _settle(session, message, state="sent", sent_at=now, receipt=receipt, not_before=now + pace, reason=None)
    if settled and message.kind == "slack.post":
        keep_records(
            session, message.workspace_id, message.destination, receipt, message.payload.get("about") or (), now
        )
    return settled


def put_back(
    session: Session, message: OutboxMessage, not_before: datetime, reason: str, *, unknown: bool, free: bool = False
) -> bool:
    """Leave a message for a later try; `unknown` when it may have arrived, `free` when the try doesn't count."""
    return _settle(
        session,
        message,
        state="unknown" if unknown else "queued",
        not_before=not_before,
        reason=reason,
        attempts=message.attempts - 1 if free else message.attempts,
    )


def flag_resend(session: Session, message: OutboxMessage, now: datetime) -> OutboxMessage:
    """Note, before it happens, that a message is sent again without knowledge of the first one; return it so.

    Raises:
        Conflict: the lease was lost, so the message is somebody else's.
    """
    if not _update_held(session, message, resent_at=now):
        raise Conflict(f"Message {message.id} was claimed by another sender.")
    return replace(message, resent=True)


def park(session: Session, message: OutboxMessage, reason: str, now: datetime) -> bool:
    """Give a message up with its reason, and tell the digest's owner or the admins."""
    parked = _settle(session, message, state="parked", not_before=now, reason=reason)
    if parked:
        tell_undelivered(session, message.workspace_id, message.key, message.kind, message.destination, reason, now)
    return parked


def others_got_through(session: Session, message: OutboxMessage, now: datetime) -> bool:
    """Say whether another message of the workspace was sent the same way lately: then this one is at fault."""
    return (
        session.scalar(
            select(
                exists().where(
                    Outbox.workspace_id == message.workspace_id,
                    Outbox.state == "sent",
                    Outbox.not_before > now - _LATELY,
                    Outbox.kind.startswith(f"{message.family}.", autoescape=True),
                )
            )
        )
        is True
    )


def read_parked(session: Session, workspace_id: str) -> tuple[Outbox, ...]:
    """Return the messages that nobody could deliver, oldest first."""
    parked = select(Outbox).where(Outbox.workspace_id == workspace_id, Outbox.state == "parked")
    return tuple(session.scalars(parked.order_by(Outbox.created_at, Outbox.id)))


def requeue(session: Session, workspace_id: str, outbox_id: str, now: datetime) -> None:
    """Queue a parked message again, as if never tried.

    Raises:
        NotFound: there is no such message.
        Conflict: it is not parked.
    """
    row = session.get(Outbox, (workspace_id, outbox_id))
    if row is None:
        raise NotFound(f"There is no message {outbox_id} in the outbox.")
    if row.state != "parked":
        raise Conflict(f"Message {outbox_id} is {row.state}, so there is nothing to requeue.")
    row.state, row.not_before, row.attempts, row.reason = "queued", now, 0, None
    session.flush()


def read_facts(session: Session) -> OutboxFacts:
    """Return how the outbox stands."""
    counts = session.execute(
        select(Outbox.state, func.count(), func.min(Outbox.created_at))
        .where(Outbox.state.in_((*_UNSENT, "parked")))
        .group_by(Outbox.state)
    ).all()
    unsent = [row for row in counts if row[0] != "parked"]
    return OutboxFacts(
        unsent=sum(row[1] for row in unsent),
        oldest_unsent_at=min((row[2] for row in unsent), default=None),
        parked=sum(row[1] for row in counts if row[0] == "parked"),
    )


def _claimable(now: datetime, lease: timedelta) -> Sequence[Sequence[ColumnElement[bool]]]:
    """Return what a message must fulfil to be claimed, for each state: so the index gives them in their order."""
    earlier, before = aliased(Outbox), aliased(Outbox)
    # A clock that was ahead and went back must not hold up what was queued by it.
    from_ahead = or_(
        and_(Outbox.created_at > now, Outbox.not_before == Outbox.created_at), Outbox.not_before > now + _LONGEST_WAIT
    )
    due = or_(Outbox.not_before <= now, from_ahead)
    abandoned = or_(Outbox.lease_until <= now, Outbox.lease_until > now + 2 * lease)
    waits_behind = exists().where(
        earlier.workspace_id == Outbox.workspace_id,
        earlier.destination == Outbox.destination,
        earlier.state.in_(_UNSENT),
        or_(
            earlier.created_at < Outbox.created_at,
            and_(earlier.created_at == Outbox.created_at, earlier.id < Outbox.id),
        ),
    )
    too_soon = exists().where(
        before.workspace_id == Outbox.workspace_id,
        before.destination == Outbox.destination,
        before.state == "sent",
        before.not_before > now,
        before.not_before <= now + _LONGEST_PACE,
    )
    states = (("sending", abandoned), ("unknown", due), ("queued", due))
    return tuple((Outbox.state == state, ready, ~waits_behind, ~too_soon) for state, ready in states)


def _take(row: Outbox, now: datetime, lease: timedelta) -> OutboxMessage:
    uncertain = row.state != "queued"
    holder = new_id(now)
    row.state, row.lease_holder, row.lease_until = "sending", holder, now + lease
    row.attempts += 1
    return OutboxMessage(
        workspace_id=row.workspace_id,
        id=row.id,
        kind=row.kind,
        destination=row.destination,
        payload=row.payload,
        key=row.key,
        created_at=row.created_at,
        attempts=row.attempts,
        lease_holder=holder,
        uncertain=uncertain,
        resent=row.resent_at is not None,
    )


def _settle(session: Session, message: OutboxMessage, **values: Any) -> bool:
    return _update_held(session, message, lease_holder=None, lease_until=None, **values)


def _update_held(session: Session, message: OutboxMessage, **values: Any) -> bool:
    """Change a message's row if the claim still stands; a late writer changes nothing."""
    done: CursorResult[Any] = session.execute(  # type: ignore[assignment]  # an UPDATE returns a cursor's result
        update(Outbox)
        .where(
            Outbox.workspace_id == message.workspace_id,
            Outbox.id == message.id,
            Outbox.state == "sending",
            Outbox.lease_holder == message.lease_holder,
        )
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return done.rowcount == 1
