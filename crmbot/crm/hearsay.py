"""What happened, told in one go: which of the words name the record, and which say what was heard there."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from rapidfuzz import fuzz

from crmbot.crm.gatherings import Gathering, gather
from crmbot.crm.lookup import candidate, find_target
from crmbot.crm.lookup.prose import MOST_INSIDE, named_in, without_owner
from crmbot.crm.lookup.single_words import surnamed
from crmbot.crm.requests import AddNote, LogActivity
from crmbot.crm.work import Work
from crmbot.domain.everyday import EVERYDAY, MONTHS
from crmbot.domain.identity import fold_name
from crmbot.errors import Ambiguous, Candidate, MissingFact, NotFound

Said = TypeVar("Said", LogActivity, AddNote)
Subject = TypeVar("Subject")

A_SLIP = 75.0
"""From here on, all the words are a name with a slip in it, out of 100."""
_MOST = 6
"""Of how many words a name is looked for at the beginning."""


def hear(work: Work, request: Said, find: Callable[[Work, str], Subject]) -> tuple[Said, Subject]:
    """Return a request and what `find` knows its target as; words behind a known name become the request's text.

    Of a call or meeting several names are who attended.

    Raises:
        NotFound: nobody is named.
        MissingFact: nobody is named in words that are no name; they are kept.
        Ambiguous: several are named; the choices carry the words.
    """
    try:
        return request, find(work, request.target)
    except NotFound as nothing:
        if isinstance(request, LogActivity) and (together := gather(work, request.target)):
            return _attended(work, request, together, find)
        try:
            name, text = _divided(work, *_rejoined(request.target, request.text), nothing)
        except NotFound as nobody:
            raise _whose(request) if _is_prose(request, nobody) else nobody from None
    try:
        return replace(request, target=name, text=text), find(work, name)
    except Ambiguous as several:
        choices = [replace(one, text=text) for one in several.candidates]
        raise Ambiguous(name, "target", choices) from several


def _attended(
    work: Work, request: LogActivity, together: Gathering, find: Callable[[Work, str], Subject]
) -> tuple[Any, Subject]:
    """Return the request with those who were there together as its attendees, and what the first of them is."""
    text = _behind(together.words, request.text)
    said = request.attendees
    heard = replace(request, target=together.first, text=text, attendees=(*said, *together.people))
    try:
        return heard, find(work, together.first)
    except Ambiguous as several:
        choices = [replace(one, text=text, attendees=(*said, *together.with_choice(one))) for one in several.candidates]
        raise Ambiguous(together.first, "target", choices) from several


def _behind(words: str, text: str) -> str:
    """Return words and the text behind them: “and the team about pricing”, but “and the team: wants 40 seats”."""
    if not words or not text:
        return words or text
    return f"{words} {text}" if text.startswith("about ") else f"{words}: {text}"


def _rejoined(target: str, text: str) -> tuple[str, str]:
    """Return target and text, as one where they are one sentence: “Dana asked about the budget”."""
    return (f"{target} {text}", "") if text.startswith("about ") else (target, text)


def _is_prose(request: Said, nobody: NotFound) -> bool:
    """Say whether words that name nobody are no name either: too many, and none with a slip is among them."""
    words = request.target.split()
    if request.text or len(words) <= MOST_INSIDE:
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
        named = named_in(work, words)
        if len(named) != 1:
            raise nothing
        return candidate(work, named[0]).reference, f"{target}: {text}"
    meant = fold_name(target)
    slips = any(fuzz.ratio(meant, fold_name(one.title)) >= A_SLIP for one in nothing.nearest)
    for count in range(min(len(words) - 1, _MOST), 0, -1) if not slips else ():
        name = " ".join(words[:count])
        told = len(words) - count
        # “Dana's boss said yes” is not said of Dana in so many words, but it belongs to her.
        owner = without_owner(name)
        if (told > 1 or count > 1) and _is_known(work, owner):
            return owner, " ".join(words[count:] if owner == name else words)
    if len(words) == 2 and not slips and not words[1][:1].isupper():  # noqa: PLR2004 - a name and a word
        _ask_of_one_word(work, *words)
    named = named_in(work, words) if not slips and len(words) > MOST_INSIDE else []
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
