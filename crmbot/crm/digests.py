"""Digests as people see them: subscribe, pause, list, send now; and what the config says about them."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from sqlalchemy import select
from sqlalchemy.orm import Session

from crmbot.config.settings import DIGEST_REPORTS, DigestSettings
from crmbot.crm import requests as ask
from crmbot.crm.answers import Outcome
from crmbot.crm.choices import DigestChoice, Digests
from crmbot.crm.destinations import check_later
from crmbot.crm.lookup import find_user
from crmbot.crm.occasions import Composed, Composer, Occasion, digest_of
from crmbot.crm.people import usable_email
from crmbot.crm.policy import Policy
from crmbot.crm.slots import find_slot
from crmbot.crm.subscriptions import find_subscription, schedule_of
from crmbot.crm.work import Work
from crmbot.domain.calendar import Slot, first_instant, last_slot, next_slot, read_time
from crmbot.domain.ids import new_id
from crmbot.errors import BadInput, Conflict, NotFound
from crmbot.models import DigestSlot, DigestSubscription, User, Workspace

_LONGEST_NAME = 64
_SLOT_FORM = "%Y-%m-%dT%H:%M"


def add_digest(work: Work, request: ask.AddDigest) -> Outcome:
    """Subscribe a channel, person or address; without any of them the actor gets it."""
    name = _usable_name(work, request.name)
    zone = request.timezone or work.actor.timezone
    if zone not in available_timezones():
        raise BadInput(f"“{zone}” is no time zone.", field="timezone", example="Europe/Berlin")
    if request.report not in DIGEST_REPORTS:
        raise BadInput(f"“{request.report}” is no report. There are {', '.join(DIGEST_REPORTS)}.", field="report")
    email = usable_email(request.to_email) if request.to_email else None
    channel = request.channel
    if channel is None and email is None:
        channel = work.actor.slack_user_id
        email = None if channel else work.actor.email
    if channel is None and email is None:
        raise BadInput("Where should it go? Name a channel or an address.", field="channel", example="#sales")
    recipient = _recipient(work.session, work.workspace_id, channel, email)
    row = DigestSubscription(
        name=name,
        report=request.report,
        channel=channel,
        to_email=email,
        day=request.day,
        time=f"{read_time(request.time):%H:%M}",
        timezone=zone,
        filters=_usable_filters(work, request),
        owner_id=recipient or work.actor.user_id,
        created_at=work.now,
        active_since=work.now,
        from_config=False,
    )
    following = next_slot(row.day, row.time, ZoneInfo(zone), work.now)
    work.keep(row)
    work.session.flush()
    if row.channel is not None and row.channel != work.actor.slack_user_id:
        # Slack is asked once this is committed; its owner hears when nothing can be delivered there.
        check_later(work.session, row, row.channel, work.now)
    person = work.user(recipient) if row.channel is not None else None
    own = row.channel is not None and row.channel == work.actor.slack_user_id
    whom = "you" if own else person.name if person else _where(row)
    return Outcome(f"Digest “{name}” ({row.report}) goes to {whom}, first {_moment(following)} {zone}.")


def pause_digest(work: Work, request: ask.PauseDigest) -> Outcome:
    """Stop a digest, or start it again; what was due in between is not owed."""
    row = find_subscription(work.session, work.workspace_id, request.digest)
    if request.resume:
        if row.paused_at is not None:
            row.paused_at, row.active_since = None, work.now
        following = next_slot(row.day, row.time, ZoneInfo(row.timezone), work.now)
        said = f"Digest “{row.name}” is on, next {_moment(following)} {row.timezone}."
    else:
        row.paused_at = row.paused_at or work.now
        said = f"Digest “{row.name}” is paused."
    work.session.flush()
    return Outcome(said)


def list_digests(work: Work, _request: ask.ListDigests) -> Digests:
    """List digests with their next local moment."""
    found = work.session.scalars(
        select(DigestSubscription)
        .where(DigestSubscription.workspace_id == work.workspace_id)
        .order_by(DigestSubscription.name)
    )
    digests = tuple(_choice(row, work.now) for row in found)
    rows = tuple(
        (one.name, one.report, one.to, one.schedule, "paused" if one.paused else one.following) for one in digests
    )
    said = f"{len(rows)} {'digest' if len(rows) == 1 else 'digests'}." if rows else "No digests yet."
    return Digests(said, ("Name", "Report", "To", "When", "Next"), rows, digests)


def send_digest(work: Work, request: ask.SendDigest) -> Outcome:
    """Ask for a digest now, as the one of `slot` or of the last slot; a slot that was sent only `again`.

    The worker computes and sends it, with the numbers of that moment.
    """
    row = find_subscription(work.session, work.workspace_id, request.digest, lock=True)
    slot = _slot(row, request.slot, work.now)
    known = find_slot(work.session, digest_of(row), slot.local)
    if known is not None and known.state == "asked":
        raise Conflict(f"“{row.name}” of {slot.said} is on its way already.")
    if known is not None and known.state == "queued" and not request.again:
        raise Conflict(
            f"“{row.name}” of {slot.said} was sent already. To send it once more: digest send {row.name} --again"
        )
    if known is None:
        known = DigestSlot(subscription_id=row.id, slot=slot.local, due_at=slot.due_at)
        work.keep(known)
    known.state, known.reason, known.decided_at = "asked", None, work.now
    work.session.flush()
    return Outcome(f"“{row.name}” of {slot.said} is on its way to {_where(row)}.")


def preview(session: Session, composer: Composer, workspace_id: str, name: str, now: datetime) -> Composed:
    """Compose a digest as it would be now, in the snapshot of the session; nothing is written or sent."""
    row = find_subscription(session, workspace_id, name)
    return composer(session, Occasion(digest_of(row), _slot(row, None, now), now, asked=True))


def lost_reasons(session: Session, workspace_id: str, policy: Policy) -> tuple[str, ...]:
    """Return the reasons that a digest offers for a loss: the workspace's own, else the config's."""
    own = session.scalar(select(Workspace.lost_reasons).where(Workspace.id == workspace_id))
    return tuple(own or policy.lost_reasons)


def sync_digests(
    session: Session, workspace_id: str, digests: Iterable[DigestSettings], now: datetime, channels: Mapping[str, str]
) -> None:
    """Make the subscriptions of the config as it says; what it names no longer is paused.

    `channels` gives the ids of channel names. A name that nobody could resolve keeps the id it had.
    """
    workspace = session.scalar(select(Workspace).where(Workspace.id == workspace_id).with_for_update())
    if workspace is None:
        raise NotFound("This workspace does not exist in the store.")
    rows = {
        row.name: row
        for row in session.scalars(select(DigestSubscription).where(DigestSubscription.workspace_id == workspace_id))
    }
    wanted = {digest.name: digest for digest in digests}
    for name, settings in wanted.items():
        row = rows.get(name)
        if row is None:
            row = DigestSubscription(workspace_id=workspace_id, id=new_id(now), name=name, created_at=now)
            session.add(row)
        _apply(session, row, settings, workspace, now, channels)
    for name, row in rows.items():
        if row.from_config and name not in wanted:
            row.from_config, row.paused_at = False, row.paused_at or now
    session.flush()


def _apply(
    session: Session,
    row: DigestSubscription,
    settings: DigestSettings,
    workspace: Workspace,
    now: datetime,
    channels: Mapping[str, str],
) -> None:
    """Write what the config says into a row; a digest that is new in the config starts now."""
    if not row.from_config:
        row.from_config, row.paused_at, row.active_since = True, None, now
    channel, before = settings.channel, row.channel
    if channel is not None:
        channel = channels.get(channel, row.channel if channel.startswith("#") and row.channel else channel)
    row.report, row.channel, row.to_email = settings.report, channel, settings.to
    row.day, row.time = settings.day, settings.time
    row.timezone = settings.timezone or workspace.timezone
    row.filters = dict(settings.filters)
    row.owner_id = _recipient(session, workspace.id, channel, settings.to)
    if channel is not None and channel != before:
        check_later(session, row, channel, now)


def _recipient(session: Session, workspace_id: str, channel: str | None, email: str | None) -> str | None:
    """Return the user that a destination is: a digest shows people only what they may see."""
    same = User.slack_user_id == channel if channel is not None else User.email == email
    return session.scalar(select(User.id).where(User.workspace_id == workspace_id, User.active, same))


def _usable_name(work: Work, text: str) -> str:
    name = text.strip()
    if not 0 < len(name) <= _LONGEST_NAME:
        raise BadInput(f"A digest's name has 1 to {_LONGEST_NAME} characters.", field="name", example="monday-aging")
    known = work.session.scalars(
        select(DigestSubscription.name).where(DigestSubscription.workspace_id == work.workspace_id)
    )
    if name.casefold() in {one.casefold() for one in known}:
        raise Conflict(f"There is a digest “{name}” already. Choose another name.")
    return name


def _usable_filters(work: Work, request: ask.AddDigest) -> dict[str, Any]:
    """Return the filters with the owner as a user's id."""
    filters = dict(request.filters)
    for word in set(filters) - {"owner"}:
        raise BadInput(f"A digest can't be narrowed by “{word}”, only by owner.", field="filters")
    return {name: find_user(work, str(value)).id for name, value in filters.items()}


def _slot(row: DigestSubscription, text: str | None, now: datetime) -> Slot:
    zone = ZoneInfo(row.timezone)
    if text is None:
        return last_slot(row.day, row.time, zone, now)
    try:
        moment = datetime.strptime(text.strip(), _SLOT_FORM)  # noqa: DTZ007 - a slot is a local moment
    except ValueError:
        raise BadInput(
            f"“{text}” is no slot; write its local moment.", field="slot", example="2031-03-03T08:00"
        ) from None
    return Slot(f"{moment:{_SLOT_FORM}}", first_instant(moment, zone))


def _choice(row: DigestSubscription, now: datetime) -> DigestChoice:
    following = next_slot(row.day, row.time, ZoneInfo(row.timezone), now)
    paused = row.paused_at is not None
    return DigestChoice(row.name, row.report, _where(row), schedule_of(row), _moment(following), paused)


def _where(row: DigestSubscription) -> str:
    return row.channel or row.to_email or ""


def _moment(slot: Slot) -> str:
    return f"{datetime.fromisoformat(slot.local):%a %-d %b %Y, %H:%M}"
