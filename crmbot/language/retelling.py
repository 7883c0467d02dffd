"""Dates, amounts and durations of a finished request, told back as they were when its line was read."""

from datetime import date, datetime

from crmbot.crm.requests import Due, Request
from crmbot.domain.money import Money
from crmbot.language.context import Context
from crmbot.language.echoes import words_for
from crmbot.language.grammar import NOUNS

_TOLD = (Money, date, datetime, Due, int)
_ECHOES: dict[type[Request], dict[str, str]] = {}
for _noun in NOUNS.values():
    for _verb in _noun.verbs:
        _ECHOES.setdefault(_verb.request, {}).update({fact.field: fact.echo for fact in _verb.facts if fact.echo})


def retold(request: Request, context: Context) -> tuple[str, ...]:
    """Return what a line that made this request would have echoed."""
    values = ((echo, getattr(request, field)) for field, echo in _ECHOES.get(type(request), {}).items())
    return tuple(echo.format(words_for(value, context)) for echo, value in values if isinstance(value, _TOLD))
