"""The names that are most like a word, and people named in another order or by their initials.

Nothing is looked through that grows with the store.
"""

from collections.abc import Sequence
from operator import itemgetter

from rapidfuzz import fuzz, process

from crmbot.crm.glances import glances_of
from crmbot.crm.lookup.candidates import NEAREST, Row, seen_candidate
from crmbot.crm.lookup.naming import Named, latest_names, names_with_word
from crmbot.crm.lookup.slips import lacks_one, put_right
from crmbot.crm.lookup.spans import Spans, called_within
from crmbot.crm.lookup.words import LAST, alike, word_values
from crmbot.crm.work import Work
from crmbot.domain.identity import fold_name
from crmbot.domain.ids import Kind
from crmbot.errors import Candidate

_ALIKE = 66.0
_LATEST = 400
"""How many of the latest names are compared, of all kinds together."""
_OF_A_BEGINNING = 30
_MOST_NAMESAKES = 500
"""So many names with one word are told apart; among more nobody is taken for the one meant."""


def nearest_to(work: Work, kinds: Sequence[Named], word: str) -> list[tuple[Kind, Candidate]]:
    """Return the records whose names are most like a word, each with its kind."""
    near = nearest_names(work, tuple(kinds), word)
    models = {named.kind: named.model for named in kinds}
    known: dict[tuple[Kind, str], Candidate] = {}
    for kind in dict.fromkeys(kind for kind, _ in near):
        ids = [row_id for of_kind, row_id in near if of_kind is kind]
        for row_id, view in zip(ids, glances_of(work, models[kind], ids), strict=True):
            known[kind, row_id] = seen_candidate(work, view)
    return [(kind, known[kind, row_id]) for kind, row_id in near]


def nearest_names(work: Work, kinds: tuple[Named, ...], word: str) -> list[tuple[Kind, str]]:
    """Return kind and id of the records whose names are most like a word, the likest first.

    Looked through are those with a word that begins as this one may, but for a slip; and with them those that have the
    very word but for two letters that changed places or one too many, or when there are none, the latest ones.
    """
    key = fold_name(word)
    words = key.split()
    begun = Spans(alike(words), LAST, _OF_A_BEGINNING)
    slips, others = called_within(work, kinds, put_right(words), begun) if words else ([], [])
    right = [name for name in slips if lacks_one(name[2], words)]
    known = [*(right or work.values(latest_names(kinds), most=_LATEST // len(kinds))), *others]
    # Of those equally like, kinds in order, and of each the latest first.
    names = dict(map(itemgetter(1, 2), sorted(known, key=itemgetter(0)) if len(kinds) > 1 else known))
    near = process.extract(key, names, scorer=fuzz.WRatio, limit=NEAREST, score_cutoff=_ALIKE)
    return [(kinds[int(place)].kind, row_id) for place, _, row_id in (own.partition(" ") for _, _, own in near)]


def same_people(work: Work, named: Named, key: str) -> list[Row]:
    """Return the people whose name has the same words in any order, of which the key may give only the first letters.

    “Miller, Tom” and “T. Miller” are Tom Miller; neither is Tom Henry Miller.
    """
    words = key.split()
    longest = max(words, key=len, default="")
    if longest in ("", key) or len(longest) == 1:
        return []
    names = work.values(names_with_word(named), most=_MOST_NAMESAKES, **word_values(longest))
    if len(names) >= _MOST_NAMESAKES:
        return []
    meant = dict.fromkeys(record_id for record_id, name in names if _is_same(words, name.split()))
    return [work.get(named.model, record_id) for record_id in meant]


def _is_same(words: Sequence[str], name: Sequence[str]) -> bool:
    """Say whether words and initials are those of a name, each of it once."""
    left = list(name)
    for word in sorted(words, key=len, reverse=True):
        of = next((one for one in left if one == word or (len(word) == 1 and one.startswith(word))), None)
        if of is None:
            return False
        left.remove(of)
    return not left
