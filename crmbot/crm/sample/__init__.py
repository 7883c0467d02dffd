"""Realistic workspaces of any size, the same for the same seed, as lines of an archive."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from crmbot.crm.sample.doings import activities, notes, proposals, title_of
from crmbot.crm.sample.people import companies, contacts, customers, leads
from crmbot.crm.sample.plan import CURRENCY, SIZES, WORKSPACE_ZONE, Plan, Size
from crmbot.crm.sample.stories import KNOWN_DEALS, company_of, contact_of, story_of
from crmbot.domain.stages import DEFAULT_STAGES

__all__ = ["SIZES", "Size", "make_sample"]

_RATES = {"EUR": 1.08, "GBP": 1.27}
_RATE_DAYS = 30


def make_sample(
    *,
    seed: int = 1,
    size: str | Size = "small",
    now: datetime,
    name: str = "Northwind Trading",
    days: int | None = None,
) -> Iterator[dict[str, Any]]:
    """Yield a workspace as lines of an archive, one by one; nothing in it is later than `now` but what is planned.

    `size` is one of `SIZES` or counts of one's own; `days` is how far back it goes, by default the size's own.
    """
    chosen = SIZES[size] if isinstance(size, str) else size
    plan = Plan(seed, replace(chosen, days=days or chosen.days), now)
    yield {"type": "workspace", "name": name, "timezone": WORKSPACE_ZONE.key, "currency": CURRENCY}
    yield from _stages()
    yield from _users(plan)
    yield from _rates(plan)
    yield from companies(plan)
    yield from contacts(plan)
    yield from leads(plan)
    yield from customers(plan)
    yield from _deals(plan)
    yield from activities(plan)
    yield from notes(plan)
    yield from proposals(plan)


def _stages() -> Iterator[dict[str, Any]]:
    for position, stage in enumerate(DEFAULT_STAGES, 1):
        yield {
            "type": "stage",
            "key": stage.key,
            "name": stage.name,
            "kind": stage.kind.value,
            "probability": stage.probability,
            "late": stage.late,
            "position": position,
            "stale_after_days": stage.stale_after_days,
            "forecast_category": stage.forecast_category.value,
        }


def _users(plan: Plan) -> Iterator[dict[str, Any]]:
    for member in plan.team:
        yield {
            "type": "user",
            "ref": member.ref,
            "name": member.name,
            "email": member.email,
            "role": member.role,
            "timezone": member.timezone,
            "slack_user_id": f"U0{member.word.upper()}",
        }


def _rates(plan: Plan) -> Iterator[dict[str, Any]]:
    """Yield a rate a month for each currency, the first one older than everything else."""
    for currency, middle in _RATES.items():
        for step in range(plan.size.days // _RATE_DAYS + 2):
            on = plan.now - timedelta(days=step * _RATE_DAYS)
            rate = middle * (1 + plan.chance("rate", step).uniform(-0.03, 0.03))
            yield {
                "type": "rate",
                "ref": f"rate-{currency}-{step}",
                "currency": currency,
                "on": on.date().isoformat(),
                "rate": f"{rate:.4f}",
            }


def _deals(plan: Plan) -> Iterator[dict[str, Any]]:
    for index in range(plan.size.deals):
        story = story_of(plan, index)
        last = story.entries[-1]
        yield {
            "type": "deal",
            "ref": f"deal-{index}",
            "title": KNOWN_DEALS[index].title if index < len(KNOWN_DEALS) else title_of(plan, story),
            "owner": last["owner"],
            "contact": contact_of(story.contact),
            "company": company_of(story.company),
            "created_at": story.entries[0]["at"],
            "lost_reason": last["lost_reason"],
            "history": list(story.entries),
        }
