"""Chart of lost-reasons: bars by the number of deals."""

from collections.abc import Sequence

from crmbot.domain.money import Money, ratio
from crmbot.reports.charts.bars import Bar, Bars, Segment
from crmbot.reports.charts.frame import Plan
from crmbot.reports.charts.palette import REST, STRONG
from crmbot.reports.charts.plans.folding import fold
from crmbot.reports.charts.wording import counted, percent, short_count, short_money
from crmbot.reports.lost_reasons import UNSPECIFIED, LostReasons, ReasonRow
from crmbot.reports.values import Report


def plan_lost_reasons(report: Report) -> Plan:
    """Plan the bars of the reasons, the rarest sharing one."""
    data: LostReasons = report.data
    shown, others = fold(data.by_reason)
    bars = tuple(_bar(row) for row in shown)
    rest = _other(others, data.total.count, report.meta.currency) if others else None
    return Plan(
        title="Why deals were lost",
        empty="No deals were lost in this period",
        body=Bars(bars, rest) if bars else None,
        headline=f"{counted(data.total.count, 'deal')} lost, worth {short_money(data.total.value)}",
    )


def _bar(row: ReasonRow) -> Bar:
    unknown = row.reason == UNSPECIFIED
    name, paint = ("No reason given", REST) if unknown else (row.reason, STRONG)
    return Bar(name, short_count(row.count), _detail(row.value, row.share), (Segment(row.count, paint),))


def _other(rows: Sequence[ReasonRow], total: int, currency: str) -> Bar:
    count = sum(row.count for row in rows)
    value = Money(sum(row.value.minor for row in rows), currency)
    segment = Segment(count, REST)
    return Bar(f"{len(rows)} other reasons", short_count(count), _detail(value, ratio(count, total)), (segment,))


def _detail(value: Money, share: float) -> str:
    return f"{short_money(value)} · {percent(share)}"
