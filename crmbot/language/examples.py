"""Examples made of somebody's own line: what was wrong put right, what was missing added."""

import re
from collections.abc import Iterator

from crmbot.errors import BadInput, MissingFact
from crmbot.language.reader import Reader
from crmbot.language.verbs import RECORDS

_QUOTED = re.compile("\u201c([^\u201d]+)\u201d")
_NEAR = re.compile("Did you mean \u201c([^\u201d]+?):?\u201d")
_LONGEST = 160
_NAMES = {"title": "Acme renewal", "name": "Jane Doe", "text": "call Jane"}


def own_lines(reader: Reader, refusal: BadInput) -> Iterator[str]:
    """Yield the lines that the refused one may have been meant as, the likeliest first; some may not work either."""
    if not reader.tokens or reader.tokens[-1].end - reader.tokens[0].start > _LONGEST:
        return
    lines = _completed(reader, refusal) if isinstance(refusal, MissingFact) else _corrected(reader, refusal)
    yield from (reader.noun.line(reader.verb, " ".join(line.split())) for line in lines)
    if refusal.example and refusal.example.startswith("/"):
        # A line of another command, which the refusal itself names.
        yield refusal.example


def _typed(reader: Reader) -> str:
    return reader.text[reader.tokens[0].start : reader.tokens[-1].end]


def _corrected(reader: Reader, refusal: BadInput) -> Iterator[str]:
    """Yield the line with the nearest word, or an example of what belongs there, in place of what was refused."""
    wrong = _QUOTED.search(str(refusal))
    near = _NEAR.search(str(refusal))
    instead = near[1] if near else refusal.example
    typed = _typed(reader)
    if wrong is None or not instead or instead.startswith("/"):
        return
    said = wrong[1].removesuffix(":") or wrong[1]
    if said in typed:
        head, _, tail = typed.rpartition(said)
        # Behind a key several words need quotes.
        yield f'{head}"{instead}"{tail}' if " " in instead and head.endswith(":") else f"{head}{instead}{tail}"


def _completed(reader: Reader, missing: MissingFact) -> Iterator[str]:
    """Yield the line with what the verb's example has beyond the record's name, or with a name before it."""
    typed, need = _typed(reader), reader.verb.words[0] if reader.verb.words else ""
    if missing.field in _NAMES and missing.field == need:
        yield f"{_NAMES[missing.field]} {typed}"
    elif need in RECORDS and missing.field != need:
        beyond = reader.verb.example.partition(" ")[2]
        if beyond:
            yield f"{typed} {beyond}"
