"""From a form that was sent to the request it makes; every wrong value is told at its own field."""

from dataclasses import MISSING, fields
from typing import Any

from crmbot.crm.requests import AddNote, CreateTask, LogActivity, Request, SetDeal, SetProposal, SetStage
from crmbot.crm.requests.base import REQUESTS
from crmbot.errors import BadInput
from crmbot.language import Context
from crmbot.slack.forms.asked import Asked
from crmbot.slack.forms.fields import Said
from crmbot.slack.forms.table import FORMS

MESSAGE_LOG = "message.log"
_CLEARABLE: dict[type[Request], tuple[str, ...]] = {
    SetDeal: ("value", "expected_close"),
    SetProposal: ("expires_on",),
    SetStage: ("stale_after_days",),
}
"""The facts of a request that may be emptied, by `clear`."""


class WrongFields(Exception):
    """Values that cannot be used: a sentence for each field."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__(", ".join(errors))
        self.errors = errors


def request_of(asked: Asked, said: Said, context: Context) -> Request:
    """Return the request that a sent form makes.

    Raises:
        WrongFields: some of what was typed cannot be read, or is missing.
        BadInput: no version here knows this form.
    """
    form = FORMS.get(asked.form)
    if form is None:
        raise BadInput("This form was made by another version of crmbot; type the command instead.")
    values: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for field in form.fields:
        try:
            values[field.name] = field.kind.read(field, said, context)
        except BadInput as error:
            errors[field.name] = str(error)
        if field.name not in errors and not field.optional and values[field.name] is None:
            errors[field.name] = "This is needed."
    if errors:
        raise WrongFields(errors)
    if asked.form == MESSAGE_LOG:
        return _of_message(values)
    if asked.was:
        return _changes(asked, values)
    return _whole(asked, {name: value for name, value in values.items() if value is not None})


def _whole(asked: Asked, values: dict[str, Any]) -> Request:
    kind = REQUESTS[asked.form]
    known = {**asked.known, **values}
    missing = [one.name for one in fields(kind) if one.default is MISSING and one.name not in known]
    if missing:
        raise BadInput("This form was made by another version of crmbot; type the command instead.")
    return kind(**known)


def _changes(asked: Asked, values: dict[str, Any]) -> Request:
    """Return a request of what differs from what the form began with; an emptied field empties the fact."""
    changed = {name: value for name, value in values.items() if value != asked.was.get(name)}
    said = {name: value for name, value in changed.items() if value is not None}
    kind = REQUESTS[asked.form]
    emptied = [name for name, value in changed.items() if value is None]
    clearable = _CLEARABLE.get(kind, ())
    stuck = [name for name in emptied if name not in clearable]
    if kind is SetDeal and "probability" in stuck:
        stuck.remove("probability")
        said["automatic_probability"] = True
    if stuck:
        raise WrongFields(dict.fromkeys(stuck, "This can be changed, not emptied."))
    if clearable:
        said["clear"] = tuple(name for name in emptied if name in clearable)
    return kind(**asked.known, **said)


def _of_message(values: dict[str, Any]) -> Request:
    """Return what a message is logged as: words, something that happened, or something to do."""
    target, text, when = values["target"], values["text"], values["at"]
    match values["kind"]:
        case "note":
            return AddNote(target, text)
        case "task":
            return CreateTask(" ".join(str(text).split()), due=when, target=target)
    return LogActivity(values["kind"], target, text, at=when and (when.at or when.on))
