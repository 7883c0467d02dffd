"""What happened, told in one go: which of the words name the record, and which say what was heard there."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, TypeVar

from rapidfuzz import fuzz

from crmbot.crm.lookup import NAMED, candidate, find_target
from crmbot.crm.lookup.candidates import found_by
from crmbot.crm.lookup.naming import by_name, by_number, compared_with
from crmbot.crm.lookup.single_words import names_somebody, surnamed
from crmbot.crm.requests import AddNote, LogActivity
from crmbot.crm.work import Work
from crmbot.domain.everyday import EVERYDAY, MONTHS
from crmbot.domain.identity import fold_name
from crmbot.domain.ids import Kind, parse_reference
from crmbot.errors import Ambiguous, Candidate, MissingFact, NotFound
from crmbot.models import Contact, Deal, Lead

Said = TypeVar("Said", LogActivity, AddNote)
Subject = TypeVar("Subject")

A_SLIP = 75.0
"""From here on, all the words are a name with a slip in it, out of 100."""
_MOST = 6
"""Of how many words a name is looked for at the beginning."""
_MOST_INSIDE = 3
_PARTIES = (Kind.CONTACT, Kind.LEAD, Kind.COMPANY)
_MOST_SEARCHED = 24
"""How many words of a longer text are searched for a name."""
_SHORTEST = 4
"""Letters of a word without a capital that may begin a name inside a text."""
_AROUND = ".,;:!?()\"'\u201c\u201d"
_OWNERS = re.compile(r"['\u2019]s$")


def hear(work: Work, request: Said, find: Callable[[Work, str], Subject]) -> tuple[Said, Subject]:
    """Return a request and what `find` knows its target as; words behind a known name become the request's text.

    Raises:
        NotFound: nobody is named.
        MissingFact: nobody is named in words that are no name; they are kept.
        Ambiguous: several are named; the choices carry the words.
    """
    try:
        return request, find(work, request.target)
    except NotFound as nothing:
        try:
            name, text = _divided(work, *_rejoined(request.target, request.text), nothing)
        except NotFound as nobody:
            raise _whose(request) if _is_prose(request, nobody) else nobody from None
    try:
        return replace(request, target=name, text=text), find(work, name)
    except Ambiguous as several:
        choices = [replace(one, text=text) for one in several.candidates]
        raise Ambiguous(name, "target", choices) from several


def _rejoined(target: str, text: str) -> tuple[str, str]:
    """Return target and text, as one where they are one sentence: “Dana asked about the budget”."""
    return (f"{target} {text}", "") if text.startswith("about ") else (target, text)


def _is_prose(request: Said, nobody: NotFound) -> bool:
    """Say whether words that name nobody are no name either: too many, and none with a slip is among them."""
    words = request.target.split()
    if request.text or len(words) <= _MOST_INSIDE:
        return False
    for title in (fold_name(one.title) for one in nobody.nearest):
        size = len(title.split())
        runs = (fold_name(" ".join(words[at : at + size])) for at in range(len(words)))
        if any(fuzz.ratio(run, title) >= A_SLIP for run in runs):
            return False
    return True


def _whose(request: Said) -> MissingFact:
    """Ask whom words are about, which are kept."""
    kind = request.kind if isinstance(request, LogActivity) else "note"
    known = {**vars(request), "text": request.target, "target": ""}
    return MissingFact(
        "Whom is this about? Name a deal, contact, lead or company.",
        field="target",
        example=f"/log {kind} re:acme {request.target}",
        request=request.NAME,
        known=known,
    )


def mentioned(work: Work, text: str) -> list[Any]:
    """Return the records that the words of something to do name, of which none was asked for.

    A number, a whole name, a person's first name, or with a capital a person's last name or a company's first word;
    never an everyday word.
    """
    return _named_in(work, text.split(), unasked=True)


def _divided(work: Work, target: str, text: str, nothing: NotFound) -> tuple[str, str]:
    """Return the name and the text of words that are no name as a whole: “dana sent the offer” is said of Dana.

    A name further on names the record too, and the text is all the words then.

    Raises:
        NotFound: nobody is named, or they look like one name with a slip; the nearest carry the words beyond them.
        Ambiguous: several are named; the choices carry the words.
    """
    words = target.split()
    if len(words) == 1:
        raise nothing
    if text:
        named = _named_in(work, words)
        if len(named) != 1:
            raise nothing
        return candidate(work, named[0]).reference, f"{target}: {text}"
    meant = fold_name(target)
    slips = any(fuzz.ratio(meant, fold_name(one.title)) >= A_SLIP for one in nothing.nearest)
    for count in range(min(len(words) - 1, _MOST), 0, -1) if not slips else ():
        name = " ".join(words[:count])
        told = len(words) - count
        # “Dana's boss said yes” is not said of Dana in so many words, but it belongs to her.
        owner = _OWNERS.sub("", name)
        if (told > 1 or count > 1) and _is_known(work, owner):
            return owner, " ".join(words[count:] if owner == name else words)
    if len(words) == 2 and not slips and not words[1][:1].isupper():  # noqa: PLR2004 - a name and a word
        _ask_of_one_word(work, *words)
    named = _named_in(work, words) if not slips and len(words) > _MOST_INSIDE else []
    if len(named) == 1:
        return candidate(work, named[0]).reference, " ".join(words)
    if named:
        raise _which(work, named, " ".join(words))
    nothing.nearest = tuple(_with_text(one, words) for one in nothing.nearest)
    raise nothing


def _ask_of_one_word(work: Work, name: str, word: str) -> None:
    """Ask whether a single word behind a known name was said there: “acme hello”; it may as well be part of a name."""
    try:
        found = [candidate(work, find_target(work, name, whole_words=True))]
    except NotFound:
        return
    except Ambiguous as several:
        found = list(several.candidates)
    sentence = f"Nobody is called “{name} {word}”. If “{word}” is what was said, who is meant?"
    raise Ambiguous("", "target", [replace(one, text=word) for one in found], sentence=sentence)


def _is_known(work: Work, name: str) -> bool:
    try:
        find_target(work, name, whole_words=True)
    except NotFound:
        return _is_surname(work, name)
    except Ambiguous:
        return True
    return True


def _is_surname(work: Work, name: str) -> bool:
    """Say whether words are a person's last name, and no everyday word."""
    key = fold_name(name)
    return " " not in key and key not in EVERYDAY | MONTHS and bool(surnamed(work, key))


def _named_in(work: Work, words: list[str], *, unasked: bool = False) -> list[Any]:
    """Return the records that a text names somewhere, without the company of a person and the people of a deal."""
    found: dict[str, Any] = {}
    taken: set[int] = set()
    begun = {at for at, word in enumerate(words[:_MOST_SEARCHED]) if _begins_one(work, word)}
    for start, end in _runs(len(words[:_MOST_SEARCHED])):
        if start in begun and taken.isdisjoint(range(start, end)):
            rows = _called(work, words[start:end], first=start == 0, unasked=unasked)
            found |= {row.id: row for row in rows}
            taken |= set(range(start, end)) if rows else set()
    beside = {row.company_id for row in found.values() if isinstance(row, Contact | Deal)}
    beside |= {row.contact_id for row in found.values() if isinstance(row, Deal)}
    same = {row.id for row in found.values() if isinstance(row, Lead) and row.contact_id in found}
    return [row for row in found.values() if row.id not in beside | same]


def _runs(count: int) -> Iterator[tuple[int, int]]:
    """Yield the beginnings and ends of the runs of words that a name may be, the longest first."""
    for size in range(min(_MOST_INSIDE, count), 0, -1):
        yield from ((start, start + size) for start in range(count - size + 1))


def _bare(word: str) -> str:
    return _OWNERS.sub("", word.strip(_AROUND))


def _begins_one(work: Work, word: str) -> bool:
    """Say whether a word is a number or begins any name at all."""
    key = fold_name(_bare(word))
    if not key or parse_reference(_bare(word)) is not None:
        return bool(key)
    return names_somebody(work, key)


def _called(work: Work, words: list[str], *, first: bool, unasked: bool) -> list[Any]:
    """Return the records of a number or whole name, else those that a single word begins."""
    bare = [_bare(word) for word in words]
    parsed = parse_reference(bare[0]) if len(bare) == 1 else None
    if parsed is not None:
        named = NAMED.get(parsed[0])
        row = work.first(by_number(named), named.model, number=parsed[1]) if named else None
        return [row] if row is not None else []
    key = fold_name(" ".join(bare))
    if not key or any(mark in word for word in words[:-1] for mark in ".;:!?"):
        return []
    if len(bare) == 1 and not _may_begin(bare[0], first=first):
        return []
    for match in ("exactly", "begins") if len(bare) == 1 else ("exactly",):
        rows = [
            row
            for kind in _kinds(bare, match, unasked=unasked)
            for row in found_by(work, by_name(NAMED[kind], match, ""), NAMED[kind].model, **compared_with(key))
        ]
        if match == "begins" and bare[0][:1].isupper():
            rows = [*surnamed(work, key), *rows]
        if rows:
            return rows
    return []


def _kinds(bare: list[str], match: str, *, unasked: bool) -> tuple[Kind, ...]:
    """Return the kinds whose names words may be: titles of deals that are one word alone are too often just a word."""
    if match == "begins" and unasked and not bare[0][:1].isupper():
        return (Kind.CONTACT,)
    return (*_PARTIES, Kind.DEAL) if unasked and len(bare) > 1 else _PARTIES


def _may_begin(word: str, *, first: bool) -> bool:
    """Say whether a word inside a text may be somebody's name."""
    low = word.lower()
    if low in MONTHS or (low in EVERYDAY and (first or not word[:1].isupper())):
        return False
    return len(word) >= _SHORTEST or (word[:1].isupper() and not first and len(word) > 1)


def _which(work: Work, named: list[Any], text: str) -> Ambiguous:
    choices = [replace(candidate(work, row), text=text) for row in named]
    titles = those_named([f"“{one.title}”" for one in choices])
    # No single word meant any of them, so there is nothing to remember the choice by.
    return Ambiguous("", "target", choices, sentence=f"{titles} may be meant. Which one is it about?")


def those_named(titles: list[str]) -> str:
    """Return the first two of several titles, and how many more there are."""
    more = f" and {len(titles) - 2} more" if len(titles) > 2 else ""  # noqa: PLR2004 - two are told
    return f"{' and '.join(titles[:2])}{more}"


def _with_text(one: Candidate, words: list[str]) -> Candidate:
    """Give a near name the words beyond it, else all of them when they are more than a name."""
    title = len(one.title.split())
    if len(words) <= title:
        return one
    begins = fold_name(" ".join(words[:title])) == fold_name(one.title)
    return replace(one, text=" ".join(words[title:] if begins else words))
