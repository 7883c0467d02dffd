"""Forms that are sent: their request goes through the one door, and what is wrong stands at its field."""

from dataclasses import replace
from typing import Any

from slack_bolt import Ack, BoltContext

from crmbot.crm.answers import Outcome
from crmbot.crm.requests import Undo
from crmbot.errors import BadInput, CrmError, SendFailed, Unauthenticated
from crmbot.language.conversation import context_of
from crmbot.slack.answering import answer_at
from crmbot.slack.api import SlackApi
from crmbot.slack.blocks.limits import fit
from crmbot.slack.blocks.modals import errors_at, one_said, said_in
from crmbot.slack.blocks.primitives import section, stack
from crmbot.slack.desk import Desk, Incoming, Reply
from crmbot.slack.drafts import with_fact
from crmbot.slack.forms.asked import Asked
from crmbot.slack.forms.editing import changes_a_record, overtaken
from crmbot.slack.forms.fields import PERSON, Said
from crmbot.slack.forms.making import WrongFields, request_of
from crmbot.slack.forms.table import FORMS
from crmbot.slack.forms.workspace import SHOWN_IN
from crmbot.slack.message import Block
from crmbot.slack.mrkdwn import Mrkdwn, one_line
from crmbot.slack.press import press_button
from crmbot.slack.rewriting import list_again
from crmbot.slack.windows import card_modal

_STRANGER = "This person is not in the CRM yet. An admin can add them."


def answer_submission(desk: Desk, api: SlackApi, ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
    """Do what a form says; it closes when that is done, and stays open with the reasons when it is not."""
    view = body["view"]
    incoming = form_incoming(body, context)
    try:
        asked = Asked.read(str(view.get("private_metadata") or ""))
        reply = _perform(desk, incoming, asked, (view.get("state") or {}).get("values") or {})
    except WrongFields as wrong:
        ack(**errors_at(wrong.errors, _first_field(view)))
        return
    except CrmError as error:
        ack(**errors_at({"": str(error)}, _first_field(view)))
        return
    if reply.error is not None:
        ack(**errors_at({_field_of(reply.error, view): _sentence(reply)}, _first_field(view)))
        return
    reply = _going_on(desk, incoming, asked, _in_list(desk, incoming, asked, reply))
    try:
        shown = answer_at(api, asked.place, incoming, reply.message)
    except SendFailed:
        shown = False
    if shown:
        ack()
    else:
        ack(response_action="update", view=card_modal(reply).view)


def _in_list(desk: Desk, incoming: Incoming, asked: Asked, reply: Reply) -> Reply:
    """Return what was done above the list it shows in, for forms that stand in one."""
    look = SHOWN_IN.get(asked.form)
    if look is None or not isinstance(reply.answer, Outcome):
        return reply
    again = desk.press(incoming, look)
    return reply if again.error else reply._replace(message=list_again(again.message, look, reply.answer, reply))


def form_incoming(body: dict[str, Any], context: BoltContext) -> Incoming:
    """Return who sent a form; each form has one effect, however often it is sent."""
    user, view = body.get("user") or {}, body.get("view") or {}
    return Incoming(
        team_id=str((body.get("team") or {}).get("id") or user.get("team_id") or ""),
        user_id=str(user.get("id") or ""),
        key=f"form {view.get('id') or context['delivery_key']}"[:128],
        deadline=float(context["deadline"]),
        user_team_id=user.get("team_id"),
    )


def _perform(desk: Desk, incoming: Incoming, asked: Asked, state: dict[str, Any]) -> Reply:
    who = desk.greet(incoming)
    if who.actor is None:
        return who
    said = said_in(state)
    _meet_chosen(desk, incoming, asked, said)
    request = request_of(asked, said, context_of(desk.service, who.actor))
    if changes_a_record(asked):
        errors = overtaken(desk, incoming, asked, request)
        if errors:
            raise WrongFields(errors)
    return desk.press(incoming, request, retells=True)


def _going_on(desk: Desk, incoming: Incoming, asked: Asked, made: Reply) -> Reply:
    """Do what had to wait for the record that the form made; what was made is told below its answer."""
    outcome = made.answer
    if asked.then is None or not isinstance(outcome, Outcome) or outcome.record is None:
        return made
    request = with_fact(asked.then, asked.then_field, outcome.record.reference)
    if request is None:
        return made
    later = desk.press(incoming._replace(key=f"{incoming.key[:120]} then"), request, retells=True)
    return later._replace(message=fit(replace(later.message, blocks=stack(later.message.blocks, _made(outcome)))))


def _made(outcome: Outcome) -> Block | None:
    undo = press_button("Undo", Undo(outcome.entry_id), row=True) if outcome.entry_id else None
    return section(Mrkdwn(f"✅ {one_line(outcome.said, 300)}"), accessory=undo)


def _meet_chosen(desk: Desk, incoming: Incoming, asked: Asked, said: Said) -> None:
    """Make the people who were chosen from Slack's menu known to the CRM, as speaking to the bot would."""
    form = FORMS.get(asked.form)
    for field in form.fields if form else ():
        account = one_said(said, field.name)
        if field.kind is not PERSON or not account:
            continue
        try:
            desk.people.actor(desk.people.workspace(incoming.team_id), incoming.team_id, account)
        except Unauthenticated as stranger:
            raise WrongFields({field.name: _STRANGER}) from stranger


def _first_field(view: dict[str, Any]) -> str:
    return next((str(block["block_id"]) for block in view.get("blocks", ()) if block.get("type") == "input"), "form")


def _field_of(error: Exception, view: dict[str, Any]) -> str:
    """Return the field that an error belongs to; empty when the form has no such field."""
    field = str(getattr(error, "field", "") or "")
    there = {block.get("block_id") for block in view.get("blocks", ()) if block.get("type") == "input"}
    return field if field in there else ""


def _sentence(reply: Reply) -> str:
    """Return why it was refused, with what would work; of what broke only what its answer tells."""
    error = reply.error
    if not isinstance(error, CrmError):
        return reply.message.text
    example = error.example if isinstance(error, BadInput) else None
    return f"{error} Try: {example}" if example else str(error)
