"""Whoever gets work from somebody else is told of it, once; and told again when it is taken back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import delete, select

from crmbot.crm.answers import ActivityView, Answer, DealView, LeadView, Outcome, Record
from crmbot.crm.nudges import told_item
from crmbot.crm.views import record_view
from crmbot.crm.work import Work
from crmbot.domain.nouns import counted
from crmbot.models import Activity, Deal, JournalEntry, Lead, Outbox, User

GIVEN = "notice.given"
"""The kind of the message; its payload has by, said (a sentence), items [{reference, title, facts}], more, and lists:
what to type to see them all."""

_MOST = 8
_LISTS = {"deal": "/deal list my", "lead": "/lead list my", "task": "/task list"}
_TITLES = ("title", "name", "subject")
_KINDS: dict[str, tuple[str, type[Any]]] = {
    Deal.__tablename__: ("deal", Deal),
    Lead.__tablename__: ("lead", Lead),
    Activity.__tablename__: ("task", Activity),
}


@dataclass
class _Hand:
    """What one person got, or lost again, by one effect: (noun, kind, id) of each record, and the title of the last."""

    records: list[tuple[str, type[Any], str]] = field(default_factory=list)
    title: str = ""

    @property
    def told(self) -> str:
        """Say how many of what: “a deal”, “2 deals and 5 tasks”."""
        nouns = [noun for noun, _, _ in self.records]
        counts = [counted(nouns.count(noun), noun) for noun in dict.fromkeys(nouns)]
        *first, last = counts
        return f"{', '.join(first)} and {last}" if first else last.replace("1 ", "a ", 1) if len(nouns) == 1 else last

    @property
    def lists(self) -> list[str]:
        """What to type to see the rest."""
        nouns = {noun for noun, _, _ in self.records}
        return [line for noun, line in _LISTS.items() if noun in nouns]

    @property
    def named(self) -> str:
        """Name the record where it is the only one and gone, so that no card can show it."""
        return f": {self.title}" if self.title and len(self.records) == 1 else ""


def tell_owners(work: Work, answer: Answer) -> None:
    """Queue a message to everybody whom this effect gave open work of theirs, and to whom an undo takes it from.

    What the effect's answer shows isn't looked up again.
    """
    giver = work.actor.user_id
    changed = [change for change in work.recorder.changes if change["table"] in _KINDS]
    if giver is None or not changed:
        return
    if _takes_back(work):
        for owner_id, hand in _hands(changed, "before", giver).items():
            if not _call_back(work, owner_id):
                _tell(work, owner_id, hand, f"{work.actor.name} took back {hand.told}{hand.named}.", [], {})
        return
    hands = _hands(changed, "after", giver)
    shown = _shown(answer) if hands else {}
    for owner_id, hand in hands.items():
        _tell(work, owner_id, hand, f"{work.actor.name} gave you {hand.told}.", hand.lists, shown)


def _takes_back(work: Work) -> bool:
    """Say whether the effect is an undo; an undo of one does again what was done first."""
    undone: JournalEntry | None = work.get(JournalEntry, work.undoes_id)
    return undone is not None and undone.undoes_id is None


def _hands(changes: Sequence[Mapping[str, Any]], side: str, giver: str) -> dict[str, _Hand]:
    """Return what everybody but the giver has on one side of the changes and not on the other."""
    hands: dict[str, _Hand] = {}
    other = "before" if side == "after" else "after"
    for change in changes:
        mine = change[side] or {}
        owner_id = mine.get("owner_id")
        if owner_id is None or owner_id == giver or mine.get("completed_at"):
            continue
        if owner_id == (change[other] or {}).get("owner_id"):
            continue
        noun, kind = _KINDS[change["table"]]
        hand = hands.setdefault(owner_id, _Hand())
        hand.records.append((noun, kind, change["row_id"]))
        hand.title = next((str(mine[name]) for name in _TITLES if mine.get(name)), "")
    return hands


def _shown(answer: Answer) -> dict[str, Record]:
    """Return the records that an answer shows, by their ids."""
    if not isinstance(answer, Outcome):
        return {}
    return {view.id: view for view in (answer.record, *answer.also) if view is not None}


def _tell(work: Work, owner_id: str, hand: _Hand, said: str, lists: Sequence[str], shown: Mapping[str, Record]) -> None:
    owner: User | None = work.user(owner_id)
    # Where no message could reach them, none is left lying about.
    if owner is None or not owner.active or not (owner.slack_user_id or work.policy.sends_mail):
        return
    found = (shown.get(row_id) or _view(work, kind, row_id) for _, kind, row_id in hand.records[:_MOST])
    views = [view for view in found if isinstance(view, DealView | LeadView | ActivityView)]
    if views and all(isinstance(view, ActivityView) and view.completed_at for view in views):
        return
    items = [told_item(work, view, owner_id) for view in views]
    more = max(len(hand.records) - _MOST, 0)
    payload = {"by": work.actor.name, "said": said, "items": items, "more": more, "lists": list(lists)}
    work.send(GIVEN, owner_id, payload, key=_key(work.entry_id, owner_id))


def _view(work: Work, kind: type[Any], row_id: str) -> Record | None:
    row = work.get(kind, row_id)
    return record_view(work, row) if row is not None else None


def _key(entry_id: str, owner_id: str) -> str:
    return f"given:{entry_id}:{owner_id}"


def _call_back(work: Work, owner_id: str) -> bool:
    """Say whether there is nothing to take back: the message had not left and never will, or there was none."""
    key = _key(work.undoes_id or "", owner_id)
    told = list(work.session.scalars(select(Outbox).where(Outbox.workspace_id == work.workspace_id, Outbox.key == key)))
    waiting = [row.id for row in told if row.state == "queued" and not row.attempts]
    if waiting:
        work.session.execute(
            delete(Outbox).where(Outbox.workspace_id == work.workspace_id, Outbox.id.in_(waiting)),
            execution_options={"synchronize_session": False},
        )
    return bool(waiting) or not told
