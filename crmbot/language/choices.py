"""Readings of one of some given words, the same everywhere or the workspace's own."""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from crmbot.language.context import Context
from crmbot.language.reading import Found, Options, Reading

_LONGEST = 200


def indexed(options: Iterable[tuple[str, Any]]) -> Options:
    """Index (words, value) by first word, longest first of each; keys joined by _ or - are words too."""
    index: Options = {}
    for words, value in {w.lower(): v for w, v in options}.items():
        for form in dict.fromkeys((words, words.replace("_", "-"), re.sub("[_-]", " ", words))):
            if form:
                index.setdefault(form.split()[0], []).append((form, value))
    return {first: sorted(forms, key=lambda pair: -len(pair[0])) for first, forms in index.items()}


def choice(
    what: str, example: str, options: Callable[[Context], Options], *, soft: bool = False, only: bool = False
) -> Reading:
    """Make a reading of one of some given words; a key takes a beginning that fits just one of them too."""

    def read(text: str, at: int, context: Context, asked: bool) -> Found | None:
        index = options(context)
        line = text[at : at + _LONGEST].lower()
        words = line.split(None, 1)
        first = words[0].rstrip(",;.!?") if words else ""
        for form, value in index.get(first, ()):
            end = len(form)
            if line.startswith(form) and not line[end : end + 1].isalnum():
                return Found(value, at + end, soft and not asked)
        if asked and len(first) > 2:  # noqa: PLR2004 (two letters begin too many words)
            values = {value for forms in index.values() for form, value in forms if form.startswith(first)}
            if len(values) == 1:
                return Found(values.pop(), at + len(first))
        return None

    return Reading(what, example, read, options=options, only=only)


def fixed(what: str, *pairs: tuple[str, Any], only: bool = False) -> Reading:
    """Make a choice between words that are the same everywhere."""
    index = indexed(pairs)
    return choice(what, pairs[0][0], lambda _: index, only=only)


@lru_cache(maxsize=256)
def staged(stages: tuple[tuple[str, str, str], ...]) -> Options:
    """Index stages, (key, name, kind), by the words of both key and name."""
    return indexed((form, key) for key, name, _ in stages for form in (key, name))


@lru_cache(maxsize=256)
def named(names: tuple[str, ...]) -> Options:
    """Index names that stand for themselves."""
    return indexed((name, name) for name in names)
