"""The nouns of records in sentences: with their article, and in the right number."""

from functools import lru_cache

_SEVERAL = {"company": "companies", "activity": "activities", "alias": "aliases"}
_ONE = {several: one for one, several in _SEVERAL.items()}
_SPELT = {"email": "E-mail"}
_MOST_KEPT = 500
"""Statuses, sources and kinds, of which a workspace has few."""


def with_article(noun: str) -> str:
    """Return “a deal”, “an activity”."""
    return f"{'an' if noun[0] in 'aeio' else 'a'} {noun}"


@lru_cache(_MOST_KEPT)
def titled(key: str | None) -> str:
    """Return a key as people write it: “cold_call” is Cold call; nothing for none."""
    words = (key or "").replace("_", " ").strip()
    return _SPELT.get(words) or words[:1].upper() + words[1:]


def counted(count: int, noun: str) -> str:
    """Return “1 deal”, “1,200 companies”; the noun may come in either number."""
    how, _, noun = noun.rpartition(" ")
    one = noun if noun in _SEVERAL else _ONE.get(noun, noun.removesuffix("s"))
    return " ".join(
        filter(None, ("1" if count == 1 else f"{count:,}", how, one if count == 1 else _SEVERAL.get(one, f"{one}s")))
    )
