"""The companies whose names go on where a word ends: which of them is meant, or a new one, only the person knows."""

from crmbot.crm.lookup.candidates import MOST_CHOICES, candidate, found_by
from crmbot.crm.lookup.naming import ANY_OUTCOME, NAMED, by_name, compared_with
from crmbot.crm.views import load_names
from crmbot.crm.work import Work
from crmbot.domain.identity import fold_name
from crmbot.domain.ids import Kind
from crmbot.errors import Ambiguous, Candidate
from crmbot.models import Company

NEW = "+"
"""Stands before the name of a company that is to be made beside those with names alike."""


def refuse_sisters(work: Work, name: str, *, field: str = "company") -> None:
    """Raise Ambiguous when no company is called so but some begin so; a new one is the last of the choices."""
    key = fold_name(name)
    begin = by_name(NAMED[Kind.COMPANY], "begins", ANY_OUTCOME)
    sisters = found_by(work, begin, Company, **compared_with(key)) if key else []
    if not sisters:
        return
    load_names(work, sisters)
    typed = f'"{NEW}{name}"' if " " in name else f"{NEW}{name}"
    new = Candidate(f"{NEW}{name}", f"New company “{name}”", (f"as company:{typed}",))
    raise Ambiguous(
        name,
        field,
        [*(candidate(work, row) for row in sisters[: MOST_CHOICES - 1]), new],
        sentence=f"No company is called just “{name}”. Which one is it, or is it new?",
    )
