"""Which of a line's claims hold: the surest of each field, and none that is part of a name."""

import re
from collections.abc import Container

from crmbot.domain.money import Money
from crmbot.errors import BadInput
from crmbot.language.claims import BARE, INTRODUCED, KEYED, SOFT, Claim
from crmbot.language.nearest import shortened
from crmbot.language.reader import Reader
from crmbot.language.tokens import SYMBOLS, WORD

_SMALL = frozenset("a an the to of by with for on over due their our its his her another".split())
_LIKE_AN_AMOUNT = re.compile(rf"\S*(?:[{SYMBOLS}]\s?\d|\d[km](?![^\W\d])|\d[.,]\d\d(?!\d))\S*", re.IGNORECASE)
_LETTERS_IN = re.compile(r"\w")


def give_back(reader: Reader) -> list[tuple[str, str]]:
    """Give words back that look like facts but are part of a name, or stand where no such fact can.

    Returns the fields that may have been meant, each with a hint of how to say so.
    """
    hints = []
    for claim in [claim for claim in reader.claims if claim.rank == SOFT or claim.fact.place]:
        misplaced = claim.fact.place and claim.rank != KEYED and _misplaced(reader, claim)
        if misplaced or (claim.rank == SOFT and _in_name(reader, claim)):
            demote(reader, claim)
            if isinstance(claim.value, Money) or claim.fact.field in ("probability", "domain"):
                said, field = reader.typed_as(claim), claim.fact.field
                hints.append((field, f"“{said}” is part of the name; as the {field} it is {claim.fact.keys[0]}:{said}"))
    return hints


def unread_amount(title: str) -> str | None:
    """Return a hint where a title has what looks like an amount, but is none or stands in one word with others."""
    found = _LIKE_AN_AMOUNT.search(title)
    return f"“{found.group()}” is part of the name; a value is written like value:$40k" if found else None


def _misplaced(reader: Reader, claim: Claim) -> bool:
    if claim.fact.place == "edge" and sum(other.fact is claim.fact for other in reader.claims) > 1:
        return True
    if claim.fact.place == "end" and claim.rank != KEYED and _leads_on(reader, claim.first - 1):
        return True
    after = any(word >= claim.last for word in reader.words)
    before = any(word < claim.first for word in reader.words)
    return after and (before or claim.fact.place == "end")


def _leads_on(reader: Reader, at: int) -> bool:
    """Say whether a token is a small word that a sentence goes on behind: “they went with a competitor”."""
    return at in reader.words and reader.tokens[at].text.lower() in _SMALL


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


def demote(reader: Reader, claim: Claim) -> None:
    """Make a claim's tokens words again."""
    reader.claims.remove(claim)
    reader.words = sorted([*reader.words, *range(claim.first, claim.last)])


def settle(reader: Reader, values: Container[str]) -> None:
    """Leave one claim a field: the surest, then the last; what lost becomes words again."""
    best = {claim.fact.field: claim for claim in reader.claims}
    if len(best) < len(reader.claims):
        best = _surest(reader)
    need = reader.verb.subject
    if not reader.words and need in reader.verb.required and need not in best and need not in values:
        for claim in [claim for claim in reader.claims if _may_name(reader, claim, need)][:1]:
            demote(reader, claim)


def _surest(reader: Reader) -> dict[str, Claim]:
    """Return the claim of each field that holds; raises BadInput when two are as sure."""
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
        demote(reader, loser)
    return best


def _may_name(reader: Reader, claim: Claim, need: str) -> bool:
    """Say whether a claim may as well be the name that is missing: a deal “Monday”, a meeting with jane@acme.com."""
    token = reader.tokens[claim.first]
    if claim.rank == SOFT:
        # Of “$40k fri” the day is the close, and the title is missing; “Monday 5k” begins with it.
        return token.kind is WORD and need != "activity" and (need != "title" or claim.first == 0)
    if claim.rank == INTRODUCED and need == "target" and claim.fact.many:
        # “meeting with Dana” is one about Dana.
        claim.first += 1
        return True
    return claim.rank == BARE and claim.fact.many and need == "target"


def _exclusive(claim: Claim) -> bool:
    return claim.rank == BARE and claim.fact.bare is not None and claim.fact.bare.only
