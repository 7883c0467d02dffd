"""Currency rates: units of the workspace's currency for one of another, each from a day on."""

from decimal import Decimal, InvalidOperation

from sqlalchemy import select

from crmbot.crm.answers import Outcome, Table
from crmbot.crm.requests import ListRates, SetRate
from crmbot.crm.work import Work
from crmbot.domain.money import CURRENCIES
from crmbot.errors import BadInput
from crmbot.models import CurrencyRate

_MOST_DECIMALS = 9
_LARGEST = Decimal(10) ** 12
_EXAMPLE = "crmbot rate set EUR 1.08"


def set_rate(work: Work, request: SetRate) -> Outcome:
    """Say what one unit of a currency is worth from a day on, today unless said; a rate of that day is replaced."""
    currency = _foreign(work, request.currency)
    rate = _rate(request.rate)
    on = request.on or work.now.astimezone(work.zone_of(None)).date()
    same = (
        (CurrencyRate.workspace_id == work.workspace_id) & (CurrencyRate.currency == currency) & (CurrencyRate.on == on)
    )
    known = work.session.scalar(select(CurrencyRate).where(same))
    if known is None:
        work.keep(CurrencyRate(currency=currency, on=on, rate=rate))
    else:
        known.rate = rate
    work.session.flush()
    return Outcome(f"1 {currency} is {rate} {work.workspace.currency} from {on:%a %-d %b %Y} on.")


def list_rates(work: Work, _request: ListRates) -> Table:
    """List the rates, the latest of each currency first."""
    rates = work.session.scalars(
        select(CurrencyRate)
        .where(CurrencyRate.workspace_id == work.workspace_id)
        .order_by(CurrencyRate.currency, CurrencyRate.on.desc())
    )
    rows = tuple((rate.currency, f"{rate.on}", rate.rate) for rate in rates)
    said = f"{len(rows)} {'rate' if len(rows) == 1 else 'rates'} to {work.workspace.currency}."
    return Table(said if rows else f"No rates yet. Set one: {_EXAMPLE}", ("Currency", "From", "Rate"), rows)


def _foreign(work: Work, word: str) -> str:
    currency = word.strip().upper()
    if currency not in CURRENCIES:
        raise BadInput(f"“{word}” is no currency.", field="currency", example=_EXAMPLE)
    if currency == work.workspace.currency:
        raise BadInput(f"{currency} is the workspace's own currency and needs no rate.", field="currency")
    return currency


def _rate(words: str) -> str:
    """Return a rate as plain decimal text."""
    try:
        rate = Decimal(words)
    except InvalidOperation:
        raise BadInput(f"“{words}” is no rate.", field="rate", example=_EXAMPLE) from None
    if not rate.is_finite() or not 0 < rate < _LARGEST:
        raise BadInput("A rate is a number above zero.", field="rate", example=_EXAMPLE)
    text = f"{rate:f}"
    if len(text.partition(".")[2]) > _MOST_DECIMALS:
        raise BadInput(f"A rate has at most {_MOST_DECIMALS} decimals.", field="rate", example=_EXAMPLE)
    return text
