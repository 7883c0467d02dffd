"""From what is asked to the window that asks it."""

from collections.abc import Mapping

from crmbot.errors import Candidate
from crmbot.slack.blocks.modals import Modal
from crmbot.slack.blocks.primitives import context, sentence, stack
from crmbot.slack.forms.asked import Asked
from crmbot.slack.forms.table import FORMS
from crmbot.slack.mrkdwn import Mrkdwn, one_line
from crmbot.slack.reader import Reader

RECORD_FIELDS = ("deal", "lead", "contact", "company", "activity", "target")
"""The fields that hold a record's number or name."""

CALLBACK = "form"
"""The callback id of every form; which one it is, its metadata says."""


def form_modal(asked: Asked, reader: Reader, note: str = "", named: Mapping[str, Candidate] | None = None) -> Modal:
    """Return the window of a form, filled with what is known; `note` stands above its fields.

    `named` are the records that known fields hold the numbers of.
    """
    form = FORMS[asked.form]
    named = named or {}
    start = {**asked.was, **asked.known, **named}
    shown = [block for field in form.fields for block in field.kind.show(field, start.get(field.name), reader)]
    about = _about(asked, named) or _stage_name(asked, reader)
    return Modal(
        form.title,
        stack(sentence(note) if note else None, context(about) if about else None, *shown),
        submit=form.submit,
        callback_id=CALLBACK,
        metadata=asked.without(*form.names).metadata,
    )


def _stage_name(asked: Asked, reader: Reader) -> Mrkdwn:
    """Return which stage the form is about."""
    key = asked.known.get("stage")
    asks = "stage" in FORMS[asked.form].names
    return Mrkdwn("") if asks else one_line(next((name for one, name, _ in reader.stages if one == key), ""))


def _about(asked: Asked, named: Mapping[str, Candidate]) -> Mrkdwn:
    """Return which record the form is about, when the form itself does not ask for it."""
    asks = FORMS[asked.form].names
    field = next((name for name in RECORD_FIELDS if name in asked.known and name not in asks), None)
    if field is None:
        return Mrkdwn("")
    record = named.get(field)
    number = one_line(asked.known[field], 40)
    return Mrkdwn(f"{one_line(record.title)}  {number}") if record else number
