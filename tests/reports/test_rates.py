"""Dated rates: which day's counts where, and how currencies with no and with three decimals are rounded."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from factories import Crm

from crmbot.crm.archive import import_archive
from crmbot.crm.requests import SetRate
from crmbot.reports import ReportRequest

EURO = ("EUR", "1000.05", "qualified", "2031-02-10T12:00:00Z")
YEN = ("JPY", "12345", "negotiation", "2031-03-20T12:00:00Z")
DINAR = ("KWD", "1.235", "proposal_sent", "2031-03-20T12:00:00Z")
RATES = [
    ("EUR", "2031-03-01", "1.10"),
    ("EUR", "2031-04-01", "1.20"),
    ("JPY", "2031-03-15", "0.0066667"),
    ("KWD", "2031-03-15", "3.255555555"),
]


def fill(crm: Crm, zone: str) -> None:
    crm.clock.set(datetime(2031, 4, 10, 9, tzinfo=UTC))
    lines: list[dict[str, Any]] = [{"type": "workspace", "name": "Ours", "timezone": zone, "currency": "USD"}]
    lines += [
        {"type": "rate", "ref": f"r{n}", "currency": currency, "on": on, "rate": rate}
        for n, (currency, on, rate) in enumerate(RATES)
    ]
    for currency, amount, stage, at in (EURO, YEN, DINAR):
        entry = {"at": at, "stage": stage, "value": {"amount": amount, "currency": currency}}
        lines.append({"type": "deal", "ref": currency, "title": currency, "created_at": at, "history": [entry]})
    import_archive(crm.store, crm.actor("system"), lines, now=crm.clock())


def figures(crm: Crm, to: str) -> tuple[str, str, list[str]]:
    report = crm.service.report(
        crm.actor("system"), ReportRequest("sales-pipeline", date_from="2031-01-01", date_to=to)
    )
    return (
        str(report.data.pipeline_value.amount),
        str(report.data.weighted_value.amount),
        [deal.currency for deal in report.meta.unconverted],
    )


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "America/Los_Angeles"])
def test_a_rate_counts_from_the_first_to_the_last_moment_of_its_days(any_crm: Crm, zone: str) -> None:
    fill(any_crm, zone)
    # No rate yet, so the deal is counted and its money left out.
    assert figures(any_crm, "2031-02-28") == ("0.00", "0.00", ["EUR"])
    # 1,000.05 EUR x 1.10 = 1,100.055, half up 1,100.06; 25 % of that is 275.015, half up 275.02.
    assert figures(any_crm, "2031-03-01") == ("1100.06", "275.02", [])
    # And 12,345 JPY x 0.0066667 = 82.3004 (75 %: 61.725, half up 61.73),
    # 1.235 KWD x 3.255555555 = 4.0206 (50 %: 2.01): 1,100.06 + 82.30 + 4.02 and 275.02 + 61.73 + 2.01.
    assert figures(any_crm, "2031-03-31") == ("1186.38", "338.76", [])
    # 1,000.05 EUR x 1.20 = 1,200.06 (25 %: 300.015, half up 300.02), the others as before.
    assert figures(any_crm, "2031-04-01") == ("1286.38", "363.76", [])


def test_a_rate_set_for_an_earlier_day_says_what_was_so_then_and_no_other_day_changes(any_crm: Crm) -> None:
    fill(any_crm, "Europe/Berlin")
    april = figures(any_crm, "2031-04-01")
    any_crm.do(SetRate("EUR", "2", on=date(2031, 3, 15)), "ada")
    assert figures(any_crm, "2031-03-14") == ("1100.06", "275.02", [])
    # 1,000.05 EUR x 2 = 2,000.10 (25 %: 500.025, half up 500.03), before there were the others.
    assert figures(any_crm, "2031-03-15") == ("2000.10", "500.03", [])
    assert figures(any_crm, "2031-04-01") == april
