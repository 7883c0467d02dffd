"""A record gets another owner."""

from crmbot.crm.answers import Change, Outcome
from crmbot.crm.history import keep_activity_facts, keep_lead_facts, overdue_at, save_deal
from crmbot.crm.lookup import already_theirs, find_user
from crmbot.crm.views import person, record_view
from crmbot.crm.work import Work
from crmbot.models import Activity, Deal, Lead


def give(work: Work, row: Deal | Lead | Activity, word: str) -> Outcome:
    """Give a record to the user that a word means."""
    owner = find_user(work, word)
    if row.owner_id == owner.id:
        view = record_view(work, row)
        return Outcome(already_theirs(work, f"{view.reference} {view.title}", owner), record=view)
    before = person(work, row.owner_id)
    put_into_hands(work, row, owner.id)
    if isinstance(row, Deal):
        save_deal(work, row)
    work.flush()
    view = record_view(work, row)
    change = Change(view.reference, "Owner", before.name if before else "", owner.name)
    return Outcome(f"{view.reference} {view.title} belongs to {owner.name} now.", record=view, changes=(change,))


def put_into_hands(work: Work, row: Deal | Lead | Activity, owner_id: str) -> None:
    """Write a record's owner, and the day that an activity is due on as that owner's day; of deals, save them after."""
    if isinstance(row, Lead):
        keep_lead_facts(work, row)
    if isinstance(row, Activity):
        keep_activity_facts(work, row)
        row.overdue_at = overdue_at(row.due_at, row.due_on, work.zone_of(owner_id))
    row.owner_id = owner_id
