"""Export of a workspace as an archive: one snapshot, line by line, always in the same order."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crmbot.crm.actors import Actor
from crmbot.crm.archive.choices import ALIAS, LINES, used_aliases
from crmbot.crm.archive.files import FILE, PIECE, used_files
from crmbot.crm.archive.forms import FORMS
from crmbot.crm.archive.importing import PERMISSION, Summary
from crmbot.crm.archive.lines import as_line
from crmbot.crm.archive.records import RECORDS
from crmbot.crm.archive.shelf import Line, Shelf, instant
from crmbot.errors import BadInput, NotAllowed
from crmbot.models import CurrencyRate, Stage, User, Workspace
from crmbot.store import Store

_AT_ONCE = 1_000
_SETUP: Mapping[str, Any] = {"stage": Stage, "user": User, "rate": CurrencyRate}


def export_archive(
    store: Store, actor: Actor, path: Path, *, progress: Callable[[float], None] | None = None
) -> Summary:
    """Write the actor's workspace to a file; a file that is there is replaced when the new one is whole.

    Raises:
        NotAllowed: the actor lacks `crm.archive.edit`.
        BadInput: the file can't be written.
    """
    if PERMISSION not in actor.permissions:
        raise NotAllowed(f"You may not export ({PERMISSION}). An admin can.")
    tell = progress or (lambda _: None)
    counts: dict[str, int] = {}
    partial = path.with_name(f"{path.name}.part")
    with store.reading(actor.workspace_id, patient=True) as session:
        expected = max(sum(_holds(session, actor.workspace_id).values()), 1)
        try:
            with partial.open("wb") as file:
                for written, line in enumerate(archive_lines(session, actor.workspace_id), 1):
                    file.write(as_line(line))
                    if line["type"] != PIECE:
                        counts[line["type"]] = counts.get(line["type"], 0) + 1
                    if written % _AT_ONCE == 0:
                        tell(min(written / expected, 1.0))
            partial.replace(path)
        except OSError as error:
            raise BadInput(f"{path} can't be written: {error.strerror}.") from error
        finally:
            partial.unlink(missing_ok=True)
    tell(1.0)
    return Summary(counts, verb="Exported")


def archive_lines(session: Session, workspace_id: str) -> Iterator[Line]:
    """Yield all lines of a workspace from one snapshot."""
    workspace = session.execute(select(Workspace).where(Workspace.id == workspace_id)).scalar_one()
    yield {
        "type": "workspace",
        "name": workspace.name,
        "timezone": workspace.timezone,
        "currency": workspace.currency,
        "date_order": workspace.date_order,
        "lost_reasons": workspace.lost_reasons,
        "holds": _holds(session, workspace_id),
    }
    stages: dict[str, str] = {}
    for stage in session.scalars(
        select(Stage).where(Stage.workspace_id == workspace_id).order_by(Stage.position, Stage.key)
    ):
        stages[stage.id] = stage.key
        yield _stage(stage)
    for user in session.scalars(select(User).where(User.workspace_id == workspace_id).order_by(User.email)):
        yield _user(user)
    rates = select(CurrencyRate).where(CurrencyRate.workspace_id == workspace_id)
    for rate in session.scalars(rates.order_by(CurrencyRate.currency, CurrencyRate.on)):
        yield {"type": "rate", "ref": rate.id, "currency": rate.currency, "on": f"{rate.on}", "rate": rate.rate}
    shelf = Shelf(session, workspace_id, workspace.currency, stages)
    for lines in (*RECORDS.values(), *LINES.values()):
        yield from lines(shelf)


def _stage(row: Stage) -> Line:
    line = {
        "type": "stage",
        "key": row.key,
        "name": row.name,
        "kind": row.kind,
        "probability": row.probability,
        "late": row.late,
        "position": row.position,
        "stale_after_days": row.stale_after_days,
        "forecast_category": row.forecast_category,
    }
    return line | {"removed_at": instant(row.removed_at)} if row.removed_at is not None else line


def _user(row: User) -> Line:
    line = {
        "type": "user",
        "ref": row.id,
        "name": row.name,
        "email": row.email,
        "role": row.role,
        "timezone": row.timezone,
        "slack_user_id": row.slack_user_id,
        "receipts": row.receipts,
        "receipts_by": row.receipts_by,
        "created_at": instant(row.created_at),
    }
    return line if row.active else line | {"active": False}


def _holds(session: Session, workspace_id: str) -> dict[str, int]:
    """Return how many lines of each type there will be after the first, pieces of files aside.

    It stands in the first line, so that an archive of which the end is missing can be told from a whole one.
    """
    counts = {kind: _count(session, workspace_id, form.table) for kind, form in FORMS.items() if form.table}
    setup = {kind: _count(session, workspace_id, table) for kind, table in _SETUP.items()}
    found = {**setup, **counts, FILE: used_files(session, workspace_id), ALIAS: used_aliases(session, workspace_id)}
    return {kind: found[kind] for kind in FORMS if found.get(kind)}


def _count(session: Session, workspace_id: str, table: Any) -> int:
    return session.scalar(select(func.count()).select_from(table).where(table.workspace_id == workspace_id)) or 0
