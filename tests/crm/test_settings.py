"""The workspace's own choices."""

import pytest
from factories import Crm, refusal

from crmbot.crm.requests import (
    AddLostReason,
    AddStage,
    CreateDeal,
    LoseDeal,
    RemoveLostReason,
    Request,
    SetRate,
    SetWorkspace,
    ShowSettings,
    Undo,
)
from crmbot.domain.money import Money
from crmbot.errors import BadInput, Conflict, CrmError, NotAllowed, NotFound
from crmbot.language.conversation import answer_line


def settings(crm: Crm) -> dict[str, str]:
    """Return the settings as they are shown."""
    return dict(crm.ask(ShowSettings()).rows)


def test_zone_name_and_order_of_dates_change_and_come_back(crm: Crm) -> None:
    before = settings(crm)
    outcome = crm.do(SetWorkspace("Theirs", "Europe/Berlin", date_order="dmy"), "ada")
    assert outcome.said == "The workspace has name Theirs, time zone Europe/Berlin, dates like 03/04 day first now."
    assert settings(crm)["Time zone"] == "Europe/Berlin"
    crm.do(Undo(), "ada")
    assert settings(crm) == before


def test_a_new_order_of_dates_counts_at_once(crm: Crm) -> None:
    with refusal(BadInput, "unclear"):
        answer_line(crm.service, crm.actor(), "deal new Acme close:03/04/2031")
    answer_line(crm.service, crm.actor("ada"), "settings dates dmy")
    said = answer_line(crm.service, crm.actor(), "deal new Acme close:03/04/2031")
    assert said.echoes == ("closes Thu 3 Apr 2031",)


def test_a_new_stage_can_be_said_at_once(crm: Crm) -> None:
    answer_line(crm.service, crm.actor(), "deal new Acme")
    crm.do(AddStage("Demo", 40), "ada")
    assert "to Demo" in answer_line(crm.service, crm.actor(), "deal move D-1 demo").answer.said


def test_the_currency_changes_while_nothing_kept_is_in_it(crm: Crm) -> None:
    crm.do(CreateDeal("Acme", Money.of("10", "USD")))
    outcome = crm.do(SetWorkspace(currency="eur"), "ada")
    assert outcome.said == (
        "The workspace has currency EUR now. 1 deal keeps its own currency and needs a rate to be in totals: "
        "crmbot rate set USD 1.08"
    )
    crm.do(Undo(), "ada")
    crm.do(SetRate("EUR", "1.08"), "ada")
    with refusal(
        Conflict, "The currency stays USD: the workspace has rates, which are in it and would be false in GBP."
    ):
        crm.do(SetWorkspace(currency="GBP"), "ada")


def test_the_workspaces_own_reasons_are_offered_and_spelled_its_way(crm: Crm) -> None:
    crm.do(AddLostReason("Went  silent"), "ada")
    assert settings(crm)["Lost reasons"].endswith("Duplicate, Went silent")
    crm.do(CreateDeal("Acme"))
    assert crm.made(LoseDeal("D-1", "WENT SILENT")).lost_reason == "Went silent"
    crm.do(RemoveLostReason("price"), "ada")
    assert not settings(crm)["Lost reasons"].startswith("Price")
    crm.do(Undo(), "ada")
    assert settings(crm)["Lost reasons"].startswith("Price")


def test_a_new_reason_can_be_said_at_once(crm: Crm) -> None:
    crm.do(CreateDeal("Acme"))
    crm.do(AddLostReason("Went silent"), "ada")
    assert answer_line(crm.service, crm.actor(), "deal lost D-1 went silent").answer.said.endswith("Went silent.")


@pytest.mark.parametrize(
    ("request_", "error", "said"),
    [
        (SetWorkspace(timezone="Mars/Base"), BadInput, "“Mars/Base” is no time zone."),
        (SetWorkspace(currency="XXQ"), BadInput, "“XXQ” is no currency."),
        (SetWorkspace(date_order="ymd"), BadInput, "Dates are read dmy, mdy or none."),
        (SetWorkspace(name=" "), BadInput, "A workspace's name has 1 to 100 characters."),
        (AddLostReason("PRICE"), Conflict, "“Price” is offered already."),
        (AddLostReason("x" * 76), BadInput, "A reason has 1 to 75 characters."),
        (RemoveLostReason("weather"), NotFound, "There is no reason “weather”. These are offered: Price, Competitor"),
    ],
)
def test_a_refusal_says_why_and_changes_nothing(crm: Crm, request_: Request, error: type[CrmError], said: str) -> None:
    before = crm.dump()
    with refusal(error, said):
        crm.do(request_, "ada")
    assert crm.dump() == before


def test_the_last_reason_stays(crm: Crm) -> None:
    for reason in ("Competitor", "No budget", "No decision", "Timing", "Missing feature", "Duplicate"):
        crm.do(RemoveLostReason(reason), "ada")
    with refusal(Conflict, "“Price” is the only reason offered."):
        crm.do(RemoveLostReason("price"), "ada")


def test_only_admins_change_the_workspace(crm: Crm) -> None:
    for request in (SetWorkspace(name="Mine"), AddLostReason("x"), RemoveLostReason("price")):
        with pytest.raises(NotAllowed):
            crm.do(request, "max")
