"""Finding a mail by what people call it: its id, the end of it, or the activity that stands for it."""

import re

from sqlalchemy import ColumnElement, select

from crmbot.crm.work import Work
from crmbot.domain.ids import Kind, is_id, parse_reference
from crmbot.errors import BadInput, NotFound
from crmbot.models import IN_TRIAGE, Activity, Email, EmailActivity

_END_OF_ID = re.compile(r"[0-9a-hjkmnp-tv-z]{6,25}")


def find_email(work: Work, word: str) -> Email:
    """Return the mail of that id or of the end of it, or of the activity A-12."""
    parsed = parse_reference(word)
    if parsed is not None and parsed[0] is Kind.ACTIVITY:
        condition = _stands_for(work, parsed[1])
    elif is_id(word):
        condition = Email.id == word
    elif _END_OF_ID.fullmatch(word.lower()):
        condition = IN_TRIAGE & Email.id.endswith(word.lower())
    else:
        raise BadInput(f"“{word}” names no mail.", field="email", example="A-12")
    rows = work.session.scalars(select(Email).where(Email.workspace_id == work.workspace_id, condition).limit(2)).all()
    found = rows[0] if len(rows) == 1 else None
    if found is None:
        raise NotFound("This mail is not here any more.", field="email")
    return found


def named_activity(work: Work, word: str) -> Activity | None:
    """Return the activity that a word names: of a mail with several deals it is the one that is meant."""
    parsed = parse_reference(word)
    if parsed is None or parsed[0] is not Kind.ACTIVITY:
        return None
    named = select(Activity).where(Activity.workspace_id == work.workspace_id, Activity.number == parsed[1])
    return work.session.scalar(named)


def _stands_for(work: Work, number: int) -> ColumnElement[bool]:
    """Return the condition for the mail that an activity stands for, as its first or as a further one."""
    activity_id = select(Activity.id).where(Activity.workspace_id == work.workspace_id, Activity.number == number)
    further = select(EmailActivity.email_id).where(
        EmailActivity.workspace_id == work.workspace_id, EmailActivity.activity_id.in_(activity_id)
    )
    return Email.activity_id.in_(activity_id) | Email.id.in_(further)
