"""What happened to each deal of a sample, from its first day until now."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from crmbot.crm.sample.plan import KNOWN_COMPANIES, Plan, instant, likely
from crmbot.crm.sample.words import CURRENCIES, LOST_REASONS
from crmbot.domain.stages import DEFAULT_STAGES, StageKind

_OPEN = tuple(stage for stage in DEFAULT_STAGES if stage.kind is StageKind.OPEN)
_PROBABILITY = {stage.key: stage.probability for stage in DEFAULT_STAGES}
_LIFE_DAYS = 95
_WIN_SHARE = 0.42
_LOST_FROM = (2, 3, 3, 2)
_WEEK = 6.5
"""Days back that a digest of the last week surely sees."""
_FORGOTTEN_DAYS = 16
_ASLEEP_DAYS = max(stage.stale_after_days or 0 for stage in _OPEN) + 3
"""No stage lets a deal be for so long; nor does one that a late activity came to."""

Event = tuple[datetime, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class _Known:
    title: str
    company: int
    value: int
    age_days: int
    stage: int
    slipped: bool
    untouched_days: int


KNOWN_DEALS = (
    _Known("Globex rollout", 0, 48_000, 38, 2, slipped=False, untouched_days=0),
    _Known("Acme renewal", 1, 36_000, 58, 1, slipped=True, untouched_days=_ASLEEP_DAYS),
)


@dataclass(frozen=True, slots=True)
class Story:
    """A deal's life: `entries` are whole versions as an archive has them.

    An open one was not touched for `untouched_days`; there is nothing to do about it either, unless these are none.
    """

    index: int
    created_at: datetime
    company: int
    contact: int
    outcome: StageKind
    ended_at: datetime | None
    untouched_days: int
    entries: tuple[dict[str, Any], ...]


def company_of(index: int) -> str:
    """Return a company's ref."""
    return f"company-{index}"


def contact_of(index: int) -> str:
    """Return a contact's ref."""
    return f"contact-{index}"


def conversion_of(plan: Plan, lead: int) -> int | None:
    """Return which conversion a lead is, none when it never became a deal."""
    count, leads = plan.size.conversions, plan.size.leads
    conversion = -(-lead * count // leads)
    return conversion if conversion < count and conversion * leads // count == lead else None


def deal_of_conversion(plan: Plan, conversion: int) -> int:
    """Return the deal that a conversion made."""
    own = plan.size.deals - len(KNOWN_DEALS)
    return len(KNOWN_DEALS) + conversion * own // plan.size.conversions


def _conversion_of_deal(plan: Plan, deal: int) -> int | None:
    count, own = plan.size.conversions, plan.size.deals - len(KNOWN_DEALS)
    place = deal - len(KNOWN_DEALS)
    conversion = -(-place * count // own)
    return conversion if 0 <= conversion < count and conversion * own // count == place else None


def story_of(plan: Plan, index: int) -> Story:
    """Tell a deal's life."""
    dice = plan.chance("deal", index)
    if index < len(KNOWN_DEALS):
        return _known_story(plan, index, dice)
    created = plan.moment(index, plan.size.deals, dice)
    owner = dice.choice(plan.reps)
    company = _company(plan, index, dice)
    life = timedelta(days=6 + dice.expovariate(1 / _LIFE_DAYS))
    ended = created + life if created + life < plan.now else None
    if ended is not None and plan.now - created > timedelta(days=20) and likely(dice, 0.15):
        ended = plan.now - timedelta(days=dice.uniform(0.2, _WEEK))
    outcome = StageKind.OPEN
    if ended is not None:
        outcome = StageKind.WON if likely(dice, _WIN_SHARE * owner.skill) else StageKind.LOST
    events = _stages(plan, dice, created, life, ended, outcome)
    events += _value(dice, created, ended or plan.now)
    close = _plain_day(created + life * dice.uniform(0.6, 1.1))
    events += _slips(plan, dice, created, close, ended)
    if ended is None:
        events += _last_week(plan, dice, created, events)
    entries = _versions(created, _first_version(owner.ref, close), events)
    second = company + plan.size.companies
    contact = second if second < plan.size.contacts and likely(dice, 0.1) else company
    untouched = 0
    if ended is None:
        forgotten = plan.now - created > timedelta(days=90) and likely(dice, 0.5)
        asleep = max(at for at, _ in events) < plan.now - timedelta(days=_ASLEEP_DAYS)
        untouched = _ASLEEP_DAYS if asleep else _FORGOTTEN_DAYS if forgotten else 0
    return Story(index, created, company, contact, outcome, ended, untouched, entries)


def _known_story(plan: Plan, index: int, dice: Random) -> Story:
    known = KNOWN_DEALS[index]
    created = plan.working_hour(plan.now - timedelta(days=known.age_days), dice)
    money = {"value": {"amount": f"{known.value}.00", "currency": "USD"}}
    events: list[Event] = [(created, money | {"stage": _OPEN[0].key})]
    events += [
        (created + timedelta(days=9 * place), {"stage": _OPEN[place].key}) for place in range(1, known.stage + 1)
    ]
    close = _plain_day(plan.now + timedelta(days=24 - 10 * index))
    if known.slipped:
        later = _plain_day(plan.now + timedelta(days=33))
        events.append((plan.now - timedelta(days=2.2), {"expected_close": later.isoformat()}))
    entries = _versions(created, _first_version(plan.jane.ref, close), events)
    return Story(index, created, known.company, known.company, StageKind.OPEN, None, known.untouched_days, entries)


def _company(plan: Plan, index: int, dice: Random) -> int:
    conversion = _conversion_of_deal(plan, index)
    if conversion is not None:
        return len(KNOWN_COMPANIES) + conversion
    return dice.randrange(len(KNOWN_COMPANIES), plan.size.companies)


def _first_version(owner: str, close: date) -> dict[str, Any]:
    return {
        "at": "",
        "stage": _OPEN[0].key,
        "value": None,
        "probability": None,
        "probability_is_manual": False,
        "expected_close": close.isoformat(),
        "owner": owner,
        "forecast_category": None,
        "lost_reason": None,
    }


def _versions(created: datetime, first: dict[str, Any], events: list[Event]) -> tuple[dict[str, Any], ...]:
    """Fold events into whole versions, one for each instant; a probability by hand ends with the next stage."""
    versions: dict[datetime, dict[str, Any]] = {}
    facts = first
    for at, changes in sorted(events, key=lambda event: event[0]):
        facts = facts | changes
        if "stage" in changes and "probability" not in changes:
            facts |= {"probability": _PROBABILITY[facts["stage"]], "probability_is_manual": False}
        versions[max(at, created)] = facts
    return tuple(facts | {"at": instant(at)} for at, facts in versions.items())


def _stages(
    plan: Plan, dice: Random, created: datetime, life: timedelta, ended: datetime | None, outcome: StageKind
) -> list[Event]:
    last = {StageKind.WON: 3, StageKind.LOST: dice.choices(range(4), _LOST_FROM)[0]}.get(outcome)
    if last is None:
        last = min(3, int(4 * (plan.now - created) / max(life, timedelta(days=30)) * dice.uniform(0.7, 1.3)))
    span = (ended or plan.now) - created
    marks = sorted(dice.uniform(0.05, 0.9) for _ in range(last))
    events: list[Event] = [(created, {"stage": _OPEN[0].key})]
    events += [(created + span * mark, {"stage": _OPEN[place].key}) for place, mark in enumerate(marks, 1)]
    if ended is not None:
        reason = dice.choices(tuple(LOST_REASONS), tuple(LOST_REASONS.values()))[0]
        lost = reason if outcome is StageKind.LOST and likely(dice, 0.95) else None
        events.append((ended, {"stage": outcome.value, "lost_reason": lost}))
    return events


def _value(dice: Random, created: datetime, until: datetime) -> list[Event]:
    if likely(dice, 0.04):
        return []
    currency = dice.choices(tuple(CURRENCIES), tuple(CURRENCIES.values()))[0]
    value = max(1_500, min(400_000, round(dice.lognormvariate(9.8, 0.9), -2)))
    events: list[Event] = [(created, _money(value, currency))]
    if likely(dice, 0.3):
        at = created + (until - created) * dice.uniform(0.2, 0.8)
        events.append((at, _money(round(value * dice.uniform(0.7, 1.5), -2), currency)))
    return events


def _money(value: float, currency: str) -> dict[str, Any]:
    return {"value": {"amount": f"{value:.2f}", "currency": currency}}


def _slips(plan: Plan, dice: Random, created: datetime, close: date, ended: datetime | None) -> list[Event]:
    """Push the expected close out, sometimes late, and mostly before it passes."""
    if ended is not None:
        if likely(dice, 0.3):
            at = created + (ended - created) * dice.uniform(0.4, 0.9)
            return [(at, {"expected_close": _plain_day(ended + timedelta(days=dice.randrange(1, 20))).isoformat()})]
        return []
    if close > plan.now.date() or likely(dice, 0.2):
        return []
    at = plan.now - min(timedelta(days=dice.uniform(0.5, 25)), (plan.now - created) * 0.8)
    return [(at, {"expected_close": _plain_day(plan.now + timedelta(days=dice.randrange(3, 60))).isoformat()})]


def _last_week(plan: Plan, dice: Random, created: datetime, events: list[Event]) -> list[Event]:
    """Let something happen to one open deal in three within the last week, so that there is news."""
    if plan.now - created < timedelta(days=10) or not likely(dice, 0.36):
        return []
    at = plan.now - timedelta(days=dice.uniform(0.2, _WEEK))
    facts: dict[str, Any] = {}
    for _, changes in sorted(events, key=lambda event: event[0]):
        facts |= changes
    step = dice.randrange(4)
    keys = [stage.key for stage in _OPEN]
    place = keys.index(facts["stage"])
    if step == 0 and place < len(keys) - 1:
        return [(at, {"stage": keys[place + 1]})]
    if step == 1:
        later = plan.now + timedelta(days=dice.randrange(30, 100))
        return [(at, {"expected_close": _plain_day(later).isoformat()})]
    if step == 2 and facts.get("value"):  # noqa: PLR2004 - the third face of the dice
        value = float(facts["value"]["amount"]) * dice.choice((0.8, 1.15, 1.3))
        return [(at, _money(round(value, -2), facts["value"]["currency"]))]
    return [(at, {"probability": dice.choice((40, 60, 65, 80, 90)), "probability_is_manual": True})]


def _plain_day(at: datetime) -> date:
    day = at.date()
    return day - timedelta(days=max(0, day.weekday() - 4))
