"""Undo: the store is as before, for a day, and never over somebody's head."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from concurrency import outcomes_of
from factories import Crm, refusal
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sequences import ALL_REQUESTS, EXAMPLES, SCENE
from sqlalchemy import text, update

from crmbot.crm.journal import TRACKED
from crmbot.crm.requests import (
    AddUser,
    AssignActivity,
    AssignDeal,
    CompleteActivity,
    ConvertLead,
    CreateContact,
    CreateDeal,
    CreateLead,
    CreateTask,
    CreateToken,
    Due,
    LogActivity,
    MergeContacts,
    MoveDeal,
    Request,
    SetContact,
    SetDeal,
    SetUserRole,
    SnoozeActivity,
    Undo,
    WinDeal,
)
from crmbot.domain.money import Money
from crmbot.errors import Conflict, CrmError, NotAllowed, NotFound
from crmbot.models import Activity, ActivityVersion, Base, Company, Contact, Deal, DealVersion, JournalEntry, Lead, User

NOON = datetime(2031, 3, 7, 12, tzinfo=UTC)
NOT_UNDONE = frozenset(Base.metadata.tables) - frozenset(TRACKED) - {"name_word"}
"""Tables that undo leaves alone: the journal, numbers already given, messages."""


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(st.tuples(ALL_REQUESTS, st.sampled_from(["max", "ada"])), min_size=10, max_size=20))
def test_undo_restores_everything_and_undo_again_does_it_again(
    open_crm: Callable[[], Crm], steps: Sequence[tuple[Request, str]]
) -> None:
    crm = open_crm()
    for request in SCENE:
        crm.do(request)
    for request, who in steps:
        before = crm.dump(without=NOT_UNDONE)
        entry_id = None
        with suppress(CrmError):
            entry_id = crm.do(request, who).entry_id
        if entry_id is None:
            assert crm.dump(without=NOT_UNDONE) == before
            continue
        after = crm.dump(without=NOT_UNDONE)
        assert after != before
        for expected in (before, after, before, after):
            crm.do(Undo(), who)
            assert crm.dump(without=NOT_UNDONE) == expected


def test_undo_tells_what_it_took_back_and_again_what_it_did_again(crm: Crm) -> None:
    crm.do(CreateDeal("Acme"))
    crm.do(MoveDeal("acme", "Qualified"))
    said = [crm.do(Undo()).said for _ in range(4)]
    undone, again = "Undone: “Moved D-1 Acme to Qualified.”", "Done again: “Moved D-1 Acme to Qualified.”"
    assert said == [undone, again, undone, again]
    assert crm.rows(Deal)[0].probability == 25


def test_an_effect_undone_the_third_time_counts_as_undone(crm: Crm) -> None:
    crm.do(CreateDeal("Acme"))
    moved = crm.do(MoveDeal("acme", "Qualified"))
    for _ in range(3):
        crm.do(Undo())
    with refusal(Conflict, "That was undone already: “Moved D-1 Acme to Qualified"):
        crm.do(Undo(moved.entry_id))


def test_a_line_with_several_effects_is_one_undo(crm: Crm) -> None:
    crm.do(CreateDeal("Acme", company="Acme"))
    crm.do(
        LogActivity(
            "call", "acme", "wants 40 seats", stage="nego", next_text="contract", next_due=Due(on=date(2031, 3, 7))
        )
    )
    assert len(crm.rows(Activity)) == 2
    crm.do(Undo())
    assert crm.rows(Activity) == []
    assert crm.rows(Deal)[0].probability == 10


def test_a_converted_lead_is_taken_back_whole(crm: Crm) -> None:
    crm.do(CreateLead("Jo Doe", "jo@acme.com", "Acme"))
    crm.do(ConvertLead("jo doe"))
    crm.do(Undo())
    assert [crm.rows(kind) for kind in (Contact, Company, Deal)] == [[], [], []]
    assert crm.rows(Lead)[0].status == "new"


@pytest.mark.parametrize(
    ("first", "later", "words"),
    [
        (MoveDeal("D-1", "Qualified"), MoveDeal("D-1", "Negotiation"), "Moved D-1 Acme to Negotiation"),
        (SetDeal("D-1", title="New"), SetDeal("D-1", title="Newer"), "D-1 Newer: title Newer"),
        (CreateDeal("Second"), LogActivity("call", "D-2", "hello"), "Logged a call with D-2 Second"),
        (CreateDeal("Second"), WinDeal("D-2"), "Won D-2 Second"),
        (CreateTask("send offer"), CompleteActivity("A-1"), "Completed A-1 send offer"),
        (CreateContact("Jo Doe"), SetDeal("D-1", contact="C-1"), "D-1 Acme: contact Jo Doe"),
        (CreateContact("Jo Doe"), SetContact("C-1", phone="1"), "Updated C-1 Jo Doe: phone 1."),
        (AddUser("tim@ours.example"), AssignDeal("D-1", "tim@ours.example"), "D-1 Acme belongs to Tim now"),
    ],
)
def test_undo_refuses_over_a_later_change_and_names_it(crm: Crm, first: Request, later: Request, words: str) -> None:
    crm.do(CreateDeal("Acme"), "max")
    done = crm.do(first, "ada")
    crm.do(later, "max")
    before = crm.dump()
    with refusal(Conflict, f"This can't be undone, Max Chief has changed it since: {words}"):
        crm.do(Undo(done.entry_id), "ada")
    assert crm.dump() == before


def test_undo_leaves_other_facts_that_changed_since(crm: Crm) -> None:
    crm.do(CreateContact("Jo Doe"))
    done = crm.do(SetContact("C-1", phone="1"))
    crm.do(SetContact("C-1", role="Buyer"), "max")
    crm.do(Undo(done.entry_id))
    contact = crm.rows(Contact)[0]
    assert (contact.phone, contact.role) == (None, "Buyer")


def test_undo_of_a_deals_fact_keeps_the_history_of_other_facts(crm: Crm) -> None:
    crm.do(CreateDeal("Acme", value=Money(1, "USD")))
    done = crm.do(MoveDeal("acme", "Qualified"))
    crm.do(SetDeal("acme", value=Money(2, "USD")), "max")
    before = crm.dump(without=NOT_UNDONE)
    crm.do(Undo(done.entry_id))
    kept = [(one.probability, one.value_minor) for one in crm.rows(DealVersion, order=DealVersion.valid_from)]
    assert kept == [(10, 1), (25, 1), (25, 2), (10, 2)]
    crm.do(Undo())
    assert crm.dump(without=NOT_UNDONE) == before


def test_undo_of_a_due_date_keeps_who_it_was_given_to_since(crm: Crm) -> None:
    crm.do(CreateTask("call", Due(at=NOON)))
    done = crm.do(SnoozeActivity("A-1", Due(at=NOON + timedelta(days=3))))
    crm.do(AssignActivity("A-1", "sam"), "max")
    before = crm.dump(without=NOT_UNDONE)
    crm.do(Undo(done.entry_id))
    task = crm.rows(Activity)[0]
    assert (task.due_at, task.overdue_at, task.owner_id) == (NOON, NOON, crm.user_id("sam"))
    kept = [one.due_at for one in crm.rows(ActivityVersion, order=ActivityVersion.valid_from)]
    assert kept == [NOON, NOON + timedelta(days=3), NOON + timedelta(days=3)]
    crm.do(Undo())
    assert crm.dump(without=NOT_UNDONE) == before


def test_a_deals_change_done_again_after_another_goes_on_with_its_history(any_crm: Crm) -> None:
    crm = any_crm
    crm.do(CreateDeal("Acme", value=Money(1, "USD")))
    crm.do(MoveDeal("acme", "Qualified"))
    undone = crm.do(Undo())
    crm.do(SetDeal("acme", value=Money(2, "USD")))
    before = crm.dump(without=NOT_UNDONE)
    crm.do(Undo(undone.entry_id))
    versions = crm.rows(DealVersion, order=DealVersion.valid_from)
    assert [(one.probability, one.value_minor) for one in versions] == [(10, 1), (10, 2), (25, 2)]
    assert all(earlier.valid_to == later.valid_from for earlier, later in pairwise(versions))
    crm.do(Undo())
    assert crm.dump(without=NOT_UNDONE) == before


def test_a_due_date_put_off_again_after_another_change_goes_on_with_its_history(crm: Crm) -> None:
    crm.do(CreateTask("call", Due(at=NOON)), "max")
    crm.do(SnoozeActivity("A-1", Due(at=NOON + timedelta(days=3))), "max")
    undone = crm.do(Undo(), "max")
    crm.do(AssignActivity("A-1", "sam"), "max")
    crm.do(Undo(undone.entry_id), "max")
    first, second = crm.rows(ActivityVersion, order=ActivityVersion.valid_from)
    assert [(one.due_at, one.owner_id) for one in (first, second)] == [
        (NOON, crm.user_id("max")),
        (NOON, crm.user_id("sam")),
    ]
    assert first.valid_to == second.valid_from


@pytest.mark.parametrize(("hours", "seconds", "works"), [(23, 59, True), (24, -1, True), (24, 1, False)])
def test_undo_works_for_a_day(crm: Crm, hours: int, seconds: int, *, works: bool) -> None:
    crm.do(CreateDeal("Acme"))
    crm.clock.advance(timedelta(hours=hours, seconds=seconds - 1))
    if works:
        crm.do(Undo())
        assert crm.rows(Deal) == []
    else:
        with refusal(Conflict, "more than 24 hours ago and stays: “Opened D-1 Acme"):
            crm.do(Undo())


def test_anothers_effect_is_undone_by_a_manager_only(crm: Crm) -> None:
    done = crm.do(CreateDeal("Acme"))
    for who in ("sam", "vic"):
        with refusal(NotAllowed, "Jane Roe did that. Ask them or a manager"):
            crm.do(Undo(done.entry_id), who)
    assert crm.do(Undo(done.entry_id), "max").said.startswith("Undone: “Opened D-1 Acme")


def test_who_lost_a_right_cant_undo_what_needs_it(crm: Crm) -> None:
    crm.do(CreateDeal("Acme"))
    crm.do(SetUserRole("jane", "viewer"), "ada")
    with refusal(NotAllowed, "As a viewer you may not change deals."):
        crm.do(Undo())


def test_a_manager_cant_undo_an_admins_change_of_roles(crm: Crm) -> None:
    done = crm.do(SetUserRole("max", "rep"), "ada")
    crm.do(SetUserRole("sam", "manager"), "ada")
    with refusal(NotAllowed, "As a manager you may not manage people and roles."):
        crm.do(Undo(done.entry_id), "sam")


def test_undo_leaves_an_admin(crm: Crm) -> None:
    crm.do(SetUserRole("max", "admin"), "ada")
    done = crm.do(SetUserRole("ada", "rep"), "max")
    promoted = crm.do(SetUserRole("jane", "admin"), "max")
    crm.do(SetUserRole("max", "rep"), "jane")
    with refusal(Conflict, "no admin would be left"):
        crm.do(Undo(promoted.entry_id), "jane")
    assert done.entry_id
    assert [user.name for user in crm.rows(User, User.role == "admin")] == ["Jane Roe"]


def test_undo_of_adding_the_only_admin_is_refused(crm: Crm) -> None:
    added = crm.do(AddUser("tim@ours.example", role="admin"), "ada")
    crm.do(SetUserRole("ada", "manager"), "ada")
    with refusal(Conflict, "no admin would be left"):
        crm.do(Undo(added.entry_id), "system")


def test_somebody_with_a_token_stays(crm: Crm) -> None:
    added = crm.do(AddUser("tim@ours.example"), "ada")
    crm.do(CreateToken("tim@ours.example"), "ada")
    with refusal(Conflict, "Ada Root has changed it since: Token") as told:
        crm.do(Undo(added.entry_id), "ada")
    assert "Undo that first" not in str(told.value)


def test_nothing_done_is_nothing_to_undo(crm: Crm) -> None:
    with refusal(NotFound, "You have done nothing yet"):
        crm.do(Undo())
    with refusal(NotFound, "nothing to undo under that number"):
        crm.do(Undo("0" * 26))


def test_another_workspaces_effect_is_not_found(crm: Crm) -> None:
    other = Crm(crm.store, crm.clock, name="Theirs")
    done = other.do(CreateDeal("Secret"))
    with refusal(NotFound, "nothing to undo under that number"):
        crm.do(Undo(done.entry_id), "ada")


def test_a_merge_is_taken_back(crm: Crm) -> None:
    crm.do(CreateContact("Jo Doe", ("jo@acme.com",), company="Acme"))
    crm.do(CreateContact("Jo D", ("jd@acme.com",)))
    crm.do(LogActivity("call", "jo d", "hi"))
    before = crm.dump(without=NOT_UNDONE)
    crm.do(MergeContacts("C-2", "C-1"))
    crm.do(Undo())
    assert crm.dump(without=NOT_UNDONE) == before


@pytest.mark.parametrize(
    "request_",
    [
        MoveDeal("D-1", "Qualified"),
        SetContact("C-1", add_emails=("jo@acme.com",)),
        CreateTask("something", target="D-1"),
    ],
)
def test_undo_pressed_by_many_at_once_happens_once(any_crm: Crm, request_: Request) -> None:
    crm = any_crm
    crm.do(CreateDeal("Acme", value=Money(1, "USD")))
    crm.do(CreateContact("Jo Doe"))
    before = crm.dump(without=NOT_UNDONE)
    done = crm.do(request_)
    actor = crm.actor("max")
    came: list[Any] = outcomes_of(8, lambda _: crm.service.perform(actor, Undo(done.entry_id)))
    assert sum(not isinstance(outcome, Exception) for outcome in came) == 1
    assert {str(outcome)[:24] for outcome in came if isinstance(outcome, Exception)} == {"That was undone already:"}
    assert crm.dump(without=NOT_UNDONE) == before


def test_a_records_number_takes_back_what_one_did_to_it_last(crm: Crm) -> None:
    crm.do(CreateTask("Call"))
    crm.do(SnoozeActivity("A-1", later="1d"))
    crm.do(CreateDeal("Acme"))
    assert crm.do(Undo("A-1")).said.startswith("Undone: “A-1 Call is due")
    assert crm.do(Undo("a-1")).said.startswith(("Done again: “A-1", "Undone: "))
    with pytest.raises(NotFound):
        crm.do(Undo("D-1"), "sam")


def test_what_was_done_to_a_record_before_undo_reaches_back_stays(any_crm: Crm) -> None:
    any_crm.do(CreateDeal("Acme"))
    any_crm.clock.advance(timedelta(hours=24))
    any_crm.do(CreateDeal("Initech"))
    with refusal(NotFound, "You did nothing to D-1 in the last 24 hours, and what is older stays."):
        any_crm.do(Undo("d1"))
    with refusal(NotFound, "You did nothing to D-2 in the last 24 hours"):
        any_crm.do(Undo("D-2"), "sam")
    with refusal(NotFound, "nothing to undo under that number"):
        any_crm.do(Undo("D-3"))
    assert any_crm.do(Undo("D-2")).said.startswith("Undone: “Opened D-2")


def test_the_last_effect_is_found_without_reading_those_before_it(crm: Crm) -> None:
    crm.do(CreateDeal("Acme"))
    unreadable = update(JournalEntry).values(changes=text("'what no reader understands'"))
    with crm.store.writing(crm.workspace_id) as session:
        session.execute(unreadable.where(JournalEntry.workspace_id == crm.workspace_id))
    crm.do(CreateDeal("Globex"))
    assert crm.do(Undo()).said.startswith("Undone: “Opened D-2")
