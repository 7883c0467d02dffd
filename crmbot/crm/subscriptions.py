"""Which digest is meant, and when it comes."""

from difflib import get_close_matches

from sqlalchemy import select
from sqlalchemy.orm import Session

from crmbot.domain.calendar import DAILY
from crmbot.errors import Candidate, NotFound
from crmbot.models import DigestSubscription


def find_subscription(session: Session, workspace_id: str, name: str, *, lock: bool = False) -> DigestSubscription:
    """Return the subscription of that name or id."""
    known = select(DigestSubscription).where(DigestSubscription.workspace_id == workspace_id)
    rows = {row.name: row for row in session.scalars(known.with_for_update() if lock else known)}
    word = name.strip()
    for row in rows.values():
        if word == row.id or word.casefold() == row.name.casefold():
            return row
    nearest = get_close_matches(word, rows, n=3)
    raise NotFound(
        f"There is no digest “{word}”." + ("" if rows else " Add one first: digest add NAME REPORT"),
        nearest=[Candidate(near, near, (rows[near].report, schedule_of(rows[near]))) for near in nearest],
        field="digest",
    )


def schedule_of(row: DigestSubscription) -> str:
    """Return when a digest comes: “Mondays 08:00 Europe/Berlin”."""
    return f"{'daily' if row.day == DAILY else f'{row.day.title()}s'} {row.time} {row.timezone}"
