"""What happened is logged; with it its deal may change and the next task be planned."""

from datetime import UTC, date, datetime, time

from crmbot.crm import deals
from crmbot.crm.activities.links import Links, links_of, with_named_deal
from crmbot.crm.activities.making import add_activity, due_words, first_link, refuse_kind, usable_subject
from crmbot.crm.answers import Change, Outcome, Record
from crmbot.crm.hearsay import hear
from crmbot.crm.history import save_deal
from crmbot.crm.requests import Due, LogActivity, SetDeal
from crmbot.crm.views import activity_view, deal_view, money_of
from crmbot.crm.work import Work
from crmbot.domain.ids import Kind, reference
from crmbot.domain.nouns import titled
from crmbot.models import Activity, Deal

_NOON = time(12)


def log(work: Work, request: LogActivity) -> Outcome:
    """Log what happened; with it change the deal it is about and plan the next task, all as one effect."""
    refuse_kind(request.kind)
    request, about = hear(work, request, links_of)
    facts = _facts_of_deal(request)
    if facts is not None and not about.get("deal_id"):
        about = with_named_deal(work, request.target, about)
    activity = _log(work, request, about)
    following = _plan(work, request.next_text, request.next_due, about) if request.next_text else None
    deal, changes, doubts = _with_deal(work, facts, about) if facts is not None else (None, (), ())
    work.flush()
    view = activity_view(work, activity)
    also: list[Record] = []
    if deal is not None:
        also.append(deal_view(work, deal))
    if following is not None:
        also.append(activity_view(work, following, view.about))
    done = activity.completed_at is not None
    when = "" if done else f" for {due_words(work, Due(view.due_at, view.due_on))}"
    extra = "".join(f" {change.label}: {change.after}." for change in changes)
    if following is not None:
        extra += f" Next: {request.next_text}."
    return Outcome(
        f"{'Logged' if done else 'Planned'} {_a(request.kind)} with {first_link(view)}{when}.{extra}",
        record=view,
        also=tuple(also),
        changes=changes,
        warnings=doubts,
    )


def _log(work: Work, request: LogActivity, about: Links) -> Activity:
    due = _when(work, request.at)
    activity = add_activity(
        work,
        kind=request.kind,
        subject=usable_subject(request.text) or titled(request.kind),
        about=about,
        owner_id=work.actor.user_id,
        due=due,
        completed_at=due.at if due.at and due.at <= work.now else None,
        duration_minutes=request.duration_minutes,
        attendees=request.attendees,
    )
    activity.billable, activity.outcome = request.billable, request.outcome
    return activity


def _when(work: Work, at: datetime | date | None) -> Due:
    """Return when something was, or is to be; of days without an hour today is now, a past one its noon."""
    if at is None or at == work.today:
        return Due(at=work.now)
    if isinstance(at, datetime):
        return Due(at=at)
    return Due(on=at) if at > work.today else Due(at=datetime.combine(at, _NOON, work.actor.zone).astimezone(UTC))


def _facts_of_deal(request: LogActivity) -> SetDeal | None:
    """Return what is said of the deal beside what happened; None for nothing."""
    stage, value, probability, close = request.stage, request.value, request.probability, request.expected_close
    if stage is None and value is None and probability is None and close is None:
        return None
    return SetDeal(deal="", stage=stage, value=value, probability=probability, expected_close=close)


def _with_deal(work: Work, facts: SetDeal, about: Links) -> tuple[Deal, tuple[Change, ...], tuple[str, ...]]:
    """Set what is said of the deal; return it, what changed and what may be a slip."""
    deal: Deal = work.get(Deal, about["deal_id"])
    work.allow_edit(deal.owner_id, f"{reference(Kind.DEAL, deal.number)} {deal.title}")
    value = money_of(deal)
    changes = deals.apply_facts(work, deal, facts)
    save_deal(work, deal)
    return deal, changes, deals.doubts_of(work, deal, facts, value)


def _plan(work: Work, text: str, due: Due | None, about: Links) -> Activity:
    """Plan the task that follows."""
    return add_activity(
        work,
        kind="task",
        subject=usable_subject(text),
        about=about,
        owner_id=work.actor.user_id,
        due=due or Due(),
    )


def _a(kind: str) -> str:
    return {"email": "an e-mail"}.get(kind, f"a {kind}")
