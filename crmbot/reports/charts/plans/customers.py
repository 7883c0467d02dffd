"""Chart of customer-acquisition: how many customers each channel brought, and what they are worth."""

from crmbot.domain.money import Money
from crmbot.reports.charts.bars import Bar, Bars, Segment
from crmbot.reports.charts.frame import Plan
from crmbot.reports.charts.palette import REST, STRONG
from crmbot.reports.charts.plans.folding import fold
from crmbot.reports.charts.wording import counted, short_count, short_money, words
from crmbot.reports.customer_acquisition import ChannelRow, CustomerAcquisition
from crmbot.reports.values import Report


def plan_customer_acquisition(report: Report) -> Plan:
    """Plan the bars of the channels, those that brought the most first."""
    data: CustomerAcquisition = report.data
    shown, others = fold(sorted(data.channels, key=lambda row: (-row.customers, row.channel)))
    rest = None
    if others:
        total = Money(sum(row.total_clv.minor for row in others), report.meta.currency)
        count = sum(row.customers for row in others)
        rest = Bar(
            f"{len(others)} other channels", short_count(count), f"worth {short_money(total)}", (Segment(count, REST),)
        )
    return Plan(
        title="New customers by channel",
        empty="No new customers in this period",
        body=Bars(tuple(_bar(row) for row in shown), rest) if data.total_new_customers else None,
        headline=_headline(data),
    )


def _headline(data: CustomerAcquisition) -> str:
    worth = f"worth {short_money(data.average_clv)}"
    if data.total_new_customers > 1:
        worth = f"each {worth} on average"
    return f"{counted(data.total_new_customers, 'new customer')}, {worth}"


def _bar(row: ChannelRow) -> Bar:
    detail = f"worth {short_money(row.total_clv)}"
    return Bar(words(row.channel), short_count(row.customers), detail, (Segment(row.customers, STRONG),))
