"""What may be a slip is done, and doubted aloud."""

from datetime import date, timedelta

import pytest
from factories import Crm, refusal

from crmbot.crm.requests import (
    CreateContact,
    CreateDeal,
    CreateLead,
    CreateTask,
    Due,
    LogActivity,
    SetDeal,
    SetLeadStatus,
    SnoozeActivity,
    WinDeal,
)
from crmbot.domain.money import Money
from crmbot.errors import BadInput


@pytest.fixture
def yesterday(crm: Crm) -> date:
    return crm.clock().date() - timedelta(days=1)


def _usd(amount: int) -> Money:
    return Money.of(amount, "USD")


def test_an_expected_close_in_the_past_is_kept_and_doubted(crm: Crm, yesterday: date) -> None:
    told = f"The expected close, {yesterday:%a %-d %b %Y}, is in the past."
    assert crm.do(CreateDeal("Acme", expected_close=yesterday)).warnings == (told,)
    assert crm.do(SetDeal("D-1", expected_close=yesterday - timedelta(days=1))).warnings
    assert crm.do(SetDeal("D-1", value=_usd(5_000))).warnings == ()
    assert crm.do(LogActivity("call", "D-1", "hello", expected_close=yesterday)).warnings == (told,)
    assert crm.do(CreateDeal("Globex", expected_close=crm.clock().date())).warnings == ()


def test_a_task_that_is_due_in_the_past_is_kept_and_doubted(crm: Crm, yesterday: date) -> None:
    assert crm.do(CreateTask("call", due=Due(on=yesterday))).warnings
    assert crm.do(CreateTask("call", due=Due(at=crm.clock() - timedelta(hours=1)))).warnings
    assert crm.do(CreateTask("call", due=Due(on=crm.clock().date()))).warnings == ()


def test_nothing_is_put_off_into_the_past(crm: Crm, yesterday: date) -> None:
    crm.do(CreateTask("call Jane"))
    with refusal(BadInput, f"{yesterday:%a %-d %b %Y} is over. Put A-1 off to a day to come."):
        crm.do(SnoozeActivity("A-1", due=Due(on=yesterday)))
    with refusal(BadInput, "is over"):
        crm.do(SnoozeActivity("A-1", due=Due(at=crm.clock() - timedelta(hours=1))))


def test_another_value_of_a_closed_deal_is_doubted(crm: Crm) -> None:
    crm.do(CreateDeal("Acme", _usd(5_000)))
    crm.do(WinDeal("D-1"))
    assert crm.do(SetDeal("D-1", value=_usd(6_000))).warnings == (
        "This deal is won already; the figures of that month change with it.",
    )
    assert crm.do(SetDeal("D-1", title="Acme 2")).warnings == ()


def test_a_value_a_thousand_times_as_large_is_doubted(crm: Crm) -> None:
    crm.do(CreateDeal("Acme", _usd(36_000)))
    assert crm.do(SetDeal("D-1", value=_usd(36_000_000))).warnings == (
        "$36,000,000 is 1,000 times the $36,000 it was.",
    )
    assert crm.do(SetDeal("D-1", value=_usd(36_000))).warnings == (
        "$36,000 is a 1,000th of the $36,000,000 it was. Was a k or m left out?",
    )
    assert crm.do(SetDeal("D-1", value=_usd(90_000))).warnings == ()


def test_a_new_deal_far_from_the_others_is_doubted(crm: Crm) -> None:
    for number in range(5):
        assert crm.do(CreateDeal(f"Deal {number}", _usd(40_000))).warnings == ()
    assert crm.do(CreateDeal("Slip", _usd(40))).warnings == (
        "$40 is a 1,000th of what your latest deals are worth. Was a k or m left out?",
    )
    assert crm.do(CreateDeal("Large", _usd(40_000_000))).warnings
    assert crm.do(CreateDeal("Euros", Money.of(40, "EUR"))).warnings == ()


def test_a_contact_of_a_name_that_is_there_is_made_and_doubted(any_crm: Crm) -> None:
    assert any_crm.do(CreateContact("Dana Fox", company="+Globex")).warnings == ()
    told = "C-1 Dana Fox is here already. If they are one: /contact merge C-2 into C-1"
    assert any_crm.do(CreateContact("dana fox")).warnings == (told,)
    assert any_crm.do(CreateContact("Dana Foxx")).warnings == ()


def test_two_of_one_name_at_two_companies_are_two(crm: Crm) -> None:
    crm.do(CreateContact("Dana Fox", company="+Globex"))
    assert crm.do(CreateContact("Dana Fox", company="+Initech")).warnings == ()
    crm.do(CreateLead("Jo Doe", company="Globex"))
    assert crm.do(CreateLead("Jo Doe", company="Initech")).warnings == ()


def test_a_lead_of_the_name_of_an_open_one_is_made_and_doubted(any_crm: Crm) -> None:
    any_crm.do(CreateLead("Jo Doe"))
    told = "L-1 Jo Doe is open already. If they are one, undo this."
    assert any_crm.do(CreateLead("Jo  DOE", company="Globex")).warnings == (told,)
    any_crm.do(SetLeadStatus("L-1", "disqualified", "no budget"))
    any_crm.do(SetLeadStatus("L-2", "disqualified", "no budget"))
    assert any_crm.do(CreateLead("Jo Doe")).warnings == ()
