"""Which activity a number or the words of its subject mean."""

from sqlalchemy import ColumnElement, bindparam, select

from crmbot.crm.lookup.candidates import MOST_CHOICES, SCANNED, only_one
from crmbot.crm.work import Work
from crmbot.domain.identity import fold_name
from crmbot.domain.ids import Kind, is_id, parse_reference
from crmbot.errors import NotFound
from crmbot.models import Activity
from crmbot.store.prepared import Prepared


def find_activity(work: Work, word: str, *, field: str = "activity") -> Activity:
    """Return the open activity that a number or the words of its subject mean."""
    parsed = parse_reference(word) or parse_reference(f"{Kind.ACTIVITY.letter}{word.strip()}")
    numbered = parsed is not None and parsed[0] is Kind.ACTIVITY
    if parsed is not None and numbered:
        found = work.all(_BY_NUMBER, Activity, number=parsed[1])
    else:
        by_id = work.get(Activity, word) if is_id(word) else None
        found = [by_id] if by_id is not None else []
    found = found or _with_words(work, word)
    if not found and numbered:
        raise NotFound(f"There is no activity {word}.", field=field)
    if not found:
        raise NotFound(f"No open activity has “{word}” in its subject. See yours: /task list", field=field)
    only: Activity = only_one(work, word, field, found)
    return only


def _with_words(work: Work, word: str) -> list[Activity]:
    """Return the open activities with these words in their subject: the actor's own, else anybody's."""
    key = fold_name(word)
    if not key:
        return []
    for whose in (_MINE, _OTHERS):
        subjects = work.values(whose, user=work.actor.user_id)
        meant = [row_id for row_id, subject in subjects if key in fold_name(subject)][: MOST_CHOICES + 1]
        if meant:
            work.load(Activity, meant)
            return sorted((work.get(Activity, row_id) for row_id in meant), key=lambda row: row.number)
    return []


_TABLE = Activity.__table__.c
_BY_NUMBER = Prepared(
    select(Activity).where(Activity.workspace_id == bindparam("workspace"), Activity.number == bindparam("number"))
)


def _open_subjects(whose: ColumnElement[bool]) -> Prepared:
    return Prepared(
        select(_TABLE.id, _TABLE.subject)
        .where(_TABLE.workspace_id == bindparam("workspace"), _TABLE.completed_at.is_(None), whose)
        .order_by(_TABLE.created_at.desc())
        .limit(SCANNED)
    )


_MINE = _open_subjects(_TABLE.owner_id == bindparam("user"))
_OTHERS = _open_subjects((_TABLE.owner_id != bindparam("user")) | _TABLE.owner_id.is_(None))
