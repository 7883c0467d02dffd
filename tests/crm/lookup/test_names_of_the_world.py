"""Names as they are: legal forms, scripts, short ones, numbers, people by turned names and initials."""

from collections.abc import Callable

import pytest
from factories import Crm, refusal

from crmbot.crm.requests import (
    CreateCompany,
    CreateContact,
    CreateDeal,
    CreateLead,
    LogActivity,
    Request,
    ShowCompany,
    ShowContact,
    ShowDeal,
    ShowLead,
)
from crmbot.errors import Ambiguous, CrmError, NotFound
from crmbot.models import Activity

COMPANIES = (
    """
Acme Corp|Acme GmbH|Acme & Sons Ltd.|3M|X|1&1 AG|D-17|42|O'Reilly Media|Müller Straßenbau GmbH & Co. KG
Société Générale S.A.|Яндекс Такси|東京電力株式会社|삼성전자 주식회사|A.P. Møller Mærsk A/S|booking.com|S. Oliver
दिल्ली टायर|दाल लैट|ไทย เบฟ|Łódź Sp. z o.o.|Grupo Sol S.A. de C.V.|Nordic Trä AB|Sapporo KK|Roma Pasta S.r.l.|Tata Ltd.
Embraer Ltda.|Wien Bau Ges.m.b.H.|Kiwi Pty Ltd|Zagreb d.o.o.|Praha s.r.o.|Budapest Kft.|Lisboa Lda.|Oslo ASA|Nokia Oyj
""".strip()
    .replace("\n", "|")
    .split("|")
)

MEANT = (
    ("acme", "Acme Corp | Acme GmbH | Acme & Sons Ltd."),
    ("ACME Corp.", "Acme Corp"),
    ("acme gmbh", "Acme GmbH"),
    ("Acme Inc", ""),
    ("acme sons", "Acme & Sons Ltd."),
    ("sons", "Acme & Sons Ltd."),
    ("3m", "3M"),
    ("x", "X"),
    ("1 1", "1&1 AG"),
    ("1&1", "1&1 AG"),
    ("42", "42"),
    ("oreilly", "O'Reilly Media"),
    ("O\u2019Reilly", "O'Reilly Media"),
    ("mueller", ""),
    ("muller strassenbau", "Müller Straßenbau GmbH & Co. KG"),
    ("STRASSEN", "Müller Straßenbau GmbH & Co. KG"),
    ("societe generale", "Société Générale S.A."),
    ("générale sa", "Société Générale S.A."),
    ("東京", "東京電力株式会社"),
    ("電力", "東京電力株式会社"),
    ("会社", "東京電力株式会社"),
    ("삼성", "삼성전자 주식회사"),
    ("전자", "삼성전자 주식회사"),
    ("maersk", "A.P. Møller Mærsk A/S"),
    ("ap moller", "A.P. Møller Mærsk A/S"),
    ("booking", "booking.com"),
    ("oliver", "S. Oliver"),
    ("दिल्ली", "दिल्ली टायर"),
    ("दाल", "दाल लैट"),
    ("lodz", "Łódź Sp. z o.o."),
    ("เบฟ", "ไทย เบฟ"),
    ("такси", "Яндекс Такси"),
    ("wien bau ges", "Wien Bau Ges.m.b.H."),
    ("zagreb doo", "Zagreb d.o.o."),
    ("roma", "Roma Pasta S.r.l."),
    ("kiwi pty", "Kiwi Pty Ltd"),
)
"""What is typed, and which company it means; nothing, or several to choose from."""


@pytest.fixture
def world(any_crm: Crm) -> Crm:
    """A workspace with companies of many countries, of twenty legal forms and eight scripts."""
    for name in COMPANIES:
        any_crm.do(CreateCompany(name))
    return any_crm


def found(crm: Crm, word: str, look: Callable[[str], Request] = ShowCompany) -> str:
    """Return the name of what a word means, those to choose from, or nothing."""
    try:
        title: str = crm.ask(look(word)).record.title
    except Ambiguous as several:
        return " | ".join(one.title for one in several.candidates)
    except NotFound:
        return ""
    return title


def test_each_name_is_found_by_all_of_it_by_its_case_and_by_its_words(world: Crm) -> None:
    for name in COMPANIES:
        assert found(world, name) == name
        assert found(world, name.upper()) == name
        assert found(world, f"  {name.lower()} ") == name


def test_a_company_is_found_by_what_people_type(world: Crm) -> None:
    assert [(word, found(world, word)) for word, _ in MEANT] == list(MEANT)


def test_names_that_differ_in_their_vowel_signs_are_two(any_crm: Crm) -> None:
    for name in ("दिल", "दाल", "กิน", "กัน"):
        any_crm.do(CreateCompany(name))
    assert [found(any_crm, name) for name in ("दिल", "दाल", "กิน", "กัน")] == ["दिल", "दाल", "กิน", "กัน"]


def test_a_company_called_as_a_deals_number_is_found_by_it(world: Crm) -> None:
    for number in range(18):
        world.do(CreateDeal(f"Deal {number}"))
    assert found(world, "D-17") == "D-17"
    assert world.ask(ShowDeal("D-17")).record.title == "Deal 16"


def test_a_company_with_just_that_name_comes_before_a_deal_that_begins_so(any_crm: Crm) -> None:
    any_crm.do(CreateCompany("Acme"))
    any_crm.do(CreateDeal("Acme renewal"))
    any_crm.do(CreateDeal("Seats", company="Acme"))
    any_crm.do(LogActivity("call", "acme"))
    (activity,) = any_crm.rows(Activity)
    assert activity.company_id is not None
    assert any_crm.ask(ShowDeal("acme")).record.title == "Acme renewal"


PEOPLE = (
    ("Miller, Tom", "Tom Miller"),
    ("miller tom", "Tom Miller"),
    ("T. Miller", "Tom Miller"),
    ("Miller T", "Tom Miller"),
    ("doe j", "Jane Doe"),
    ("Doe, Jane", "Jane Doe"),
    ("henry miller", "Tom Henry Miller"),
    ("doe", "Jane Doe"),
    ("o brien", ""),
    ("obrien", "Pat O'Brien"),
)
"""What is typed, and whom it means."""


def test_a_person_is_found_by_what_people_type(any_crm: Crm) -> None:
    for name in ("Tom Miller", "Tom Henry Miller", "Jane Doe", "Pat O'Brien"):
        any_crm.do(CreateContact(name))
    assert [(word, found(any_crm, word, ShowContact)) for word, _ in PEOPLE] == list(PEOPLE)


def test_turned_names_and_initials_that_fit_several_are_asked_about(any_crm: Crm) -> None:
    for name in ("Tom Miller", "Tim Miller"):
        any_crm.do(CreateContact(name))
        any_crm.do(CreateLead(name))
    for request in (ShowContact("T. Miller"), ShowLead("miller t"), LogActivity("call", "Miller, T")):
        with pytest.raises(Ambiguous):
            any_crm.service.perform(any_crm.actor(), request)
    assert any_crm.ask(ShowContact("Miller, Tim")).record.title == "Tim Miller"


def test_a_slip_in_an_old_name_is_answered_with_it(any_crm: Crm) -> None:
    any_crm.do(CreateCompany("Globex Industries"))
    for number in range(420):
        any_crm.do(CreateCompany(f"Other {number:03}"))
    for word in ("glbex", "globx", "gloebx", "Globex Industires", "Indsutries"):
        with refusal(NotFound, "Did you mean “Globex Industries” (O-1)?"):
            any_crm.ask(ShowCompany(word))


def test_words_that_are_nothing_are_refused_with_what_would_make_them(any_crm: Crm) -> None:
    with refusal(CrmError, 'There is no contact called “Zed Zebra”. Add one: /contact new "Zed Zebra"'):
        any_crm.ask(ShowContact("Zed Zebra"))
