"""Cards of what could not be done: the sentence, an example, and the ways on."""

from dataclasses import replace

from crmbot.crm.aliases import Picked
from crmbot.crm.requests import AddNote, LogActivity, LoseDeal, MoveDeal, Request, SetLeadStatus
from crmbot.domain.ids import parse_reference
from crmbot.errors import Ambiguous, BadInput, Candidate, CrmError, MissingFact, NotFound
from crmbot.slack.blocks.limits import fit
from crmbot.slack.blocks.primitives import actions, context, section, sentence, stack
from crmbot.slack.drafts import with_fact
from crmbot.slack.forms.asked import Asked, fits_a_button, form_button
from crmbot.slack.message import Block, Element, Message
from crmbot.slack.mrkdwn import Mrkdwn, bold, escape, join, one_line
from crmbot.slack.press import press_button
from crmbot.slack.reader import Reader

_MOST_CANDIDATES = 10
_MAKES = {
    "contact.new": ("contacts", "Add the contact …"),
    "company.new": ("companies", "Add the company …"),
    "lead.new": ("leads", "Add the lead …"),
}


def refusal_message(error: CrmError, reader: Reader, request: Request | None = None) -> Message:
    """Return why nothing was done, and buttons for the ways on."""
    if isinstance(error, MissingFact) and error.field == "reason" and request is not None:
        return _reasons(error, reader, request)
    blocks = stack(
        sentence(f"{'🤔' if isinstance(error, Ambiguous) else '⚠️'} {error}"),
        _example(error, reader),
        _candidates(error, request),
        _making(error, reader, request),
    )
    return fit(Message(escape(error), blocks))


def broken_message(incident: str, done: str = "") -> Message:
    """Return an apology that says what did and did not happen; `incident` finds it in the log."""
    if done:
        text = f"{done} (The answer could not be shown in full; incident {incident}.)"
        return fit(Message(escape(text), (sentence(f"✅ {text}"),)))
    text = f"Something broke on our side; nothing was done. Please try again. (incident {incident})"
    return Message(text, (sentence(f"🛠️ {text}"),))


def _example(error: CrmError, reader: Reader) -> Block | None:
    example = getattr(error, "example", None) if isinstance(error, BadInput) else None
    if not example:
        return None
    return context(Mrkdwn(f"Try  `{one_line(reader.command(example), 300)}`"))


def _reasons(error: MissingFact, reader: Reader, request: Request) -> Message:
    whole = [(reason, with_fact(request, "reason", reason)) for reason in reader.lost_reasons]
    buttons = [
        press_button(reason, finished, action_id=f"deal.lost_{place}")
        for place, (reason, finished) in enumerate(whole)
        if finished is not None
    ]
    asked = _other_reason(request)
    buttons += [form_button("Another reason …", asked, "form.reason")] if asked else []
    return fit(Message(escape(error), stack(sentence(f"🤔 {error}"), actions(*buttons))))


def _other_reason(request: Request) -> Asked | None:
    """Return the form for a reason in words of one's own."""
    match request:
        case LoseDeal(deal=deal) | MoveDeal(deal=deal):
            return Asked(LoseDeal.NAME, {"deal": deal})
        case SetLeadStatus(lead=lead, status=status):
            return Asked(request.NAME, {"lead": lead, "status": status})
    return None


def _making(error: CrmError, reader: Reader, request: Request | None) -> Block | None:
    """Return the button of the form that makes what is not there, filled with what was said; the request goes on."""
    if not isinstance(error, NotFound) or error.request not in _MAKES:
        return None
    noun, label = _MAKES[error.request]
    asked = Asked(error.request, {name: value for name, value in error.known.items() if value})
    if request is not None and error.field and with_fact(request, error.field, "") is not None:
        going_on = replace(asked, then=request, then_field=error.field)
        asked = going_on if fits_a_button(going_on) else asked
    return actions(form_button(label, asked, "form.make")) if reader.may_edit(noun) else None


def _candidates(error: CrmError, request: Request | None) -> list[Block] | None:
    """Return a row for each record the word may mean, with a button that carries the finished request."""
    match error:
        case Ambiguous(candidates=found, field=field, word=word):
            pass
        case NotFound(nearest=found, field=field):
            word = ""
        case _:
            return None
    rows = [_candidate(one, request, field or "", word) for one in found[:_MOST_CANDIDATES]]
    left = len(found) - len(rows)
    more = context(f"… and {left} more. Type more of the name, or its number.") if left > 0 else None
    return [*rows, *stack(more)]


def _candidate(candidate: Candidate, request: Request | None, field: str, word: str) -> Block:
    facts = join([one_line(fact, 80) for fact in candidate.facts])
    known_as = candidate.reference if parse_reference(candidate.reference) or "@" in candidate.reference else ""
    line = Mrkdwn(f"{bold(candidate.title)}  {one_line(known_as, 40)}\n{facts}")
    return section(line, accessory=_choice(candidate, request, field, word))


def _choice(candidate: Candidate, request: Request | None, field: str, word: str) -> Element | None:
    """Return the button of one meaning; a choice among several is remembered as the person's own word."""
    whole = with_fact(request, candidate.field or field, candidate.reference) if request is not None else None
    if whole is None:
        return None
    if candidate.text and isinstance(request, LogActivity | AddNote):
        whole = with_fact(whole, "text", candidate.text) or whole
    elif candidate.text and isinstance(request, LoseDeal) and not request.reason:
        whole = with_fact(whole, "reason", candidate.text) or whole
    if candidate.attendees and isinstance(whole, LogActivity):
        whole = replace(whole, attendees=candidate.attendees)
    picked = Picked(word, candidate.reference) if word and parse_reference(candidate.reference) else None
    return press_button("Use this", whole, action_id="record.choose", picked=picked)
