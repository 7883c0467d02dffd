"""Chart of activity-summary: what each rep has done, has to do, and is late with."""

from crmbot.reports.activity_summary import ActivitySummary
from crmbot.reports.charts.bars import Bar, Bars, Segment
from crmbot.reports.charts.frame import Key, Plan
from crmbot.reports.charts.palette import BAD, PALE, STRONG
from crmbot.reports.charts.plans.folding import fold
from crmbot.reports.charts.wording import counted, percent, short_count
from crmbot.reports.values import Report

_LEGEND = (Key("Completed", STRONG), Key("Pending", PALE), Key("Overdue", BAD))


def plan_activity_summary(report: Report) -> Plan:
    """Plan the bars of the reps, those with the most overdue first."""
    data: ActivitySummary = report.data
    shown, others = fold(data.by_user)
    bars, rest = tuple(_bar(row.user_name, row.completed, row.pending, row.overdue) for row in shown), None
    if others:
        sums = [sum(getattr(row, state) for row in others) for state in ("completed", "pending", "overdue")]
        rest = _bar(f"{len(others)} others", *sums)
    return Plan(
        title="Activities by rep",
        empty="No activities in this period",
        body=Bars(bars, rest) if data.total else None,
        headline=f"{percent(data.completion_rate)} of {counted(data.total, 'activity', 'activities')} completed, "
        f"{short_count(data.overdue)} overdue",
        legend=_LEGEND,
        money=False,
    )


def _bar(name: str, completed: int, pending: int, overdue: int) -> Bar:
    total = completed + pending + overdue
    late = f" · {short_count(overdue)} overdue" if overdue else ""
    return Bar(
        name=name,
        amount=short_count(total),
        detail=f"{short_count(completed)} completed{late}",
        segments=(Segment(completed, STRONG), Segment(pending, PALE), Segment(overdue, BAD)),
    )
