"""A record's page: its facts, what happened, and forms for what its visitor may do."""

import re
import secrets
from collections.abc import Callable, Mapping

from starlette.responses import RedirectResponse, Response

from crmbot.crm import requests as ask
from crmbot.crm.answers import Shown
from crmbot.domain.ids import Kind
from crmbot.domain.line_items import plain
from crmbot.errors import CrmError
from crmbot.web.pages.deeds import KINDS_OF_WORDS, deeds_on, do_deed
from crmbot.web.pages.drawing import path_of
from crmbot.web.pages.facts import facts_of, short_facts
from crmbot.web.pages.notices import Notice, notice_of
from crmbot.web.pages.visits import STATUS, Visit

_SHOW: Mapping[Kind, Callable[[str], ask.Request]] = {
    Kind.DEAL: ask.ShowDeal,
    Kind.LEAD: ask.ShowLead,
    Kind.CONTACT: ask.ShowContact,
    Kind.COMPANY: ask.ShowCompany,
    Kind.ACTIVITY: ask.ShowActivity,
    Kind.PROPOSAL: ask.ShowProposal,
}
_UNUSABLE = 422
_OWN_PATH = re.compile(r"/(?:[a-z]+(?:/[A-Z]-[0-9]+)?)?", re.ASCII)


def record_page(kind: Kind) -> Callable[[Visit], Response]:
    """Return the page of a record of this kind."""
    return lambda visit: _draw(visit, kind)


def record_deed(kind: Kind) -> Callable[[Visit], Response]:
    """Return what a form of such a page does: the page again, with what was done and the way back, or why not."""

    def deed(visit: Visit) -> Response:
        reference = _shown(visit, kind).record.reference
        try:
            done = do_deed(visit, reference)
        except CrmError as error:
            return _draw(visit, kind, status=STATUS.get(type(error), _UNUSABLE), refused=str(error))
        return visit.leave(path_of(reference), notice_of(done))

    return deed


def undo(visit: Visit) -> Response:
    """Take back what a page told of; the answer is the page it was told on."""
    asked = visit.said.get("back", "")
    back = asked if _OWN_PATH.fullmatch(asked) else "/"
    try:
        said = visit.look(ask.Undo(visit.said.get("entry", ""))).said
    except CrmError as error:
        said = str(error)
    return visit.leave(back, Notice(said))


def complete(visit: Visit) -> Response:
    """Tick an activity off and go on with the day."""
    done = visit.look(ask.CompleteActivity(visit.request.path_params["word"]))
    return visit.leave("/", notice_of(done))


def tasks(_visit: Visit) -> Response:
    """Send those who look for tasks to all that is to be done."""
    return RedirectResponse("/activities", 303)


def _shown(visit: Visit, kind: Kind) -> Shown:
    shown: Shown = visit.look(_SHOW[kind](visit.request.path_params["word"][:100]))
    return shown


def _draw(visit: Visit, kind: Kind, *, status: int = 200, refused: str = "") -> Response:
    shown = _shown(visit, kind)
    zone = visit.actor.zone
    return visit.draw(
        "record.html",
        status=status,
        shown=shown,
        facts=facts_of(shown.record, zone),
        deeds=deeds_on(visit, shown.record),
        kinds=KINDS_OF_WORDS,
        refused=refused,
        typed=visit.said if refused else {},
        once=secrets.token_urlsafe(12),
        short=lambda record: short_facts(record, zone),
        plain=plain,
        amount=lambda value: f"{plain(value.amount)} {value.currency}" if value else "",
    )
