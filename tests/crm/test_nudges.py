"""An owner is reminded of what is theirs, once a day, and told by whom."""

from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from factories import Crm
from sqlalchemy import select

from crmbot.crm.nudges import NOTICE
from crmbot.crm.requests import CompleteActivity, CreateDeal, CreateTask, Due, NudgeOwner, SetUserRole
from crmbot.domain.money import Money
from crmbot.errors import BadInput, Conflict, CrmError, MissingFact, NotAllowed
from crmbot.models import JournalEntry, Outbox


def nudges(crm: Crm) -> list[Outbox]:
    with crm.store.reading(crm.workspace_id) as session:
        mine = (Outbox.workspace_id == crm.workspace_id, Outbox.kind == NOTICE)
        return list(session.scalars(select(Outbox).where(*mine).order_by(Outbox.created_at)))


def test_a_deals_owner_hears_who_nudges_about_what(crm: Crm) -> None:
    deal = crm.made(CreateDeal("Acme renewal", Money(4_000_000, "USD"), stage="negotiation"))
    said = crm.do(NudgeOwner(about=deal.reference), "max")
    assert (said.said, said.entry_id) == (f"Nudged Jane Roe about {deal.reference} Acme renewal.", None)
    (nudge,) = nudges(crm)
    assert (nudge.kind, nudge.destination) == ("notice.nudge", crm.user_id("jane"))
    assert nudge.payload["by"] == "Max Chief"
    assert nudge.payload["items"] == [
        {
            "reference": deal.reference,
            "title": "Acme renewal",
            "facts": ["$40,000", "Negotiation", "no expected close"],
        }
    ]


def test_all_that_is_late_is_told_in_the_owners_own_hours_the_oldest_first(crm: Crm) -> None:
    for hours in range(12):
        crm.do(CreateTask(f"Call {hours}", Due(at=crm.clock() + timedelta(hours=1 + hours)), owner="jane"), "max")
    crm.clock.advance(timedelta(days=2))
    assert crm.do(NudgeOwner(owner="jane"), "max").said == "Nudged Jane Roe about 12 overdue activities."
    (nudge,) = nudges(crm)
    assert (len(nudge.payload["items"]), nudge.payload["more"]) == (10, 2)
    assert nudge.payload["items"][0]["facts"][0] == "due Wed 5 Mar 2031, 11:30 CET"


@pytest.mark.parametrize("about", ["deal", "task", "all"])
def test_a_second_nudge_on_a_day_is_refused_with_who_was_first(crm: Crm, about: str) -> None:
    deal = crm.made(CreateDeal("Acme"))
    task = crm.made(CreateTask("Call", Due(at=crm.clock() + timedelta(hours=1))))
    crm.clock.advance(timedelta(hours=2))
    request = {"deal": NudgeOwner(deal.reference), "task": NudgeOwner(task.reference), "all": NudgeOwner(owner="jane")}
    crm.do(request[about], "max")
    with pytest.raises(Conflict, match=r"Max Chief nudged Jane Roe .* today already"):
        crm.do(request[about], "ada")
    crm.clock.advance(timedelta(days=1))
    crm.do(request[about], "ada")
    assert len(nudges(crm)) == 2


def test_of_two_at_one_moment_one_nudges(crm: Crm) -> None:
    deal = crm.made(CreateDeal("Acme"))
    start, told = Barrier(2), []

    def press(word: str) -> None:
        actor = crm.actor(word)
        start.wait()
        try:
            told.append(crm.service.perform(actor, NudgeOwner(deal.reference)).said)
        except CrmError as error:
            told.append(str(error))

    threads = [Thread(target=press, args=(word,)) for word in ("max", "ada")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(nudges(crm)) == 1
    assert sum("today already" in words for words in told) == 1


@pytest.mark.parametrize(
    ("request_", "as_", "error", "words"),
    [
        (NudgeOwner("D-1"), "jane", BadInput, "is your own"),
        (NudgeOwner(owner="jane"), "jane", BadInput, "your own"),
        (NudgeOwner("D-1"), "vic", NotAllowed, "may not"),
        (NudgeOwner(), "max", MissingFact, "Whom"),
        (NudgeOwner(owner="sam"), "max", Conflict, "Nothing is overdue for Sam Poe any more"),
    ],
)
def test_what_makes_no_sense_is_refused(
    crm: Crm, request_: NudgeOwner, as_: str, error: type[CrmError], words: str
) -> None:
    crm.made(CreateDeal("Acme"))
    with pytest.raises(error, match=words):
        crm.do(request_, as_)
    assert nudges(crm) == []


def test_what_is_done_or_whose_owner_left_needs_no_nudge(crm: Crm) -> None:
    task: Any = crm.made(CreateTask("Call", Due(at=crm.clock() + timedelta(hours=1))))
    deal: Any = crm.made(CreateDeal("Acme"))
    crm.do(CompleteActivity(task.reference))
    with pytest.raises(Conflict, match="done already"):
        crm.do(NudgeOwner(task.reference), "max")
    crm.do(SetUserRole("jane@ours.example", active=False), "ada")
    with pytest.raises(BadInput, match="Jane Roe has left"):
        crm.do(NudgeOwner(deal.reference), "max")


def test_a_nudge_changes_nothing_that_could_be_undone(crm: Crm) -> None:
    deal = crm.made(CreateDeal("Acme"))
    crm.do(NudgeOwner(deal.reference), "max")
    with crm.store.reading(crm.workspace_id) as session:
        entries = session.scalars(select(JournalEntry.request).where(JournalEntry.workspace_id == crm.workspace_id))
        assert "nudge.send" not in set(entries)
