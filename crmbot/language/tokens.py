"""Cuts a line into tokens and takes Slack's escapes out of it."""

import re
from enum import IntEnum
from typing import NamedTuple

from crmbot.errors import BadInput

MAX_CHARACTERS = 5_000
SYMBOLS = "$€£¥₹₩₽₺₪₫₱₦₴฿"


class Kind(IntEnum):
    """What a token looks like, before anybody asks what it means; the lexer's groups stand in this order."""

    WORD = 1
    QUOTED = 2
    USER = 3
    CHANNEL = 4
    EMAIL = 5
    REFERENCE = 6
    KEY = 7
    FIGURE = 8


# Looking a member up in its enumeration for every token is a third of the lexer's time.
WORD, QUOTED, USER, CHANNEL, EMAIL, REFERENCE, KEY, FIGURE = Kind


class Token(NamedTuple):
    """A token at [start, end) of the line; `text` is what it says without its quotes, brackets or colon."""

    kind: Kind
    start: int
    end: int
    text: str


_LEXER = re.compile(
    rf"""
    \s*+(?:
      ( [^\W\d_]++(?!\S) )
    | ( \+?["“”„][^"“”„]*["“”] | «[^»]*» | ['\u2018](?=\S).{{0,500}}?['\u2019](?=[\s,;.!?]|$) )
    | ( <@\w+> | @(?=[^\W\d])[\w.-]*\w )
    | ( <\#\w+> | \#(?=[^\W\d])[\w-]+ )
    | ( [<(]?[^\s@<>()"“”„,;:]++@(?:[\w-]+\.)+\w{{2,}}[>)]? )
    | ( \#?[LCODAPlcodap]-\d{{1,9}}(?![\w-]) )
    | ( [A-Za-z][A-Za-z_-]*+(?::(?!//)|=(?=[^=\s])) )
    | ( [-+\u2212\u2013]?(?:[A-Za-z]{{0,3}}[{SYMBOLS}]|[A-Za-z]{{3}}(?=\d))?[-\u2212]?\d\S*
      | [A-Za-z]{{0,3}}[{SYMBOLS}](?!\S) )
    | ( \S++ )
    )
    """,
    re.VERBOSE,
)
# Twice as fast as calling the class.
_token = tuple.__new__
_KINDS = (WORD, *Kind, WORD)
_DRESSED = frozenset({QUOTED, USER, CHANNEL, KEY})
"""What is more than it says: by quotes, brackets or a colon."""
_LINK = re.compile(r"<(?:(mailto|tel|https?):([^|>\s]*)(?:\|([^>]*))?|([@#]\w+)\|[^>]*)>")
# Controls, marks that turn the reading direction, and halves of characters.
_UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


def clean(text: str) -> str:
    """Return the line as the person typed it: Slack's links and entities undone, control characters gone."""
    if len(text) > MAX_CHARACTERS:
        raise BadInput(f"That line has {len(text):,} characters; {MAX_CHARACTERS:,} is the most.")
    if "<" in text:
        text = _LINK.sub(_unlinked, text)
    if "&" in text:
        text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return text if text.isprintable() else _UNFIT.sub(" ", text)


def cut(text: str) -> list[Token]:
    """Cut a clean line into tokens."""
    tokens = []
    for match in _LEXER.finditer(text):
        group = match.lastindex or 0
        start, end = match.span(group)
        kind, said = _KINDS[group], match[group]
        if kind in _DRESSED:
            said = _bare(kind, said)
        tokens.append(_token(Token, (kind, start, end, said)))
    return tokens


def _bare(kind: Kind, said: str) -> str:
    """Return what a token says without its quotes, brackets or colon."""
    if kind is KEY:
        return said[:-1]
    if kind is QUOTED:
        # A plus before a name in quotes says that it is a new one.
        return f"+{said[2:-1]}" if said[0] == "+" else said[1:-1]
    return said.strip("<>")[1:]


def _unlinked(match: re.Match[str]) -> str:
    scheme, address, label, mention = match.groups()
    if mention:
        return f"<{mention}>"
    if scheme == "mailto":
        return str(address)
    return str(label or (f"{scheme}:{address}" if scheme != "tel" else address))
