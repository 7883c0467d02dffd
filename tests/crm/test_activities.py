"""Activities: logged, planned, put off, handed over; due days end in the owner's zone."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from factories import Crm, refusal

from crmbot.crm.requests import (
    AddNote,
    AssignActivity,
    CompleteActivity,
    ConvertLead,
    CreateCompany,
    CreateContact,
    CreateDeal,
    CreateLead,
    CreateTask,
    Due,
    LogActivity,
    Request,
    ShowActivity,
    ShowDeal,
    SnoozeActivity,
)
from crmbot.domain.money import Money
from crmbot.errors import Ambiguous, BadInput, Conflict, CrmError, MissingFact, NotAllowed, NotFound
from crmbot.models import Activity, ActivityVersion, Deal, JournalEntry, Note

FRIDAY = date(2031, 3, 7)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """Return an instant of March 2031 in UTC."""
    return datetime(2031, 3, day, hour, minute, tzinfo=UTC)


def test_a_call_is_logged_as_done_now(crm: Crm) -> None:
    crm.do(CreateDeal("Acme"))
    outcome = crm.do(
        LogActivity(
            "call", "acme", "wants 40 seats", duration_minutes=25, billable=True, outcome="keen", attendees=("Jo",)
        )
    )
    view: Any = outcome.record
    assert outcome.said == "Logged a call with D-1 Acme."
    assert (view.title, view.activity_kind, view.duration_minutes, view.billable) == (
        "wants 40 seats",
        "call",
        25,
        True,
    )
    assert (view.outcome, view.attendees, view.owner.name) == ("keen", ("Jo",), "Jane Roe")
    assert view.completed_at == crm.clock()


def test_a_date_in_the_past_is_when_it_happened(crm: Crm) -> None:
    crm.do(CreateDeal("Acme"))
    assert crm.made(LogActivity("meeting", "acme", at=at(3, 14))).completed_at == at(3, 14)


def test_a_date_to_come_plans_it(crm: Crm) -> None:
    crm.do(CreateDeal("Acme"))
    outcome = crm.do(LogActivity("meeting", "acme", at=at(10, 14)))
    view: Any = outcome.record
    assert outcome.said == "Planned a meeting with D-1 Acme for Mon 10 Mar 2031, 15:00 CET."
    assert (view.completed_at, view.due_at, view.overdue_at) == (None, at(10, 14), at(10, 14))


def test_a_day_to_come_without_an_hour_is_all_of_that_day(crm: Crm) -> None:
    crm.do(CreateDeal("Acme"))
    outcome = crm.do(LogActivity("meeting", "acme", at=date(2031, 3, 10)))
    view: Any = outcome.record
    assert outcome.said == "Planned a meeting with D-1 Acme for Mon 10 Mar 2031."
    assert (view.completed_at, view.due_at, view.due_on) == (None, None, date(2031, 3, 10))
    assert view.overdue_at == at(10, 23), "when her day is over"


@pytest.mark.parametrize(("day", "done"), [(date(2031, 3, 5), None), (date(2031, 3, 4), at(4, 11))])
def test_today_without_an_hour_is_now_and_a_day_before_it_its_noon(crm: Crm, day: date, done: datetime | None) -> None:
    crm.do(CreateDeal("Acme"))
    assert crm.made(LogActivity("call", "acme", at=day)).completed_at == (done or crm.clock())


def test_one_line_logs_changes_the_deal_and_plans_the_next_task(crm: Crm) -> None:
    crm.do(CreateDeal("Acme"))
    entries = len(crm.rows(JournalEntry))
    outcome = crm.do(
        LogActivity(
            "call",
            "acme",
            "wants 40 seats",
            stage="negotiation",
            value=Money.of(40_000, "USD"),
            expected_close=date(2031, 12, 15),
            next_text="send contract",
            next_due=Due(on=FRIDAY),
        )
    )
    assert [record.reference for record in outcome.also] == ["D-1", "A-2"]
    assert [change.label for change in outcome.changes] == ["Value", "Stage", "Probability", "Expected close"]
    deal = crm.rows(Deal)[0]
    assert (deal.probability, deal.value_minor, deal.expected_close) == (75, 4_000_000, date(2031, 12, 15))
    task = crm.rows(Activity, Activity.kind == "task")[0]
    assert (task.subject, task.due_on, task.deal_id) == ("send contract", FRIDAY, deal.id)
    assert len(crm.rows(JournalEntry)) == entries + 1


def test_facts_of_a_deal_whose_name_begins_as_a_leads_does_are_taken_with_the_lead(crm: Crm) -> None:
    crm.do(CreateLead("Zoe Null"))
    crm.do(CreateDeal("Zoe Null roof"))
    view = crm.made(LogActivity("call", "zoe null", stage="negotiation"))
    assert {one.reference for one in view.about} == {"L-1", "D-1"}
    assert crm.rows(Deal)[0].probability == 75


def test_logging_on_anothers_deal_is_fine_but_not_changing_it(crm: Crm) -> None:
    crm.do(CreateDeal("Acme"))
    assert crm.do(LogActivity("call", "acme"), "sam").record
    before = crm.dump()
    with refusal(NotAllowed, "D-1 Acme belongs to Jane Roe"):
        crm.do(LogActivity("call", "acme", stage="negotiation"), "sam")
    assert crm.dump() == before


@pytest.mark.parametrize("target", ["acme corp", "jane doe", "jane@acme.com", "O-1", "C-1"])
def test_a_company_or_contact_takes_its_only_open_deal_along(crm: Crm, target: str) -> None:
    crm.do(CreateContact("Jane Doe", ("jane@acme.com",), company="Acme Corp"))
    crm.do(CreateDeal("Renewal", contact="C-1"))
    crm.do(LogActivity("call", target))
    row = crm.rows(Activity)[0]
    assert all((row.deal_id, row.company_id, row.contact_id))


def test_of_several_open_deals_it_asks(crm: Crm) -> None:
    crm.do(CreateCompany("Acme"))
    for title in ("Renewal", "Seats"):
        crm.do(CreateDeal(title, company="Acme"))
    with pytest.raises(Ambiguous) as asked:
        crm.do(LogActivity("call", "acme"))
    assert [one.reference for one in asked.value.candidates] == ["D-1", "D-2"]
    assert (asked.value.field, crm.rows(Activity)) == ("target", [])


def test_without_an_open_deal_the_company_itself_is_meant(crm: Crm) -> None:
    crm.do(CreateCompany("Acme"))
    crm.do(LogActivity("call", "acme"))
    row = crm.rows(Activity)[0]
    assert (row.deal_id, row.company_id is None) == (None, False)
    with refusal(BadInput, "Stage, value and close belong to a deal"):
        crm.do(LogActivity("call", "acme", stage="negotiation"))


def test_facts_of_a_deal_lead_to_the_deal_of_that_name_when_the_company_of_that_name_has_none(crm: Crm) -> None:
    crm.do(CreateCompany("Acme"))
    crm.do(CreateDeal("Acme renewal"))
    crm.do(LogActivity("call", "acme", stage="negotiation"))
    row = crm.rows(Activity)[0]
    assert all((row.deal_id, row.company_id))
    assert crm.ask(ShowDeal("D-1")).record.stage == "Negotiation"


def test_facts_of_a_deal_never_lead_to_a_sister_companys_deal(crm: Crm) -> None:
    crm.do(CreateCompany("Acme"))
    crm.do(CreateDeal("Acme GmbH renewal", company="Acme GmbH"))
    with refusal(BadInput, "Stage, value and close belong to a deal"):
        crm.do(LogActivity("call", "acme", stage="negotiation"))


def test_a_lead_is_meant_until_it_is_converted(crm: Crm) -> None:
    crm.do(CreateLead("Jo Doe", "jo@acme.com", "Acme"))
    crm.do(LogActivity("call", "jo doe"))
    crm.do(ConvertLead("L-1"))
    crm.do(LogActivity("call", "jo doe"))
    first, second = crm.rows(Activity)
    assert (first.lead_id is None, first.deal_id) == (False, None)
    assert (second.lead_id, second.deal_id is None) == (None, False)


@pytest.mark.parametrize(
    ("request_", "error", "words"),
    [
        (LogActivity("lunch", "acme"), BadInput, "“lunch” is no kind of activity. There are call, email,"),
        (LogActivity("call", "acme", duration_minutes=0), BadInput, "between a minute and a day"),
        (LogActivity("call", "acme", duration_minutes=1441), BadInput, "between a minute and a day"),
        (LogActivity("call", "nobody"), NotFound, "called “nobody”"),
        (CreateTask("  "), MissingFact, "What is to be done?"),
        (CreateTask("x", owner="nobody"), NotFound, "Nobody here is called “nobody”."),
        (CreateTask("x" * 3_001), BadInput, "at most 3000 characters"),
        (AddNote("acme", "  "), MissingFact, "What should the note say?"),
        (CompleteActivity("A-1"), Conflict, "A-1 old is done already."),
        (SnoozeActivity("A-1"), Conflict, "A-1 old is done already."),
        (SnoozeActivity("A-3"), NotAllowed, "A-3 Sam's belongs to Sam Poe"),
    ],
)
def test_a_refusal_says_why_and_changes_nothing(crm: Crm, request_: Request, error: type[CrmError], words: str) -> None:
    crm.do(CreateDeal("Acme"))
    crm.do(CreateTask("old"))
    crm.do(CompleteActivity("A-1"))
    crm.do(CreateTask("to do"))
    crm.do(CreateTask("Sam's"), "sam")
    before = crm.dump()
    with refusal(error, words):
        crm.do(request_)
    assert crm.dump() == before


@pytest.mark.parametrize(
    ("owner", "overdue"),
    [("jane", at(7, 23)), ("sam", datetime(2031, 3, 8, 5, tzinfo=UTC)), ("max", datetime(2031, 3, 8, tzinfo=UTC))],
)
def test_a_due_day_is_over_at_its_end_in_the_owners_zone(crm: Crm, owner: str, overdue: datetime) -> None:
    view = crm.made(CreateTask("call", Due(on=FRIDAY), owner=owner), "ada")
    assert (view.due_on, view.due_at, view.overdue_at) == (FRIDAY, None, overdue)


def test_a_due_day_with_a_clock_change_ends_at_local_midnight(crm: Crm) -> None:
    assert crm.made(CreateTask("call", Due(on=date(2031, 3, 30)))).overdue_at == at(30, 22)


def test_handing_over_makes_the_day_the_new_owners(crm: Crm) -> None:
    crm.do(CreateTask("call", Due(on=FRIDAY)))
    outcome = crm.do(AssignActivity("A-1", "sam"))
    view: Any = outcome.record
    assert outcome.said == "A-1 call belongs to Sam Poe now."
    assert (view.owner.name, view.due_on, view.overdue_at) == ("Sam Poe", FRIDAY, at(8, 5))


def test_handing_over_leaves_an_hour_as_it_is(crm: Crm) -> None:
    crm.do(CreateTask("call", Due(at=at(7, 14))))
    view = crm.made(AssignActivity("A-1", "sam"))
    assert (view.due_at, view.overdue_at) == (at(7, 14), at(7, 14))


@pytest.mark.parametrize(
    ("due", "expected"),
    [
        (Due(on=FRIDAY), Due(on=date(2031, 3, 8))),
        (Due(on=date(2031, 3, 1)), Due(on=date(2031, 3, 6))),
        (Due(), Due(on=date(2031, 3, 6))),
        (Due(at=at(7, 14)), Due(at=at(8, 14))),
        (Due(at=at(1, 14)), Due(at=at(6, 14))),
        (Due(at=at(29, 8)), Due(at=at(30, 7))),
    ],
    ids=str,
)
def test_snooze_is_to_the_next_day_at_the_same_hour(crm: Crm, due: Due, expected: Due) -> None:
    crm.do(CreateTask("call", due))
    view = crm.made(SnoozeActivity("A-1"))
    assert Due(view.due_at, view.due_on) == expected


def test_snooze_to_a_day_loses_the_hour(crm: Crm) -> None:
    crm.do(CreateTask("call", Due(at=at(7, 14))))
    outcome = crm.do(SnoozeActivity("call", Due(on=date(2031, 3, 12))))
    view: Any = outcome.record
    assert outcome.said == "A-1 call is due Wed 12 Mar 2031 now."
    assert (view.due_at, view.due_on, view.overdue_at) == (None, date(2031, 3, 12), at(12, 23))
    assert [(change.before, change.after) for change in outcome.changes] == [
        ("Fri 7 Mar 2031, 15:00 CET", "Wed 12 Mar 2031")
    ]


def facts_at(crm: Crm, moment: datetime) -> tuple[datetime | None, str]:
    """Return when the only activity was due and whose it was, seen at a past moment."""
    activity = crm.rows(Activity)[0]
    kept = [one for one in crm.rows(ActivityVersion) if one.valid_from <= moment < one.valid_to]
    assert len(kept) == (moment < activity.facts_since)
    seen = kept[0] if kept else activity
    owner = next(name for name in ("jane", "sam") if crm.user_id(name) == seen.owner_id)
    return seen.due_at, owner


def test_a_look_at_a_past_moment_sees_the_due_date_of_then(crm: Crm) -> None:
    crm.do(CreateTask("call", Due(at=at(6, 9))))
    made = crm.clock()
    crm.clock.advance(timedelta(days=1))
    crm.do(SnoozeActivity("A-1", Due(at=at(9, 9))))
    snoozed = crm.clock()
    crm.clock.advance(timedelta(days=1))
    crm.do(AssignActivity("A-1", "sam"))
    given = crm.clock()
    crm.do(CompleteActivity("A-1"), "sam")
    assert facts_at(crm, made) == facts_at(crm, snoozed - timedelta(seconds=1)) == (at(6, 9), "jane")
    assert facts_at(crm, snoozed) == facts_at(crm, given - timedelta(seconds=1)) == (at(9, 9), "jane")
    assert facts_at(crm, given) == (at(9, 9), "sam")


def test_done_is_done_now_with_its_outcome(crm: Crm) -> None:
    crm.do(CreateTask("call"))
    outcome = crm.do(CompleteActivity("call", "left a message"))
    view: Any = outcome.record
    assert (outcome.said, view.outcome, view.completed_at) == ("Completed A-1 call.", "left a message", crm.clock())
    assert crm.ask(ShowActivity("A-1")).record.completed_at == view.completed_at


def test_a_note_stays_with_its_record(crm: Crm) -> None:
    crm.do(CreateDeal("Acme"))
    outcome = crm.do(AddNote("acme", " wants a quote by May "))
    assert outcome.said == "Noted with D-1 Acme: wants a quote by May"
    assert crm.rows(Note)[0].author_id == crm.user_id("jane")
    assert "wants a quote by May" in [entry.text for entry in crm.ask(ShowDeal("acme")).timeline]


@pytest.mark.parametrize(
    ("due", "later", "expected"),
    [
        (Due(on=date(2026, 12, 1)), "1w", Due(on=date(2026, 12, 8))),
        (Due(on=date(2026, 12, 31)), "2mo", Due(on=date(2027, 2, 28))),
        (Due(at=datetime(2026, 12, 1, 14, 30, tzinfo=UTC)), "1w", Due(at=datetime(2026, 12, 8, 14, 30, tzinfo=UTC))),
        (Due(at=datetime(2026, 12, 1, 14, 30, tzinfo=UTC)), "2h", Due(at=datetime(2026, 12, 1, 16, 30, tzinfo=UTC))),
    ],
)
def test_a_snoozed_task_is_later_than_it_was_due_and_keeps_its_hour(
    crm: Crm, due: Due, later: str, expected: Due
) -> None:
    crm.clock.set(datetime(2026, 11, 24, 9, tzinfo=UTC))
    crm.do(CreateTask("call", due=due))
    view = crm.made(SnoozeActivity("A-1", later=later))
    assert Due(view.due_at, view.due_on) == expected


def test_what_is_due_on_a_later_day_is_put_off_by_hours_from_its_morning(crm: Crm) -> None:
    crm.clock.set(datetime(2026, 11, 24, 9, tzinfo=UTC))
    crm.do(CreateTask("call", due=Due(on=date(2026, 12, 1))))
    view = crm.made(SnoozeActivity("A-1", later="2h"))
    assert (view.due_at, view.due_on) == (datetime(2026, 12, 1, 11, tzinfo=crm.actor("jane").zone), None)


def test_what_is_due_today_is_put_off_by_hours_from_now(crm: Crm) -> None:
    crm.clock.set(datetime(2026, 11, 24, 9, tzinfo=UTC))
    crm.do(CreateTask("call", due=Due(on=date(2026, 11, 24))))
    assert crm.made(SnoozeActivity("A-1", later="2h")).due_at == datetime(2026, 11, 24, 11, tzinfo=UTC)


def test_an_overdue_task_is_snoozed_from_today(crm: Crm) -> None:
    crm.clock.set(datetime(2026, 11, 24, 9, tzinfo=UTC))
    crm.do(CreateTask("call", due=Due(on=date(2026, 11, 1))))
    assert crm.made(SnoozeActivity("A-1", later="1w")).due_on == date(2026, 12, 1)


def test_a_task_far_away_is_refused(crm: Crm) -> None:
    crm.do(CreateTask("call", due=Due(on=date(9999, 12, 1))))
    with refusal(BadInput, "That is too far away."):
        crm.do(SnoozeActivity("A-1", later="9999w"))


def test_words_behind_a_known_name_are_what_happened_there(crm: Crm) -> None:
    crm.do(CreateContact("Dana Fox"))
    crm.do(CreateDeal("Globex rollout"))
    crm.do(LogActivity("email", "dana sent the offer"))
    crm.do(LogActivity("meeting", "globex rollout long kick-off"))
    assert [(one.subject, bool(one.deal_id)) for one in crm.rows(Activity)] == [
        ("sent the offer", False),
        ("long kick-off", True),
    ]


def test_a_choice_keeps_the_words_that_are_no_name(crm: Crm) -> None:
    crm.do(CreateDeal("Acme one"))
    crm.do(CreateDeal("Acme two"))
    with pytest.raises(Ambiguous) as several:
        crm.do(LogActivity("call", "acme wants 40 seats"))
    assert [(one.reference, one.text) for one in several.value.candidates] == [
        ("D-1", "wants 40 seats"),
        ("D-2", "wants 40 seats"),
    ]
    crm.do(CreateDeal("Globex rollout"))
    with pytest.raises(NotFound) as nothing:
        crm.do(LogActivity("meeting", "globex rollout kick-off"))
    assert nothing.value.nearest[0].text == "kick-off"


def test_a_slip_in_a_longer_name_is_no_text(crm: Crm) -> None:
    crm.do(CreateContact("Acme"))
    crm.do(CreateDeal("Acme renewal of seats"))
    with pytest.raises(NotFound) as nothing:
        crm.do(LogActivity("call", "acme renewl of seats"))
    assert nothing.value.nearest[0].reference == "D-1"
    assert not crm.rows(Activity)
