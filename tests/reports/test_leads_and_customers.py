"""lead-conversion, customer-acquisition and conversion-funnel on workspaces made by hand."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from reports.rows import NOW, Rows, ago

from crmbot.domain.money import Money
from crmbot.domain.windows import Window
from crmbot.store import Store

MARCH = Window(date(2031, 3, 1), date(2031, 3, 31), ZoneInfo("UTC"))


def _march(day: int, hour: int = 12, minute: int = 0) -> datetime:
    return datetime(2031, 3, day, hour, minute, tzinfo=UTC)


def _usd(amount: str) -> Money:
    return Money.of(amount, "USD")


def test_every_figure_of_a_small_funnel(rows: Rows) -> None:
    # 1: made and contacted 1.5 hours later. 2: qualified at once, so contacted with it; converted on the 20th.
    rows.lead(_march(5), ("contacted", _march(5, 13, 30)), source="referral")
    rows.lead(_march(6), ("qualified", _march(6, 22)), ("converted", _march(20)), source="referral")
    # 3: made in February, contacted in March: no part of the cohort. 4: disqualified. 5: made after the window.
    rows.lead(ago(50), ("contacted", _march(9)))
    rows.lead(_march(7), ("disqualified", _march(8)))
    rows.lead(ago(-3))

    data = rows.compute("lead-conversion", MARCH)

    funnel = data.funnel
    assert (funnel.new, funnel.contacted, funnel.qualified, funnel.converted, data.disqualified) == (3, 3, 1, 1, 1)
    rates = data.conversion_rates
    told = (rates.new_to_contacted, rates.contacted_to_qualified, rates.qualified_to_converted, rates.overall)
    assert told == (1.0, 0.333, 1.0, 0.333)
    cohort = data.cohort
    assert (cohort.size, cohort.contacted, cohort.qualified, cohort.converted) == (3, 2, 1, 1)
    assert (cohort.rates.new_to_contacted, cohort.rates.overall) == (0.667, 0.333)
    sources = [(row.source, row.new, row.converted, row.conversion_rate) for row in data.by_source]
    assert sources == [("referral", 2, 1, 0.5), ("unknown", 1, 0, 0.0)]
    assert len(data.trends) == 31
    assert [(d.date.day, d.leads, d.converted) for d in data.trends if d.leads or d.converted] == [
        (5, 1, 0),
        (6, 1, 0),
        (7, 1, 0),
        (20, 0, 1),
    ]
    # 1.5 hours, 10 hours, and 38 days: the one in the middle.
    assert data.median_hours_to_contact == 10.0


def test_the_median_wait_is_of_whole_seconds(rows: Rows) -> None:
    # 17.9 seconds are 0.00497 hours and 18 seconds 0.005: the last tick of the 17th second rounds down.
    rows.lead(_march(5), ("contacted", _march(5) + timedelta(seconds=18, microseconds=-1)))
    assert rows.compute("lead-conversion", MARCH).median_hours_to_contact == 0.0
    rows.lead(_march(5), ("contacted", _march(5) + timedelta(seconds=19)))
    assert rows.compute("lead-conversion", MARCH).median_hours_to_contact == 0.01


def test_an_empty_workspace_has_every_day_and_no_median(rows: Rows) -> None:
    data = rows.compute("lead-conversion")
    assert (len(data.trends), data.funnel.new, data.conversion_rates.overall) == (30, 0, 0.0)
    assert (data.median_hours_to_contact, data.by_source) == (None, ())


def test_going_back_and_forth_counts_once_and_a_day_once(rows: Rows) -> None:
    steps = [("converted", _march(4, 9)), ("qualified", _march(4, 10)), ("converted", _march(4, 11))]
    rows.lead(_march(2), *steps, ("new", _march(5)), ("converted", _march(6)))
    data = rows.compute("lead-conversion", MARCH)
    assert (data.funnel.new, data.funnel.converted, data.cohort.converted) == (1, 1, 1)
    assert [(day.date.day, day.converted) for day in data.trends if day.converted] == [(4, 1), (6, 1)]


def test_a_return_to_a_status_counts_in_a_later_window(rows: Rows) -> None:
    rows.lead(ago(90), ("contacted", ago(80)), ("new", _march(3)), ("contacted", _march(4)))
    data = rows.compute("lead-conversion", MARCH)
    assert (data.funnel.new, data.funnel.contacted, data.cohort.size) == (1, 1, 0)
    assert sum(day.leads for day in data.trends) == 0


@pytest.mark.parametrize(
    ("at", "counted"),
    [
        (datetime(2031, 2, 28, 22, 59, 59, tzinfo=UTC), 0),
        (datetime(2031, 2, 28, 23, tzinfo=UTC), 1),  # midnight in Berlin, winter time
        (datetime(2031, 3, 31, 21, 59, 59, tzinfo=UTC), 1),
        (datetime(2031, 3, 31, 22, tzinfo=UTC), 0),  # midnight in Berlin, summer time
    ],
)
def test_a_month_is_cut_at_the_zones_own_midnights(sqlite_store: Store, at: datetime, counted: int) -> None:
    rows = Rows(sqlite_store, zone=ZoneInfo("Europe/Berlin"))
    rows.lead(at)
    window = Window(date(2031, 3, 1), date(2031, 3, 31), rows.zone)
    assert rows.compute("lead-conversion", window, now=ago(-9)).funnel.new == counted


def test_ten_years_of_days_are_told(rows: Rows) -> None:
    rows.lead(datetime(2028, 2, 29, 12, tzinfo=UTC))
    window = Window(date(2021, 3, 24), date(2031, 3, 31), rows.zone)
    found = [day.date for day in rows.compute("lead-conversion", window).trends if day.leads]
    assert found == [date(2028, 2, 29)]


def _customer(rows: Rows, name: str, acquired_at: datetime, **facts: Any) -> str:
    lead = rows.lead(ago(60), owner=facts.pop("owner", None))
    return rows.customer(name, acquired_at, facts.pop("channel", "referral"), lead_id=lead, **facts)


def test_every_figure_of_three_customers(rows: Rows) -> None:
    acme, eve, bob = rows.company("Acme"), rows.contact("Eve"), rows.contact("Bob")
    # Acme: won 1,000.00, open 300.01 at 25 % is 75.0025, lost counts nothing: 1,075.00
    first = _customer(rows, "Acme", _march(3), company_id=acme, contact_id=eve)
    rows.deal(ago(50), 1000_00, company_id=acme, then=[(_march(4), {"stage": "won"})])
    rows.deal(ago(50), 300_01, company_id=acme, stage="qualified")
    rows.deal(ago(50), 9000_00, company_id=acme, then=[(_march(4), {"stage": "lost"})])
    # Bob has no company: his own deal, 50.00 at 10 %: 5.00. Eve's deal is none of Acme's.
    second = _customer(rows, "Bob", _march(4), contact_id=bob, channel="")
    rows.deal(ago(50), 50_00, contact_id=bob)
    rows.deal(ago(50), 7000_00, contact_id=eve)
    # Globex was set to 0 by hand, which counts.
    globex = rows.company("Globex")
    third = _customer(rows, "Globex", _march(5), company_id=globex, lifetime_value_minor=0)
    rows.deal(ago(50), 50_00, company_id=globex)
    # Made before the window.
    _customer(rows, "Old", ago(45), contact_id=rows.contact("Old"))

    data = rows.compute("customer-acquisition", MARCH)

    assert data.total_new_customers == 3
    assert list(data.by_channel.items()) == [("referral", 2), ("unknown", 1)]
    found = [(c.id, c.name, c.acquired_at, c.estimated_lifetime_value) for c in data.high_value_customers]
    assert found == [
        (first, "Acme", _march(3), _usd("1075")),
        (second, "Bob", _march(4), _usd("5")),
        (third, "Globex", _march(5), _usd("0")),
    ]
    assert data.average_clv == _usd("360")  # 1,080.00 / 3
    channels = [(c.channel, c.customers, c.total_clv, c.average_clv) for c in data.channels]
    assert channels == [("referral", 2, _usd("1075"), _usd("537.50")), ("unknown", 1, _usd("5"), _usd("5"))]


def test_the_ten_highest_are_told_ties_by_time_then_id(rows: Rows) -> None:
    for n in range(12):
        contact = rows.contact(f"C{n}")
        at = _march(9) if n in {3, 4} else _march(10)
        _customer(rows, f"C{n}", at, contact_id=contact, lifetime_value_minor=0 if n == 7 else 100, id=f"c{99 - n}")
    names = [c.name for c in rows.compute("customer-acquisition", MARCH).high_value_customers]
    assert names == ["C4", "C3", "C11", "C10", "C9", "C8", "C6", "C5", "C2", "C1"]


def test_a_reps_customers_are_those_of_their_leads(rows: Rows) -> None:
    jane, omar = rows.user("Jane"), rows.user("Omar")
    acme = rows.company("Acme")
    _customer(rows, "Acme", _march(3), company_id=acme, owner=jane)
    _customer(rows, "Bob", _march(3), contact_id=rows.contact("Bob"), owner=omar)
    # The customer's value is the customer's, whoever owns the deal.
    rows.deal(ago(50), 100_00, company_id=acme, owner=omar, then=[(ago(9), {"stage": "won"})])
    data = rows.compute("customer-acquisition", viewer=jane)
    assert [(c.name, c.estimated_lifetime_value) for c in data.high_value_customers] == [("Acme", _usd("100"))]


def test_no_customers_average_nothing(rows: Rows) -> None:
    data = rows.compute("customer-acquisition")
    assert (data.total_new_customers, data.average_clv, data.channels) == (0, _usd("0"), ())


def test_the_funnel_counts_what_happened_in_the_window(rows: Rows) -> None:
    rows.lead(_march(2), ("qualified", _march(3)))
    rows.lead(_march(2))
    rows.lead(ago(70), ("qualified", _march(4)))
    new = rows.deal(_march(5), 100_00)
    old = rows.deal(ago(70), 200_00, then=[(_march(20), {"stage": "won", "value_minor": 250_00})])
    # Two offers of one deal are two, its value once; a draft is none.
    for sent_at in (_march(6), _march(7), None):
        rows.proposal(new, sent_at)
    rows.proposal(old, ago(60))
    # Won, but reopened since.
    rows.deal(ago(70), 900_00, then=[(_march(9), {"stage": "won"}), (_march(10), {"stage": "qualified"})])
    steps = rows.compute("conversion-funnel", MARCH).steps
    assert [(s.step, s.count, s.value, s.rate_from_previous, s.rate_from_first) for s in steps] == [
        ("leads", 2, _usd("0"), 1.0, 1.0),
        ("qualified", 2, _usd("0"), 1.0, 1.0),
        ("deals", 1, _usd("100"), 0.5, 0.5),
        ("proposals_sent", 2, _usd("100"), 2.0, 1.0),
        ("won", 1, _usd("250"), 0.5, 0.5),
    ]


def test_what_happens_at_as_of_has_not_happened(rows: Rows) -> None:
    rows.lead(NOW)
    rows.lead(NOW - timedelta(microseconds=1))
    assert rows.compute("conversion-funnel").steps[0].count == 1
