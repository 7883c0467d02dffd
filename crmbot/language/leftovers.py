"""The words that are no facts: a record's name, and the text about it."""

import re
from operator import attrgetter
from typing import Any

from crmbot.domain.signatures import is_role
from crmbot.language.claims import BARE
from crmbot.language.reader import DASHES, Reader
from crmbot.language.rivals import demote
from crmbot.language.tokens import KEY, QUOTED, REFERENCE
from crmbot.language.verbs import RECORDS

DANGLING = " ,;:@-\u2013\u2014"
"""What may be left at the ends of words between facts, and says nothing."""
_AFTER_DASH = frozenset({"text", "reason"})
_LONGEST_NAME = 4
"""Of how many words a name in quotes may be where a text may stand."""
_END = ".!,;? "
_ABOUT = frozenset({"on", "for", "about", "with", "to", "from"})
"""What may stand before a name that a colon ends: “on globex rollout: legal is slow”."""
_WHOSE = re.compile(r"^(?:(?:all\s+)?of|for|by)\s+|['\u2019]s$", re.IGNORECASE)
"""What stands around a person's name: “for tom”, “tom's”."""
_COMMAS = re.compile(r"(?:\s*,)+")
_kind = attrgetter("kind")


def spread_words(values: dict[str, Any], reader: Reader) -> None:
    """Give the words left over to the verb's fields: a record's name, and the text about it.

    Raises:
        BadInput: some of them mean nothing there.
    """
    phrase = reader.verb.phrase
    if phrase and phrase not in values:
        said = _joined(reader, reader.words)
        if said:
            values[phrase] = said
        return
    usual = reader.verb.fixed
    fields = [field for field in reader.verb.words if field not in values or values[field] == usual.get(field)]
    if not fields:
        raise reader.unknown(_joined(reader, reader.words))
    if reader.verb.subject == "target" and len(reader.words) > 1:
        _drop_re(reader)
    head, tail = _divided(reader)
    if fields[0] != reader.verb.subject:
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


def take_role(values: dict[str, Any], reader: Reader) -> None:
    """Take words that stand behind a fact and say what somebody does as the role: “Ann ann@acme.com Head of Sales”."""
    words = reader.words
    if "role" not in reader.verb.takes or "role" in values:
        return
    gap = next((at for at in range(1, len(words)) if words[at] != words[at - 1] + 1), 0)
    said = _joined(reader, words[gap:]) if gap else ""
    if said and is_role(said):
        values["role"], reader.words = said, words[:gap]


def _take_back(values: dict[str, Any], reader: Reader, tail: list[int]) -> bool:
    """Make a bare fact text again when it ends a text for its own field: “D-17 too high a price”."""
    for claim in reader.claims:
        if claim.fact.field in reader.verb.words[1:] and claim.rank <= BARE and claim.first > tail[0]:
            demote(reader, claim)
            values.pop(claim.fact.field, None)
            return True
    return False


def _divided(reader: Reader) -> tuple[list[int], list[int]]:
    """Divide the words into a record's name and the rest: after a number, before a quoted text, at a colon or dash."""
    words, verb = reader.words, reader.verb
    numbered = reader.tokens[words[0]].kind is REFERENCE and verb.subject in RECORDS
    if verb.first_word or numbered:
        return words[:1], words[1:]
    if len(verb.words) == 1:
        return words, []
    if len(words) == 1:
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
    about = at > 1 and at < len(words) and reader.tokens[words[0]].text.lower() in _ABOUT
    return words[about:at], words[at:]


def _drop_re(reader: Reader) -> None:
    """Drop a “re” that leads to the record: “re D-1 happy”."""
    if reader.tokens[reader.words[0]].text.lower() == "re":
        del reader.words[0]


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
    return (_WHOSE.sub("", said) or said).removeprefix("@") if field in ("owner", "user") else said


def _joined(reader: Reader, words: list[int]) -> str:
    """Return what some tokens say: as typed where they stand together, quoted texts without their quotes."""
    first, end = words[0], words[-1] + 1
    if end - first == 1 or (end - first == len(words) and QUOTED not in map(_kind, reader.tokens[first:end])):
        # most names: nothing stands between their words
        return reader.said(first, end).strip(DANGLING)
    parts: list[str] = []
    start = 0
    for at, word in enumerate(words, 1):
        lone = reader.tokens[word].kind is QUOTED
        if at == len(words) or lone or words[at] != word + 1 or reader.tokens[words[at]].kind is QUOTED:
            parts.append(reader.said(words[start], word + 1))
            start = at
    return _COMMAS.sub(",", " ".join(parts)).strip(DANGLING)
