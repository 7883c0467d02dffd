"""The board: open deals in columns, with sums in one currency."""

from datetime import date

from factories import Crm

from crmbot.crm.requests import CreateDeal, LoseDeal, ShowPipeline, WinDeal
from crmbot.domain.ids import new_id
from crmbot.domain.money import Money
from crmbot.models import CurrencyRate


def rate(crm: Crm, currency: str, on: date, value: str) -> None:
    """Keep a currency's rate from a day on."""
    row = CurrencyRate(workspace_id=crm.workspace_id, id=new_id(crm.clock()), currency=currency, on=on, rate=value)
    crm.write(lambda session: session.add(row))


def test_an_empty_board_has_its_columns(crm: Crm) -> None:
    board = crm.ask(ShowPipeline())
    assert board.said == "0 open deals, $0, weighted $0."
    assert [column.name for column in board.columns] == ["New Lead", "Qualified", "Proposal Sent", "Negotiation"]


def test_deals_stand_in_their_column_the_largest_first(crm: Crm) -> None:
    for title, amount, stage in (("A", 10, "qualified"), ("B", 30, "qualified"), ("C", 20, "negotiation")):
        crm.do(CreateDeal(title, Money.of(amount, "USD"), stage))
    crm.do(CreateDeal("No value", stage="qualified"))
    crm.do(CreateDeal("Won", Money.of(99, "USD")))
    crm.do(WinDeal("won"))
    crm.do(CreateDeal("Lost", Money.of(99, "USD")))
    crm.do(LoseDeal("lost", "price"))
    board = crm.ask(ShowPipeline())
    assert {column.key: [deal.title for deal in column.deals] for column in board.columns} == {
        "new_lead": [],
        "qualified": ["B", "A", "No value"],
        "proposal_sent": [],
        "negotiation": ["C"],
    }
    assert board.said == "4 open deals, $60, weighted $25."
    assert (board.columns[1].value, board.columns[1].weighted) == (Money(4_000, "USD"), Money(1_000, "USD"))


def test_sums_of_columns_are_the_total_beyond_what_is_shown(crm: Crm) -> None:
    for number in range(11):
        crm.do(CreateDeal(f"Deal {number}", Money.of(number, "USD")))
    column = crm.ask(ShowPipeline()).columns[0]
    assert (column.count, column.value, len(column.deals)) == (11, Money.of(55, "USD"), 5)


def test_a_foreign_value_is_converted_by_the_latest_rate_that_holds(crm: Crm) -> None:
    for on, value in ((date(2031, 3, 1), "1.10"), (date(2031, 3, 6), "9"), (date(2031, 2, 1), "2")):
        rate(crm, "EUR", on, value)
    crm.do(CreateDeal("A", Money.of(100, "EUR")))
    assert crm.ask(ShowPipeline()).total == Money.of(110, "USD")


def test_a_value_without_a_rate_is_named_and_not_added(crm: Crm) -> None:
    crm.do(CreateDeal("A", Money.of(100, "EUR")))
    crm.do(CreateDeal("B", Money.of(100, "USD")))
    board = crm.ask(ShowPipeline())
    assert board.total == Money.of(100, "USD")
    assert [link.reference for link in board.unconverted] == ["D-1"]
    assert board.said.endswith(" Without 1 deal in EUR: an admin sets a rate with crmbot rate set EUR 1.08.")


def test_one_persons_board_has_their_deals(crm: Crm) -> None:
    crm.do(CreateDeal("A", Money.of(1, "USD")))
    crm.do(CreateDeal("B", Money.of(2, "USD")), "sam")
    assert crm.ask(ShowPipeline("sam")).said == "1 open deal of Sam Poe, $2, weighted $0.20."
