"""Nudges: an owner is reminded of a deal, an activity or all that is overdue, and told by whom."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from crmbot.crm.answers import ActivityView, DealView, LeadView, Outcome
from crmbot.crm.lookup import find_activity, find_deal, find_user
from crmbot.crm.requests import NudgeOwner
from crmbot.crm.views import activity_view, deal_view
from crmbot.crm.work import Work
from crmbot.domain.ids import Kind, parse_reference
from crmbot.errors import BadInput, Conflict, MissingFact
from crmbot.models import Activity, Deal, Outbox, User

NOTICE = "notice.nudge"
"""The kind of the message; its payload has by, about (a sentence), items [{reference, title, facts}] and more."""

_MOST = 10


def nudge_owner(work: Work, request: NudgeOwner) -> Outcome:
    """Queue the message to the owner.

    Raises:
        Conflict: they were reminded of the same today already, or it is done.
        BadInput: it is the actor's own, or nobody's.
    """
    if request.about:
        return _about_record(work, request.about)
    if not request.owner:
        raise MissingFact("Whom, or about what?", field="owner", example="a deal's number, such as D-17")
    owner = find_user(work, request.owner)
    if request.deal_days is not None:
        return _about_old_deals(work, owner, request.deal_days)
    return _about_overdue(work, owner)


def _about_record(work: Work, word: str) -> Outcome:
    parsed = parse_reference(word)
    view: DealView | ActivityView
    if parsed is not None and parsed[0] is Kind.ACTIVITY:
        view = activity_view(work, find_activity(work, word))
        if view.completed_at is not None:
            raise Conflict(f"{_named(view)} is done already.")
    else:
        view = deal_view(work, find_deal(work, word))
        if view.outcome != "open":
            raise Conflict(f"{_named(view)} is {view.outcome} already.")
    owner = _owner(work, view)
    _send(work, owner, view.id, f"about {_named(view)}", [view], 0)
    return Outcome(f"Nudged {owner.name} about {_named(view)}.", record=view)


def _about_overdue(work: Work, owner: User) -> Outcome:
    if owner.id == work.actor.user_id:
        raise BadInput("These are your own: /task list overdue", field="owner")
    late = (
        Activity.workspace_id == work.workspace_id,
        Activity.owner_id == owner.id,
        Activity.completed_at.is_(None),
        Activity.overdue_at <= work.now,
    )
    count = work.session.scalar(select(func.count()).where(*late)) or 0
    if not count:
        raise Conflict(f"Nothing is overdue for {owner.name} any more.")
    rows = work.session.scalars(select(Activity).where(*late).order_by(Activity.overdue_at).limit(_MOST))
    items = [activity_view(work, row) for row in rows]
    what = f"about {count} overdue {'activity' if count == 1 else 'activities'}"
    _send(work, owner, "overdue", what, items, count - len(items))
    return Outcome(f"Nudged {owner.name} {what}.")


def _about_old_deals(work: Work, owner: User, days: int) -> Outcome:
    if owner.id == work.actor.user_id:
        raise BadInput("These are your own: /deal list my", field="owner")
    # An age in whole days of the workspace's calendar, as reports count it.
    zone = ZoneInfo(work.workspace.timezone)
    day = work.now.astimezone(zone).date() - timedelta(days=days - 1)
    old = (
        Deal.workspace_id == work.workspace_id,
        Deal.owner_id == owner.id,
        Deal.outcome == "open",
        Deal.created_at < datetime.combine(day, datetime.min.time(), zone),
    )
    count = work.session.scalar(select(func.count()).where(*old)) or 0
    if not count:
        raise Conflict(f"No open deal of {owner.name} is that old any more.")
    rows = work.session.scalars(select(Deal).where(*old).order_by(Deal.created_at).limit(_MOST))
    items = [deal_view(work, row) for row in rows]
    what = f"about {count} open {'deal' if count == 1 else 'deals'} older than {days - 1} days"
    _send(work, owner, "aging", what, items, count - len(items))
    return Outcome(f"Nudged {owner.name} {what}.")


def _owner(work: Work, view: DealView | ActivityView) -> User:
    owner = work.user(view.owner.id) if view.owner else None
    if owner is None:
        raise BadInput(f"Nobody owns {_named(view)}. Give it to somebody first.", field="owner")
    if owner.id == work.actor.user_id:
        raise BadInput(f"{_named(view)} is your own.", field="owner")
    if not owner.active:
        raise BadInput(f"{owner.name} has left. Give {_named(view)} to somebody else.", field="owner")
    return owner


def _send(work: Work, owner: User, what: str, about: str, views: Sequence[DealView | ActivityView], more: int) -> None:
    # The constraint on the key keeps a second one out, whoever presses at the same moment.
    key = f"nudge:{owner.id}:{what}:{work.today}"
    before = select(Outbox).where(Outbox.workspace_id == work.workspace_id, Outbox.key == key)
    sent = work.session.scalars(before).one_or_none()
    if sent is not None:
        who = "You" if sent.payload.get("by_id") == work.actor.user_id else sent.payload.get("by", "Somebody")
        raise Conflict(f"{who} nudged {owner.name} {about} today already.")
    items = [told_item(work, view, owner.id) for view in views]
    payload = {"by": work.actor.name, "by_id": work.actor.user_id, "about": about, "items": items, "more": more}
    work.send(NOTICE, owner.id, payload, key=key)


def told_item(work: Work, view: DealView | LeadView | ActivityView, reader_id: str) -> dict[str, Any]:
    """Return what a notice tells of a record, its hours in the zone of whom it is for."""
    return {"reference": view.reference, "title": view.title, "facts": _facts(work, view, reader_id)}


def _facts(work: Work, view: DealView | LeadView | ActivityView, reader_id: str) -> list[str]:
    facts: list[Any]
    if isinstance(view, ActivityView):
        facts = [_due(view, work.zone_of(reader_id)), view.about[0].title if view.about else ""]
    elif isinstance(view, LeadView):
        facts = [view.status, view.company_name, view.email]
    else:
        close = f"close {view.expected_close:%a %-d %b %Y}" if view.expected_close else "no expected close"
        facts = [str(view.value) if view.value else "no value", view.stage, close]
    return [str(fact) for fact in facts if fact]


def _due(view: ActivityView, zone: ZoneInfo) -> str:
    if view.due_at is not None:
        return f"due {view.due_at.astimezone(zone):%a %-d %b %Y, %H:%M %Z}"
    return f"due {view.due_on:%a %-d %b %Y}" if view.due_on else "no date"


def _named(view: DealView | ActivityView) -> str:
    return f"{view.reference} {view.title}"
