"""Settles what facts and words mean together, and fills a request with them."""

import re
from collections.abc import Mapping
from typing import Any

from crmbot.crm.requests import Request
from crmbot.domain.money import Money
from crmbot.domain.signatures import is_role
from crmbot.errors import BadInput, MissingFact
from crmbot.language.echoes import words_for
from crmbot.language.nearest import nearest, shortened
from crmbot.language.reader import BARE, DASHES, INTRODUCED, KEYED, SOFT, Claim, Reader
from crmbot.language.tokens import KEY, QUOTED, REFERENCE, WORD

RECORDS = frozenset({"deal", "lead", "contact", "company", "activity", "proposal", "target", "digest", "user"})
"""Fields that the name or number of a record fills."""
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
_QUESTIONS = {
    "title": "What is the deal called?",
    "name": "What is the name?",
    "text": "What should it say?",
    "target": "Which deal, contact, lead or company is it about?",
    "stage": "Which stage?",
    "owner": "Who should have it?",
    "into": "Which one stays?",
    "words": "What are you looking for?",
    "email": "Which e-mail address?",
    "activity": "Which task?",
    "to": "Who should take it over?",
    "user": "Whose is it? Name the person.",
    "reason": "Which reason?",
}
_AFTER_DASH = frozenset({"text", "reason"})
_LONGEST_NAME = 4
"""Of how many words a name in quotes may be where a text may stand."""
_DANGLING = " ,;:@-\u2013\u2014"
_LETTERS_IN = re.compile(r"\w")
_END = ".!,;? "


def fill(reader: Reader) -> tuple[Request, tuple[str, ...]]:
    """Return the request of a line that was read, and its dates and amounts in words.

    Raises:
        MissingFact: something needed was not said.
        BadInput: something was said twice, or means nothing there.
    """
    verb = reader.verb
    values: dict[str, Any] = dict(verb.fixed) | _shown_above(reader)
    hints = _give_back(reader)
    _settle(reader, values)
    for claim in reader.claims:
        _put(values, reader, claim)
    _take_role(values, reader)
    _spread_words(values, reader)
    _check(values, reader)
    echoes = tuple(
        claim.fact.echo.format(words_for(claim.value, reader.context))
        for claim in reader.claims
        if claim.fact.echo and claim.value is not None
    )
    return verb.request(**values), (*echoes, *(hint for field, hint in hints if field not in values))


def _give_back(reader: Reader) -> list[tuple[str, str]]:
    """Give words back that look like facts but are part of a name, or stand where no such fact can.

    Returns the fields that may have been meant, each with a hint of how to say so.
    """
    hints = []
    for claim in list(reader.claims):
        if claim.rank <= BARE and (_misplaced(reader, claim) or (claim.rank == SOFT and _in_name(reader, claim))):
            _demote(reader, claim)
            if isinstance(claim.value, Money) or claim.fact.field == "probability":
                said, field = reader.typed_as(claim), claim.fact.field
                hints.append((field, f"“{said}” is part of the name; as the {field} it is {claim.fact.keys[0]}:{said}"))
    return hints


def _misplaced(reader: Reader, claim: Claim) -> bool:
    if not claim.fact.place:
        return False
    if claim.fact.place == "edge" and sum(other.fact is claim.fact for other in reader.claims) > 1:
        return True
    after = any(word >= claim.last for word in reader.words)
    before = any(word < claim.first for word in reader.words)
    return after and (before or claim.fact.place == "end")


def _in_name(reader: Reader, claim: Claim) -> bool:
    """Say whether a soft word is part of a name: “Sun Microsystems”, “Blue Monday Ltd”, but not “fri Acme renewal”."""
    tokens, words = reader.tokens, reader.words
    if claim.last not in words or tokens[claim.last].kind is not WORD:
        return False
    if not _LETTERS_IN.search(tokens[claim.last].text):
        return False
    capital = tokens[claim.first].text[:1].isupper()
    if reader.verb.named:
        return capital or claim.first - 1 in words
    return capital and tokens[claim.last].text[:1].isupper()


def _demote(reader: Reader, claim: Claim) -> None:
    reader.claims.remove(claim)
    reader.words = sorted([*reader.words, *range(claim.first, claim.last)])


def _shown_above(reader: Reader) -> dict[str, str]:
    """Return the record that the place of the line stands for, when the verb is about one of its kind."""
    about, verb = reader.context.about, reader.verb
    need = verb.words[0] if verb.words else ""
    return {need: about} if about and about[:1].upper() in _LETTERS.get(need, "") else {}


def _settle(reader: Reader, values: Mapping[str, Any]) -> None:
    """Leave one claim a field: the surest, then the last; what lost becomes words again."""
    best: dict[str, Claim] = {}
    for claim in list(reader.claims):
        field = claim.fact.field
        rival = best.get(field)
        if rival is None or claim.fact.many:
            best[field] = claim
            continue
        loser = rival if claim.rank >= rival.rank else claim
        if loser.rank == KEYED or (_exclusive(claim) and _exclusive(rival) and claim.rank == rival.rank):
            said = " and ".join(f"“{shortened(reader.typed_as(c))}”" for c in (rival, claim))
            raise BadInput(f"{said} say the same fact twice; which one is it?", field=field, example=reader.example)
        best[field] = rival if loser is claim else claim
        _demote(reader, loser)
    need = reader.verb.words[0] if reader.verb.words else ""
    if need in reader.verb.required and not reader.words and need not in best and need not in values:
        for claim in [claim for claim in reader.claims if _may_name(reader, claim, need)][:1]:
            _demote(reader, claim)


def _may_name(reader: Reader, claim: Claim, need: str) -> bool:
    """Say whether a claim may as well be the name that is missing: a deal “Monday”, a meeting with jane@acme.com."""
    token = reader.tokens[claim.first]
    if claim.rank == SOFT:
        return token.kind is WORD and need != "activity"
    if claim.rank == INTRODUCED and need == "target" and claim.fact.many:
        # “meeting with Dana” is one about Dana.
        claim.first += 1
        return True
    return claim.rank == BARE and claim.fact.many and need == "target"


def _exclusive(claim: Claim) -> bool:
    return claim.rank == BARE and claim.fact.bare is not None and claim.fact.bare.only


def _put(values: dict[str, Any], reader: Reader, claim: Claim) -> None:
    fact = claim.fact
    if claim.words_from is not None:
        # “about” belongs to what was said: the words before it may be the beginning of the text, not of the name.
        start = claim.first if fact.field == "text" and claim.rank == INTRODUCED else claim.words_from
        claim.value = reader.said(start, claim.last).strip(_DANGLING)
    if claim.value is None and "clear" in reader.verb.takes and claim.rank == KEYED:
        values["clear"] = (*values.get("clear", ()), fact.field)
    elif isinstance(claim.value, Mapping):
        values.update(claim.value)
    elif fact.led:
        lead = f"{reader.tokens[claim.first].text.lower()} " if claim.rank == KEYED else ""
        values[fact.field] = (*values.get(fact.field, ()), f"{lead}{claim.value}")
    elif fact.many:
        several = [part.strip() for part in str(claim.value).split(",")]
        values[fact.field] = (*values.get(fact.field, ()), *(part for part in several if part))
    else:
        values[fact.field] = claim.value


def _joined(reader: Reader, words: list[int]) -> str:
    """Return what some tokens say: as typed where they stand together, quoted texts without their quotes."""
    if len(words) == 1:
        return reader.said(words[0], words[0] + 1).strip(_DANGLING)
    parts: list[str] = []
    start = 0
    for at, word in enumerate(words, 1):
        lone = reader.tokens[word].kind is QUOTED
        if at == len(words) or lone or words[at] != word + 1 or reader.tokens[words[at]].kind is QUOTED:
            parts.append(reader.said(words[start], word + 1))
            start = at
    return " ".join(parts).strip(_DANGLING)


def _spread_words(values: dict[str, Any], reader: Reader) -> None:
    """Give the words left over to the verb's fields: a record's name, and the text about it."""
    if not reader.words:
        return
    fields = [field for field in reader.verb.words if field not in values]
    if not fields:
        raise reader.unknown(_joined(reader, reader.words))
    head, tail = _divided(reader)
    if fields[0] != reader.verb.words[0]:
        head, tail = reader.words, []
    elif tail and len(fields) == 1:
        if not _take_back(values, reader, tail):
            raise reader.unknown(_joined(reader, tail))
        fields = list(reader.verb.words)
        head, tail = _divided(reader)
    for field, words in zip(fields, (head, tail), strict=False):
        said = _joined(reader, words) if words else ""
        if said:
            values[field] = _as_fact(reader, field, (said.rstrip(_END) or said) if field in RECORDS else said)


def _take_role(values: dict[str, Any], reader: Reader) -> None:
    """Take words that stand behind a fact and say what somebody does as the role: “Ann ann@acme.com Head of Sales”."""
    words = reader.words
    if not reader.verb.named or "role" not in reader.verb.takes or "role" in values:
        return
    gap = next((at for at in range(1, len(words)) if words[at] != words[at - 1] + 1), 0)
    said = _joined(reader, words[gap:]) if gap else ""
    if said and is_role(said):
        values["role"], reader.words = said, words[:gap]


def _take_back(values: dict[str, Any], reader: Reader, tail: list[int]) -> bool:
    """Make a bare fact text again when it ends a text for its own field: “D-17 too high a price”."""
    for claim in reader.claims:
        if claim.fact.field in reader.verb.words[1:] and claim.rank <= BARE and claim.first > tail[0]:
            _demote(reader, claim)
            values.pop(claim.fact.field, None)
            return True
    return False


def _divided(reader: Reader) -> tuple[list[int], list[int]]:
    """Divide the words into a record's name and the rest: after a number, before a quoted text, at a colon or dash."""
    words, verb = reader.words, reader.verb
    numbered = reader.tokens[words[0]].kind is REFERENCE and verb.words[0] in RECORDS
    if verb.first_word or numbered:
        return words[:1], words[1:]
    if len(verb.words) == 1 or len(words) == 1:
        return ([], words) if _is_only_text(reader) else (words, [])
    if verb.begins is not None:
        for at, word in enumerate(words[1:], 1):
            if verb.begins.match(reader.text, reader.tokens[word].start):
                return words[:at], words[at:]
    if _text_first(reader):
        return words[1:], words[:1]
    for at, word in enumerate(words):
        if reader.tokens[word].kind is QUOTED:
            return words[: max(at, 1)], words[max(at, 1) :]
    at = _mark(reader)
    return words[:at], words[at:]


def _is_only_text(reader: Reader) -> bool:
    """Say whether all that was said is a quoted text too long for a name: log note “wants a quote by May”."""
    words, tokens = reader.words, reader.tokens
    quoted = tokens[words[0]].kind is QUOTED and reader.verb.words[1:] == ("text",)
    return quoted and len(tokens[words[0]].text.split()) > _LONGEST_NAME


def _text_first(reader: Reader) -> bool:
    """Say whether a quoted text stands before the name: “wants 40 seats” acme, but not “Acme Corp” wants 40 seats."""
    words, tokens = reader.words, reader.tokens
    if reader.verb.words[1] != "text" or tokens[words[0]].kind is not QUOTED:
        return False
    after = [tokens[word] for word in words[1:]]
    if any(token.kind is QUOTED for token in after):
        return False
    return after[0].kind is REFERENCE or tokens[words[0]].text[:1].islower()


def _mark(reader: Reader) -> int:
    """Return after how many words a colon or dash ends the name: “acme: wants 40 seats”; all when none does."""
    words = reader.words
    for at, word in enumerate(words[:-1]):
        token = reader.tokens[word]
        if token.kind is KEY or (at and token.text in DASHES and reader.verb.words[1] in _AFTER_DASH):
            return at + 1
    return len(words)


def _as_fact(reader: Reader, field: str, said: str) -> Any:
    """Read words as the fact their field takes, when only some words can stand there."""
    fact = reader.verb.chosen.get(field)
    if fact is not None:
        return reader.typed(fact, said)
    return said.removeprefix("@") if field in ("owner", "user") else said


def _check(values: dict[str, Any], reader: Reader) -> None:
    """Ask for what is missing."""
    verb = reader.verb
    for field in verb.required:
        if values.get(field) or _last_word(values, reader, field):
            continue
        question = _QUESTIONS.get(field, f"Which {field.replace('_', ' ')}?")
        raise MissingFact(question, field=field, example=reader.example, request=verb.request.NAME, known=values)
    if verb.wants and not values.keys() - set(verb.required) - set(verb.fixed):
        raise MissingFact(verb.wants, example=reader.example, request=verb.request.NAME, known=values)


def _last_as_owner(values: dict[str, Any], reader: Reader) -> bool:
    """Take the last word behind a record's name for who gets it, as in “deal assign acme tom”."""
    need = reader.verb.words[0]
    name, _, word = str(values.get(need, "")).rpartition(" ")
    if not name or not word.isalpha():
        return False
    values["owner"], values[need] = word, name
    return True


def _last_word(values: dict[str, Any], reader: Reader, field: str) -> bool:
    """Take the last word of a record's name for a missing choice, as in “deal move acme nego”."""
    fact = next((f for f in reader.verb.facts if f.field == field and f.asked.options), None)
    if field == "owner" and len(reader.words) > 1 and _last_as_owner(values, reader):
        return True
    name, _, word = str(values.get(reader.verb.words[0], "") if reader.verb.words else "").rpartition(" ")
    if fact is None or fact.asked.options is None:
        return False
    if not name and reader.verb.words[:1] == ("name",):
        # A choice alone is its own name too: “digest add overdue”.
        found = reader.asked(fact, word, 0) if word else None
        if found is None:
            return False
        values[field] = found.value
        return True
    if not name:
        return False
    found = reader.asked(fact, word, 0)
    if found is None:
        known = [form for forms in fact.asked.options(reader.context).values() for form, _ in forms]
        if nearest(word, known, likely=75):
            raise reader.refused(fact, word)
        return False
    values[field], values[reader.verb.words[0]] = found.value, name
    return True
