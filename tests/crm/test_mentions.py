"""Search in what was said: titles of proposals, texts of activities and notes."""

import pytest
from factories import Crm
from sqlalchemy import insert
from sqlalchemy.orm import Session

from crmbot.crm.hits import MOST_HITS
from crmbot.crm.mentions import LATEST
from crmbot.crm.requests import AddNote, CreateDeal, CreateProposal, Find, LogActivity, Request
from crmbot.domain.ids import new_id
from crmbot.domain.money import Money
from crmbot.models import Note


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (Find("cfo"), [("D-1", ("Note: “We met the CFO, Müller-Lüdenscheidt, at lunch.”",))]),
        (Find("LUDENSCHEIDT"), [("D-1", ("Note: “We met the CFO, Müller-Lüdenscheidt, at lunch.”",))]),
        (Find("pricing"), [("A-1", ("Call", "D-1 Roof", "“… for long about pricing and terms”"))]),
        (Find("spoke"), [("A-1", ("Call", "D-1 Roof"))]),
        (Find("a-1"), [("A-1", ("Call", "D-1 Roof"))]),
        (Find("P-1"), [("P-1", ("Draft", "D-1 Roof"))]),
        (Find("roof proposal"), [("P-1", ("Draft", "D-1 Roof"))]),
        (Find("roof proposal", kind="proposal"), [("P-1", ("Draft", "D-1 Roof"))]),
        (Find("cfo", kind="deal"), []),
        (Find("cfo", only_names=True), []),
        (Find("ricing"), []),
    ],
)
def test_search_finds_proposals_and_the_words_of_texts(
    any_crm: Crm, request_: Request, expected: list[tuple[str, tuple[str, ...]]]
) -> None:
    any_crm.do(CreateDeal("Roof", value=Money(500_00, "USD")))
    any_crm.do(AddNote("D-1", "We met the CFO, Müller-Lüdenscheidt, at lunch."))
    any_crm.do(LogActivity("call", "D-1", "Spoke to them", outcome="We talked for long about pricing and terms"))
    any_crm.do(CreateProposal("D-1", title="Roof proposal"))
    assert [(hit.link.reference, hit.facts) for hit in any_crm.ask(request_).hits] == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Spoke to O'Brien about it", "obrien"),
        ("Spoke to O\u2019Brien about it", "o'brien"),
        ("Delivery to the U.S.A. only", "usa"),
        ("Asked for size GRÖSSER", "grosser"),
        ("100% of it, a_b", "a_b"),
        ("Ask for S.m.i.t.h/Sons", "smith/sons"),
        (f"An {'uncommonly' * 6} long word", "uncommonly" * 6),
        ("東京タワーへ行く", "東京"),
    ],
)
def test_words_are_found_in_texts_however_they_are_written(any_crm: Crm, text: str, words: str) -> None:
    any_crm.do(CreateDeal("Roof"))
    any_crm.do(AddNote("D-1", "Nothing of that kind"))
    any_crm.do(AddNote("D-1", text))
    assert [hit.link.reference for hit in any_crm.ask(Find(words)).hits] == ["D-1"]


def test_names_come_before_what_texts_say(crm: Crm) -> None:
    for _ in range(MOST_HITS):
        crm.do(CreateDeal("Roof"))
    crm.do(LogActivity("call", "D-1", "Roof it is"))
    assert {hit.link.reference[0] for hit in crm.ask(Find("roof")).hits} == {"D"}


def test_search_says_when_it_looked_through_the_latest_texts_only(crm: Crm) -> None:
    def write(session: Session) -> None:
        now = crm.clock()
        row = {"workspace_id": crm.workspace_id, "text": "Hello", "created_at": now}
        session.execute(insert(Note), [row | {"id": new_id(now)} for _ in range(LATEST)])

    crm.write(write)
    assert crm.ask(Find("xyzzy")).said.endswith("the latest 2,000 were looked through.")
