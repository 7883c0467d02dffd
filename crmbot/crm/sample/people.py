"""Companies, contacts, leads and customers of a sample."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from crmbot.crm.sample.plan import KNOWN_COMPANIES, KNOWN_CONTACTS, Plan, instant, likely
from crmbot.crm.sample.stories import Story, company_of, contact_of, conversion_of, deal_of_conversion, story_of
from crmbot.crm.sample.words import (
    COMPANY_ENDS,
    COMPANY_FORMS,
    COMPANY_SIZES,
    COMPANY_STARTS,
    CONTACTED_SHARE,
    FIRST_NAMES,
    INDUSTRIES,
    LAST_NAMES,
    ROLES,
    SOURCES,
)
from crmbot.domain.identity import fold_name

_NAMES = len(COMPANY_STARTS) * len(COMPANY_ENDS)
_STRIDE = 577
"""Walks through all names in an order that looks like chance; shares no divisor with their number."""


@dataclass(frozen=True, slots=True)
class _Person:
    name: str
    email: str


def companies(plan: Plan) -> Iterator[dict[str, Any]]:
    """Yield the companies: the well-known ones first."""
    for index in range(plan.size.companies):
        dice = plan.chance("company", index)
        name, domain = company_name(index)
        industry, size = dice.choice(INDUSTRIES), dice.choice(COMPANY_SIZES)
        if index < len(KNOWN_COMPANIES):
            _, _, industry, size = KNOWN_COMPANIES[index]
        yield {
            "type": "company",
            "ref": company_of(index),
            "name": name,
            "domain": domain,
            "industry": industry,
            "size": size,
            "created_at": instant(_met(plan, dice)),
        }


def company_name(index: int) -> tuple[str, str]:
    """Return a company's name and domain; no two are alike."""
    if index < len(KNOWN_COMPANIES):
        return KNOWN_COMPANIES[index][:2]
    rounds, place = divmod(index * _STRIDE, _NAMES)
    word = COMPANY_STARTS[place % len(COMPANY_STARTS)] + COMPANY_ENDS[place // len(COMPANY_STARTS)]
    again = index // _NAMES
    word = f"{word} {again + 1}" if again else word
    return word + COMPANY_FORMS[(rounds + index) % len(COMPANY_FORMS)], f"{fold_name(word).replace(' ', '-')}.example"


def contacts(plan: Plan) -> Iterator[dict[str, Any]]:
    """Yield the contacts, at least one for each company."""
    for index in range(plan.size.contacts):
        dice = plan.chance("contact", index)
        person = _contact(plan, index)
        role = KNOWN_CONTACTS[index][2] if index < len(KNOWN_CONTACTS) else dice.choice(ROLES)
        yield {
            "type": "contact",
            "ref": contact_of(index),
            "name": person.name,
            "emails": [person.email],
            "phone": f"+49 30 555{dice.randrange(10_000):04d}" if likely(dice, 0.6) else None,
            "role": role,
            "company": company_of(index % plan.size.companies),
            "created_at": instant(_met(plan, dice)),
        }


def _contact(plan: Plan, index: int) -> _Person:
    if index < len(KNOWN_CONTACTS):
        return _Person(*KNOWN_CONTACTS[index][:2])
    dice = plan.chance("contact", -index)
    again, company = divmod(index, plan.size.companies)
    return _person(dice, company_name(company)[1], str(again) if again else "")


def _person(dice: Random, domain: str, mark: str = "") -> _Person:
    first, last = dice.choice(FIRST_NAMES), dice.choice(LAST_NAMES)
    local = f"{fold_name(first)}.{fold_name(last)}{mark}"
    return _Person(f"{first} {last}", f"{local}@{domain}")


def contact_email(plan: Plan, index: int) -> str:
    """Return a contact's address."""
    return _contact(plan, index).email


def _met(plan: Plan, dice: Random) -> datetime:
    return plan.working_hour(plan.start - timedelta(days=dice.randrange(1, 400)), dice)


def leads(plan: Plan) -> Iterator[dict[str, Any]]:
    """Yield the leads; those that became a deal know it."""
    for index in range(plan.size.leads):
        conversion = conversion_of(plan, index)
        yield _lead(
            plan, index, story_of(plan, deal_of_conversion(plan, conversion)) if conversion is not None else None
        )


def _lead(plan: Plan, index: int, story: Story | None) -> dict[str, Any]:
    dice = plan.chance("lead", index)
    source = _source(dice)
    owner = dice.choice(plan.reps).ref if likely(dice, 0.93) else None
    created = plan.moment(index, plan.size.leads, dice)
    company, domain = company_name(plan.size.companies + dice.randrange(_NAMES))
    person = _person(dice, domain)
    line: dict[str, Any] = {"type": "lead", "ref": f"lead-{index}"}
    if story is not None:
        created = min(created, story.created_at - timedelta(days=dice.uniform(1, 12)))
        company, person, owner = (
            company_name(story.company)[0],
            _contact(plan, story.contact),
            story.entries[0]["owner"],
        )
    return line | {
        "name": person.name,
        "email": person.email,
        "company_name": company,
        "source": source,
        "owner": owner,
        "score": dice.randrange(5, 100) if likely(dice, 0.5) else None,
        "created_at": instant(created),
        "history": _climb(plan, dice, source, created, story),
        "contact": contact_of(story.contact) if story else None,
        "deal": f"deal-{story.index}" if story else None,
    }


def _climb(plan: Plan, dice: Random, source: str, created: datetime, story: Story | None) -> list[dict[str, str]]:
    entered = [("new", created)]
    if story is not None:
        span = story.created_at - created
        entered += [("contacted", created + span * 0.3), ("qualified", created + span * 0.7)]
        entered.append(("converted", story.created_at))
    elif dice.random() < CONTACTED_SHARE[source]:
        contacted = created + timedelta(hours=dice.expovariate(1 / 30) + 0.3)
        entered.append(("contacted", contacted))
        later = contacted + timedelta(days=dice.uniform(1, 14))
        end = dice.choices(("qualified", "disqualified", None), (40, 25, 35))[0]
        entered += [(end, later)] if end else []
    return [{"status": status, "at": instant(at)} for status, at in entered if at < plan.now]


def _source(dice: Random) -> str:
    return dice.choices(tuple(SOURCES), tuple(SOURCES.values()))[0]


def customers(plan: Plan) -> Iterator[dict[str, Any]]:
    """Yield a customer for each converted lead."""
    for lead in range(plan.size.leads):
        conversion = conversion_of(plan, lead)
        if conversion is None:
            continue
        story = story_of(plan, deal_of_conversion(plan, conversion))
        yield {
            "type": "customer",
            "ref": f"customer-{conversion}",
            "name": company_name(story.company)[0],
            "company": company_of(story.company),
            "contact": contact_of(story.contact),
            "lead": f"lead-{lead}",
            "channel": _source(plan.chance("lead", lead)),
            "acquired_at": instant(story.created_at),
            "estimated_lifetime_value": None,
        }
