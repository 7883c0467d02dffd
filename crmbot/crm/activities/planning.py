"""What is to be done is planned."""

from crmbot.crm.activities.links import links_heard, links_of
from crmbot.crm.activities.making import add_activity, due_words, first_link, usable_subject
from crmbot.crm.answers import Outcome
from crmbot.crm.doubts import doubt_due
from crmbot.crm.lookup import find_user
from crmbot.crm.requests import CreateTask, Due
from crmbot.crm.views import activity_view
from crmbot.crm.work import Work
from crmbot.errors import MissingFact


def create_task(work: Work, request: CreateTask) -> Outcome:
    """Plan something to do."""
    text = usable_subject(request.text)
    if not text:
        raise MissingFact("What is to be done?", field="text", example="/task call Jane tomorrow 3pm")
    about, heard = (links_of(work, request.target), "") if request.target else links_heard(work, text)
    due = request.due or Due()
    owner = find_user(work, request.owner) if request.owner else None
    owner_id = owner.id if owner else work.actor.user_id
    activity = add_activity(
        work,
        kind=request.kind,
        subject=text,
        about=about,
        owner_id=owner_id,
        due=due,
        duration_minutes=request.duration_minutes,
        attendees=request.attendees,
    )
    work.flush()
    view = activity_view(work, activity)
    whose = f" for {owner.name}" if owner and owner.id != work.actor.user_id else ""
    when = due_words(work, due)
    said = f"Planned {view.reference} {view.title}{whose}{', due ' + when if when else ''}."
    told = f" It is about {first_link(view)}." if about and heard else ""
    doubts = (heard,) if heard and not about else ()
    return Outcome(said + told, record=view, warnings=(*doubts, *doubt_due(work, due.at, due.on)))
