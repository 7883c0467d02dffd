"""The index of words gives what a look at every name gives, and follows every way in which names are written."""

import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from factories import Crm
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sequences import EXAMPLES
from sqlalchemy import select

from crmbot.crm.archive import import_archive
from crmbot.crm.requests import (
    CreateCompany,
    CreateContact,
    CreateDeal,
    CreateLead,
    Find,
    ListDeals,
    MergeCompanies,
    SetCompany,
    SetContact,
    SetDeal,
    SetLead,
    ShowDeal,
    Undo,
)
from crmbot.crm.spreadsheets import import_csv
from crmbot.domain.identity import fold_name
from crmbot.errors import Ambiguous, NotFound
from crmbot.models import NameWord

WORDS = st.sampled_from(
    ["acme", "ac", "a", "Ümit", "um", "renewal", "rené", "3m", "x", "東京電力", "東", "Жук", "o'hara"]
)
NAMES = st.lists(WORDS, min_size=1, max_size=4).map(" ".join)
LONG = "An uncommonly long title that goes on for more than forty letters from its very first word on"


def words_of(crm: Crm, kind: str) -> list[str]:
    """Return the words that names of a kind are found by, in order."""
    with crm.store.reading(crm.workspace_id) as session:
        rows = select(NameWord.word).where(NameWord.workspace_id == crm.workspace_id, NameWord.kind == kind)
        return sorted(session.scalars(rows))


def begins_somewhere(name: str, key: str) -> bool:
    """Say, from the definition, whether a word of a name begins with the key: Han begins one with every sign."""
    places = range(len(name))
    starts = [at for at in places if at == 0 or name[at - 1] == " " or unicodedata.name(name[at]).startswith("CJK")]
    return any(name[at:].startswith(key) for at in starts)


def meant(titles: Sequence[str], word: str) -> list[str]:
    """Return the numbers of the deals that a word means, by a look at every title."""
    key, names = fold_name(word), [(f"D-{place}", fold_name(title)) for place, title in enumerate(titles, 1)]
    for is_match in (
        lambda name: name == key,
        lambda name: name.startswith(f"{key} "),
        lambda name: begins_somewhere(name, key),
    ):
        found = [number for number, name in names if is_match(name)]
        if found:
            return found
    return []


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(titles=st.lists(NAMES, min_size=1, max_size=8), asked=st.lists(NAMES, min_size=1, max_size=4))
def test_a_word_means_what_a_look_at_every_name_says(
    open_crm: Callable[[], Crm], titles: list[str], asked: list[str]
) -> None:
    crm = open_crm()
    for title in titles:
        crm.do(CreateDeal(title))
    for word in [*asked, *(title[:3] for title in titles)]:
        try:
            found = [crm.ask(ShowDeal(word)).record.reference]
        except Ambiguous as several:
            found = [one.reference for one in several.candidates]
        except NotFound:
            found = []
        assert found == meant(titles, word), word
        listed = {record.reference for record in crm.ask(ListDeals(words=word)).records}
        by_words = {
            f"D-{at}" for at, title in enumerate(titles, 1) if begins_somewhere(fold_name(title), fold_name(word))
        }
        assert listed == by_words or not by_words


def test_a_long_name_is_found_by_a_long_part_of_it_and_by_nothing_alike(any_crm: Crm) -> None:
    any_crm.do(CreateDeal(LONG))
    any_crm.do(CreateDeal(f"{LONG} too"))
    part = LONG.partition(" ")[2]
    assert any_crm.ask(ShowDeal(f"{part} too")).record.reference == "D-2"
    with pytest.raises(NotFound):
        any_crm.ask(ShowDeal(f"{part} two"))
    with pytest.raises(Ambiguous):
        any_crm.ask(ShowDeal(part))


def test_one_name_with_a_word_often_is_one_match(any_crm: Crm) -> None:
    any_crm.do(CreateDeal("so " + "la " * 60))
    any_crm.do(CreateDeal("Oh"))
    assert any_crm.ask(ShowDeal("la")).record.reference == "D-1"
    any_crm.do(CreateDeal("la vie"))
    any_crm.do(CreateDeal("si la"))
    assert any_crm.ask(ShowDeal("la vi")).record.reference == "D-3"


def test_words_follow_a_rename_and_its_undo(any_crm: Crm) -> None:
    any_crm.do(CreateDeal("Acme renewal"))
    assert words_of(any_crm, "deal") == ["renewal"]
    any_crm.do(SetDeal("D-1", title="Acme second site"))
    assert words_of(any_crm, "deal") == ["second site", "site"]
    any_crm.do(Undo())
    assert words_of(any_crm, "deal") == ["renewal"]
    any_crm.do(Undo())
    any_crm.do(SetDeal("D-1", title="Acme"))
    assert words_of(any_crm, "deal") == []


def test_words_follow_each_kind_of_name(any_crm: Crm) -> None:
    any_crm.do(CreateCompany("Acme Corp"))
    any_crm.do(CreateContact("Jane Doe"))
    any_crm.do(CreateLead("Zoe Poe", company="Initech North"))
    assert [words_of(any_crm, kind) for kind in ("company", "contact", "lead", "lead_company")] == [
        ["corp"],
        ["doe"],
        ["poe"],
        ["initech north", "north"],
    ]
    any_crm.do(SetCompany("acme", name="Acme Holding"))
    any_crm.do(SetContact("jane", name="Jane Roe"))
    any_crm.do(SetLead("zoe", company="Globex"))
    assert [words_of(any_crm, kind) for kind in ("company", "contact", "lead_company")] == [
        ["holding"],
        ["roe"],
        ["globex"],
    ]


def test_words_go_with_a_merged_record_and_come_back_with_it(any_crm: Crm) -> None:
    any_crm.do(CreateCompany("Acme Corp"))
    any_crm.do(CreateCompany("Globex Inc"))
    any_crm.do(MergeCompanies("globex", "acme"))
    assert words_of(any_crm, "company") == ["corp"]
    any_crm.do(Undo())
    assert words_of(any_crm, "company") == ["corp", "inc"]


def test_words_of_rows_that_a_table_brings_are_there_and_those_of_refused_rows_are_not(
    any_crm: Crm, tmp_path: Path
) -> None:
    file = tmp_path / "companies.csv"
    file.write_text("Company,Domain\nAcme Corp,acme.com\nAcme Corp,acme.com\nNorth Star,star.com\n", "utf-8")
    imported = import_csv(any_crm.store, any_crm.actor("ada"), any_crm.policy, file, now=any_crm.clock())
    assert (imported.made, imported.skipped) == (2, 1)
    assert words_of(any_crm, "company") == ["corp", "star"]


def test_a_search_finds_every_word_in_any_order_and_the_best_first(any_crm: Crm) -> None:
    for title in ("Big Acme renewal", "Acme", "Acme renewal", "Renewal of Globex", "Ace Macmes"):
        any_crm.do(CreateDeal(title))
    any_crm.do(CreateLead("Zoe", company="Acme Corp"))

    def found(words: str) -> list[str]:
        return [hit.link.reference for hit in any_crm.ask(Find(words)).hits]

    assert found("acme") == ["D-2", "D-3", "D-1", "L-1"]
    assert found("renewal acm") == ["D-3", "D-1"]
    assert found("acme zoe") == ["L-1"]
    assert found("cmes") == ["D-5"]


def test_a_common_word_finds_who_is_called_just_so_and_then_the_latest(any_crm: Crm) -> None:
    names = ["Acme", *(f"North Acme {number:03}" for number in range(600))]
    lines = [{"type": "company", "ref": name, "name": name} for name in names]
    import_archive(any_crm.store, any_crm.actor("ada"), lines, now=any_crm.clock())
    assert words_of(any_crm, "company")[:2] == ["000", "001"]
    hits = [hit.link.title for hit in any_crm.ask(Find("acme")).hits]
    assert hits == ["Acme", *(f"North Acme {number:03}" for number in range(599, 585, -1))]
    assert [hit.link.title for hit in any_crm.ask(Find("acme 017")).hits] == ["North Acme 017"]
