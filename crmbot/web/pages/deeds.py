"""What somebody may do on a record's page, and the requests that its forms make."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from crmbot.crm import requests as ask
from crmbot.crm.answers import ActivityView, Answer, DealView, LeadView, Record
from crmbot.crm.offered import ProposalView
from crmbot.domain.permissions import may_edit
from crmbot.domain.stages import LeadStatus, StageKind
from crmbot.errors import BadInput
from crmbot.language.conversation import answer, understand
from crmbot.service import Delivery
from crmbot.web.pages.visits import Visit

KINDS_OF_WORDS = (
    ("note", "Note"),
    ("call", "Call"),
    ("meeting", "Meeting"),
    ("email", "E-mail"),
    ("task", "To do"),
    ("line", "As in Slack"),
)
"""What the one field of words can be; `line` is read as a line in the thread of the record's card."""
_NOUNS = frozenset({"deal", "lead", "contact", "company", "activity", "task", "note"})
_ONCE = re.compile(r"[\w-]{8,64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Deeds:
    """What the page of a record offers its visitor; stages are (key, name), empty where there is nothing to do."""

    words: bool = False
    edit: bool = False
    stages: tuple[tuple[str, str], ...] = ()
    reasons: tuple[str, ...] = ()
    won: bool = False
    reopen: bool = False
    done: bool = False
    statuses: tuple[str, ...] = ()


def deeds_on(visit: Visit, record: Record) -> Deeds:
    """Return what this visitor may do with a record."""
    permissions = visit.actor.permissions
    words = {"crm.activities.edit", "crm.notes.edit"} <= permissions and record.kind not in ("activity", "proposal")
    if isinstance(record, ProposalView) or not may_change(visit, record):
        return Deeds(words=words)
    if isinstance(record, DealView):
        return _deal(visit, record, words=words)
    if isinstance(record, LeadView):
        open_ones = (LeadStatus.NEW, LeadStatus.CONTACTED, LeadStatus.QUALIFIED, LeadStatus.DISQUALIFIED)
        others = tuple(status.value for status in open_ones if status != record.status)
        return Deeds(words=words, statuses=() if record.status == LeadStatus.CONVERTED else others)
    if isinstance(record, ActivityView):
        return Deeds(done=record.completed_at is None)
    return Deeds(words=words)


def may_change(visit: Visit, record: Record) -> bool:
    """Say whether the visitor may change a record: by role, and by whose it is."""
    actor = visit.actor
    owner = record.owner if isinstance(record, DealView | LeadView | ActivityView) else None
    allowed = f"crm.{record.kind.plural}.edit" in actor.permissions
    return allowed and may_edit(actor.permissions, actor.user_id, owner.id if owner else None)


def _deal(visit: Visit, deal: DealView, *, words: bool) -> Deeds:
    if deal.outcome != StageKind.OPEN:
        return Deeds(words=words, reopen=True)
    known = visit.service.vocabulary(visit.actor.workspace_id)
    stages = tuple((key, name) for key, name, kind in known.stages if kind == StageKind.OPEN and key != deal.stage_key)
    return Deeds(words=words, edit=True, stages=stages, reasons=known.lost_reasons, won=True)


def do_deed(visit: Visit, reference: str) -> Answer:
    """Do what a form of the record's page says; raises what the door raises, and BadInput for what no form says."""
    said = visit.said
    once = said.get("once", "")
    delivery = Delivery(f"web {visit.actor.user_id} {once}") if _ONCE.fullmatch(once) else None
    if said.get("do") == "words":
        return _words(visit, reference, delivery)
    make = _REQUESTS.get(said.get("do", ""))
    if make is None:
        raise BadInput("This form is not one of this page. Load the page again.")
    return visit.service.perform(visit.actor, make(visit, reference, said), delivery=delivery)


def _words(visit: Visit, reference: str, delivery: Delivery | None) -> Answer:
    """Keep or do what was written, about the record of the page."""
    text, kind = " ".join(visit.said.get("text", "").split()), visit.said.get("kind", "note")
    if not text:
        raise BadInput("There is nothing to save yet: write what happened, or what to do.", field="text")
    if kind == "note":
        return visit.service.perform(visit.actor, ask.AddNote(reference, text), delivery=delivery)
    line = {"line": text, "task": f"task {text}"}.get(kind, f"log {kind} {text}")
    parsed = understand(visit.service, visit.actor, line, about=reference)
    request: Any = parsed.request
    if not request.WRITES or request.NAME.partition(".")[0] not in _NOUNS:
        raise BadInput("Here you can type what changes this record: “won”, “task call back fri”, “$45k”.", field="text")
    if isinstance(request, ask.CreateTask) and request.target is None:
        request = replace(request, target=reference)
    return answer(visit.service, visit.actor, parsed._replace(request=request), delivery=delivery).answer


def _set_deal(visit: Visit, reference: str, said: Mapping[str, str]) -> ask.Request:
    """Return the change that the form of a deal's facts says; what is left empty is emptied."""
    facts = {"value": said.get("value", "").strip(), "close": said.get("close", "").strip()}
    line = " ".join(f"{name}:{text or 'none'}" for name, text in facts.items())
    request = understand(visit.service, visit.actor, f"deal set {line}", about=reference).request
    if not isinstance(request, ask.SetDeal) or request.deal != reference:
        raise BadInput("The value is an amount such as $45k, the close a day such as 2026-12-04.", field="value")
    title = said.get("title", "").strip()
    if not title:
        raise BadInput("A deal needs a name.", field="title")
    return replace(request, title=title)


_REQUESTS: Mapping[str, Callable[[Visit, str, Mapping[str, str]], ask.Request]] = {
    "set": _set_deal,
    "move": lambda _, reference, said: ask.MoveDeal(reference, said.get("stage", "")),
    "won": lambda _, reference, __: ask.WinDeal(reference),
    "lost": lambda _, reference, said: ask.LoseDeal(reference, said.get("reason") or None),
    "reopen": lambda _, reference, __: ask.ReopenDeal(reference),
    "done": lambda _, reference, __: ask.CompleteActivity(reference),
    "status": lambda _, reference, said: ask.SetLeadStatus(
        reference, said.get("status", ""), said.get("reason", "").strip() or None
    ),
    "convert": lambda _, reference, __: ask.ConvertLead(reference),
}
