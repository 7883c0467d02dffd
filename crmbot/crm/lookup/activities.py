"""Which activity a number or the words of its subject mean."""

from sqlalchemy import select

from crmbot.crm.lookup.candidates import SCANNED, only_one, rows_of
from crmbot.crm.work import Work
from crmbot.domain.identity import fold_name
from crmbot.domain.ids import Kind, is_id, parse_reference
from crmbot.errors import NotFound
from crmbot.models import Activity


def find_activity(work: Work, word: str, *, field: str = "activity") -> Activity:
    """Return the open activity that a number or the words of its subject mean."""
    parsed = parse_reference(word) or parse_reference(f"{Kind.ACTIVITY.letter}{word.strip()}")
    numbered = parsed is not None and parsed[0] is Kind.ACTIVITY
    if parsed is not None and numbered:
        found = rows_of(work, Activity, Activity.number == parsed[1])
    else:
        found = rows_of(work, Activity, Activity.id == word) if is_id(word) else []
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
    mine = Activity.owner_id == work.actor.user_id
    for whose in (mine, ~mine | Activity.owner_id.is_(None)):
        subjects = work.session.execute(
            select(Activity.id, Activity.subject)
            .where(Activity.workspace_id == work.workspace_id, Activity.completed_at.is_(None), whose)
            .order_by(Activity.created_at.desc())
            .limit(SCANNED)
        )
        meant = [row_id for row_id, subject in subjects if key in fold_name(subject)]
        if meant:
            return rows_of(work, Activity, Activity.id.in_(meant))
    return []
