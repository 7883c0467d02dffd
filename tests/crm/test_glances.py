"""What lists and the board show is read at once, however much of it there is, and by indexes alone."""

from datetime import date
from typing import Any

import pytest
from factories import Crm, refusal
from sqlalchemy import event

from crmbot.crm.requests import (
    CreateContact,
    CreateDeal,
    CreateLead,
    CreateTask,
    Due,
    ListActivities,
    ListCompanies,
    ListContacts,
    ListDeals,
    ListLeads,
    Request,
    ShowDeal,
    ShowHome,
    ShowPipeline,
    ShowToday,
)
from crmbot.crm.requests.base import ME
from crmbot.domain.ids import new_id
from crmbot.domain.money import Money
from crmbot.errors import BadInput
from crmbot.models import CurrencyRate

LOOKS = [
    ListDeals(),
    ListDeals(state="stale"),
    ListDeals(owner=ME, page=1),
    ListLeads(),
    ListContacts(),
    ListCompanies(),
    ListActivities(),
    ListActivities(state="done"),
    ShowPipeline(),
    ShowPipeline(ME),
    ShowToday(),
    ShowHome(),
]


def asked(crm: Crm, request: Request) -> list[tuple[str, Any]]:
    """Return the statements, with their values, that a request asks the database."""
    seen: list[tuple[str, Any]] = []

    def keep(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        seen.append((statement, parameters))

    event.listen(crm.store.engine, "before_cursor_execute", keep)
    crm.ask(request)
    event.remove(crm.store.engine, "before_cursor_execute", keep)
    return [(statement, parameters) for statement, parameters in seen if statement.startswith(("SELECT", "WITH"))]


def furnish(crm: Crm, first: int, last: int) -> None:
    """Make a deal, lead, contact, company and task for each number."""
    for number in range(first, last + 1):
        crm.do(CreateContact(f"Contact {number}", (f"c{number}@acme{number}.com",), company=f"+Company {number}"))
        crm.do(CreateDeal(f"Deal {number}", Money.of(number, "USD"), contact=f"C-{number}", company=f"O-{number}"))
        crm.do(CreateLead(f"Lead {number}"))
        crm.do(CreateTask(f"Task {number}", target=f"D-{number}", due=Due(on=date(2031, 3, 1))))


@pytest.mark.parametrize("request_", LOOKS, ids=lambda request: request.NAME)
def test_ten_records_are_asked_for_as_often_as_one(crm: Crm, request_: Request) -> None:
    furnish(crm, 1, 1)
    for_one = len(asked(crm, request_))
    furnish(crm, 2, 10)
    assert len(asked(crm, request_)) == for_one


@pytest.mark.parametrize("request_", LOOKS, ids=lambda request: request.NAME)
def test_nothing_is_read_but_by_an_index(crm: Crm, request_: Request) -> None:
    furnish(crm, 1, 3)
    with crm.store.reading(crm.workspace_id) as session:
        for statement, parameters in asked(crm, request_):
            plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            steps = [row[3] for row in plan]
            tables = {"deal", "lead", "contact", "company", "activity", "user_account", "contact_email", "email"}
            assert not [step for step in steps if step.startswith("SCAN ") and step.split()[1] in tables], steps
            found = [step for step in steps if step.startswith("SEARCH ")]
            assert all("(workspace_id=?" in step or "(id=?" in step for step in found), steps


def test_a_list_tells_of_a_record_what_its_card_does(any_crm: Crm) -> None:
    furnish(any_crm, 1, 1)
    assert any_crm.ask(ListDeals()).records == (any_crm.ask(ShowDeal("D-1")).record,)


def test_a_contact_with_several_addresses_is_one_entry(any_crm: Crm) -> None:
    any_crm.do(CreateContact("Ann", ("ann@acme.com", "a@acme.com", "ann@home.example")))
    any_crm.do(CreateContact("Bea"))
    any_crm.do(CreateContact("Cleo", ("cleo@acme.com",)))
    listing = any_crm.ask(ListContacts())
    assert [(record.title, record.emails) for record in listing.records] == [
        ("Ann", ("ann@acme.com", "a@acme.com", "ann@home.example")),
        ("Bea", ()),
        ("Cleo", ("cleo@acme.com",)),
    ]
    assert listing.total == 3


def test_a_deal_in_another_currency_stands_where_its_worth_puts_it(any_crm: Crm) -> None:
    rate = CurrencyRate(
        workspace_id=any_crm.workspace_id, id=new_id(any_crm.clock()), currency="EUR", on=date(2031, 1, 1), rate="2"
    )
    any_crm.write(lambda session: session.add(rate))
    for title, amount, currency in (("A", 10, "USD"), ("B", 10, "EUR"), ("C", 30, "USD"), ("D", 5, "EUR")):
        any_crm.do(CreateDeal(title, Money.of(amount, currency)))
    columns = any_crm.ask(ShowPipeline(most=3)).columns
    assert [deal.title for deal in columns[0].deals] == ["C", "B", "A"]
    assert (columns[0].count, columns[0].value) == (4, Money.of(70, "USD"))


def test_the_second_page_of_what_a_part_of_a_word_finds_is_shown_and_the_third_refused(any_crm: Crm) -> None:
    for number in range(11):
        any_crm.do(CreateContact(f"Contact {number:02}"))
    second = any_crm.ask(ListContacts(words="ontact", page=2))
    assert ([record.title for record in second.records], second.total) == (["Contact 10"], 11)
    with refusal(BadInput, "There are only 2 pages, so none has the number 3."):
        any_crm.ask(ListContacts(words="ontact", page=3))
    with refusal(BadInput, "There is only 1 page, so none has the number 2."):
        any_crm.ask(ListContacts(words="nobody", page=2))
