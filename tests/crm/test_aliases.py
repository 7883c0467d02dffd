"""A person's own words for records."""

import pytest
from factories import Crm, refusal

from crmbot.crm.requests import CreateDeal, ForgetAlias, ListAliases, RememberAlias, Request, ShowDeal, Undo
from crmbot.errors import Ambiguous, BadInput, CrmError, NotFound


@pytest.fixture(autouse=True)
def _deals(crm: Crm) -> None:
    for title in ("Acme Corp renewal", "Acme GmbH pilot"):
        crm.do(CreateDeal(title))


def words(crm: Crm, who: str = "jane") -> tuple[tuple[str, ...], ...]:
    """Return the words of somebody as they are listed."""
    rows: tuple[tuple[str, ...], ...] = crm.ask(ListAliases(), who).rows
    return rows


def test_a_remembered_word_means_the_record_for_its_speaker_only(crm: Crm) -> None:
    assert crm.do(RememberAlias("acme", "D-2")).said == "“acme” means D-2 Acme GmbH pilot when you say it."
    assert crm.ask(ShowDeal("Acme")).record.reference == "D-2"
    with pytest.raises(Ambiguous):
        crm.ask(ShowDeal("acme"), "max")


def test_another_choice_takes_the_words_place_and_undo_brings_the_first_back(crm: Crm) -> None:
    crm.do(RememberAlias("acme", "D-2"))
    crm.do(RememberAlias("ACME", "D-1"))
    assert words(crm) == (("acme", "D-1 Acme Corp renewal"),)
    crm.do(Undo())
    assert words(crm) == (("acme", "D-2 Acme GmbH pilot"),)


def test_the_same_choice_again_writes_nothing(crm: Crm) -> None:
    crm.do(RememberAlias("acme", "D-2"))
    before = crm.dump()
    assert crm.do(RememberAlias("acme", "D-2")).entry_id is None
    assert crm.dump() == before


def test_a_forgotten_word_means_what_everybody_means(crm: Crm) -> None:
    crm.do(RememberAlias("acme", "D-2"))
    assert crm.do(ForgetAlias("Acme")).said == "Forgot what you mean by “acme”."
    assert words(crm) == ()
    crm.do(Undo())
    assert len(words(crm)) == 1


def test_all_words_are_forgotten_at_once(crm: Crm) -> None:
    crm.do(RememberAlias("acme", "D-2"))
    crm.do(RememberAlias("big one", "D-1"))
    assert crm.do(ForgetAlias("all")).said == "Forgot 2 of your words."


@pytest.mark.parametrize(
    ("request_", "error", "said"),
    [
        (RememberAlias(" ", "D-1"), BadInput, "Which word should mean it?"),
        (RememberAlias("d-2", "D-1"), BadInput, "“d-2” is a number and means its own record."),
        (RememberAlias("w" * 101, "D-1"), BadInput, "A word of yours has at most 100 characters."),
        (RememberAlias("acme", "D-9"), NotFound, "There is no deal D-9."),
        (ForgetAlias("acme"), NotFound, "You have no words yet. See yours: /crm aliases"),
    ],
)
def test_a_refusal_says_why(crm: Crm, request_: Request, error: type[CrmError], said: str) -> None:
    with refusal(error, said):
        crm.do(request_)


def test_somebody_without_words_is_told_where_they_come_from(crm: Crm) -> None:
    assert "pick one, crmbot remembers your pick" in crm.ask(ListAliases()).said
