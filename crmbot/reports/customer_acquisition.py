"""customer-acquisition: who became a customer in a window, through which channel, and worth how much."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from crmbot.domain.money import Money
from crmbot.reports.figures import mean
from crmbot.reports.lifetime_values import tally_customers
from crmbot.reports.snapshot import Snapshot
from crmbot.reports.values import Period

_HIGHEST = 10


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """A customer of high value."""

    id: str
    name: str
    acquired_at: datetime
    estimated_lifetime_value: Money


@dataclass(frozen=True, slots=True)
class ChannelRow:
    """The customers of one channel."""

    channel: str
    customers: int
    total_clv: Money
    average_clv: Money


@dataclass(frozen=True, slots=True)
class CustomerAcquisition:
    """The report's data."""

    period: Period
    total_new_customers: int
    by_channel: Mapping[str, int]
    high_value_customers: tuple[CustomerRow, ...]
    average_clv: Money
    channels: tuple[ChannelRow, ...]


def compute_customer_acquisition(snapshot: Snapshot) -> CustomerAcquisition:
    """Compute the report (reports.md, customer-acquisition and fine print).

    A customer's lifetime value is the one set by hand, else the won value and the weighted open value of its deals at
    `as_of`. `high_value_customers` are the ten highest, ties by earlier `acquired_at`, then id.
    """
    tally = tally_customers(snapshot, _HIGHEST)
    counts, totals = tally.counts, tally.totals
    number, money = sum(counts.values()), snapshot.money
    rows = [
        ChannelRow(channel, count, money(totals[channel]), money(mean(totals[channel], count)))
        for channel, count in counts.items()
    ]
    return CustomerAcquisition(
        period=snapshot.period,
        total_new_customers=number,
        by_channel=dict(sorted(counts.items(), key=lambda item: (-item[1], item[0]))),
        high_value_customers=tuple(CustomerRow(c.id, c.name, c.acquired_at, money(c.value)) for c in tally.highest),
        average_clv=money(mean(sum(totals.values()), number)),
        channels=tuple(sorted(rows, key=lambda row: (-row.average_clv.minor, row.channel))),
    )
