"""The history of deals and activities: what a report of a past moment reads."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from crmbot.crm.work import Work
from crmbot.models import Activity, ActivityVersion, Deal, DealVersion
from crmbot.models.activities import ActivityFacts
from crmbot.models.deals import DealFacts

_DEAL_FACTS = tuple(name for name in DealFacts.__annotations__)
_ACTIVITY_FACTS = tuple(name for name in ActivityFacts.__annotations__)


def begin_deal(work: Work, deal: Deal) -> None:
    """Open the first version of a new deal."""
    _open_version(work, deal)


def save_deal(work: Work, deal: Deal) -> None:
    """Close the deal's present version and open one with its facts as they stand now.

    Two changes at one instant are one version. Called after every change of a deal's facts, in its transaction.
    """
    facts = {name: getattr(deal, name) for name in _DEAL_FACTS}
    present = work.session.scalar(
        select(DealVersion).where(
            DealVersion.workspace_id == work.workspace_id,
            DealVersion.deal_id == deal.id,
            DealVersion.valid_to.is_(None),
        )
    )
    if present is not None:
        if all(getattr(present, name) == value for name, value in facts.items()):
            return
        if present.valid_from >= work.now:
            for name, value in facts.items():
                setattr(present, name, value)
            return
        present.valid_to = work.now
    _open_version(work, deal)


def _open_version(work: Work, deal: Deal) -> None:
    facts = {name: getattr(deal, name) for name in _DEAL_FACTS}
    work.write(DealVersion(deal_id=deal.id, valid_from=work.now, valid_to=None, **facts))


def keep_activity_facts(work: Work, activity: Activity) -> None:
    """Keep an activity's facts as they were until now; called before they change.

    Completing needs none of this: an open activity is one that was not completed before the moment asked for.
    """
    if activity.facts_since >= work.now:
        return
    facts = {name: getattr(activity, name) for name in _ACTIVITY_FACTS}
    work.keep(ActivityVersion(activity_id=activity.id, valid_from=activity.facts_since, valid_to=work.now, **facts))
    activity.facts_since = work.now


def overdue_at(due_at: datetime | None, due_on: date | None, zone: ZoneInfo) -> datetime | None:
    """Return from when something due counts as overdue: its hour, or the end of its day in the owner's zone."""
    if due_at is not None:
        return due_at
    if due_on is None:
        return None
    return datetime.combine(due_on + timedelta(days=1), time(), zone).astimezone(UTC)
