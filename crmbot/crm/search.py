"""Search over all records by the words of their names, by address, phone and number; then by the words of texts."""

from collections.abc import Sequence

from crmbot.crm import requests as ask
from crmbot.crm.answers import Found, Hit
from crmbot.crm.hits import (
    COMMON,
    MOST_HITS,
    addressed,
    called_at,
    commonly_named,
    counting,
    hits_near,
    hits_of,
    only,
    partly_named,
    rarely_named,
)
from crmbot.crm.lookup import NAMED
from crmbot.crm.lookup.likeness import nearest_names
from crmbot.crm.lookup.naming import Named
from crmbot.crm.lookup.words import literal, phone_values, word_values
from crmbot.crm.mentions import LATEST, mentions, numbered
from crmbot.crm.work import Work
from crmbot.domain.identity import fold_name
from crmbot.domain.ids import Kind, parse_reference
from crmbot.domain.phones import typed_phone
from crmbot.domain.words import is_unspaced
from crmbot.errors import BadInput

_SEARCHED = tuple(NAMED[kind] for kind in (Kind.DEAL, Kind.COMPANY, Kind.CONTACT, Kind.LEAD))
_NO_WORD = {"start": "", "stop": "", "word": "", "word_stop": ""}
"""No name has a word in this range."""


def find(work: Work, request: ask.Find) -> Found:
    """Search records by words: every word begins one of the name's; an address or a number finds its own.

    What is called exactly so comes first, then what begins so, then the latest. A part inside a word is enough only
    when no name has the words otherwise, and is looked for in the latest records.
    """
    words = list(dict.fromkeys(fold_name(request.words).split()))
    if not words:
        raise BadInput("What should be found? Type a word.", field="words", example="/crm find acme")
    kinds = tuple(named for named in _SEARCHED if request.kind in (None, "", named.kind))
    named_hits = _with_words(work, kinds, words) if kinds else []
    direct = [found for by in (_by_number, _by_address, _by_phone) for found in by(work, kinds, request.words)]
    if not request.only_names:
        direct = [*numbered(work, request.kind, request.words), *direct]
    hits = _first_of_each([*direct, *named_hits])
    is_cut = False
    if len(hits) < MOST_HITS:
        said, is_cut = ([], False) if request.only_names else mentions(work, request.kind, words, MOST_HITS)
        parts = _with_parts(work, kinds, words) if kinds and not named_hits and not said else []
        hits = _first_of_each([*hits, *parts, *said])
    note = f" Of proposals, activities and notes the latest {LATEST:,} were looked through." if is_cut else ""
    if hits:
        return Found(f"{len(hits)} found for “{request.words}”.{note}", hits=hits)
    # The likest first.
    near = nearest_names(work, kinds, request.words)
    nearest = tuple(hits_near(work, kinds, near)) if near else ()
    lead = " The nearest:" if nearest else ""
    return Found(f"Nothing found for “{request.words}”.{note}{lead}", hits=nearest)


def _first_of_each(hits: Sequence[Hit]) -> tuple[Hit, ...]:
    """Return the best, each record once."""
    best: dict[str, Hit] = {}
    for hit in hits:
        best.setdefault(hit.link.reference, hit)
    return tuple(best.values())[:MOST_HITS]


def _with_words(work: Work, kinds: tuple[Named, ...], words: Sequence[str]) -> list[Hit]:
    """Find by the rarest of the words; where all are common, those called so and among the latest of all records."""
    counts = [work.values(counting(kinds), most=COMMON, **word_values(word))[0] for word in words]
    rarest = [min(zip(of_kind, words, strict=True)) for of_kind in zip(*counts, strict=True)]
    bound = {"name": " ".join(words)} | _beginnings(words)
    found: list[Hit] = []
    if any(0 < number < COMMON for number, _ in rarest):
        ranges: dict[str, str] = {}
        for named, (number, word) in zip(kinds, rarest, strict=True):
            values = word_values(word) if 0 < number < COMMON else _NO_WORD
            ranges |= {f"{name}_{named.kind}": values[name] for name in _NO_WORD}
        found = hits_of(work, rarely_named(kinds, len(words)), **bound, **ranges)
    for named, (number, _) in zip(kinds, rarest, strict=True):
        if number >= COMMON:
            found += hits_of(work, commonly_named(named, len(words)), **bound)
    order = [named.kind for named in kinds]
    return sorted(found, key=lambda hit: order.index(hit.kind))


def _with_parts(work: Work, kinds: tuple[Named, ...], words: Sequence[str]) -> list[Hit]:
    parts = {f"part_{place}": word for place, word in enumerate(words)}
    return hits_of(work, partly_named(kinds, len(words)), name=" ".join(words), **parts)


def _beginnings(words: Sequence[str]) -> dict[str, str]:
    """Return the patterns of names with these words at the beginning of their own."""
    first = {f"first_{place}": f"{literal(word)}%" for place, word in enumerate(words)}
    gaps = ["" if is_unspaced(word[0]) else " " for word in words]
    return first | {
        f"later_{place}": f"%{gap}{literal(word)}%" for place, (gap, word) in enumerate(zip(gaps, words, strict=True))
    }


def _by_number(work: Work, kinds: Sequence[Named], words: str) -> list[Hit]:
    parsed = parse_reference(words)
    meant = [named for named in kinds if parsed is not None and named.kind is parsed[0]]
    return [hit for named in meant if parsed for hit in hits_of(work, only(named, "number"), number=parsed[1])]


def _by_address(work: Work, kinds: tuple[Named, ...], words: str) -> list[Hit]:
    if "@" not in words or not any(named.kind in (Kind.CONTACT, Kind.LEAD) for named in kinds):
        return []
    return hits_of(work, addressed(kinds), email=words.strip().lower())


def _by_phone(work: Work, kinds: Sequence[Named], words: str) -> list[Hit]:
    digits = typed_phone(words)
    contacts = [named for named in kinds if named.kind is Kind.CONTACT]
    if not digits or not contacts:
        return []
    return hits_of(work, called_at(contacts[0]), **phone_values(digits))
