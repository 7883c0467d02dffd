"""Activities, notes and proposals of a sample."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any

from crmbot.crm.sample.people import company_name, contact_email
from crmbot.crm.sample.plan import Plan, instant, likely
from crmbot.crm.sample.stories import Story, company_of, contact_of, story_of
from crmbot.crm.sample.words import DONE, NOTES, PRODUCTS, TO_DO
from crmbot.domain.stages import StageKind

_KINDS = ("call", "email", "meeting", "task")
_WEIGHTS = (35, 30, 15, 20)
_ON_LEADS = 0.15
"""The share of activities that are about leads."""


def title_of(plan: Plan, story: Story) -> str:
    """Return a deal's title."""
    return f"{company_name(story.company)[0]} {plan.chance('note', -story.index - 1).choice(PRODUCTS)}"


def activities(plan: Plan) -> Iterator[dict[str, Any]]:
    """Yield what was done and what is to do, deal by deal, then what was done with leads."""
    on_leads = int(plan.size.activities * _ON_LEADS)
    on_deals = plan.size.activities - on_leads
    number = 0
    for deal in range(plan.size.deals):
        story = story_of(plan, deal)
        upto = on_deals * (deal + 1) // plan.size.deals
        while number < upto:
            left = upto - number
            number += 1
            yield _of_deal(plan, number, story, last=left == 1)
    for place in range(on_leads):
        number += 1
        yield _of_lead(plan, number, place * plan.size.leads // max(on_leads, 1))


def _of_deal(plan: Plan, number: int, story: Story, *, last: bool) -> dict[str, Any]:
    dice = plan.chance("activity", number)
    kind = dice.choices(_KINDS, _WEIGHTS)[0]
    until = story.ended_at or plan.now - timedelta(days=story.untouched_days)
    line = _line(number, kind) | {
        "owner": story.entries[-1]["owner"],
        "contact": contact_of(story.contact),
        "company": company_of(story.company),
        "deal": f"deal-{story.index}",
        "attendees": [contact_email(plan, story.contact)] if kind == "meeting" else [],
    }
    pending = last and story.outcome is StageKind.OPEN and not story.untouched_days
    if pending:
        return line | _to_do(plan, dice, kind)
    at = story.created_at + (until - story.created_at) * dice.random()
    return line | _done(plan, dice, kind, min(max(at, story.created_at), plan.now - timedelta(minutes=30)))


def _of_lead(plan: Plan, number: int, lead: int) -> dict[str, Any]:
    dice = plan.chance("activity", number)
    kind = dice.choice(("call", "call", "email"))
    line = _line(number, kind) | {"lead": f"lead-{lead}", "owner": dice.choice(plan.reps).ref}
    created = plan.moment(lead, plan.size.leads, plan.chance("lead", lead))
    at = plan.working_hour(created + timedelta(days=dice.uniform(0, 3)), dice)
    return line | (_to_do(plan, dice, kind) if likely(dice, 0.1) else _done(plan, dice, kind, at))


def _line(number: int, kind: str) -> dict[str, Any]:
    return {"type": "activity", "ref": f"activity-{number}", "kind": kind}


def _done(plan: Plan, dice: Random, kind: str, at: datetime) -> dict[str, Any]:
    """Return something done: most when it was due, some late."""
    subject, outcome = dice.choice(DONE[kind])
    late = timedelta(days=dice.expovariate(1 / 3)) if likely(dice, 0.2) else timedelta()
    done_at = min(at + late, plan.now - timedelta(minutes=10))
    minutes = {"call": (5, 40), "meeting": (30, 120)}.get(kind)
    return {
        "subject": subject,
        "outcome": outcome,
        "created_at": instant(at - timedelta(hours=dice.uniform(0, 48)) if late else at),
        "due_at": instant(at),
        "completed_at": instant(done_at),
        "duration_minutes": dice.randrange(*minutes, 5) if minutes else None,
        "billable": kind == "meeting" and likely(dice, 0.3),
    }


def _to_do(plan: Plan, dice: Random, kind: str) -> dict[str, Any]:
    """Return something to do: a third is overdue, with a long tail."""
    days = -1 - dice.expovariate(1 / 6) if likely(dice, 0.34) else dice.uniform(0.3, 14)
    due = plan.now + timedelta(days=max(days, -45.0))
    made = min(plan.now, due) - timedelta(days=dice.uniform(1, 8))
    when = {"due_on": due.date().isoformat()} if likely(dice, 0.4) else {"due_at": instant(_hour(due))}
    return {"subject": dice.choice(TO_DO[kind]), "created_at": instant(made), **when, "billable": False}


def _hour(at: datetime) -> datetime:
    return at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0)


def notes(plan: Plan) -> Iterator[dict[str, Any]]:
    """Yield a note for every third deal."""
    for deal in range(0, plan.size.deals, 3):
        dice = plan.chance("note", deal)
        story = story_of(plan, deal)
        at = story.created_at + ((story.ended_at or plan.now) - story.created_at) * dice.random()
        yield {
            "type": "note",
            "ref": f"note-{deal}",
            "text": dice.choice(NOTES),
            "author": story.entries[-1]["owner"],
            "created_at": instant(at),
            "deal": f"deal-{deal}",
            "contact": contact_of(story.contact),
            "company": company_of(story.company),
        }


def proposals(plan: Plan) -> Iterator[dict[str, Any]]:
    """Yield a proposal for each deal that reached the stage of one and has a value."""
    for deal in range(plan.size.deals):
        story = story_of(plan, deal)
        sent = next((entry for entry in story.entries if entry["stage"] == "proposal_sent"), None)
        if sent is None or sent["value"] is None:
            continue
        dice = plan.chance("note", -story.index - 1)
        seats = dice.choice((1, 2, 4, 5, 10))
        price = float(sent["value"]["amount"]) / seats
        item = {
            "description": dice.choice(PRODUCTS).capitalize(),
            "quantity": str(seats),
            "unit_price": f"{price:.2f}",
            "discount_percent": "0",
            "tax_percent": "19",
        }
        yield {
            "type": "proposal",
            "ref": f"proposal-{deal}",
            "deal": f"deal-{deal}",
            "title": title_of(plan, story),
            "status": {StageKind.WON: "accepted", StageKind.LOST: "declined"}.get(story.outcome, "sent"),
            "versions": [{"at": sent["at"], "currency": sent["value"]["currency"], "items": [item]}],
            "sent_at": sent["at"],
            **_ending(plan, story),
        }


def _ending(plan: Plan, story: Story) -> dict[str, Any]:
    if story.ended_at is None:
        return {"expires_on": (plan.now + timedelta(days=30)).date().isoformat()}
    ended = instant(story.ended_at)
    if story.outcome is StageKind.WON:
        return {"viewed_at": ended, "accepted_at": ended, "accepted_by": "The customer"}
    return {"declined_at": ended}
