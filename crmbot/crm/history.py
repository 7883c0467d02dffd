"""The history of deals, activities, leads and customers: what a report of a past moment reads."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from operator import attrgetter
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select, update

from crmbot.crm.work import Work
from crmbot.models import (
    FOREVER,
    Activity,
    ActivityVersion,
    Customer,
    CustomerVersion,
    Deal,
    DealVersion,
    Lead,
    LeadVersion,
)
from crmbot.models.activities import ActivityFacts
from crmbot.models.deals import DealFacts
from crmbot.models.people import CustomerFacts, LeadFacts
from crmbot.store.compiled import picker
from crmbot.store.prepared import Prepared

_DEAL_FACTS = tuple(DealFacts.__annotations__)
_ACTIVITY_FACTS = tuple(ActivityFacts.__annotations__)
_LEAD_FACTS = tuple(LeadFacts.__annotations__)
_CUSTOMER_FACTS = tuple(CustomerFacts.__annotations__)
_read_deal_facts = attrgetter(*_DEAL_FACTS)
_pick_deal_facts = picker(_DEAL_FACTS)
_valid_from = attrgetter("valid_from")
_PRESENT = Prepared(
    select(DealVersion).where(
        DealVersion.workspace_id == bindparam("workspace"),
        DealVersion.deal_id == bindparam("deal"),
        DealVersion.valid_to == bindparam("forever"),
    )
)
_CLOSE = Prepared(
    update(DealVersion)
    .where(
        DealVersion.workspace_id == bindparam("workspace"),
        DealVersion.deal_id == bindparam("deal"),
        DealVersion.valid_to == bindparam("forever"),
        DealVersion.valid_from < bindparam("now"),
    )
    .values(valid_to=bindparam("now"))
    .returning(
        DealVersion.id,
        DealVersion.valid_from,
        DealVersion.stage_id,
        DealVersion.stage_since,
        DealVersion.outcome,
        DealVersion.outcome_since,
        DealVersion.from_stage_id,
    )
)
_PIECE = 500
"""How many records one statement asks for."""


def begin_deal(work: Work, deal: Deal) -> None:
    """Open the first version of a new deal."""
    opened = _next_version(work, deal, None)
    if opened is not None:
        work.write(opened)


def save_deal(work: Work, deal: Deal) -> None:
    """Write a deal, close its present version and open one with its facts as they stand now.

    Two changes at one instant are one version. Called after every change of a deal's facts, in its transaction.
    """
    differs = work.rows.differs(deal, _pick_deal_facts)
    work.flush()
    closed = _close_present(work, deal) if differs else None
    if closed is not None:
        work.write(_version_from(work, deal, closed))
        return
    present: DealVersion | None = work.first(_PRESENT, DealVersion, deal=deal.id, forever=FOREVER)
    opened = _next_version(work, deal, present)
    work.flush()
    if opened is not None:
        work.write(opened)


def _close_present(work: Work, deal: Deal) -> Any:
    """Close the present version of a deal whose facts changed, and return what of it goes on.

    None when it began at this very instant.
    """
    closed = _CLOSE.records(
        work.connection, {"workspace": work.workspace_id, "deal": deal.id, "forever": FOREVER, "now": work.now}
    )
    # Several in a store of before doing something again minded what had changed since.
    for one in closed:
        work.recorder.note_change(DealVersion, one.id, {"valid_to": FOREVER}, {"valid_to": work.now})
    return max(closed, key=_valid_from, default=None)


def save_deals(work: Work, deals: Sequence[Deal]) -> None:
    """Do for many deals what `save_deal` does for one, in a few statements."""
    for at in range(0, len(deals), _PIECE):
        piece = deals[at : at + _PIECE]
        present = {
            version.deal_id: version
            for version in work.session.scalars(
                select(DealVersion).where(
                    DealVersion.workspace_id == work.workspace_id,
                    DealVersion.deal_id.in_([deal.id for deal in piece]),
                    DealVersion.valid_to == FOREVER,
                )
            )
        }
        opened = [version for deal in piece if (version := _next_version(work, deal, present.get(deal.id)))]
        work.session.flush()
        work.write(*opened)


def _next_version(work: Work, deal: Deal, present: DealVersion | None) -> DealVersion | None:
    """Close the present version of a deal that changed, and return the one to open; none when it needs none."""
    if present is not None:
        held = _read_deal_facts(deal)
        if _read_deal_facts(present) == held:
            return None
        if present.valid_from >= work.now:
            since = _since(deal, _version_before(work, present), present.valid_from)
            for name, value in (dict(zip(_DEAL_FACTS, held, strict=True)) | since).items():
                setattr(present, name, value)
            return None
        present.valid_to = work.now
    return _version_from(work, deal, present)


def _version_from(work: Work, deal: Deal, before: Any) -> DealVersion:
    """Return the version of a deal from now on; `before` is the one that it follows."""
    opened: DealVersion = work.make(
        DealVersion,
        deal_id=deal.id,
        created_at=deal.created_at,
        valid_from=work.now,
        valid_to=FOREVER,
        **dict(zip(_DEAL_FACTS, _read_deal_facts(deal), strict=True)),
        **_since(deal, before, work.now),
    )
    return opened


def _since(deal: Deal, before: Any, at: datetime) -> dict[str, Any]:
    """Return since when a deal's version of `at` has its stage and its outcome, and from which stage it came to it."""
    if before is None:
        return {"stage_since": deal.created_at, "outcome_since": deal.created_at, "from_stage_id": None}
    same = before.outcome == deal.outcome
    return {
        "stage_since": before.stage_since if before.stage_id == deal.stage_id else at,
        "outcome_since": before.outcome_since if same else at,
        "from_stage_id": before.from_stage_id if same else before.stage_id,
    }


def _version_before(work: Work, version: DealVersion) -> DealVersion | None:
    return work.session.scalar(
        select(DealVersion)
        .where(
            DealVersion.workspace_id == work.workspace_id,
            DealVersion.deal_id == version.deal_id,
            DealVersion.valid_from < version.valid_from,
        )
        .order_by(DealVersion.valid_from.desc())
        .limit(1)
    )


def keep_activity_facts(work: Work, activity: Activity) -> None:
    """Keep an activity's facts as they were until now; called before they change.

    Completing needs none of this: an open activity is one that was not completed before the moment asked for.
    """
    _keep(work, activity, activity.facts_since, ActivityVersion, _ACTIVITY_FACTS, activity_id=activity.id)


def keep_lead_facts(work: Work, lead: Lead) -> None:
    """Keep a lead's facts as they were until now; called before they change."""
    _keep(work, lead, lead.facts_since or lead.created_at, LeadVersion, _LEAD_FACTS, lead_id=lead.id)


def keep_customer_facts(work: Work, customer: Customer) -> None:
    """Keep a customer's facts as they were until now; called before they change."""
    since = customer.facts_since or customer.acquired_at
    _keep(work, customer, since, CustomerVersion, _CUSTOMER_FACTS, customer_id=customer.id)


def _keep(
    work: Work,
    row: Activity | Lead | Customer,
    since: datetime,
    version: type[ActivityVersion | LeadVersion | CustomerVersion],
    names: Iterable[str],
    **owner: str,
) -> None:
    if since >= work.now:
        return
    facts = {name: getattr(row, name) for name in names}
    work.keep(work.make(version, valid_from=since, valid_to=work.now, **owner, **facts))
    row.facts_since = work.now


def overdue_at(due_at: datetime | None, due_on: date | None, zone: ZoneInfo) -> datetime | None:
    """Return from when something due counts as overdue: its hour, or the end of its day in the owner's zone."""
    if due_at is not None:
        return due_at
    if due_on is None:
        return None
    return datetime.combine(due_on + timedelta(days=1), time(), zone).astimezone(UTC)
