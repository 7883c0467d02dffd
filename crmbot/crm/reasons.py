"""Why a deal was lost, said behind its name without a word between: “solar roof too expensive”."""

from dataclasses import replace

from rapidfuzz import fuzz

from crmbot.crm.hearsay import A_SLIP
from crmbot.crm.lookup import find_deal
from crmbot.crm.requests import LoseDeal
from crmbot.crm.work import Work
from crmbot.domain.identity import fold_name
from crmbot.errors import Ambiguous, Candidate, NotFound


def with_reason(work: Work, request: LoseDeal) -> LoseDeal:
    """Return a request whose reason is what stands behind the longest beginning that names a deal.

    A single word behind a single word is no reason: it may be the rest of a name that is not there.

    Raises:
        NotFound: no beginning names a deal, or all the words look like one name with a slip; the nearest carry what
            stands behind them.
        Ambiguous: several are named; the choices carry the reason.
    """
    words = request.deal.split()
    if request.reason or len(words) == 1:
        return request
    try:
        find_deal(work, request.deal, outcome="open", writes=True)
    except NotFound as nothing:
        refusal = nothing
    except Ambiguous:
        return request
    else:
        return request
    meant = fold_name(request.deal)
    slips = any(fuzz.ratio(meant, fold_name(one.title)) >= A_SLIP for one in refusal.nearest)
    for count in range(len(words) - 1, 0, -1) if not slips else ():
        name, reason = " ".join(words[:count]), " ".join(words[count:])
        if len(words) > 2 and _names_one(work, name, reason):  # noqa: PLR2004 - one word behind one word
            return replace(request, deal=name, reason=reason)
    refusal.nearest = tuple(_with_rest(one, words) for one in refusal.nearest)
    raise refusal


def _names_one(work: Work, name: str, reason: str) -> bool:
    try:
        find_deal(work, name, outcome="open", writes=True)
    except NotFound:
        return False
    except Ambiguous as several:
        choices = [replace(one, text=reason) for one in several.candidates]
        raise Ambiguous(name, several.field, choices) from several
    return True


def _with_rest(one: Candidate, words: list[str]) -> Candidate:
    """Give a near name the words beyond it, of which it has as many as its title."""
    return replace(one, text=" ".join(words[len(one.title.split()) :]))
