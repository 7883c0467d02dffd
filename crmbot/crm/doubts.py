"""What somebody said that may be a slip, told with the answer: it was done, and they look again."""

from datetime import date, datetime
from functools import cache
from statistics import median

from sqlalchemy import bindparam, select

from crmbot.crm.work import Work
from crmbot.domain.ids import Kind, reference
from crmbot.domain.money import Money, exponent
from crmbot.domain.stages import LeadStatus
from crmbot.models import Contact, Deal, Lead
from crmbot.store.prepared import Prepared

_TIMES = 500
"""From so many times more or less on, a thousand was probably dropped or added."""
_LEAST_USUAL, _MOST_USUAL = 1_000, 100_000
"""Amounts in major units that surprise nobody, so that no other deals are looked at."""
_LATEST, _FEWEST = 50, 5
_MOST_NAMESAKES = 10

_NAMESAKES = Prepared(
    select(Contact)
    .where(
        Contact.workspace_id == bindparam("workspace"),
        Contact.name_key == bindparam("key"),
        Contact.id != bindparam("but"),
    )
    .limit(_MOST_NAMESAKES)
)
_OPEN_NAMESAKES = Prepared(
    select(Lead)
    .where(
        Lead.workspace_id == bindparam("workspace"),
        Lead.name_key == bindparam("key"),
        Lead.id != bindparam("but"),
        Lead.status != LeadStatus.CONVERTED.value,
        Lead.status != LeadStatus.DISQUALIFIED.value,
    )
    .limit(_MOST_NAMESAKES)
)


def doubt_contact(work: Work, contact: Contact) -> tuple[str, ...]:
    """Doubt that a new contact is another person than one of that name, unless both have companies of their own."""
    for same in work.all(_NAMESAKES, Contact, key=contact.name_key, but=contact.id):
        if None in (same.company_id, contact.company_id) or same.company_id == contact.company_id:
            old, new = reference(Kind.CONTACT, same.number), reference(Kind.CONTACT, contact.number)
            return (f"{old} {same.name} is here already. If they are one: /contact merge {new} into {old}",)
    return ()


def doubt_lead(work: Work, lead: Lead) -> tuple[str, ...]:
    """Doubt that a new lead is another person than an open one of that name, unless both have their companies."""
    for same in work.all(_OPEN_NAMESAKES, Lead, key=lead.name_key, but=lead.id):
        if None in (same.company_key, lead.company_key) or same.company_key == lead.company_key:
            return (f"{reference(Kind.LEAD, same.number)} {same.name} is open already. If they are one, undo this.",)
    return ()


def doubt_close(work: Work, close: date | None) -> tuple[str, ...]:
    """Doubt an expected close of an open deal that has passed."""
    if close is None or close >= work.today:
        return ()
    return (f"The expected close, {close:%a %-d %b %Y}, is in the past.",)


def doubt_due(work: Work, due_at: datetime | None, due_on: date | None) -> tuple[str, ...]:
    """Doubt a task that is overdue from its beginning."""
    late = (due_at is not None and due_at < work.now) or (due_on is not None and due_on < work.today)
    return ("That is in the past, so the task is overdue from the start.",) if late else ()


def doubt_closed_value(deal: Deal, before: Money | None, now: Money | None) -> tuple[str, ...]:
    """Doubt another value of a deal that is won or lost."""
    if deal.outcome == "open" or before == now:
        return ()
    return (f"This deal is {deal.outcome} already; the figures of that month change with it.",)


def doubt_change(before: Money | None, now: Money | None) -> tuple[str, ...]:
    """Doubt a value that is a thousand times what it was, or a thousandth."""
    if before is None or now is None or before.currency != now.currency:
        return ()
    return _doubt_scale(now, before.minor, f"the {before} it was")


def doubt_value(work: Work, deal: Deal) -> tuple[str, ...]:
    """Doubt the value of a new deal that is far from what the latest ones are worth."""
    if deal.value_minor is None:
        return ()
    unit = 10 ** exponent(deal.currency)
    if _LEAST_USUAL * unit <= deal.value_minor <= _MOST_USUAL * unit:
        return ()
    values = [
        row[0] for row in work.values(_latest_values(), currency=deal.currency, but=deal.id) if row[0] is not None
    ]
    usual = round(median(values)) if len(values) >= _FEWEST else 0
    return _doubt_scale(Money(deal.value_minor, deal.currency), usual, "what your latest deals are worth")


def _doubt_scale(now: Money, before: int, what: str) -> tuple[str, ...]:
    if before <= 0 or now.minor <= 0:
        return ()
    if now.minor >= before * _TIMES:
        return (f"{now} is {round(now.minor / before):,} times {what}.",)
    if now.minor * _TIMES <= before:
        return (f"{now} is a {_ordinal(round(before / now.minor))} of {what}. Was a k or m left out?",)
    return ()


def _ordinal(number: int) -> str:
    return f"{number:,}th"


@cache
def _latest_values() -> Prepared:
    return Prepared(
        select(Deal.value_minor)
        .where(
            Deal.workspace_id == bindparam("workspace"),
            Deal.currency == bindparam("currency"),
            Deal.id != bindparam("but"),
        )
        .order_by(Deal.number.desc())
        .limit(_LATEST)
    )
