"""Which record a word means: one, a choice, or nothing with the nearest names."""

import re
from typing import Any

import pytest
from factories import Crm, refusal

from crmbot.crm.requests import (
    AssignDeal,
    CompleteActivity,
    CreateCompany,
    CreateContact,
    CreateDeal,
    CreateLead,
    CreateTask,
    Find,
    ListCompanies,
    ListDeals,
    LogActivity,
    LoseDeal,
    MoveDeal,
    Request,
    ShowActivity,
    ShowCompany,
    ShowContact,
    ShowDeal,
    ShowLead,
    Undo,
    WinDeal,
)
from crmbot.domain.ids import new_id
from crmbot.domain.money import Money
from crmbot.errors import Ambiguous, CrmError, MissingFact, NotFound
from crmbot.models import Activity, Alias, Deal


def shown(crm: Crm, request: Request, as_: str = "jane") -> str:
    """Return the number of the record that a look finds."""
    reference: str = crm.ask(request, as_).record.reference
    return reference


def choices(crm: Crm, request: Request, as_: str = "jane") -> list[str]:
    """Return the numbers that a look asks to choose from."""
    with pytest.raises(Ambiguous) as asked:
        crm.ask(request, as_)
    return [one.reference for one in asked.value.candidates]


@pytest.fixture
def deals(crm: Crm) -> Crm:
    """A workspace with D-1 to D-5, people and companies."""
    crm.do(CreateCompany("Acme Corp", domain="acme.com"))
    crm.do(CreateCompany("Globex"))
    crm.do(CreateContact("Jane Doe", ("jane@acme.com",), company="Acme Corp"))
    for title, company, contact in (
        ("Acme renewal", None, None),
        ("Big renewal of seats", "Globex", None),
        ("Zürich Åland", None, "Jane Doe"),
        ("100% sure_thing \\ 'x' 🚀", None, None),
        ("renewal", None, None),
    ):
        crm.do(CreateDeal(title, company=company, contact=contact))
    return crm


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("D-1", "D-1"),
        ("d1", "D-1"),
        (" #D-1 ", "D-1"),
        ("Acme renewal", "D-1"),
        ("acme RENEWAL", "D-1"),
        ("acme", "D-1"),
        ("big", "D-2"),
        ("seats", "D-2"),
        ("sea", "D-2"),
        ("renewal", "D-5"),
        ("zurich aland", "D-3"),
        ("ALAND", "D-3"),
        ("globex", "D-2"),
        ("jane doe", "D-3"),
        ("jane", "D-3"),
        ("100%", "D-4"),
        ("sure_thing", "D-4"),
    ],
)
def test_a_deal_is_found_by(deals: Crm, word: str, expected: str) -> None:
    assert shown(deals, ShowDeal(word)) == expected


def test_a_record_is_found_by_its_opaque_id(deals: Crm) -> None:
    wanted = deals.rows(Deal)[1]
    assert shown(deals, ShowDeal(wanted.id)) == "D-2"


@pytest.mark.parametrize("word", ["%", "_", "%%%", "\\", "'", "' OR 1=1 --", "🦄", "!!!", "ewal", "", " ", "\u200b"])
def test_signs_are_literal_and_find_nothing_they_do_not_name(deals: Crm, word: str) -> None:
    for request in (ShowDeal(word), ShowCompany(word), ShowContact(word), ShowLead(word)):
        with refusal(NotFound, f"called “{word}”"):
            deals.ask(request)
    # Several words may be prose: then it is asked whom they are about.
    with pytest.raises((NotFound, MissingFact), match=rf"is called “{re.escape(word)}”|Whom is this about"):
        deals.do(LogActivity("call", word))
    assert deals.rows(Activity) == []


@pytest.mark.parametrize("words", ["%", "_", "' OR 1=1 --", "🦄"])
def test_signs_are_literal_in_lists_and_search(deals: Crm, words: str) -> None:
    assert deals.ask(ListDeals(words=words)).total == 0
    assert deals.ask(ListCompanies(words=words)).total == 0


def test_a_name_of_signs_is_found_by_them(crm: Crm) -> None:
    crm.do(CreateDeal("🚀"))
    crm.do(CreateDeal("!!!"))
    assert shown(crm, ShowDeal("🚀")) == "D-1"
    crm.do(LogActivity("call", "!!!"))
    assert crm.rows(Activity)[0].deal_id == crm.rows(Deal, Deal.number == 2)[0].id


def test_an_open_deal_is_meant_before_a_closed_one(crm: Crm) -> None:
    crm.do(CreateDeal("Acme renewal"))
    crm.do(WinDeal("D-1"))
    crm.do(CreateDeal("Acme renewal"))
    assert crm.made(MoveDeal("acme renewal", "Qualified")).reference == "D-2"
    assert shown(crm, ShowDeal("acme")) == "D-2"


def test_a_closed_deal_is_found_when_no_open_one_is_called_so(crm: Crm) -> None:
    crm.do(CreateDeal("Acme"))
    crm.do(LoseDeal("D-1", "price"))
    assert shown(crm, ShowDeal("acme")) == "D-1"


def test_sister_companies_are_asked_about(crm: Crm) -> None:
    for name in ("Acme Corp", "Acme GmbH"):
        crm.do(CreateCompany(name))
        crm.do(CreateDeal("Seats", company=name))
    assert choices(crm, ShowCompany("acme")) == ["O-1", "O-2"]
    assert choices(crm, ShowDeal("acme")) == ["D-1", "D-2"]
    assert choices(crm, LogActivity("call", "acme")) == ["O-1", "O-2"]
    assert shown(crm, ShowCompany("acme gmbh")) == "O-2"


def test_nothing_is_written_on_an_ambiguous_name(crm: Crm) -> None:
    crm.do(CreateDeal("Acme one"))
    crm.do(CreateDeal("Acme two"))
    before = crm.dump()
    for request in (
        WinDeal("acme"),
        AssignDeal("acme", "sam"),
        LogActivity("call", "acme"),
        CreateTask("x", None, "acme"),
    ):
        assert choices(crm, request, "max") == ["D-1", "D-2"]
    assert crm.dump() == before


@pytest.mark.parametrize("first", ["Alpine hut", "Big Alpine thing", "The Alpinehut"])
def test_a_change_asks_wherever_the_word_stands_in_a_title(crm: Crm, first: str) -> None:
    crm.do(CreateDeal(first))
    crm.do(CreateDeal("Q4 expansion for Alpine"))
    crm.do(CreateDeal("Alpine sold"))
    crm.do(WinDeal("D-3"))
    before = crm.dump()
    for request in (WinDeal("alpine"), MoveDeal("alpine", "negotiation"), LogActivity("call", "alpine")):
        assert choices(crm, request) == ["D-1", "D-2"]
    assert crm.dump() == before


def test_a_whole_title_is_meant_before_one_that_has_the_word(crm: Crm) -> None:
    crm.do(CreateDeal("Big Alpine thing"))
    crm.do(CreateDeal("Alpine"))
    assert crm.made(WinDeal("alpine")).reference == "D-2"
    assert crm.made(WinDeal("alpine")).reference == "D-1"


def test_a_choice_shows_what_tells_records_apart(crm: Crm) -> None:
    crm.do(CreateDeal("Seats", value=Money.of(40_000, "USD"), company="Acme"))
    crm.do(CreateDeal("Seats", stage="negotiation", owner="sam"))
    crm.do(LogActivity("call", "D-1", "hello"))
    with pytest.raises(Ambiguous) as asked:
        crm.ask(ShowDeal("seats"))
    assert str(asked.value) == "“seats” could be 2 records. Which one?"
    assert (asked.value.word, asked.value.field) == ("seats", "deal")
    assert [one.facts for one in asked.value.candidates] == [
        ("New Lead", "$40,000", "Acme", "Jane Roe", "last touch 5 Mar 2031"),
        ("Negotiation", "no value", "Sam Poe"),
    ]


def test_many_choices_are_cut_and_in_order(crm: Crm) -> None:
    for number in range(12):
        crm.do(CreateDeal(f"Acme {number}"))
    asked = choices(crm, ShowDeal("acme"))
    assert len(asked) == 10
    assert asked == sorted(asked, key=lambda reference: int(reference[2:]))


@pytest.mark.parametrize(
    ("request_", "words", "nearest"),
    [
        (ShowDeal("acme renewl"), "There is no deal called “acme renewl”. Did you mean “Acme renewal” (D-1)?", "D-1"),
        (ShowCompany("globx"), "Did you mean “Globex” (O-2)?", "O-2"),
        (ShowContact("jane do3"), "Did you mean “Jane Doe” (C-1)?", "C-1"),
    ],
)
def test_nothing_found_tells_the_nearest(deals: Crm, request_: Request, words: str, nearest: str) -> None:
    with refusal(NotFound, words) as refused:
        deals.ask(request_)
    error: Any = refused.value
    assert error.nearest[0].reference == nearest


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (ShowDeal("zzyzx"), "There is no deal called “zzyzx”. See the open ones: /deal list"),
        (LogActivity("call", "zzyzx"), "is called “zzyzx”. Add a new one first: /contact new zzyzx"),
        (
            LogActivity("call", "zoe@zz.example"),
            '“zoe@zz.example”. Add a new one first: /contact new "Zoe" zoe@zz.example',
        ),
    ],
)
def test_where_no_name_is_near_it_is_told_what_to_do(deals: Crm, request_: Request, words: str) -> None:
    with refusal(NotFound, words):
        deals.ask(request_)


@pytest.mark.parametrize(
    "request_",
    [
        ShowDeal("D-99"),
        ShowLead("L-99"),
        ShowContact("c99"),
        ShowCompany("O-0"),
        ShowActivity("A-99"),
        ShowDeal("D-9999999999"),
    ],
)
def test_a_number_nobody_has_is_told(deals: Crm, request_: Request) -> None:
    with refusal(NotFound, "There is no"):
        deals.ask(request_)


def test_a_record_called_like_a_number_is_found_by_it(crm: Crm) -> None:
    crm.do(CreateCompany("C3"))
    crm.do(CreateDeal("D2"))
    assert shown(crm, ShowCompany("c3")) == "O-1"
    assert shown(crm, ShowDeal("d2")) == "D-1"
    crm.do(LogActivity("call", "c3"))
    assert crm.rows(Activity)[0].company_id is not None


def test_people_are_found_by_address(deals: Crm) -> None:
    deals.do(CreateLead("Jo", "jo@globex.example"))
    assert shown(deals, ShowContact("JANE@acme.com")) == "C-1"
    assert shown(deals, ShowLead("jo@globex.example")) == "L-1"
    with refusal(NotFound, "“nobody@acme.com”"):
        deals.ask(ShowContact("nobody@acme.com"))


def test_a_company_is_found_by_domain(deals: Crm) -> None:
    assert shown(deals, ShowCompany("ACME.com")) == "O-1"


def test_a_persons_own_word_for_a_record_is_theirs_alone(deals: Crm) -> None:
    def remember(session: Any) -> None:
        session.add(
            Alias(
                workspace_id=deals.workspace_id,
                id=new_id(deals.clock()),
                user_id=deals.user_id("jane"),
                kind="deal",
                word="the whale",
                record_id=deals.rows(Deal)[1].id,
            )
        )

    deals.write(remember)
    assert shown(deals, ShowDeal("The Whale")) == "D-2"
    deals.do(LogActivity("call", "the whale"))
    with refusal(NotFound, "the whale"):
        deals.ask(ShowDeal("the whale"), "sam")


def test_another_workspaces_records_are_never_found(deals: Crm) -> None:
    other = Crm(deals.store, deals.clock, name="Theirs")
    secret = other.made(CreateDeal("Secret merger", company="Hush Ltd"))
    other.do(CreateContact("Mallory", ("mallory@hush.example",)))
    other.do(CreateTask("secret task"))
    for word in ("D-6", "secret merger", "secret", "hush", "mallory", secret.id, "mallory@hush.example"):
        for request in (ShowDeal(word), ShowCompany(word), ShowContact(word), LogActivity("call", word)):
            with pytest.raises(NotFound) as refused:
                deals.ask(request, "ada")
            assert not {"Secret merger", "Mallory", "Hush Ltd"} & {one.title for one in refused.value.nearest}
    with refusal(NotFound, "No open activity"):
        deals.ask(CompleteActivity("secret task"), "ada")
    assert deals.ask(Find("secret hush mallory"), "ada").hits == ()
    assert other.ask(Find("secret")).hits != ()


def test_a_refusal_is_a_crm_error_for_every_kind_of_word(crm: Crm) -> None:
    crm.do(CreateDeal("Acme"))
    for word in ("x" * 10_000, "D-", "-1", "0", "D-00", "@", "a@b@c", "\n", "\t\t", "…"):
        for request in (ShowDeal(word), ShowLead(word), ShowActivity(word), LogActivity("call", word), Undo(word)):
            with pytest.raises(CrmError):
                crm.ask(request)


def test_a_bare_number_means_the_record_of_that_number_and_no_name_with_it(crm: Crm) -> None:
    crm.do(CreateDeal("Acme"))
    crm.do(CreateDeal("Initech 12k close"))
    assert shown(crm, ShowDeal("1")) == "D-1"
    with refusal(NotFound, "There is no deal D-12."):
        crm.ask(ShowDeal("12"))
    with refusal(NotFound, "Say which: D-1"):
        crm.do(LogActivity("call", "1"))


def test_a_call_can_be_logged_with_a_closed_deal_when_no_open_one_is_called_so(crm: Crm) -> None:
    crm.do(CreateDeal("Acme renewal"))
    crm.do(LoseDeal("D-1", "Price"))
    crm.do(LogActivity("call", "acme renewal"))
    assert crm.rows(Activity)[0].deal_id == crm.rows(Deal)[0].id


def test_nothing_found_names_records_of_every_kind(crm: Crm) -> None:
    crm.do(CreateContact("Johanna Reyes"))
    with refusal(NotFound, "No deal, lead, contact or company is called “johana reyes”. Did you mean “Johanna Reyes”"):
        crm.do(LogActivity("call", "johana reyes"))
