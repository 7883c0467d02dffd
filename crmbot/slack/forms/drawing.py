"""From what is asked to the window that asks it."""

from crmbot.slack.blocks.modals import Modal
from crmbot.slack.blocks.primitives import context, sentence, stack
from crmbot.slack.forms.asked import Asked
from crmbot.slack.forms.table import FORMS
from crmbot.slack.reader import Reader

CALLBACK = "form"
"""The callback id of every form; which one it is, its metadata says."""


def form_modal(asked: Asked, reader: Reader, note: str = "") -> Modal:
    """Return the window of a form, filled with what is known; `note` stands above its fields."""
    form = FORMS[asked.form]
    start = {**asked.was, **asked.known}
    shown = [block for field in form.fields for block in field.kind.show(field, start.get(field.name), reader)]
    about = _about(asked)
    return Modal(
        form.title,
        stack(sentence(note) if note else None, context(about) if about else None, *shown),
        submit=form.submit,
        callback_id=CALLBACK,
        metadata=asked.without(*form.names).metadata,
    )


def _about(asked: Asked) -> str:
    """Return which record the form is about, when the form itself does not ask for it."""
    names = FORMS[asked.form].names
    about = [
        str(asked.known[name]) for name in ("deal", "lead", "contact", "company", "activity") if name in asked.known
    ]
    return about[0] if about and not any(name in names for name in ("deal", "lead", "target")) else ""
