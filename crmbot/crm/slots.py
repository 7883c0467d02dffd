"""Deciding about a digest's slot, once: its message is queued, or the reason kept why there is none."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from crmbot.crm.occasions import CLOCKS_DIFFER, Composed, Digest, Occasion
from crmbot.crm.undelivered import digest_key
from crmbot.domain.ids import new_id
from crmbot.models import DigestSlot, DigestSubscription, Outbox

NOTHING_TO_REPORT = "Nothing to report."


def decide(session: Session, occasion: Occasion, composed: Composed | None, now: datetime) -> bool:
    """Settle a slot: queue its message, or record why there is none. False when that was done already.

    The subscription's row is locked meanwhile, so that of several schedulers one decides; what changed since it was
    looked at is left to the next look.
    """
    digest = occasion.digest
    row = session.scalar(
        select(DigestSubscription)
        .where(DigestSubscription.workspace_id == digest.workspace_id, DigestSubscription.id == digest.id)
        .with_for_update()
    )
    if row is None or row.version != digest.version:
        return False
    slot = _open_slot(session, occasion, now)
    if slot is None:
        return False
    slot.decided_at = now
    if occasion.skip is not None or composed is None:
        slot.state, slot.reason = "skipped", occasion.skip
    elif composed.empty and not occasion.asked:
        slot.state, slot.reason, slot.snapshot = "skipped", NOTHING_TO_REPORT, composed.snapshot
    else:
        _withdraw_stale(session, occasion)
        slot.outbox_id = _queue(session, occasion, composed, slot.outbox_id, now)
        slot.state, slot.reason, slot.snapshot = "queued", occasion.late, composed.snapshot
    session.flush()
    return True


def find_slot(session: Session, digest: Digest, local: str) -> DigestSlot | None:
    """Return what was decided about a slot, if anything."""
    return session.scalar(
        select(DigestSlot).where(
            DigestSlot.workspace_id == digest.workspace_id,
            DigestSlot.subscription_id == digest.id,
            DigestSlot.slot == local,
        )
    )


def _open_slot(session: Session, occasion: Occasion, now: datetime) -> DigestSlot | None:
    """Return the row to be decided; None when somebody else did."""
    digest, slot = occasion.digest, occasion.slot
    row = find_slot(session, digest, slot.local)
    if occasion.asked:
        return row if row is not None and row.state == "asked" else None
    if row is None:
        row = DigestSlot(
            workspace_id=digest.workspace_id,
            id=new_id(now),
            subscription_id=digest.id,
            slot=slot.local,
            due_at=slot.due_at,
        )
        session.add(row)
        return row
    return row if row.state == "skipped" and row.decided_at > now + CLOCKS_DIFFER else None


def _withdraw_stale(session: Session, occasion: Occasion) -> None:
    """Take back this digest's earlier messages that never left: the new one says it all."""
    digest = occasion.digest
    earlier = select(DigestSlot.outbox_id).where(
        DigestSlot.workspace_id == digest.workspace_id,
        DigestSlot.subscription_id == digest.id,
        DigestSlot.outbox_id.is_not(None),
    )
    session.execute(
        update(Outbox)
        .where(Outbox.workspace_id == digest.workspace_id, Outbox.id.in_(earlier), Outbox.state == "queued")
        .values(state="parked", reason=f"Overtaken by the one of {occasion.slot.local} before it could be sent.")
        .execution_options(synchronize_session=False)
    )


def _queue(session: Session, occasion: Occasion, composed: Composed, after: str | None, now: datetime) -> str:
    row = Outbox(
        workspace_id=occasion.digest.workspace_id,
        id=new_id(now),
        key=digest_key(occasion.digest.id, occasion.slot.local, after),
        kind=composed.kind,
        destination=composed.destination,
        payload=composed.payload,
        state="queued",
        attempts=0,
        created_at=now,
        not_before=now,
    )
    session.add(row)
    return row.id
