"""Which digests are due: each slot that nobody has decided about yet, and what should become of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from crmbot.domain.calendar import Slot, slots_between
from crmbot.models import DigestSlot, DigestSubscription, Workspace

CLOCKS_DIFFER = timedelta(hours=1)
"""Further ahead than this lies only what a wrong clock decided."""

_ON_TIME = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Digest:
    """A subscription as it stood when a slot was looked at."""

    workspace_id: str
    id: str
    name: str
    report: str
    channel: str | None
    to_email: str | None
    day: str
    time: str
    timezone: str
    filters: Mapping[str, Any]
    owner_id: str | None
    version: int

    @property
    def zone(self) -> ZoneInfo:
        """The zone of its hours."""
        return ZoneInfo(self.timezone)


@dataclass(frozen=True, slots=True)
class Occasion:
    """A digest to be made: for a slot that is due, or because somebody asks for it now.

    `as_of` is the moment of its numbers. `late` is what it should say about coming late, `skip` why it is not sent.
    """

    digest: Digest
    slot: Slot
    as_of: datetime
    asked: bool = False
    late: str | None = None
    skip: str | None = None

    def skipped(self, reason: str) -> Self:
        """Return the occasion as one that is let pass, with the reason."""
        return replace(self, skip=reason)


@dataclass(frozen=True, slots=True)
class Composed:
    """A digest's message: what its outbox row needs, the numbers shown, and whether it says nothing."""

    kind: str
    destination: str
    payload: dict[str, Any]
    snapshot: dict[str, Any]
    empty: bool


Reading = Session
"""A session that sees one snapshot."""

Composer = Callable[[Reading, Occasion], Composed]
"""Computes and renders a digest in the snapshot of the session; writes nothing."""


def digest_of(row: DigestSubscription) -> Digest:
    """Return a subscription as a frozen value."""
    return Digest(
        workspace_id=row.workspace_id,
        id=row.id,
        name=row.name,
        report=row.report,
        channel=row.channel,
        to_email=row.to_email,
        day=row.day,
        time=row.time,
        timezone=row.timezone,
        filters=dict(row.filters),
        owner_id=row.owner_id,
        version=row.version,
    )


def find_due(session: Session, now: datetime, catch_up: timedelta) -> tuple[Occasion, ...]:
    """Return what is to be decided now in all workspaces: asked for, due, or missed for longer than `catch_up`."""
    return (*_asked(session, now), *_due(session, now, catch_up))


def _asked(session: Session, now: datetime) -> list[Occasion]:
    rows = session.execute(
        select(DigestSlot, DigestSubscription)
        .join(
            DigestSubscription,
            and_(
                DigestSubscription.workspace_id == DigestSlot.workspace_id,
                DigestSubscription.id == DigestSlot.subscription_id,
            ),
        )
        .where(DigestSlot.state == "asked")
        .order_by(DigestSlot.decided_at)
    )
    return [Occasion(digest_of(row), Slot(slot.slot, slot.due_at), now, asked=True) for slot, row in rows]


def _due(session: Session, now: datetime, catch_up: timedelta) -> list[Occasion]:
    decided = (
        select(func.max(DigestSlot.due_at))
        .where(
            DigestSlot.workspace_id == DigestSubscription.workspace_id,
            DigestSlot.subscription_id == DigestSubscription.id,
            DigestSlot.due_at <= now,
            ~_is_void(now),
        )
        .scalar_subquery()
    )
    rows = session.execute(
        select(DigestSubscription, decided)
        .join(Workspace, Workspace.id == DigestSubscription.workspace_id)
        .where(
            DigestSubscription.paused_at.is_(None),
            DigestSubscription.active_since <= now,
            Workspace.stopped_at.is_(None),
        )
        .order_by(DigestSubscription.id)
    )
    found: list[Occasion] = []
    for row, last in rows.all():
        digest = digest_of(row)
        after = max(row.active_since, last) if last else row.active_since
        slots = slots_between(digest.day, digest.time, digest.zone, after, now)
        if slots:
            found.extend(_occasions(session, digest, slots, now, catch_up))
    return found


def _occasions(
    session: Session, digest: Digest, slots: tuple[Slot, ...], now: datetime, catch_up: timedelta
) -> list[Occasion]:
    """Judge the undecided ones of a digest's slots: at most the last is sent."""
    known = session.execute(
        select(DigestSlot.slot, DigestSlot.state).where(
            DigestSlot.workspace_id == digest.workspace_id,
            DigestSlot.subscription_id == digest.id,
            DigestSlot.slot >= slots[0].day,
            ~_is_void(now),
        )
    ).all()
    names = {slot for slot, _ in known}
    days = {slot[:10] for slot, state in known if state != "skipped"}
    fresh = [slot for slot in slots if slot.local not in names]
    return [_occasion(digest, slot, now, _why_not(slot, fresh[-1], days, now, catch_up)) for slot in fresh]


def _why_not(slot: Slot, last: Slot, sent_on: set[str], now: datetime, catch_up: timedelta) -> str | None:
    if slot.day in sent_on:
        # The hour was changed after that day's digest had gone out.
        return "That day's digest was sent already."
    if now - slot.due_at > catch_up:
        return f"Missed: crmbot was not running, and {_hours(catch_up)} is the most it catches up."
    return None if slot == last else f"Missed: overtaken by the one of {last.local}."


def _occasion(digest: Digest, slot: Slot, now: datetime, skip: str | None) -> Occasion:
    if now - slot.due_at <= _ON_TIME:
        return Occasion(digest, slot, slot.due_at, skip=skip)
    due = datetime.fromisoformat(slot.local)
    return Occasion(digest, slot, now, late=f"late: was due {due:%a %H:%M}", skip=skip)


def _hours(span: timedelta) -> str:
    hours = int(span.total_seconds() // 3600)
    return f"{hours} {'hour' if hours == 1 else 'hours'}"


def _is_void(now: datetime) -> ColumnElement[bool]:
    """Return what tells a skip that was decided by a clock which was ahead and went back."""
    return and_(DigestSlot.state == "skipped", DigestSlot.decided_at > now + CLOCKS_DIFFER)
