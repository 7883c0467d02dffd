"""What of a form Slack tells: its button was pressed, somebody types into a menu that searches, it was sent."""

import re
from dataclasses import replace
from typing import Any

from slack_bolt import Ack, App, BoltContext

from crmbot.crm.answers import Found
from crmbot.crm.requests import Find
from crmbot.errors import BadInput, CrmError
from crmbot.slack.answering import answer_at
from crmbot.slack.blocks.modals import SEARCH, option
from crmbot.slack.blocks.refusals import refusal_message
from crmbot.slack.clicks import Click, read_click
from crmbot.slack.desk import Reply
from crmbot.slack.forms.asked import Asked
from crmbot.slack.forms.drawing import CALLBACK, form_modal
from crmbot.slack.forms.editing import begin, changes_a_record
from crmbot.slack.forms.opening import Asker
from crmbot.slack.forms.submitting import answer_submission, form_incoming
from crmbot.slack.forms.table import FORMS, SEARCHED
from crmbot.slack.forms.workspace import SHOWN_IN
from crmbot.slack.message import Message
from crmbot.slack.mrkdwn import escape
from crmbot.slack.places import Place
from crmbot.slack.reader import Reader

_BUTTON = re.compile(r"^form\.[a-z0-9_]+$")
_NOT_OPENED = "Slack did not open the form: the press took too long to reach crmbot. Please press once more."


def register(app: App, asker: Asker) -> None:
    """Listen to the buttons of forms, to what is typed into their searches, and to forms that are sent."""

    def open_pressed(ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
        click = read_click(body, context)
        message = _opened(asker, click)
        if message is not None:
            _tell(asker, click, message)
        ack()

    def suggest(ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
        incoming = form_incoming(body, context)
        words, kind = str(body.get("value") or "").strip(), SEARCHED.get(str(body.get("block_id")))
        found = asker.desk.press(incoming, Find(words, kind, only_names=True)).answer if words else None
        hits = found.hits if isinstance(found, Found) else ()
        ack(
            options=[
                option(" · ".join((hit.link.title, hit.link.reference, *hit.facts)), hit.link.reference) for hit in hits
            ]
        )

    def submitted(ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
        answer_submission(asker.desk, asker.api, ack, body, context)

    app.action(_BUTTON)(open_pressed)
    app.options(SEARCH)(suggest)
    app.view(CALLBACK)(submitted)


def _opened(asker: Asker, click: Click) -> Message | None:
    """Open the form that a button carries; the message says why not."""
    try:
        asked = _known(Asked.read(click.value))
    except BadInput as error:
        return refusal_message(error, Reader.nobody(asker.desk.service.clock()))
    who = asker.desk.greet(click.incoming)
    if who.actor is None or who.reader is None:
        return who.message
    try:
        return _ask(asker, click, who, asker.unfolded(who, asked))
    except CrmError as error:
        return refusal_message(error, who.reader)


def _known(asked: Asked) -> Asked:
    if asked.form not in FORMS:
        raise BadInput("This button was made by another version of crmbot; type the command instead.")
    return asked


def _ask(asker: Asker, click: Click, who: Reply, asked: Asked) -> Message | None:
    reader = who.reader
    if reader is None:
        return who.message
    instead = changes_a_record(asked) or asked.form in SHOWN_IN or asked.then is not None
    asked = replace(asked, place=click.place(replace=instead))
    if changes_a_record(asked):
        asked, look = begin(asker.desk, click.incoming, asked)
        if look.error is not None:
            return look.message
    modal = form_modal(asked, reader, named=asker.named(who, asked))
    above = click.view_kind == "modal"
    opened = asker.open(modal, click.trigger_id, click.incoming.deadline, above=above)
    return None if opened else Message(escape(_NOT_OPENED))


def _tell(asker: Asker, click: Click, message: Message) -> None:
    """Say beside the card why no form opened; on a Home tab there is no place for it, and the button stays."""
    place = click.place()
    answer_at(asker.api, Place(place.response_url, place.channel, place.thread), click.incoming, message)
