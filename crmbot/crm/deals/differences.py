"""What changed of a deal, in words: only of facts that did words are made."""

from collections.abc import Callable, Mapping
from datetime import date
from itertools import compress
from operator import attrgetter, ne
from typing import NamedTuple

from crmbot.crm.answers import Change
from crmbot.crm.deals.editing import number_of
from crmbot.crm.views import person
from crmbot.crm.work import Work
from crmbot.domain.money import Money
from crmbot.models import Company, Contact, Deal, Stage


class Facts(NamedTuple):
    """What people are told of when it changes."""

    title: str
    value_minor: int | None
    currency: str
    stage_id: str
    probability: int
    expected_close: date | None
    forecast_category: str | None
    contact_id: str | None
    company_id: str | None
    owner_id: str | None
    lost_reason: str | None


_read = attrgetter(*Facts._fields)
_LABELS = (
    "Title",
    *("Value", "Value"),
    "Stage",
    "Probability",
    "Expected close",
    "Forecast category",
    "Contact",
    "Company",
    "Owner",
    "Lost because",
)
"""What each fact is called; a value is its amount and its currency."""


def facts_of(deal: Deal) -> Facts:
    """Return a deal's facts as they stand, to be compared with them later."""
    return Facts(*_read(deal))


def differences(work: Work, deal: Deal, before: Facts, *, unsaid: str = "") -> tuple[Change, ...]:
    """Return which facts changed and read otherwise now, but for one that is left `unsaid`."""
    after = facts_of(deal)
    labels = dict.fromkeys(compress(_LABELS, map(ne, before, after)))
    told = [(label, _WORDS[label](work, before), _WORDS[label](work, after)) for label in labels if label != unsaid]
    return tuple([Change(number_of(deal), label, was, now) for label, was, now in told if was != now])


def _value(_work: Work, facts: Facts) -> str:
    return "" if facts.value_minor is None else str(Money(facts.value_minor, facts.currency))


def _stage(work: Work, facts: Facts) -> str:
    stage: Stage = work.get(Stage, facts.stage_id)
    return stage.name


def _close(_work: Work, facts: Facts) -> str:
    return f"{facts.expected_close:%a %-d %b %Y}" if facts.expected_close else ""


def _contact(work: Work, facts: Facts) -> str:
    contact: Contact | None = work.get(Contact, facts.contact_id)
    return contact.name if contact else ""


def _company(work: Work, facts: Facts) -> str:
    company: Company | None = work.get(Company, facts.company_id)
    return company.name if company else ""


def _owner(work: Work, facts: Facts) -> str:
    owner = person(work, facts.owner_id)
    return owner.name if owner else ""


_WORDS: Mapping[str, Callable[[Work, Facts], str]] = {
    "Title": lambda _work, facts: facts.title,
    "Value": _value,
    "Stage": _stage,
    "Probability": lambda _work, facts: f"{facts.probability} %",
    "Expected close": _close,
    "Forecast category": lambda _work, facts: (facts.forecast_category or "").replace("_", " "),
    "Contact": _contact,
    "Company": _company,
    "Owner": _owner,
    "Lost because": lambda _work, facts: facts.lost_reason or "",
}
