"""Slack's leave to work in a workspace, as the store keeps it."""

from datetime import timedelta
from typing import Any

import pytest
from clocks import SettableClock
from concurrency import outcomes_of
from factories import Crm

from crmbot.crm.installations import (
    Beginnings,
    Given,
    Leave,
    end_installation,
    installed_workspaces,
    keep_installation,
    read_leave,
    reseal,
    revive,
    take_state,
)
from crmbot.crm.policy import Policy
from crmbot.models import Installation, JournalEntry
from crmbot.store import EVERY_WORKSPACE, Store

ADMIN = "ada@ours.example"


def install(store: Store, clock: SettableClock, team: str, sealed: str = "first", by: str = ADMIN) -> str:
    """Install a team and return its workspace's id."""
    given = Given(team, f"Team {team}", "UBOT", {"token": sealed}, by)
    return keep_installation(store, given, Policy(), Beginnings("Europe/Berlin", "EUR"), clock()).workspace_id


def leave(store: Store, **of: str) -> Leave:
    """Return how a workspace stands."""
    with store.reading(EVERY_WORKSPACE) as session:
        found = read_leave(session, **of)
    assert found is not None
    return found


def stop(crm: Crm, team: str, **ago: Any) -> bool:
    """Take a team's leave back."""
    with crm.store.writing(EVERY_WORKSPACE) as session:
        return end_installation(session, team, "Removed.", happened_at=crm.clock() - timedelta(**ago), now=crm.clock())


def test_an_admins_team_gets_the_workspace_and_the_second_one_of_its_own(any_crm: Crm) -> None:
    crm = any_crm
    assert install(crm.store, crm.clock, "T1") == crm.workspace_id
    second = install(crm.store, crm.clock, "T2")
    assert second != crm.workspace_id
    assert crm.service.workspace(second).currency == "EUR"
    assert len(crm.service.vocabulary(second).stages) == 6
    with crm.store.reading(EVERY_WORKSPACE) as session:
        assert installed_workspaces(session) == [(crm.workspace_id, "Ours"), (second, "Team T2")]


def test_an_installation_again_keeps_one_row_with_the_newest_token(any_crm: Crm) -> None:
    crm = any_crm
    install(crm.store, crm.clock, "T1")
    crm.clock.advance(timedelta(days=1))
    install(crm.store, crm.clock, "T1", "second")
    assert leave(crm.store, team_id="T1").sealed == {"token": "second"}
    assert len(crm.rows(Installation)) == 1


def test_a_removal_forgets_the_token_and_says_so_once(any_crm: Crm) -> None:
    crm = any_crm
    install(crm.store, crm.clock, "T1")
    crm.clock.advance(timedelta(hours=1))
    assert stop(crm, "T1")
    assert not stop(crm, "T1")
    assert not stop(crm, "T9")
    stood = leave(crm.store, workspace_id=crm.workspace_id)
    assert (stood.sealed, stood.stopped_at) == ({}, crm.clock())
    told = [row.summary for row in crm.rows(JournalEntry, JournalEntry.request.startswith("slack."))]
    assert told == ["Installed in the Slack workspace Team T1.", "Removed."]


def test_old_news_of_a_removal_change_nothing(any_crm: Crm) -> None:
    crm = any_crm
    install(crm.store, crm.clock, "T1")
    assert not stop(crm, "T1", seconds=5)
    assert leave(crm.store, team_id="T1").stopped_at is None


def test_what_was_stopped_goes_on(any_crm: Crm) -> None:
    crm = any_crm
    install(crm.store, crm.clock, "T1")
    stop(crm, "T1")
    with crm.store.writing(crm.workspace_id) as session:
        revive(session, crm.workspace_id, crm.clock())
    assert leave(crm.store, team_id="T1").stopped_at is None


def test_a_token_that_changed_meanwhile_is_not_sealed_anew(any_crm: Crm) -> None:
    crm = any_crm
    install(crm.store, crm.clock, "T1")
    for before, expected in ({"token": "other"}, "first"), ({"token": "first"}, "anew"):
        with crm.store.writing(crm.workspace_id) as session:
            reseal(session, crm.workspace_id, before, {"token": "anew"})
        assert leave(crm.store, team_id="T1").sealed == {"token": expected}


def test_of_many_who_use_one_state_at_once_one_gets_through(any_crm: Crm) -> None:
    crm = any_crm
    got = outcomes_of(8, lambda _: take_state(crm.store, "1.x", crm.clock()))
    assert sorted(map(str, got)) == ["False"] * 7 + ["True"]


def test_of_two_installations_of_a_new_team_at_once_one_workspace_comes(any_crm: Crm) -> None:
    crm = any_crm
    install(crm.store, crm.clock, "T1")
    outcomes_of(2, lambda _: install(crm.store, crm.clock, "T2"))
    teams = [workspace.slack_team_id for workspace in crm.service.workspaces()]
    assert sorted(map(str, teams)) == ["T1", "T2"]


@pytest.mark.parametrize("state", ["", "x"])
def test_a_state_is_used_up_by_its_own_words(any_crm: Crm, state: str) -> None:
    crm = any_crm
    assert take_state(crm.store, state, crm.clock())
    assert not take_state(crm.store, state, crm.clock())
    assert take_state(crm.store, state + "!", crm.clock())
