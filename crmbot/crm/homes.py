"""Home tabs: what stands there, and that each change of it is on its way; one message for many changes."""

from collections import defaultdict

from sqlalchemy import bindparam, func, select, update

from crmbot.crm import board
from crmbot.crm.answers import Home, LastEffect, Outcome
from crmbot.crm.prepared import Prepared
from crmbot.crm.requests import OpenHome, ShowHome, ShowPipeline, ShowToday
from crmbot.crm.today import today as show_today
from crmbot.crm.work import Work
from crmbot.models import Activity, Deal, HomeTab, JournalEntry, Lead, Outbox

KIND = "notice.home"
_DESTINATION = "home "
_SLOTS = ("a", "b")
"""While one message of a person is being sent, changes go into the other one; more are never needed."""

_OWNED: tuple[type[Deal | Activity | Lead], ...] = (Deal, Activity, Lead)
_EVERYBODYS = frozenset({"email", "stage"})
"""Tables whose changes show on the Home tab of more people than who owns the row."""

_TABS = Prepared(select(HomeTab.__table__.c.id).where(HomeTab.__table__.c.workspace_id == bindparam("workspace")))


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
    today = show_today(work, ShowToday())
    mine = board.pipeline(work, ShowPipeline(owner=work.actor.user_id))
    return Home(today.said, today=today, pipeline=mine, last=_last_effect(work))


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
    changed = defaultdict(set)
    for change in work.recorder.changes:
        concerned.update((values or {}).get("owner_id") for values in (change["before"], change["after"]))
        changed[change["table"]].add(change["row_id"])
    for kind in _OWNED:
        ids = changed[kind.__tablename__]
        if ids:
            concerned.update(
                work.session.scalars(
                    select(kind.owner_id).where(kind.workspace_id == work.workspace_id, kind.id.in_(ids)).distinct()
                )
            )
    return concerned


def _refresh(work: Work, user_id: str) -> None:
    """Queue a person's Home tab, unless a message waits that will show this too.

    The update locks what waits, so a sender that comes at the same moment reads after this effect is committed.
    """
    keys = [f"home:{user_id}:{slot}" for slot in _SLOTS]
    mine = (Outbox.workspace_id == work.workspace_id, Outbox.key.in_(keys))
    if _touched(work, update(Outbox).where(*mine, Outbox.state == "queued").values(not_before=work.now)):
        return
    idle = Outbox.state.in_(("sent", "parked"))
    one = select(func.min(Outbox.id)).where(*mine, idle).scalar_subquery()
    again = {"state": "queued", "attempts": 0, "not_before": work.now, "created_at": work.now, "reason": None}
    if _touched(work, update(Outbox).where(*mine, idle, Outbox.id == one).values(**again)):
        return
    taken = set(work.session.scalars(select(Outbox.key).where(*mine)))
    free = next((key for key in keys if key not in taken), None)
    if free is not None:
        work.send(KIND, f"{_DESTINATION}{user_id}", {}, key=free)


def _touched(work: Work, statement: object) -> bool:
    done = work.session.execute(statement, execution_options={"synchronize_session": False})  # type: ignore[call-overload]  # an UPDATE
    return bool(done.rowcount)


def _last_effect(work: Work) -> LastEffect | None:
    """Return the actor's last effect while it can be undone."""
    row = work.session.execute(
        select(JournalEntry.id, JournalEntry.summary, JournalEntry.at)
        .where(
            JournalEntry.workspace_id == work.workspace_id,
            JournalEntry.actor_id == work.actor.user_id,
            JournalEntry.undone_by_id.is_(None),
            JournalEntry.undoes_id.is_(None),
            JournalEntry.at > work.now - work.policy.undo_for,
        )
        .order_by(JournalEntry.at.desc(), JournalEntry.id.desc())
        .limit(1)
    ).first()
    return LastEffect(row.id, row.summary, row.at) if row is not None else None
