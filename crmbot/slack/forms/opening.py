"""Opening windows: a call to Slack within the time that an answer may take, never in a transaction."""

import time
from contextlib import suppress
from dataclasses import dataclass, replace

from crmbot.crm.answers import CardRecords
from crmbot.crm.requests import FindNamed, decode_known, encode_known
from crmbot.domain.ids import parse_reference
from crmbot.errors import Candidate, CrmError, MissingFact, SendFailed
from crmbot.slack.api import SlackApi
from crmbot.slack.blocks.limits import METADATA, fit
from crmbot.slack.blocks.modals import Modal
from crmbot.slack.blocks.primitives import actions, stack
from crmbot.slack.desk import Desk, Reply
from crmbot.slack.drafts import keep_draft, open_draft
from crmbot.slack.forms.asked import Asked, fits_a_button, form_button
from crmbot.slack.forms.drawing import RECORD_FIELDS, form_modal
from crmbot.slack.forms.table import FORMS
from crmbot.slack.message import Message
from crmbot.slack.places import Place

_LONGEST, _LEAST, _SPARE = 1.2, 0.2, 0.3


@dataclass(frozen=True)
class Asker:
    """Asks for what is missing: in a window while Slack allows one, else by a button that opens it."""

    desk: Desk
    api: SlackApi

    def message(
        self, reply: Reply, place: Place, *, trigger_id: str = "", deadline: float = 0.0, above: bool = False
    ) -> Message | None:
        """Return what to answer; None when a window was opened that asks for what the answer would."""
        asked = _asked_by(reply, place)
        if asked is None or reply.reader is None:
            return reply.message
        # The question stands above its own field; only one that has none is told beside the form.
        note = "" if getattr(reply.error, "field", None) else str(reply.error)
        modal = form_modal(asked, reply.reader, note, self.named(reply, asked))
        if self.open(modal, trigger_id, deadline, above=above):
            return None
        fill_in = form_button("Fill in", self._carried(reply, asked), style="primary")
        return fit(Message(reply.message.text, stack(reply.message.blocks, actions(fill_in))))

    def named(self, reply: Reply, asked: Asked) -> dict[str, Candidate]:
        """Return the records whose numbers a form knows, so that it can show their names."""
        found: dict[str, Candidate] = {}
        for field in RECORD_FIELDS:
            number = str(asked.known.get(field, ""))
            if reply.actor is not None and parse_reference(number):
                with suppress(CrmError):
                    shown = self.desk.service.perform(reply.actor, FindNamed(field, number))
                    found |= {field: shown.records[0]} if isinstance(shown, CardRecords) else {}
        return found

    def open(self, modal: Modal, trigger_id: str, deadline: float, *, above: bool = False) -> bool:
        """Open a window, above another one when told; False when Slack did not: too late, or it does not answer."""
        seconds = min(_LONGEST, deadline - time.monotonic() - _SPARE)
        if not trigger_id or seconds < _LEAST or len(modal.metadata) > METADATA:
            return False
        method = "views.push" if above else "views.open"
        try:
            self.api.call(method, seconds=seconds, trigger_id=trigger_id, view=modal.view)
        except SendFailed:
            return False
        return True

    def unfolded(self, reply: Reply, asked: Asked) -> Asked:
        """Return a form with what its draft holds; NotFound when that is gone or another's."""
        if not asked.draft or reply.actor is None:
            return asked
        known = decode_known(open_draft(self.desk.service, reply.actor, asked.draft))[1]
        return replace(asked, known=known, draft="")

    def _carried(self, reply: Reply, asked: Asked) -> Asked:
        """Return a form as a button can carry it: what is known goes into a draft when it is too long."""
        if fits_a_button(asked) or reply.actor is None:
            return asked
        data = encode_known(asked.form, asked.known)
        return Asked(asked.form, place=asked.place, draft=keep_draft(self.desk.service, reply.actor, data))


def _asked_by(reply: Reply, place: Place) -> Asked | None:
    """Return the form for what a refused request lacks; None when something else is wrong, or no form asks for it."""
    error = reply.error
    if not isinstance(error, MissingFact):
        return None
    name = error.request or (reply.request.NAME if reply.request else "")
    form = FORMS.get(name)
    if form is None or error.field == "reason" or (error.field and error.field not in form.names):
        return None
    known = error.known or (vars(reply.request) if reply.request else {})
    return Asked(name, {field: value for field, value in known.items() if value not in (None, ())}, place=place)
