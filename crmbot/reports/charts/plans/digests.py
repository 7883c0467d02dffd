"""Charts of the three digests: what is late and with whom, how old the deals are, what is expected by month."""

from crmbot.reports.charts.bars import Bar, Bars, Segment
from crmbot.reports.charts.frame import Plan
from crmbot.reports.charts.palette import BAD
from crmbot.reports.charts.plans.folding import fold
from crmbot.reports.charts.plans.forecast import plan_sales_forecast
from crmbot.reports.charts.plans.pipeline import Age, plan_ages
from crmbot.reports.charts.wording import counted, short_count
from crmbot.reports.digests.aging import AgingDigest
from crmbot.reports.digests.base import Digest
from crmbot.reports.digests.forecast import ForecastDigest
from crmbot.reports.digests.overdue import OverdueDigest, OverdueOwner
from crmbot.reports.sales_forecast import SalesForecast
from crmbot.reports.values import Meta, Report


def plan_overdue(digest: OverdueDigest) -> Plan:
    """Plan the bars of the owners, those with the most overdue first."""
    shown, others = fold(sorted(digest.owners, key=lambda owner: -owner.overdue))
    rest = None
    if others:
        rest = _bar(f"{len(others)} others", sum(owner.overdue for owner in others))
    return Plan(
        title="Overdue activities by owner",
        empty="Nothing is overdue",
        body=Bars(tuple(_owner(owner) for owner in shown), rest) if digest.overdue else None,
        headline=f"{counted(digest.overdue, 'activity', 'activities')} overdue, a week ago "
        f"{short_count(digest.overdue_last_week)}",
        spans=False,
        money=False,
    )


def plan_aging_digest(digest: AgingDigest) -> Plan:
    """Plan the columns of the open deals' ages."""
    ages = [Age(one.key, one.count, one.value) for one in digest.buckets]
    return plan_ages(ages, digest.stale)


def plan_forecast_digest(digest: ForecastDigest) -> Plan:
    """Plan the columns of the months, as sales-forecast has them."""
    data = SalesForecast(0, digest.by_month, digest.no_date, digest.past_due, digest.by_category)
    return plan_sales_forecast(Report("sales-forecast", "Sales forecast", data, meta_of(digest)))


def meta_of(digest: Digest) -> Meta:
    """Return a digest's circumstances as those of a report."""
    return Meta(
        workspace_id=digest.workspace_id,
        timezone=digest.timezone,
        currency=digest.currency,
        as_of=digest.as_of,
        scope=digest.scope,
        owner_id=digest.owner_id,
        period=digest.period,
        unconverted=getattr(digest, "unconverted", ()),
    )


def _owner(owner: OverdueOwner) -> Bar:
    return _bar(owner.user_name, owner.overdue)


def _bar(name: str, overdue: int) -> Bar:
    return Bar(name, short_count(overdue), "", (Segment(overdue, BAD),))
