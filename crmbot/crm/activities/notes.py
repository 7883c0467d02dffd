"""Words kept with a record."""

from crmbot.crm.activities.links import linked
from crmbot.crm.answers import Outcome
from crmbot.crm.hearsay import hear
from crmbot.crm.lookup import find_target
from crmbot.crm.requests import AddNote
from crmbot.crm.views import link, record_view
from crmbot.crm.work import Work
from crmbot.errors import MissingFact
from crmbot.models import Note


def add_note(work: Work, request: AddNote) -> Outcome:
    """Keep words with a record."""
    request, target = hear(work, request, find_target)
    text = request.text.strip()
    if not text:
        raise MissingFact("What should the note say?", field="text", example='/log note acme "wants a quote by May"')
    note: Note = work.make(Note, text=text, author_id=work.actor.user_id, created_at=work.now, **linked(target))
    work.keep(note)
    work.flush()
    named = link(target)
    said = f"Noted with {named.reference} {named.title}: {text}" if named else "Noted."
    return Outcome(said, record=record_view(work, target))
