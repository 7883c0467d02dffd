"""What happened is logged; with it its deal may change and the next task be planned."""

from crmbot.crm import deals
from crmbot.crm.activities.links import Links, links_of, with_named_deal
from crmbot.crm.activities.making import add_activity, first_link, refuse_kind, usable_subject
from crmbot.crm.answers import ActivityView, Change, DealView, Outcome
from crmbot.crm.hearsay import hear
from crmbot.crm.history import save_deal
from crmbot.crm.requests import Due, LogActivity, SetDeal
from crmbot.crm.views import activity_view, deal_view, money_of
from crmbot.crm.work import Work
from crmbot.domain.ids import Kind, reference
from crmbot.models import Deal

_DEFAULT_SUBJECTS = {"call": "Call", "meeting": "Meeting", "email": "E-mail", "task": "Task"}


def log(work: Work, request: LogActivity) -> Outcome:
    """Log what happened; with it change the deal it is about and plan the next task, all as one effect."""
    refuse_kind(request.kind)
    request, about = hear(work, request, links_of)
    facts = _facts_of_deal(request)
    if facts is not None and not about.get("deal_id"):
        about = with_named_deal(work, request.target, about)
    at = request.at or work.now
    planned = at > work.now
    activity = add_activity(
        work,
        kind=request.kind,
        subject=usable_subject(request.text) or _DEFAULT_SUBJECTS[request.kind],
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
            subject=usable_subject(request.next_text),
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
        f"{verb} {_a(request.kind)} with {first_link(view)}.{extra}",
        record=view,
        also=tuple(also),
        changes=changes,
        warnings=doubts,
    )


def _facts_of_deal(request: LogActivity) -> SetDeal | None:
    """Return what is said of the deal beside what happened; None for nothing."""
    stage, value, probability, close = request.stage, request.value, request.probability, request.expected_close
    if stage is None and value is None and probability is None and close is None:
        return None
    return SetDeal(deal="", stage=stage, value=value, probability=probability, expected_close=close)


def _with_deal(
    work: Work, facts: SetDeal | None, about: Links
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


def _a(kind: str) -> str:
    return {"email": "an e-mail"}.get(kind, f"a {kind}")
