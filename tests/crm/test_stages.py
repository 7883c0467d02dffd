"""The pipeline as an admin shapes it."""

import pytest
from factories import Crm, refusal

from crmbot.crm.requests import (
    AddStage,
    CreateDeal,
    ListStages,
    LoseDeal,
    MoveDeal,
    RemoveStage,
    ReopenDeal,
    Request,
    SetStage,
    ShowDeal,
    Undo,
)
from crmbot.domain.money import Money
from crmbot.errors import BadInput, Conflict, CrmError, MissingFact, NotAllowed
from crmbot.models import DealVersion


def names(crm: Crm) -> list[str]:
    """Return the stages' names in order."""
    return [row[0] for row in crm.ask(ListStages()).rows]


def row_of(crm: Crm, name: str) -> tuple[str, ...]:
    """Return one stage as it is listed."""
    return next(row for row in crm.ask(ListStages()).rows if row[0] == name)


def test_a_stage_is_added_where_it_is_said(crm: Crm) -> None:
    said = crm.do(
        AddStage("Demo", 40, after="qualified", stale_after_days=20, forecast_category="best case"), "ada"
    ).said
    assert said == "Added the stage Demo, after Qualified."
    assert names(crm) == ["New Lead", "Qualified", "Demo", "Proposal Sent", "Negotiation", "Won", "Lost"]
    assert row_of(crm, "Demo") == ("Demo", "open", "40 %", "20 days", "best case", "0")
    assert crm.made(CreateDeal("Acme", stage="demo")).probability == 40


def test_without_a_place_it_follows_the_last_open_stage(crm: Crm) -> None:
    crm.do(AddStage("Legal", 90), "ada")
    assert names(crm)[4:] == ["Legal", "Won", "Lost"]
    crm.do(AddStage("First", 5, before="New Lead"), "ada")
    assert names(crm)[0] == "First"
    assert crm.made(CreateDeal("Acme")).stage == "First"


def test_a_renamed_stage_keeps_its_deals_and_undo_gives_the_name_back(crm: Crm) -> None:
    crm.do(CreateDeal("Acme", stage="negotiation"))
    assert crm.do(SetStage("negotiation", name="Haggling"), "ada").said == "Negotiation: name Haggling."
    assert crm.ask(ShowDeal("D-1")).record.stage == "Haggling"
    crm.do(Undo(), "ada")
    assert crm.ask(ShowDeal("D-1")).record.stage == "Negotiation"


def test_a_word_means_what_stages_are_called_now(crm: Crm) -> None:
    crm.do(CreateDeal("Acme"))
    assert crm.do(MoveDeal("D-1", "nego")).said == "Moved D-1 Acme to Negotiation."
    crm.do(SetStage("negotiation", name="Haggling"), "ada")
    crm.do(SetStage("qualified", name="Negotiable"), "ada")
    assert crm.do(MoveDeal("D-1", "nego")).said == "Moved D-1 Acme to Negotiable."


def test_deals_follow_a_new_probability_unless_theirs_is_set_by_hand(crm: Crm) -> None:
    for title, percent in (("Follows", None), ("Own mind", 33)):
        crm.do(CreateDeal(title, stage="qualified", probability=percent))
    outcome = crm.do(SetStage("qualified", probability=30), "ada")
    assert outcome.said == "Qualified: probability 30 %. 1 deal follows."
    assert [crm.ask(ShowDeal(f"D-{n}")).record.probability for n in (1, 2)] == [30, 33]
    assert len(crm.rows(DealVersion)) == 3
    crm.do(Undo(), "ada")
    assert crm.ask(ShowDeal("D-1")).record.probability == 25


def test_stages_are_put_into_another_order(crm: Crm) -> None:
    crm.do(SetStage("negotiation", before="qualified"), "ada")
    assert names(crm)[:4] == ["New Lead", "Negotiation", "Qualified", "Proposal Sent"]
    crm.do(Undo(), "ada")
    assert names(crm)[3] == "Negotiation"


def test_facts_of_a_stage_change_one_by_one(crm: Crm) -> None:
    outcome = crm.do(SetStage("qualified", late=True, forecast_category="commit", clear=("stale_after_days",)), "ada")
    assert [(change.label, change.after) for change in outcome.changes] == [
        ("Late", "yes"),
        ("Stale after", ""),
        ("Forecast", "commit"),
    ]
    assert crm.do(SetStage("qualified", late=True), "ada").said == "Nothing to change on the stage Qualified."


def test_a_removed_stages_deals_go_where_it_is_said_and_come_back_by_undo(crm: Crm) -> None:
    for title in ("Acme", "Globex"):
        crm.do(CreateDeal(title, Money.of("10", "USD"), stage="qualified"))
    before = crm.dump(without=frozenset({"journal_entry", "outbox"}))
    with refusal(MissingFact, "2 deals are in Qualified. Where do they go?"):
        crm.do(RemoveStage("qualified"), "ada")
    assert (
        crm.do(RemoveStage("qualified", "new lead"), "ada").said
        == "Removed the stage Qualified. 2 deals moved to New Lead."
    )
    assert "Qualified" not in names(crm)
    assert [crm.ask(ShowDeal(f"D-{n}")).record.stage for n in (1, 2)] == ["New Lead", "New Lead"]
    crm.do(Undo(), "ada")
    assert crm.dump(without=frozenset({"journal_entry", "outbox"})) == before


def test_a_deal_closed_from_a_removed_stage_is_reopened_in_the_first(crm: Crm) -> None:
    crm.do(CreateDeal("Acme", stage="qualified"))
    crm.do(LoseDeal("D-1", "Price"))
    crm.do(RemoveStage("qualified"), "ada")
    assert crm.made(ReopenDeal("D-1")).stage == "New Lead"


def test_the_name_of_a_removed_stage_can_be_used_again(crm: Crm) -> None:
    crm.do(RemoveStage("qualified"), "ada")
    crm.do(AddStage("Qualified", 20, after="new lead"), "ada")
    crm.do(CreateDeal("Acme"))
    assert crm.made(MoveDeal("D-1", "qualified")).probability == 20


@pytest.mark.parametrize(
    ("request_", "error", "said"),
    [
        (AddStage("won", 100, kind="won"), Conflict, "There is a stage Won already."),
        (AddStage("Demo"), MissingFact, "How likely is a deal in Demo to be won?"),
        (AddStage("  ", 10), MissingFact, "What is the stage called?"),
        (AddStage("Demo", 101), BadInput, "A probability lies between 0 % and 100 %, 101 does not."),
        (AddStage("Paid", 90, kind="won"), BadInput, "A won deal's probability is 100 %."),
        (AddStage("Demo", 40, kind="maybe"), BadInput, "“maybe” is no kind of stage. There are open, won, lost."),
        (AddStage("Demo", 40, after="nowhere"), BadInput, "There is no stage “nowhere”."),
        (AddStage("Demo", 40, forecast_category="sure"), BadInput, "“sure” is no forecast category."),
        (AddStage("Demo", 40, stale_after_days=0), BadInput, "A deal counts as stale after 1 to 3660 days."),
        (SetStage("qualified", name="won"), Conflict, "There is a stage Won already."),
        (SetStage("qualified", after="qualified"), BadInput, "Qualified can't stand beside itself."),
        (SetStage("won", probability=50), BadInput, "A won deal's probability is 100 %."),
        (RemoveStage("won"), Conflict, "Won is the only won stage, and a pipeline needs one."),
        (RemoveStage("qualified", "won"), BadInput, "moving them would change what they are. Name one of: New Lead"),
        (RemoveStage("qualified", "qualified"), BadInput, "The deals need another stage than the one that goes."),
    ],
)
def test_a_refusal_says_why_and_changes_nothing(crm: Crm, request_: Request, error: type[CrmError], said: str) -> None:
    before = crm.dump()
    with refusal(error, said):
        crm.do(request_, "ada")
    assert crm.dump() == before


def test_only_admins_shape_the_pipeline(crm: Crm) -> None:
    for request in (AddStage("Demo", 40), SetStage("won", name="Yes"), RemoveStage("qualified")):
        with pytest.raises(NotAllowed):
            crm.do(request, "max")
