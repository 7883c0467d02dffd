"""Where the words of a folded name begin, so that a name is found by any of them."""

import re
from collections.abc import Iterator

LONGEST = 40
"""How many characters are kept of a name from a word on; longer ones are told apart by the name itself."""
_MOST = 100
"""How many words of a name are kept: no name has more, a pasted text may."""

# Scripts that leave no space between words, each sign of which may begin one: Thai to Khmer, the first letters of
# Korean syllables as folding takes them apart, kana and Han.
_UNSPACED = "\u0e01-\u0eff\u1000-\u109f\u1780-\u17ff\u1100-\u115f\u3041-\u30ff\u31f0-\u31ff\u3400-\u9fff\uf900-\ufaff"
_BEGINNING = re.compile(rf"(?<= )\S|[{_UNSPACED}\U00020000-\U0003ffff]")


def name_words(name: str | None, *, whole: bool = False) -> tuple[str, ...]:
    """Return a folded name from each of its words on, each once and cut at `LONGEST`.

    The first word, which the name itself begins with, comes along only with `whole`.
    """
    if not name:
        return ()
    if name.isascii() and not whole and " " not in name:
        return ()
    return tuple(dict.fromkeys(_from_each_word(name, whole=whole)))


def _from_each_word(name: str, *, whole: bool) -> Iterator[str]:
    if whole:
        yield name[:LONGEST]
    for found, beginning in enumerate(_BEGINNING.finditer(name)):
        at = beginning.start()
        if found >= _MOST:
            return
        if at:
            yield name[at : at + LONGEST]


def is_unspaced(sign: str) -> bool:
    """Say whether a sign is of a script without spaces, so that a word may begin with it anywhere."""
    return _BEGINNING.match(sign) is not None
