"""The thread that a mail written here goes on with: the latest one with that person under that subject."""

import re

from sqlalchemy import select

from crmbot.crm.work import Work
from crmbot.domain.identity import fold_name
from crmbot.models import Activity, ContactEmail, Email

_MOST_LOOKED_AT = 50
_MOST_REFERENCES = 20
_PREFIX = re.compile(r"\s*(?:re|aw|sv|antw|fwd?|wg|tr|rif)\s*:\s*", re.IGNORECASE)


def thread_of(work: Work, subject: str, address: str) -> tuple[str, ...]:
    """Return the thread of the latest mail with that person under that subject, so that programs show them together."""
    wanted = fold_name(_without_prefix(subject))
    rows = work.session.scalars(
        select(Email)
        .join(Activity, (Activity.workspace_id == Email.workspace_id) & (Activity.id == Email.activity_id))
        .join(
            ContactEmail,
            (ContactEmail.workspace_id == Activity.workspace_id) & (ContactEmail.contact_id == Activity.contact_id),
        )
        .where(Email.workspace_id == work.workspace_id, ContactEmail.email == address, Email.kind != "forward")
        .order_by(Email.sent_at.desc())
        .limit(_MOST_LOOKED_AT)
    )
    for row in rows:
        if row.message_id and fold_name(_without_prefix(row.subject)) == wanted:
            return (*row.references[-_MOST_REFERENCES:], row.message_id)
    return ()


def _without_prefix(subject: str) -> str:
    while (found := _PREFIX.match(subject)) is not None:
        subject = subject[found.end() :]
    return subject
