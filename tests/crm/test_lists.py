"""Looks: one record with its timeline, lists, what waits today, search."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from factories import Crm, refusal
from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from crmbot.crm.listings import MOST_COUNTED
from crmbot.crm.requests import (
    AddNote,
    AssignDeal,
    CompleteActivity,
    CreateCompany,
    CreateContact,
    CreateDeal,
    CreateLead,
    CreateTask,
    Due,
    Find,
    ListActivities,
    ListCompanies,
    ListContacts,
    ListDeals,
    ListLeads,
    LogActivity,
    LoseDeal,
    MoveDeal,
    Request,
    SetDeal,
    SetLeadStatus,
    ShowCompany,
    ShowDeal,
    ShowLead,
    ShowToday,
)
from crmbot.crm.requests.base import ME, NOBODY
from crmbot.domain.money import Money
from crmbot.errors import BadInput
from crmbot.models import Company, Deal


def listed(crm: Crm, request: Request, as_: str = "jane") -> list[str]:
    """Return the numbers of the records that a list shows, in order."""
    return [record.reference for record in crm.ask(request, as_).records]


@pytest.fixture
def busy(crm: Crm) -> Crm:
    """A workspace with a few of everything."""
    crm.do(CreateDeal("Small", Money.of(1, "USD"), company="Acme"))
    crm.do(CreateDeal("Large", Money.of(9, "USD"), stage="negotiation"), "sam")
    crm.do(CreateDeal("Gone", Money.of(5, "USD")))
    crm.do(LoseDeal("gone", "price"))
    crm.do(CreateLead("Zoe", company="Initech", source="web form"))
    crm.do(CreateLead("Ann"), "sam")
    crm.do(SetLeadStatus("L-1", "contacted"))
    crm.do(CreateContact("Tim", company="Acme"))
    crm.do(CreateContact("Bea"))
    return crm


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (ListDeals(), ["D-2", "D-1"]),
        (ListDeals(outcome="lost"), ["D-3"]),
        (ListDeals(outcome=None), ["D-2", "D-3", "D-1"]),
        (ListDeals(owner="sam"), ["D-2"]),
        (ListDeals(stage="negotiation"), ["D-2"]),
        (ListDeals(company="acme"), ["D-1"]),
        (ListDeals(words="LAR"), ["D-2"]),
        (ListLeads(), ["L-2", "L-1"]),
        (ListLeads(status="contacted"), ["L-1"]),
        (ListLeads(owner="me"), ["L-1"]),
        (ListLeads(source="Web form"), ["L-1"]),
        (ListLeads(source="web-form"), ["L-1"]),
        (ListLeads(words="initech"), ["L-1"]),
        (ListContacts(), ["C-2", "C-1"]),
        (ListContacts(company="acme"), ["C-1"]),
        (ListCompanies(words="ac"), ["O-1"]),
    ],
)
def test_a_list_holds(busy: Crm, request_: Request, expected: list[str]) -> None:
    assert listed(busy, request_) == expected


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (ListDeals(page=0), "Pages are counted from 1."),
        (ListDeals(outcome="maybe"), "“maybe” is no outcome. There are open, won and lost."),
        (ListLeads(status="maybe"), "“maybe” is no lead status."),
        (ListActivities(state="maybe"), "“maybe” is no state."),
        (Find(" "), "What should be found?"),
    ],
)
def test_a_list_of_nothing_known_is_refused(busy: Crm, request_: Request, words: str) -> None:
    with refusal(BadInput, words):
        busy.ask(request_)


def test_a_long_list_comes_in_pages(crm: Crm) -> None:
    for number in range(12):
        crm.do(CreateCompany(f"Company {number:02}"))
    first, second = (crm.ask(ListCompanies(page=page)) for page in (1, 2))
    assert (first.said, first.total, len(first.records), len(second.records)) == ("12 companies", 12, 10, 2)
    with refusal(BadInput, "There are only 2 pages"):
        crm.ask(ListCompanies(page=3))
    assert len({record.id for record in (*first.records, *second.records)}) == 12


def test_a_very_long_list_is_not_counted_to_its_end(crm: Crm) -> None:
    with crm.store.writing(crm.workspace_id) as session:
        made = {"workspace_id": crm.workspace_id, "created_at": crm.clock(), "version": 1}
        names = [f"Company {number:05}" for number in range(MOST_COUNTED + 1)]
        rows: list[dict[str, Any]] = [
            {**made, "id": f"{place:026}", "number": place, "name": name} for place, name in enumerate(names, 1)
        ]
        session.execute(insert(Company), [{**row, "name_key": row["name"].lower()} for row in rows])
    listing = crm.ask(ListCompanies(page=1000))
    assert (listing.said, listing.total, listing.more) == ("More than 10,000 companies", MOST_COUNTED, True)
    assert listing.records[-1].title == "Company 09999"
    with refusal(BadInput, "A list can be turned up to page 1000. Narrow it down to see the rest."):
        crm.ask(ListCompanies(page=1001))


def test_each_contact_of_a_list_has_its_own_addresses(crm: Crm) -> None:
    for number in range(12):
        crm.do(CreateContact(f"Contact {number:02}", emails=(f"c{number}@example.com", f"d{number}@example.com")))
    crm.do(CreateContact("Contact 00b"))
    found = [record for page in (1, 2) for record in crm.ask(ListContacts(page=page)).records]
    told = {record.title: record.emails for record in found}
    expected = {f"Contact {n:02}": (f"c{n}@example.com", f"d{n}@example.com") for n in range(12)}
    assert told == {**expected, "Contact 00b": ()}


def test_what_is_due_today_is_told_in_words(crm: Crm) -> None:
    assert crm.ask(ListActivities(owner=None, state="today")).said == "No open activities due by today."
    crm.do(CreateTask("call", due=Due(on=crm.clock().date())))
    assert crm.ask(ListActivities(owner=None, state="today")).said == "1 open activity due by today"


@pytest.mark.parametrize(("count", "said"), [(0, "No open deals."), (1, "1 open deal"), (2, "2 open deals")])
def test_a_list_tells_how_many(crm: Crm, count: int, said: str) -> None:
    for number in range(count):
        crm.do(CreateDeal(f"Deal {number}"))
    assert crm.ask(ListDeals()).said == said


def test_activities_are_listed_by_what_waits(crm: Crm) -> None:
    crm.do(CreateTask("late", Due(on=date(2031, 3, 3))))
    crm.do(CreateTask("sometime"))
    crm.do(CreateTask("today", Due(on=date(2031, 3, 5))))
    crm.do(CreateTask("later", Due(at=datetime(2031, 4, 1, 9, tzinfo=UTC))))
    crm.do(CreateTask("done"))
    crm.do(CompleteActivity("done"))
    assert listed(crm, ListActivities()) == ["A-1", "A-3", "A-4", "A-2"]
    assert listed(crm, ListActivities(state="overdue")) == ["A-1"]
    assert listed(crm, ListActivities(state="today")) == ["A-1", "A-3"]
    assert listed(crm, ListActivities(state="done")) == ["A-5"]
    assert listed(crm, ListActivities(owner="sam")) == []


def test_today_holds_what_is_overdue_due_and_stale(crm: Crm) -> None:
    crm.do(CreateDeal("Old deal"))
    crm.do(CreateTask("late", Due(on=date(2031, 4, 14))))
    crm.do(CreateTask("due", Due(on=date(2031, 4, 15))))
    crm.do(CreateTask("another's", Due(on=date(2031, 4, 15))), "sam")
    crm.clock.set(datetime(2031, 4, 15, 9, tzinfo=UTC))
    today = crm.ask(ShowToday())
    assert today.said == "2 activities wait for you today."
    assert [view.title for view in today.overdue] == ["late"]
    assert [view.title for view in today.due_today] == ["due"]
    assert [view.title for view in today.stale] == ["Old deal"]
    crm.do(LogActivity("call", "old deal"))
    assert crm.ask(ShowToday()).stale == ()


def test_a_deal_is_shown_with_its_timeline(crm: Crm) -> None:
    crm.do(CreateDeal("Acme"))
    crm.do(LogActivity("call", "acme", "hello", duration_minutes=25, outcome="keen"))
    crm.do(MoveDeal("acme", "Qualified"))
    crm.do(AddNote("acme", "likes tea"))
    crm.do(LoseDeal("acme", "price"))
    shown = crm.ask(ShowDeal("acme"), "vic")
    assert [entry.text for entry in shown.timeline] == [
        "Moved to Lost: Price",
        "likes tea",
        "Moved to Qualified",
        "Call: hello, 25 min: keen",
        "Opened in New Lead",
    ]
    assert all(later.at >= earlier.at for later, earlier in zip(shown.timeline, shown.timeline[1:], strict=False))


def test_a_lead_is_shown_with_its_statuses(crm: Crm) -> None:
    crm.do(CreateLead("Zoe"))
    crm.do(SetLeadStatus("zoe", "qualified"))
    texts = [entry.text for entry in crm.ask(ShowLead("zoe")).timeline]
    assert texts == ["Became qualified", "Became contacted", "Captured"]


def test_a_company_is_shown_with_its_people_and_open_deals(crm: Crm) -> None:
    crm.do(CreateContact("Tim", company="Acme"))
    crm.do(CreateDeal("Seats", company="Acme"))
    crm.do(CreateDeal("Gone", company="Acme"))
    crm.do(LoseDeal("gone", "price"))
    assert [record.reference for record in crm.ask(ShowCompany("acme")).related] == ["C-1", "D-1"]


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (Find("acme"), ["D-1", "O-1", "L-1"]),
        (Find("ACME renewal"), ["D-1"]),
        (Find("acme", kind="lead"), ["L-1"]),
        (Find("jo@acme.com"), ["C-1"]),
        (Find("zoe"), ["L-1"]),
        (Find("D-1"), ["D-1"]),
        (Find("nothing"), []),
    ],
)
def test_search_finds(crm: Crm, request_: Request, expected: list[str]) -> None:
    crm.do(CreateDeal("Acme renewal", company="Acme"))
    crm.do(CreateLead("Zoë", company="Acme"))
    crm.do(CreateContact("Jo", ("jo@acme.com",), company="Globex"))
    assert [hit.link.reference for hit in crm.ask(request_).hits] == expected


def test_a_stale_deal_is_one_untouched_longer_than_its_stage_allows(crm: Crm) -> None:
    crm.do(CreateDeal("Acme"))
    crm.clock.advance(timedelta(days=29, hours=23))
    assert crm.ask(ShowToday()).stale == ()
    crm.clock.advance(timedelta(hours=2))
    assert [deal.title for deal in crm.ask(ShowToday()).stale] == ["Acme"]


def test_deals_are_narrowed_by_state_owner_value_and_day(crm: Crm) -> None:
    crm.do(CreateDeal("Late", Money.of(60_000, "USD"), expected_close=date(2031, 3, 4)))
    crm.do(CreateDeal("Soon", Money.of(40_000, "USD"), expected_close=date(2031, 3, 20), company="Zeta Works"))
    crm.do(CreateDeal("Euros", Money.of(90_000, "EUR"), expected_close=date(2031, 4, 1)))
    crm.do(AssignDeal("D-3", "sam"), "max")
    crm.write(lambda session: disown(session, crm, 2))
    march = ListDeals(closes_from=date(2031, 3, 1), closes_by=date(2031, 3, 31))
    assert listed(crm, ListDeals(state="overdue")) == ["D-1"]
    assert listed(crm, ListDeals(owner=NOBODY)) == ["D-2"]
    assert listed(crm, ListDeals(over=Money.of(40_000, "USD"))) == ["D-1"]
    assert listed(crm, ListDeals(under=Money.of(50_000, "USD"))) == ["D-2"]
    assert listed(crm, march) == ["D-1", "D-2"]
    assert listed(crm, ListDeals(words="works")) == ["D-2"]
    assert crm.ask(march).said == "2 open deals closing from Sat 1 Mar 2031 to Mon 31 Mar 2031"
    assert crm.ask(ListDeals(state="overdue", owner="sam")).said == "No overdue open deals of Sam Poe."
    assert crm.ask(ListDeals(owner=NOBODY)).said == "1 open deal that nobody owns"
    assert crm.ask(ListDeals(owner="jane", stage="new lead")).said == "1 open deal in New Lead"
    assert crm.ask(ListDeals(words="sam")).said == (
        "No open deals with “sam” in the name. Did you mean those of Sam Poe? /deal list @sam"
    )
    for words in ("of sam", "sam's", "sam\u2019s deals", "for sam"):
        assert "Did you mean those of Sam Poe? /deal list @sam" in crm.ask(ListDeals(words=words)).said
    assert crm.ask(ListDeals(words="sam poe")).said == (
        'No open deals with “sam poe” in the name. Did you mean those of Sam Poe? /deal list owner:"sam poe"'
    )
    with refusal(BadInput, "Both bounds of the value need one currency."):
        crm.ask(ListDeals(over=Money.of(1, "USD"), under=Money.of(9, "EUR")))
    with refusal(BadInput, "“odd” is no state. There are stale and overdue."):
        crm.ask(ListDeals(state="odd"))


def disown(session: Session, crm: Crm, number: int) -> None:
    """Leave a deal without an owner, as the import of an archive may."""
    mine = (Deal.workspace_id == crm.workspace_id, Deal.number == number)
    session.execute(update(Deal).where(*mine).values(owner_id=None))


def test_closed_deals_are_narrowed_by_the_day_they_were_closed(crm: Crm) -> None:
    crm.do(CreateDeal("Acme", expected_close=date(2031, 9, 1)))
    crm.do(LoseDeal("acme", "price"))
    today = crm.clock().date()
    lost = ListDeals(outcome="lost", closes_from=today, closes_by=today)
    assert crm.ask(lost).said == "1 lost deal closed on Wed 5 Mar 2031"
    assert crm.ask(replace(lost, closes_by=None, closes_from=today + timedelta(days=1))).total == 0


def test_stale_deals_are_listed_whosever_they_are(any_crm: Crm) -> None:
    any_crm.do(CreateDeal("Acme"))
    any_crm.do(CreateDeal("Globex"), "sam")
    assert any_crm.ask(ListDeals(state="stale")).said == "No stale open deals."
    any_crm.clock.advance(timedelta(days=31))
    any_crm.do(LogActivity("call", "D-2"), "sam")
    assert listed(any_crm, ListDeals(state="stale")) == ["D-1"]
    assert any_crm.ask(ListDeals(state="stale")).said.endswith(": nothing done for longer than the stage allows")
    assert listed(any_crm, ListDeals(state="stale", owner="sam")) == []


def test_a_deal_that_was_moved_or_planned_about_is_not_stale(any_crm: Crm) -> None:
    for title in ("Moved", "Planned", "Renamed"):
        any_crm.do(CreateDeal(title))
    any_crm.clock.advance(timedelta(days=28))
    any_crm.do(MoveDeal("D-1", "qualified"))
    any_crm.do(CreateTask("call them", Due(on=date(2031, 6, 1)), target="D-2"))
    any_crm.do(SetDeal("D-3", title="Named anew"))
    any_crm.clock.advance(timedelta(days=3))
    assert listed(any_crm, ListDeals(state="stale")) == ["D-3"]
    assert [deal.reference for deal in any_crm.ask(ShowToday()).stale] == ["D-3"]
    any_crm.clock.advance(timedelta(days=45))
    assert listed(any_crm, ListDeals(state="stale")) == ["D-1", "D-2", "D-3"]


def test_the_day_counts_as_many_stale_deals_as_their_list(any_crm: Crm) -> None:
    for place in range(7):
        any_crm.do(CreateDeal(f"Acme {place}"))
    any_crm.do(CreateDeal("Globex"), "sam")
    any_crm.clock.advance(timedelta(days=31))
    day = any_crm.ask(ShowToday())
    assert (len(day.stale), day.stale_total) == (5, 7)
    assert any_crm.ask(ListDeals(state="stale", owner=ME)).total == day.stale_total


def test_what_waits_for_somebody_else_is_shown_by_name(crm: Crm) -> None:
    crm.do(CreateTask("Call", Due(on=date(2031, 3, 3))), "sam")
    seen = crm.ask(ShowToday("sam"), "max")
    assert (seen.said, seen.overdue_total) == ("1 activity waits for Sam Poe today.", 1)
    assert crm.ask(ShowToday("max"), "sam").said.startswith("Nothing of Max")
    assert crm.ask(ShowToday("me")).said == "Nothing is overdue or due today."


def test_a_page_that_is_not_there_is_told(crm: Crm) -> None:
    crm.do(CreateDeal("Acme"))
    with refusal(BadInput, "There is only 1 page, so none has the number 99."):
        crm.ask(ListDeals(page=99))
    assert crm.ask(ListContacts()).total == 0


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        (
            ListDeals(words="negotation", outcome="open"),
            "No open deals with “negotation” in the name. Did you mean “Negotiation”? /deal list negotiation",
        ),
        (ListDeals(words="zebra", outcome="open"), "No open deals with “zebra” in the name."),
        (ListDeals(words="stael"), "No open deals with “stael” in the name. Did you mean “stale”? /deal list stale"),
        (
            ListLeads(words="qualifed"),
            "No leads with “qualifed” in the name. Did you mean “qualified”? /lead list qualified",
        ),
        (ListContacts(words="bob"), "No contacts with “bob” in the name."),
        (ListCompanies(words="bob"), "No companies with “bob” in the name."),
    ],
)
def test_an_empty_list_says_by_which_words_it_was_narrowed(crm: Crm, request_: Request, said: str) -> None:
    crm.do(CreateDeal("Acme"))
    assert crm.ask(request_).said == said


def test_a_search_in_vain_tells_the_nearest_names(crm: Crm) -> None:
    crm.do(CreateCompany("Globex"))
    found = crm.ask(Find("globx"))
    assert found.said == "Nothing found for “globx”. The nearest:"
    assert [hit.link.reference for hit in found.hits] == ["O-1"]
    assert crm.ask(Find("xyzzy")).said == "Nothing found for “xyzzy”."
