"""Activities: log, plan, complete, put off, hand over; and notes."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import bindparam, select

from crmbot.crm import deals
from crmbot.crm.answers import ActivityView, Change, DealView, Outcome
from crmbot.crm.doubts import doubt_due
from crmbot.crm.hearsay import hear, mentioned, those_named
from crmbot.crm.history import keep_activity_facts, overdue_at, save_deal
from crmbot.crm.lookup import already_theirs, candidate, find_activity, find_deal, find_target, find_user
from crmbot.crm.postponing import put_off
from crmbot.crm.requests import (
    AddNote,
    AssignActivity,
    CompleteActivity,
    CreateTask,
    Due,
    LogActivity,
    SetDeal,
    SnoozeActivity,
)
from crmbot.crm.views import activity_view, deal_view, link, money_of, person, record_view
from crmbot.crm.work import Work
from crmbot.domain.ids import Kind, reference
from crmbot.errors import Ambiguous, BadInput, Conflict, MissingFact, NotFound
from crmbot.models import Activity, Company, Contact, Deal, Lead, Note, kind_of
from crmbot.store.prepared import Prepared

KINDS = ("call", "email", "meeting", "task")
_DEFAULT_SUBJECTS = {"call": "Call", "meeting": "Meeting", "email": "E-mail", "task": "Task"}
_MOST_SUBJECT = 3_000
_MOST_MINUTES = 24 * 60
_OPEN_DEALS = {
    party: Prepared(
        select(Deal)
        .where(Deal.workspace_id == bindparam("workspace"), column == bindparam("party"), Deal.outcome == "open")
        # not the bare number: for the order's sake SQLite would take its index and read every deal
        .order_by(Deal.number + 0)
    )
    for party, column in ((Contact, Deal.contact_id), (Company, Deal.company_id))
}
"""A contact's and a company's open deals."""


def log(work: Work, request: LogActivity) -> Outcome:
    """Log what happened; with it change the deal it is about and plan the next task, all as one effect."""
    _refuse_kind(request.kind)
    request, about = hear(work, request, _about)
    facts = _facts_of_deal(request)
    if facts is not None and not about.get("deal_id"):
        about = _with_named_deal(work, request.target, about)
    at = request.at or work.now
    planned = at > work.now
    activity = add_activity(
        work,
        kind=request.kind,
        subject=_subject(request.text) or _DEFAULT_SUBJECTS[request.kind],
        about=about,
        owner_id=work.actor.user_id,
        due=Due(at=at),
        completed_at=None if planned else at,
        duration_minutes=request.duration_minutes,
        attendees=request.attendees,
    )
    activity.billable, activity.outcome = request.billable, request.outcome
    work.flush()
    also, changes, doubts = _with_deal(work, facts, about)
    if request.next_text:
        following = add_activity(
            work,
            kind="task",
            subject=_subject(request.next_text),
            about=about,
            owner_id=work.actor.user_id,
            due=request.next_due or Due(),
        )
        work.flush()
        also.append(activity_view(work, following))
    view = activity_view(work, activity)
    verb = "Planned" if planned else "Logged"
    extra = "".join(f" {change.label}: {change.after}." for change in changes)
    if request.next_text:
        extra += f" Next: {request.next_text}."
    return Outcome(
        f"{verb} {_a(request.kind)} with {_first_link(view)}.{extra}",
        record=view,
        also=tuple(also),
        changes=changes,
        warnings=doubts,
    )


def create_task(work: Work, request: CreateTask) -> Outcome:
    """Plan something to do."""
    text = _subject(request.text)
    if not text:
        raise MissingFact("What is to be done?", field="text", example="/task call Jane tomorrow 3pm")
    about, heard = (_about(work, request.target), "") if request.target else _heard(work, text)
    owner = find_user(work, request.owner) if request.owner else None
    owner_id = owner.id if owner else work.actor.user_id
    activity = add_activity(
        work,
        kind=request.kind,
        subject=text,
        about=about,
        owner_id=owner_id,
        due=request.due or Due(),
        duration_minutes=request.duration_minutes,
        attendees=request.attendees,
    )
    work.flush()
    view = activity_view(work, activity)
    whose = f" for {owner.name}" if owner and owner.id != work.actor.user_id else ""
    when = due_words(work, view)
    said = f"Planned {view.reference} {view.title}{whose}{', ' + when if when else ''}."
    told = f" It is about {_first_link(view)}." if about and heard else ""
    doubts = (heard,) if heard and not about else ()
    return Outcome(said + told, record=view, warnings=(*doubts, *doubt_due(work, view.due_at, view.due_on)))


def complete(work: Work, request: CompleteActivity) -> Outcome:
    """Mark an activity as done now."""
    activity = _editable(work, request.activity)
    if activity.completed_at is not None:
        raise Conflict(f"{_named(activity)} is done already.")
    activity.completed_at = work.now
    if request.outcome:
        activity.outcome = request.outcome
    work.flush()
    return Outcome(f"Completed {_named(activity)}.", record=activity_view(work, activity))


def snooze(work: Work, request: SnoozeActivity) -> Outcome:
    """Put an open activity off."""
    activity = _editable(work, request.activity)
    if activity.completed_at is not None:
        raise Conflict(f"{_named(activity)} is done already.")
    if request.due is not None:
        _refuse_past(work, activity, request.due)
    before = due_words(work, activity_view(work, activity))
    keep_activity_facts(work, activity)
    _set_due(work, activity, request.due or put_off(work, activity, request.later))
    work.flush()
    view = activity_view(work, activity)
    after = due_words(work, view)
    change = Change(view.reference, "Due", before.removeprefix("due "), after.removeprefix("due "))
    return Outcome(f"{_named(activity)} is {after} now.", record=view, changes=(change,))


def assign(work: Work, request: AssignActivity) -> Outcome:
    """Give an activity to a user; a day it is due on is the new owner's day."""
    activity = _editable(work, request.activity)
    owner = find_user(work, request.owner)
    if activity.owner_id == owner.id:
        return Outcome(already_theirs(work, _named(activity), owner), record=activity_view(work, activity))
    before = person(work, activity.owner_id)
    keep_activity_facts(work, activity)
    activity.owner_id = owner.id
    _set_due(work, activity, Due(activity.due_at, activity.due_on))
    work.flush()
    change = Change(reference(Kind.ACTIVITY, activity.number), "Owner", before.name if before else "", owner.name)
    return Outcome(
        f"{_named(activity)} belongs to {owner.name} now.", record=activity_view(work, activity), changes=(change,)
    )


def add_note(work: Work, request: AddNote) -> Outcome:
    """Keep words with a record."""
    request, target = hear(work, request, find_target)
    text = request.text.strip()
    if not text:
        raise MissingFact("What should the note say?", field="text", example='/log note acme "wants a quote by May"')
    note: Note = work.make(Note, text=text, author_id=work.actor.user_id, created_at=work.now, **linked(target))
    work.keep(note)
    work.flush()
    named = link(target)
    said = f"Noted with {named.reference} {named.title}: {text}" if named else "Noted."
    return Outcome(said, record=record_view(work, target))


def add_activity(
    work: Work,
    *,
    kind: str,
    subject: str,
    about: dict[str, str | None],
    owner_id: str | None,
    due: Due,
    completed_at: datetime | None = None,
    duration_minutes: int | None = None,
    attendees: tuple[str, ...] = (),
) -> Activity:
    """Add an activity; `about` holds the ids of what it is linked to."""
    _refuse_kind(kind)
    if duration_minutes is not None and not 0 < duration_minutes <= _MOST_MINUTES:
        raise BadInput("A duration lies between a minute and a day.", field="duration_minutes", example="25m")
    activity: Activity = work.make(
        Activity,
        number=work.next_number(Kind.ACTIVITY),
        kind=kind,
        subject=subject,
        owner_id=owner_id,
        completed_at=completed_at,
        duration_minutes=duration_minutes,
        billable=False,
        attendees=list(attendees),
        created_at=work.now,
        facts_since=work.now,
        **about,
    )
    _set_due(work, activity, due)
    work.keep(activity)
    return activity


def linked(row: Deal | Lead | Contact | Company) -> dict[str, str | None]:
    """Return the links of something about a record: the record, and the people and company it belongs to."""
    match row:
        case Deal():
            return {"deal_id": row.id, "contact_id": row.contact_id, "company_id": row.company_id}
        case Lead():
            return {"lead_id": row.id}
        case Contact():
            return {"contact_id": row.id, "company_id": row.company_id}
    return {"company_id": row.id}


def due_words(work: Work, view: ActivityView) -> str:
    """Return when something is due, in the actor's zone: “due Fri 27 Nov 2026, 15:00 CET”; nothing when it is not."""
    if view.due_at is not None:
        return f"due {view.due_at.astimezone(work.actor.zone):%a %-d %b %Y, %H:%M %Z}"
    return f"due {view.due_on:%a %-d %b %Y}" if view.due_on else ""


def _about(work: Work, word: str) -> dict[str, str | None]:
    """Return the links for a word; a contact or company takes its only open deal along; of several it asks."""
    target = find_target(work, word)
    links = linked(target)
    if isinstance(target, Contact | Company):
        open_deals = work.all(_OPEN_DEALS[kind_of(target)], Deal, party=target.id)
        if len(open_deals) > 1:
            raise Ambiguous(word, "target", [candidate(work, deal) for deal in open_deals])
        if open_deals:
            links = {**linked(open_deals[0]), **{name: value for name, value in links.items() if value}}
    return links


def _heard(work: Work, text: str) -> tuple[dict[str, str | None], str]:
    """Return the links of the one record that a task's words name, and that record or a doubt which one it is."""
    named = mentioned(work, text)
    if not named:
        return {}, ""
    titles = [f"{one.reference} {one.title}" for one in map(link, named) if one]
    if len(named) > 1:
        choice = titles[0].partition(" ")[0]
        return {}, f"{those_named(titles)} may be meant, so it is about neither. To say which, add re:{choice}."
    target = named[0]
    deals_open = work.all(_OPEN_DEALS[kind_of(target)], Deal, party=target.id) if kind_of(target) in _OPEN_DEALS else []
    links = linked(deals_open[0]) if len(deals_open) == 1 else {}
    return {**links, **{name: value for name, value in linked(target).items() if value}}, titles[0]


def _facts_of_deal(request: LogActivity) -> SetDeal | None:
    """Return what is said of the deal beside what happened; None for nothing."""
    stage, value, probability, close = request.stage, request.value, request.probability, request.expected_close
    if stage is None and value is None and probability is None and close is None:
        return None
    return SetDeal(deal="", stage=stage, value=value, probability=probability, expected_close=close)


def _with_named_deal(work: Work, word: str, about: dict[str, str | None]) -> dict[str, str | None]:
    """Take the open deal of that name along: a company may be known by the same word and have no deal linked to it."""
    try:
        deal = find_deal(work, word, field="target", outcome="open", writes=True)
    except NotFound:
        deal = None
    # A deal of another company with a name alike is not meant.
    if deal is None or (about["company_id"] and deal.company_id not in (None, about["company_id"])):
        raise BadInput(
            "Stage, value and close belong to a deal, and this is about none. Open one first: /deal new …",
            field="target",
        )
    return {**linked(deal), **{name: value for name, value in about.items() if value}}


def _with_deal(
    work: Work, facts: SetDeal | None, about: dict[str, str | None]
) -> tuple[list[DealView | ActivityView], tuple[Change, ...], tuple[str, ...]]:
    deal: Deal | None = work.get(Deal, about.get("deal_id")) if facts is not None else None
    if facts is None or deal is None:
        return [], (), ()
    work.allow_edit(deal.owner_id, f"{reference(Kind.DEAL, deal.number)} {deal.title}")
    value = money_of(deal)
    changes = deals.apply_facts(work, deal, facts)
    save_deal(work, deal)
    work.flush()
    return [deal_view(work, deal)], changes, deals.doubts_of(work, deal, facts, value)


def _editable(work: Work, word: str) -> Activity:
    activity = find_activity(work, word)
    work.allow_edit(activity.owner_id, _named(activity))
    return activity


def _refuse_past(work: Work, activity: Activity, due: Due) -> None:
    """Refuse to put something off to a moment that has passed."""
    if not ((due.at and due.at < work.now) or (due.on and due.on < work.today)):
        return
    when = f"{due.at.astimezone(work.actor.zone):%a %-d %b %Y, %H:%M %Z}" if due.at else f"{due.on:%a %-d %b %Y}"
    number = reference(Kind.ACTIVITY, activity.number)
    raise BadInput(
        f"{when} is over. Put {number} off to a day to come.", field="due", example=f"/task snooze {number} +1d"
    )


def _set_due(work: Work, activity: Activity, due: Due) -> None:
    activity.due_at, activity.due_on = due.at, due.on
    zone: Any = work.zone_of(activity.owner_id) if due.on else UTC
    activity.overdue_at = overdue_at(due.at, due.on, zone)


def _refuse_kind(kind: str) -> None:
    if kind not in KINDS:
        raise BadInput(f"“{kind}” is no kind of activity. There are {', '.join(KINDS)}.", field="kind")


def _subject(text: str) -> str:
    if len(text) > _MOST_SUBJECT:
        raise BadInput(f"This takes at most {_MOST_SUBJECT} characters; these are {len(text)}.", field="text")
    return text.strip()


def _first_link(view: ActivityView) -> str:
    return f"{view.about[0].reference} {view.about[0].title}" if view.about else "nobody"


def _a(kind: str) -> str:
    return {"email": "an e-mail"}.get(kind, f"a {kind}")


def _named(activity: Activity) -> str:
    return f"{reference(Kind.ACTIVITY, activity.number)} {activity.subject}"
