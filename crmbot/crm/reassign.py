"""Handing over everything that somebody has open: when a person leaves, or for a holiday."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from crmbot.crm.answers import Change, Outcome
from crmbot.crm.giving import put_into_hands
from crmbot.crm.history import save_deals
from crmbot.crm.lookup import find_user
from crmbot.crm.requests import Reassign
from crmbot.crm.requests.base import Offer
from crmbot.crm.work import Work
from crmbot.domain.identity import fold_name
from crmbot.domain.stages import LeadStatus, StageKind
from crmbot.errors import BadInput, NotFound
from crmbot.models import Activity, Deal, Lead, User

_CLOSED = (LeadStatus.CONVERTED.value, LeadStatus.DISQUALIFIED.value)
_EXAMPLE = "/crm reassign @bob to @jane"


@dataclass(frozen=True, slots=True)
class _Open:
    """What of a person's is open, as one kind of record."""

    word: str
    model: type[Any]
    conditions: tuple[Any, ...]


_KINDS = (
    _Open("deal", Deal, (Deal.outcome == StageKind.OPEN.value,)),
    _Open("lead", Lead, (Lead.status.not_in(_CLOSED),)),
    _Open("task", Activity, (Activity.completed_at.is_(None),)),
)
_WORDS = {form: kind.word for kind in _KINDS for form in (kind.word, f"{kind.word}s")}


def reassign(work: Work, request: Reassign) -> Outcome:
    """Give a person's open deals, leads and tasks to another; also those of somebody who has left."""
    giver = _giver(work, request.user)
    taker = find_user(work, request.to, field="to")
    if giver.id == taker.id:
        raise BadInput(f"{giver.name} has them already. Name somebody else.", field="to", example=_EXAMPLE)
    changes = []
    for kind in _chosen(request.only):
        rows = list(work.session.scalars(select(kind.model).where(*_owned(work, kind, giver.id))))
        if rows:
            _hand_over(work, rows, taker)
            changes.append(Change("", _counted(len(rows), kind.word), giver.name, taker.name))
    if not changes:
        what = request.only or "deal, lead or task"
        return Outcome(f"{giver.name} has no open {_WORDS.get(what, what)} to hand over.")
    work.session.flush()
    said = _listed([change.label for change in changes])
    return Outcome(f"{said} of {giver.name} went to {taker.name}.", changes=tuple(changes))


def offer_handover(work: Work, leaver: User) -> tuple[str, Offer | None]:
    """Tell what a leaver has open, with the choice of who takes it; none when that is nothing, or the actor may not."""
    if "crm.records.edit_all" not in work.actor.permissions:
        return "", None
    counts = [
        (work.session.scalar(select(func.count()).select_from(kind.model).where(*_owned(work, kind, leaver.id))), kind)
        for kind in _KINDS
    ]
    left = [_counted(count, kind.word) for count, kind in counts if count]
    if not left:
        return "", None
    others = work.session.scalars(
        select(User)
        .where(User.workspace_id == work.workspace_id, User.active, User.id != leaver.id, User.role != "viewer")
        .order_by(User.name)
    )
    choices = tuple((user.name, Reassign(leaver.id, user.id)) for user in others)
    return f" Still theirs: {_listed(left)}.", Offer("Hand over to…", choices) if choices else None


def _giver(work: Work, word: str) -> User:
    """Return who hands over: somebody who works here, or who has left."""
    try:
        return find_user(work, word, field="user")
    except NotFound:
        text = word.strip().lstrip("@")
        gone = work.session.scalars(select(User).where(User.workspace_id == work.workspace_id, User.active.is_(False)))
        found = [
            user
            for user in gone
            if text.lower() in (user.id, user.email, (user.slack_user_id or "").lower())
            or fold_name(text) in (fold_name(user.name), *fold_name(user.name).split())
        ]
        if len(found) != 1:
            raise
        return found[0]


def _chosen(only: str | None) -> tuple[_Open, ...]:
    if only is None:
        return _KINDS
    word = _WORDS.get(only.casefold())
    if word is None:
        raise BadInput(
            f"“{only}” can't be handed over. It can be deals, leads or tasks.", field="only", example=_EXAMPLE
        )
    return tuple(kind for kind in _KINDS if kind.word == word)


def _owned(work: Work, kind: _Open, owner_id: str) -> tuple[Any, ...]:
    return (kind.model.workspace_id == work.workspace_id, kind.model.owner_id == owner_id, *kind.conditions)


def _hand_over(work: Work, rows: list[Any], taker: User) -> None:
    for row in rows:
        put_into_hands(work, row, taker.id)
    deals = [row for row in rows if isinstance(row, Deal)]
    if deals:
        save_deals(work, deals)


def _counted(count: int, word: str) -> str:
    return f"{count} open {word}" if count == 1 else f"{count} open {word}s"


def _listed(parts: list[str]) -> str:
    *first, last = parts
    return f"{', '.join(first)} and {last}" if first else last
