"""Tells people what was understood: dates, hours and amounts in full."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from crmbot.crm.requests import Due
from crmbot.language.context import Context
from crmbot.language.moments import day_words, instant_words


def words_for(value: Any, context: Context) -> str:
    """Return a fact's value for people: “Fri 27 Nov 2026, 15:00 CET”, “$40,000”."""
    show = _SHOWN.get(type(value))
    return show(value, context) if show else str(value)


def _due(value: Due, context: Context) -> str:
    return words_for(value.at or value.on, context)


def _period(value: Mapping[str, str], _: Context) -> str:
    return " to ".join(f"last {v} days" if v.isdigit() else day_words(date.fromisoformat(v)) for v in value.values())


_SHOWN: dict[type, Callable[[Any, Context], str]] = {
    Due: _due,
    datetime: instant_words,
    date: lambda day, _: day_words(day),
    dict: _period,
}
