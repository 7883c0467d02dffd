"""Which stage a key or name means."""

from functools import lru_cache
from operator import attrgetter

from crmbot.crm.work import Work
from crmbot.domain.identity import fold_name
from crmbot.errors import BadInput
from crmbot.models import Stage

_MOST_KEPT = 1000
_names_of = attrgetter("key", "name")


def find_stage(work: Work, word: str, *, field: str = "stage") -> Stage:
    """Return the stage of that key or name, or the only one whose name begins so."""
    place = _place_of(word, tuple(map(_names_of, work.stages)))
    if place is not None:
        return work.stages[place]
    listed = ", ".join(stage.name for stage in work.stages)
    raise BadInput(f"There is no stage “{word}”. The stages are {listed}.", field=field)


@lru_cache(_MOST_KEPT)
def _place_of(word: str, stages: tuple[tuple[str, str], ...]) -> int | None:
    """Return which of these stages, a key and a name each, a word means; kept, as people name the same few."""
    key = fold_name(word)
    names = [(own, fold_name(name)) for own, name in stages]
    for same in (lambda pair: word in pair or key in pair, lambda pair: bool(key) and pair[1].startswith(key)):
        found = [place for place, pair in enumerate(names) if same(pair)]
        if len(found) == 1:
            return found[0]
    return None
