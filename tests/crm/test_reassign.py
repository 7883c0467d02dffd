"""Handing over what somebody has open."""

import pytest
from factories import Crm, refusal
from sqlalchemy import event

from crmbot.crm.requests import (
    CompleteActivity,
    CreateDeal,
    CreateLead,
    CreateTask,
    Due,
    ListActivities,
    ListDeals,
    Reassign,
    SetUserRole,
    Undo,
    WinDeal,
)
from crmbot.errors import BadInput, NotAllowed, NotFound
from crmbot.models import Activity, Deal, Lead

KEPT = frozenset({"journal_entry", "outbox"})


@pytest.fixture(autouse=True)
def _work(crm: Crm) -> None:
    """Jane's: two open deals and a won one, a lead, two tasks of which one is done."""
    for title in ("Acme", "Globex", "Initech"):
        crm.do(CreateDeal(title))
    crm.do(WinDeal("D-3"))
    crm.do(CreateLead("Lee Doe"))
    today = crm.clock().date()
    for text in ("call", "write"):
        crm.do(CreateTask(text, due=Due(on=today)))
    crm.do(CompleteActivity("A-2"))


def owners(crm: Crm) -> list[str]:
    """Return who owns deals, leads and tasks, in the order of their numbers."""
    who = {crm.user_id(word): word for word in ("sam", "max", "ada", "vic")}
    rows = [row for kind in (Deal, Lead, Activity) for row in crm.rows(kind, order=kind.number)]
    return [who.get(row.owner_id, "jane") for row in rows]


def test_all_that_is_open_goes_over_in_one_effect_and_comes_back_by_one_undo(crm: Crm) -> None:
    before = crm.dump(without=KEPT)
    outcome = crm.do(Reassign("jane", "sam"), "max")
    assert outcome.said == "2 open deals, 1 open lead and 1 open task of Jane Roe went to Sam Poe."
    assert owners(crm) == ["sam", "sam", "jane", "sam", "sam", "jane"]
    crm.do(Undo(), "max")
    assert crm.dump(without=KEPT) == before


def test_a_dry_run_tells_the_counts_and_changes_nothing(crm: Crm) -> None:
    before = crm.dump()
    outcome = crm.do(Reassign("jane", "sam"), "max", dry_run=True)
    assert outcome.dry_run
    assert [change.label for change in outcome.changes] == ["2 open deals", "1 open lead", "1 open task"]
    assert crm.dump() == before


def test_a_day_that_a_task_is_due_is_the_new_owners(crm: Crm) -> None:
    before = crm.rows(Activity, order=Activity.number)[0].overdue_at
    crm.do(Reassign("jane", "sam"), "max")
    moved = crm.rows(Activity, order=Activity.number)[0].overdue_at
    assert (moved - before).total_seconds() in (5 * 3600, 6 * 3600, 7 * 3600)


def test_only_one_kind_goes_when_it_is_named(crm: Crm) -> None:
    crm.do(Reassign("jane", "sam", only="tasks"), "max")
    assert owners(crm) == ["jane", "jane", "jane", "jane", "sam", "jane"]


def test_somebody_who_has_left_still_hands_over(crm: Crm) -> None:
    left = crm.do(SetUserRole("jane", active=False), "ada")
    assert left.offer is not None
    assert left.said == "Jane Roe has no rights any more. Still theirs: 2 open deals, 1 open lead and 1 open task."
    assert [name for name, _ in left.offer.choices] == ["Ada Root", "Max Chief", "Sam Poe"]
    to_sam = dict(left.offer.choices)["Sam Poe"]
    assert crm.do(to_sam, "ada").said.endswith("of Jane Roe went to Sam Poe.")
    assert len(crm.ask(ListDeals(owner="sam"), "max").records) == 2
    assert len(crm.ask(ListActivities(owner="sam"), "max").records) == 1


def test_nothing_is_offered_for_somebody_without_open_work(crm: Crm) -> None:
    assert crm.do(SetUserRole("vic", active=False), "ada").offer is None


def test_nothing_open_is_told(crm: Crm) -> None:
    assert crm.do(Reassign("sam", "jane"), "max").said == "Sam Poe has no open deal, lead or task to hand over."


def test_a_refusal_says_why(crm: Crm) -> None:
    with refusal(BadInput, "Jane Roe has them already."):
        crm.do(Reassign("jane", "jane"), "max")
    with refusal(NotFound, "Nobody here is called “bob”."):
        crm.do(Reassign("bob", "jane"), "max")
    with refusal(BadInput, "“mails” can't be handed over. It can be deals, leads or tasks."):
        crm.do(Reassign("jane", "sam", only="mails"), "max")
    with pytest.raises(NotAllowed):
        crm.do(Reassign("jane", "sam"), "sam")


def test_undo_of_many_goes_to_the_database_together(crm: Crm) -> None:
    for number in range(60):
        crm.do(CreateDeal(f"Deal {number}"))
    crm.do(Reassign("jane", "sam", only="deals"), "max")
    said: list[str] = []
    event.listen(crm.store.engine, "before_cursor_execute", lambda *given: said.append(given[2]))
    crm.do(Undo(), "max")
    # The deals have versions and so are changed one by one; what is kept of their past is not.
    assert len([one for one in said if one.startswith("UPDATE deal SET")]) == 62
    assert len(said) < 2 * 62
    assert set(owners(crm)[:2]) == {"jane"}
