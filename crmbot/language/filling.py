"""Settles what facts and words mean together, and fills a request with them."""

import re
from typing import Any

from crmbot.crm.requests import Request
from crmbot.language.claims import INTRODUCED, KEYED, Claim
from crmbot.language.echoes import words_for
from crmbot.language.leftovers import DANGLING, spread_words, take_role
from crmbot.language.questions import ask_missing
from crmbot.language.reader import Reader
from crmbot.language.rivals import give_back, settle, unread_amount

_LETTERS = {
    "deal": "D",
    "lead": "L",
    "contact": "C",
    "company": "O",
    "activity": "A",
    "proposal": "P",
    "target": "DLCO",
}
"""Which records each of these fields may name."""
_BETWEEN = re.compile(r",|\s(?:and|&)\s")
"""What stands between several of one fact: “with Jane, Bob and Ann”."""


def fill(reader: Reader) -> tuple[Request, tuple[str, ...]]:
    """Return the request of a line that was read, and its dates and amounts in words.

    Raises:
        MissingFact: something needed was not said.
        BadInput: something was said twice, or means nothing there.
    """
    verb = reader.verb
    values = dict(verb.fixed)
    if reader.context.about:
        _show_above(values, reader, reader.context.about)
    hints: list[tuple[str, str]] = []
    if reader.claims:
        hints = give_back(reader)
        settle(reader, values)
    echoes = [echo for claim in reader.claims if (echo := _put(values, reader, claim))]
    if verb.named and reader.words:
        take_role(values, reader)
    if reader.words:
        spread_words(values, reader)
    ask_missing(values, reader)
    if verb.named and not hints and "value" not in values and "value" in verb.takes:
        hint = unread_amount(values[verb.subject])
        hints = [("value", hint)] if hint else hints
    echoes += [hint for field, hint in hints if field not in values]
    return verb.request(**values), tuple(echoes)


def _show_above(values: dict[str, Any], reader: Reader, about: str) -> None:
    """Fill in the record that the place of the line stands for, when the verb is about one of its kind."""
    need = reader.verb.subject
    if about[:1].upper() in _LETTERS.get(need, ""):
        values[need] = about


def _put(values: dict[str, Any], reader: Reader, claim: Claim) -> str:
    """Fill in what a claim says; return it in words where the fact is told back, else ""."""
    fact, value = claim.fact, claim.value
    field = fact.field
    if claim.words_from is not None:
        # “about” belongs to what was said: the words before it may be the beginning of the text, not of the name.
        start = claim.first if field == "text" and claim.rank == INTRODUCED else claim.words_from
        value = reader.said(start, claim.last).strip(DANGLING)
    if value is None and claim.rank == KEYED and "clear" in reader.verb.takes:
        values["clear"] = (*values.get("clear", ()), field)
    elif isinstance(value, dict):
        values.update(value)
    elif fact.led:
        lead = f"{reader.tokens[claim.first].text.lower()} " if claim.rank == KEYED else ""
        values[field] = (*values.get(field, ()), f"{lead}{value}")
    elif fact.many:
        several = [part.strip() for part in _BETWEEN.split(str(value))]
        values[field] = (*values.get(field, ()), *(part for part in several if part))
    else:
        values[field] = value
    return fact.echo.format(words_for(value, reader.context)) if fact.echo and value is not None else ""
