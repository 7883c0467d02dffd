"""Digests made by hand, for everything that shows them."""

from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from crmbot.domain.money import Money
from crmbot.reports.digests.aging import AgingBucket, AgingDigest, OldDeal
from crmbot.reports.digests.forecast import ForecastDigest, Moved, MovementSum
from crmbot.reports.digests.lateness import LateDeal
from crmbot.reports.digests.overdue import About, OverdueDigest, OverdueItem, OverdueOwner
from crmbot.reports.digests.scores import Score
from crmbot.reports.sales_forecast import ForecastRow, MonthRow
from crmbot.reports.sales_pipeline import Scenarios
from crmbot.reports.values import CountAndValue, Period, Unconverted

NOW = datetime(2031, 3, 5, 7, 0, tzinfo=UTC)
HOSTILE = "<!channel> *x* <http://a|b>"


def usd(amount: int) -> Money:
    return Money(amount * 100, "USD")


def common() -> dict[str, Any]:
    return {
        "workspace_id": "w",
        "timezone": "Europe/Berlin",
        "currency": "USD",
        "scope": "all",
        "owner_id": None,
        "as_of": NOW,
        "compared_to": datetime(2031, 2, 26, 7, 0, tzinfo=UTC),
        "period": Period(date(2031, 2, 4), date(2031, 3, 5)),
    }


def overdue(name: str = "Call Jane", owners: int = 2, items: int = 3) -> OverdueDigest:
    numbers = count()
    about = About("D-17", name)

    def item(days: int) -> OverdueItem:
        return OverdueItem("a" * 26, f"A-{next(numbers)}", "call", name, about, NOW, NOW.date(), days)

    number = owners * (items + 2)
    return OverdueDigest(
        **common(),
        overdue=number,
        overdue_last_week=3,
        change=number - 3,
        total=80,
        overdue_rate=0.125,
        owners=tuple(
            OverdueOwner("u", name, items + 2, tuple(item(days) for days in range(items)), 2) for _ in range(owners)
        ),
        more=owners * 2,
    )


def aging(name: str = "Acme renewal", deals: int = 3) -> AgingDigest:
    old = [
        OldDeal("d" * 26, f"D-{17 + place}", name, "u", name, name, usd(40_000), "USD", 120, NOW, stale=True)
        for place in range(deals)
    ]
    keys = ("under_30_days", "30_to_60_days", "60_to_90_days", "over_90_days")
    return AgingDigest(
        **common(),
        open_deals=40,
        pipeline_value=usd(1_400_000),
        buckets=tuple(AgingBucket(key, 10, usd(350_000), 9, usd(300_000)) for key in keys),
        over_90_days=CountAndValue(deals, usd(350_000)),
        over_90_days_last_week=CountAndValue(9, usd(300_000)),
        stale=CountAndValue(1, usd(40_000)),
        stale_days=14,
        old_deals_by_owner={name: 4, "Ben": 6},
        deals=tuple(old),
        more=0,
        unconverted=(Unconverted("x", 9, name, Money(100, "EUR"), "EUR"),),
    )


def forecast(name: str = "Acme renewal") -> ForecastDigest:
    row = ForecastRow(3, usd(100_000), usd(60_000))
    return ForecastDigest(
        **common(),
        forecast=Scenarios(usd(1_400_000), usd(600_000), usd(250_000)),
        last_week=Scenarios(usd(1_300_000), usd(640_000), usd(250_000)),
        change=Scenarios(usd(100_000), usd(-40_000), usd(0)),
        age_adjusted=usd(480_000),
        by_category={"commit": row},
        by_month=tuple(
            MonthRow(f"2031-{month:02}", 3, usd(90_000), usd(50_000 + 9_000 * month), usd(0)) for month in range(3, 9)
        ),
        no_date=row,
        past_due=ForecastRow(1, usd(5_000), usd(2_500)),
        opening_value=usd(1_300_000),
        movements=(MovementSum("created", 3, usd(150_000)), MovementSum("lost", 1, usd(-50_000))),
        closing_value=usd(1_400_000),
        deals=tuple(Moved(how, "d" * 26, "D-17", name, name, usd(50_000)) for how in ("created", "pushed_out", "lost")),
        more=0,
        unconverted=(),
        late=(LateDeal("e" * 26, "D-18", name, "u", name, name, usd(9_000), 50, date(2031, 2, 20), 13),),
        scores=(
            Score(30, 4, usd(90_000), usd(150_000), 3, usd(81_000), 0.9),
            Score(90, 0, usd(0), usd(0), 9, usd(300_000), 0.0),
        ),
    )
