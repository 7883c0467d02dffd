"""Home tabs: what stands there, and that each change of it is on its way; one message for many changes."""

from collections import defaultdict
from functools import cache
from typing import Any

from sqlalchemy import bindparam, func, or_, select, update

from crmbot.crm.answers import Home, LastEffect, Outcome
from crmbot.crm.requests import OpenHome, ShowHome, ShowToday
from crmbot.crm.today import today as show_today
from crmbot.crm.work import Work
from crmbot.models import Activity, Deal, HomeTab, JournalEntry, Lead, Outbox, UTCDateTime
from crmbot.store.prepared import Prepared

KIND = "notice.home"
_DESTINATION = "home "
_SLOTS = ("a", "b")
"""While one message of a person is being sent, changes go into the other one; more are never needed."""

_OWNED: tuple[type[Deal | Activity | Lead], ...] = (Deal, Activity, Lead)
_EVERYBODYS = frozenset({"email", "stage"})
"""Tables whose changes show on the Home tab of more people than who owns the row."""

_TABS = Prepared(select(HomeTab.__table__.c.id).where(HomeTab.__table__.c.workspace_id == bindparam("workspace")))
_MINE = (Outbox.workspace_id == bindparam("workspace"), Outbox.key.in_([bindparam("first"), bindparam("second")]))
_IDLE = (*_MINE, or_(Outbox.state == "sent", Outbox.state == "parked"))
_NOW = bindparam("now", type_=UTCDateTime)
_WAIT_ON = Prepared(update(Outbox).where(*_MINE, Outbox.state == "queued").values(not_before=_NOW))
_SEND_AGAIN = Prepared(
    update(Outbox)
    .where(*_IDLE, Outbox.id == select(func.min(Outbox.id)).where(*_IDLE).scalar_subquery())
    .values(state="queued", attempts=0, not_before=_NOW, created_at=_NOW, reason=None)
)
_TAKEN = Prepared(select(Outbox.key).where(*_MINE))
_LAST = Prepared(
    select(JournalEntry.id, JournalEntry.summary, JournalEntry.at)
    .where(
        JournalEntry.workspace_id == bindparam("workspace"),
        JournalEntry.actor_id == bindparam("actor"),
        JournalEntry.undone_by_id.is_(None),
        JournalEntry.undoes_id.is_(None),
        JournalEntry.at > bindparam("since", type_=UTCDateTime),
    )
    .order_by(JournalEntry.at.desc(), JournalEntry.id.desc())
    .limit(1)
)
_MOST_NAMED = 3
"""How many deals of each stage a Home tab names."""
_MOST_AT_ONCE = 100
"""How many rows one statement asks the owners of."""


def open_home(work: Work, _request: OpenHome) -> Outcome:
    """Remember that the actor looks at their Home tab, and bring it up to date."""
    user_id = work.actor.user_id
    if user_id is None:
        return Outcome("Only people have a Home tab.")
    tab: HomeTab | None = work.get(HomeTab, user_id)
    if tab is None:
        work.session.add(HomeTab(workspace_id=work.workspace_id, id=user_id, opened_at=work.now))
    else:
        tab.opened_at = work.now
    _refresh(work, user_id)
    return Outcome("Your Home tab is on its way.")


def show_home(work: Work, _request: ShowHome) -> Home:
    """Return what stands on the actor's Home tab."""
    today = show_today(work, ShowToday(), named=_MOST_NAMED)
    return Home(today.said, today=today, last=_last_effect(work))


def user_of(destination: str) -> str:
    """Return whose Home tab a message of this kind is for."""
    return destination.removeprefix(_DESTINATION)


def refresh_homes(work: Work) -> None:
    """Queue the Home tabs that this effect shows on: the actor's, and those of everybody whose records it changed."""
    tabs = {row[0] for row in _TABS.rows(work.connection, {"workspace": work.workspace_id})}
    if not tabs:
        return
    everybody = any(change["table"] in _EVERYBODYS for change in work.recorder.changes)
    if not everybody and tabs != {work.actor.user_id}:
        tabs &= _concerned(work)
    for user_id in sorted(tabs):
        _refresh(work, user_id)


def _concerned(work: Work) -> set[str | None]:
    """Return the actor and the owners, before and after, of the records that were changed."""
    concerned = {work.actor.user_id}
    kept: dict[str, set[str]] = defaultdict(set)
    for change in work.recorder.changes:
        before, after = change["before"], change["after"]
        concerned.update((values or {}).get("owner_id") for values in (before, after))
        # Of a row that was made or removed all is told, of a changed one only what changed.
        if before and after and "owner_id" not in after:
            kept[change["table"]].add(change["row_id"])
    for kind in _OWNED:
        ids = sorted(kept[kind.__tablename__])
        for begin in range(0, len(ids), _MOST_AT_ONCE):
            some = ids[begin : begin + _MOST_AT_ONCE]
            size = 1 if len(some) == 1 else _MOST_AT_ONCE
            wanted = {f"id_{place}": some[min(place, len(some) - 1)] for place in range(size)}
            concerned.update(owner_id for (owner_id,) in work.values(_owners(kind, size), **wanted))
    return concerned


@cache
def _owners(kind: type[Deal | Activity | Lead], size: int) -> Prepared:
    """Return the statement that finds the owners of so many rows."""
    wanted: list[Any] = [bindparam(f"id_{place}") for place in range(size)]
    mine = (kind.workspace_id == bindparam("workspace"), kind.id.in_(wanted))
    return Prepared(select(kind.owner_id).where(*mine).distinct())


def _refresh(work: Work, user_id: str) -> None:
    """Queue a person's Home tab, unless a message waits that will show this too.

    The update locks what waits, so a sender that comes at the same moment reads after this effect is committed.
    """
    keys = [f"home:{user_id}:{slot}" for slot in _SLOTS]
    mine = {"workspace": work.workspace_id, "first": keys[0], "second": keys[1], "now": work.now}
    if _WAIT_ON.run(work.connection, [mine]) or _SEND_AGAIN.run(work.connection, [mine]):
        return
    taken = {key for (key,) in _TAKEN.rows(work.connection, mine)}
    free = next((key for key in keys if key not in taken), None)
    if free is not None:
        work.send(KIND, f"{_DESTINATION}{user_id}", {}, key=free)


def _last_effect(work: Work) -> LastEffect | None:
    """Return the actor's last effect while it can be undone."""
    since = work.now - work.policy.undo_for
    found = work.values(_LAST, actor=work.actor.user_id, since=since)
    return LastEffect(*found[0]) if found else None
