"""Undo: take an effect back, or do it again, from the journal."""

from typing import Any

from sqlalchemy import ColumnElement, select

from crmbot.crm.answers import Outcome
from crmbot.crm.changes import entries_of, entries_on
from crmbot.crm.emails.rules import is_emptied, refuse_emptied
from crmbot.crm.emails.writing import call_back
from crmbot.crm.requests import REQUESTS, Undo
from crmbot.crm.reversal import FINAL, take_back
from crmbot.crm.users import count_admins
from crmbot.crm.views import person, record_view
from crmbot.crm.work import Work
from crmbot.domain.ids import Kind, parse_reference, reference
from crmbot.domain.nouns import counted
from crmbot.domain.permissions import refusal
from crmbot.errors import Conflict, NotAllowed, NotFound
from crmbot.models import Activity, Company, Contact, Deal, JournalEntry, Lead, Proposal

_SHOWN = (Deal, Lead, Contact, Company, Activity)
_WITHIN = str.maketrans("“”", "\u2018\u2019")
_FEW = 3
"""Of more records of one kind than this, none is what an effect was about."""
_OF_KIND: dict[Kind, Any] = {
    Kind.DEAL: Deal,
    Kind.LEAD: Lead,
    Kind.CONTACT: Contact,
    Kind.COMPANY: Company,
    Kind.ACTIVITY: Activity,
    Kind.PROPOSAL: Proposal,
}


def undo(work: Work, request: Undo) -> Outcome:
    """Take back an effect; taking back an undo does the effect again.

    Raises:
        Conflict: somebody changed the same facts since, who is named; or the effect is too old.
        NotAllowed: it is another's effect, or one that the actor may not have.
    """
    entry = _entry(work, request.entry)
    effect, again = _effect_of(work, entry)
    if entry.request in FINAL:
        raise Conflict(FINAL[entry.request])
    _refuse_unallowed(work, entry, effect)
    _refuse_stale(work, entry)
    refuse_emptied(work, effect)
    call_back(work, effect, again=again)
    had_admin = effect.request.startswith("user.") and count_admins(work) > 0
    rows = take_back(work, entry)
    if had_admin and not count_admins(work):
        raise Conflict(f"This can't be undone, no admin would be left: {effect.summary}")
    entry.undone_by_id = work.entry_id
    effect.undone_by_id = None if again else work.entry_id
    work.undoes_id = entry.id
    work.session.flush()
    shown = _shown(rows)
    said = f"{'Done again' if again else 'Undone'}: {_quoted(effect.summary)}"
    return Outcome(said, record=record_view(work, shown) if shown is not None else None)


def _quoted(summary: str) -> str:
    """Return what was said of an effect in quotes: quotes within become single ones, what only led on is left out."""
    whole, _, last = summary.rpartition(". ")
    said = f"{whole}." if whole and last.endswith(":") else summary
    return f"“{said.translate(_WITHIN)}”"


def _last_of_record(work: Work, word: str) -> str | None:
    """Return the actor's last effect on the record of a number; none when the word is no record's number.

    What is too old to be taken back is not looked through for it.
    """
    kind, number = parse_reference(word) or (None, 0)
    if kind is None:
        return None
    model = _OF_KIND[kind]
    record = work.session.scalar(
        select(model.id).where(model.workspace_id == work.workspace_id, model.number == number)
    )
    if record is None:
        return None
    lately = JournalEntry.at >= work.now - work.policy.undo_for
    last = next(entries_on(work, record, lately, *_mine(work)), None)
    if last is None:
        here = reference(kind, number)
        raise NotFound(f"You did nothing to {here} in the last {_reach(work)}, and what is older stays.")
    found: str = last.id
    return found


def _last(work: Work) -> str | None:
    """Return the actor's last effect, but for those with mail of which nothing is left."""
    return next((entry.id for entry in entries_of(work, *_mine(work)) if not is_emptied(work, entry.changes)), None)


def _mine(work: Work) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions on entries of what the actor did and nobody undid."""
    return (JournalEntry.actor_id == work.actor.user_id, JournalEntry.undone_by_id.is_(None))


def _entry(work: Work, entry_id: str | None) -> JournalEntry:
    """Return the entry meant, locked, so that of two who undo it at once the second sees it undone."""
    wanted = _last_of_record(work, entry_id) or entry_id if entry_id else _last(work)
    if wanted is None:
        raise NotFound("You have done nothing yet that could be undone.")
    entry = work.session.scalar(
        select(JournalEntry)
        .where(JournalEntry.workspace_id == work.workspace_id, JournalEntry.id == wanted)
        .with_for_update()
    )
    if entry is None:
        raise NotFound("There is nothing to undo under that number. To take back what you did last: /crm undo")
    return entry


def _effect_of(work: Work, entry: JournalEntry) -> tuple[JournalEntry, bool]:
    """Return the effect that a chain of undo and redo began with, and whether the next step does it again."""
    effect, again = entry, False
    while effect.undoes_id is not None:
        effect, again = work.get(JournalEntry, effect.undoes_id), not again
    return effect, again


def _refuse_unallowed(work: Work, entry: JournalEntry, effect: JournalEntry) -> None:
    if entry.actor_id != work.actor.user_id and "crm.records.edit_all" not in work.actor.permissions:
        who = person(work, entry.actor_id)
        raise NotAllowed(f"{who.name if who else 'Somebody else'} did that. Ask them or a manager to undo it.")
    kind = REQUESTS.get(effect.request)
    if kind is not None and kind.PERMISSION and kind.PERMISSION not in work.actor.permissions:
        raise NotAllowed(refusal(work.actor.role, kind.PERMISSION))


def _refuse_stale(work: Work, entry: JournalEntry) -> None:
    if entry.undone_by_id is not None:
        raise Conflict(f"That was undone already: “{entry.summary}”")
    if work.now - entry.at > work.policy.undo_for:
        raise Conflict(f"That was more than {_reach(work)} ago and stays: “{entry.summary}”")


def _reach(work: Work) -> str:
    return counted(int(work.policy.undo_for.total_seconds() // 3600), "hours")


def _shown(rows: list[Any]) -> Any:
    """Return the row that the answer is about: a deal before anything else, and none of many of a kind."""
    shown = [row for row in rows if isinstance(row, _SHOWN)]
    first = next((row for row in shown if isinstance(row, Deal)), shown[0] if shown else None)
    return first if len({row.id for row in shown if type(row) is type(first)}) <= _FEW else None
