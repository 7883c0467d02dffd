"""What happened, told in one go: which of the words name the record, and which say what was heard there."""

from dataclasses import replace

from rapidfuzz import fuzz

from crmbot.crm.lookup import find_target
from crmbot.crm.requests import LogActivity
from crmbot.crm.work import Work
from crmbot.domain.identity import fold_name
from crmbot.errors import Ambiguous, Candidate, NotFound

_A_SLIP = 75.0
"""From here on, all the words are a name with a slip in it, out of 100."""
_MOST = 6
"""Of how many words a name is looked for."""


def divided(work: Work, request: LogActivity, nothing: NotFound) -> tuple[str, str]:
    """Return the name and the text of words that are no name as a whole: “dana sent the offer” is said of Dana.

    Raises:
        NotFound: no name begins them, or they look like one with a slip; the nearest carry the words beyond them.
    """
    words = request.target.split()
    if request.text or len(words) == 1:
        raise nothing
    meant = fold_name(request.target)
    slips = any(fuzz.ratio(meant, fold_name(one.title)) >= _A_SLIP for one in nothing.nearest)
    for count in range(min(len(words) - 1, _MOST), 0, -1) if not slips else ():
        name = " ".join(words[:count])
        told = len(words) - count
        if (told > 1 or count > 1) and _is_known(work, name):
            return name, " ".join(words[count:])
    nothing.nearest = tuple(_with_text(one, words) for one in nothing.nearest)
    raise nothing


def _is_known(work: Work, name: str) -> bool:
    try:
        find_target(work, name, whole_words=True)
    except NotFound:
        return False
    except Ambiguous:
        return True
    return True


def _with_text(one: Candidate, words: list[str]) -> Candidate:
    """Give a near name the words beyond it, else all of them when they are more than a name."""
    title = len(one.title.split())
    if len(words) <= title:
        return one
    begins = fold_name(" ".join(words[:title])) == fold_name(one.title)
    return replace(one, text=" ".join(words[title:] if begins else words))
