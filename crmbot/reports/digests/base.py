"""What the digests share: the period they print, the week they compare with, how they become JSON."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from crmbot.domain.windows import DEFAULT_PERIOD, last_days, week_before
from crmbot.reports.rendering.plain import plain
from crmbot.reports.snapshot import Snapshot
from crmbot.reports.values import Period, Scope

LIMIT = 20
"""How many items a digest lists at most, unless asked otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """A digest's circumstances; `compared_to` is the same local time seven days before `as_of`."""

    workspace_id: str
    timezone: str
    currency: str
    scope: str
    owner_id: str | None
    as_of: datetime
    compared_to: datetime
    period: Period

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to say."""
        raise NotImplementedError

    def as_json(self) -> dict[str, Any]:
        """Return the digest in JSON's own types: money in major units of `currency`."""
        found: dict[str, Any] = plain(self)
        return found


def look(session: Session | Connection, scope: Scope) -> Snapshot:
    """Return the workspace at the scope's now, with the window that a report has by default."""
    return Snapshot(session, scope, last_days(DEFAULT_PERIOD, scope.now.astimezone(scope.zone).date(), scope.zone))


def look_back(snapshot: Snapshot) -> Snapshot:
    """Return the workspace as it was at the same local time seven days earlier."""
    scope = snapshot.scope
    return look(snapshot.session, replace(scope, now=week_before(snapshot.as_of, scope.zone)))


def circumstances(snapshot: Snapshot) -> dict[str, Any]:
    """Return the fields of `Digest`."""
    meta = snapshot.meta()
    return {
        "workspace_id": meta.workspace_id,
        "timezone": meta.timezone,
        "currency": meta.currency,
        "scope": meta.scope,
        "owner_id": meta.owner_id,
        "as_of": meta.as_of,
        "compared_to": week_before(snapshot.as_of, snapshot.scope.zone),
        "period": meta.period,
    }
