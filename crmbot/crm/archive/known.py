"""What the store holds already that an archive is matched with."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from crmbot.crm.archive.forms import FORMS, SET_UP
from crmbot.models import ContactEmail, Counter, CurrencyRate, DealVersion, DeliveryKey, Stage, User, Workspace

_AT_ONCE = 500
_UNIQUE = {"email": "dedupe_key", "meeting": "uid"}
"""What else may be there once only."""


@dataclass(frozen=True, slots=True)
class KnownStage:
    """A stage of the store; a used one keeps its kind."""

    id: str
    kind: str
    probability: int
    used: bool


@dataclass(frozen=True, slots=True)
class Known:
    """The store's own workspace, stages by key, users by address, rates by currency and day, and highest numbers.

    `filled` names the types of which it has records.
    """

    workspace_id: str
    timezone: str
    currency: str
    stages: Mapping[str, KnownStage]
    users: Mapping[str, str]
    slack_users: Mapping[str, str]
    rates: Mapping[tuple[str, date], str]
    numbers: Mapping[str, int]
    filled: frozenset[str]


def read_known(session: Session, workspace_id: str) -> Known:
    """Read what the store holds."""
    workspace = session.execute(select(Workspace).where(Workspace.id == workspace_id)).scalar_one()
    used = exists().where(DealVersion.workspace_id == Stage.workspace_id, DealVersion.stage_id == Stage.id)
    stages = session.execute(
        select(Stage.key, Stage.id, Stage.kind, Stage.probability, used).where(Stage.workspace_id == workspace_id)
    )
    users = session.execute(
        select(User.email, User.id, User.slack_user_id).where(User.workspace_id == workspace_id)
    ).all()
    rates = session.execute(
        select(CurrencyRate.currency, CurrencyRate.on, CurrencyRate.id).where(CurrencyRate.workspace_id == workspace_id)
    )
    numbers = session.execute(select(Counter.name, Counter.value).where(Counter.workspace_id == workspace_id))
    return Known(
        workspace_id=workspace_id,
        timezone=workspace.timezone,
        currency=workspace.currency,
        stages={key: KnownStage(row_id, kind, usual, has_deals) for key, row_id, kind, usual, has_deals in stages},
        users={email: user_id for email, user_id, _ in users},
        slack_users={slack_id: email for email, _, slack_id in users if slack_id},
        rates={(currency, on): rate_id for currency, on, rate_id in rates},
        numbers={row.name: row.value for row in numbers},
        filled=frozenset(_filled(session, workspace_id)),
    )


def _filled(session: Session, workspace_id: str) -> Iterable[str]:
    for kind, form in FORMS.items():
        table: Any = form.table if kind not in SET_UP else None
        if table is not None and session.scalar(select(table.id).where(table.workspace_id == workspace_id).limit(1)):
            yield kind


def taken(session: Session, workspace_id: str, column: Any, values: Iterable[Any]) -> set[Any]:
    """Return which values a column of the workspace has already."""
    found: set[Any] = set()
    asked = list(values)
    for start in range(0, len(asked), _AT_ONCE):
        part = asked[start : start + _AT_ONCE]
        found.update(
            session.scalars(select(column).where(column.class_.workspace_id == workspace_id, column.in_(part)))
        )
    return found


def imported_before(session: Session, workspace_id: str, key: str) -> bool:
    """Say whether the records of that key were imported."""
    same = (DeliveryKey.workspace_id == workspace_id, DeliveryKey.fingerprint == "", DeliveryKey.key == key)
    return session.scalar(select(DeliveryKey.key).where(*same)) is not None


def columns_of(kind: str) -> dict[str, Any]:
    """Return the columns in which a type's records may not be alike: path in the line -> column."""
    table: Any = FORMS[kind].table
    if table is None:
        return {}
    found = {"ref": table.id}
    if "number" in FORMS[kind].fields:
        found["number"] = table.number
    if kind == "contact":
        found["emails"] = ContactEmail.email
    if kind in _UNIQUE:
        found[_UNIQUE[kind]] = getattr(table, _UNIQUE[kind])
    return found
