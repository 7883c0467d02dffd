"""Who gets a workspace that no Slack team has yet."""

from collections.abc import Callable

import pytest
from clocks import SettableClock
from concurrency import outcomes_of
from factories import Crm

from crmbot.crm.policy import Policy
from crmbot.crm.requests import AddUser, CreateContact, CreateToken, Request, SetUserRole, Undo
from crmbot.crm.setup import create_workspace
from crmbot.crm.takeovers import take_over
from crmbot.service import CrmService
from crmbot.store import EVERY_WORKSPACE, Store

ADMIN = "ada@ours.example"


def taken(store: Store, by: str = "", team: str = "T1") -> str | None:
    """Let somebody install; return the id of the workspace that they take."""
    with store.writing(EVERY_WORKSPACE) as session:
        found = take_over(session, team, by)
        return found.id if found else None


def make(store: Store, clock: SettableClock, name: str) -> str:
    with store.writing(EVERY_WORKSPACE) as session:
        return create_workspace(session, name=name, now=clock()).id


@pytest.mark.parametrize("by", ["", " ", "jane@ours.example", "max@ours.example", "x@evil.example", "%@ours.example"])
def test_nobody_but_an_admin_takes_a_workspace_of_people(any_crm: Crm, by: str) -> None:
    assert taken(any_crm.store, by) is None


def test_an_admin_takes_it_once_however_the_address_is_written(any_crm: Crm) -> None:
    assert taken(any_crm.store, " Ada@OURS.example ") == any_crm.workspace_id
    assert taken(any_crm.store, ADMIN, "T2") is None


def test_an_admin_who_left_takes_nothing(any_crm: Crm) -> None:
    any_crm.do(AddUser("new@ours.example", "New", "admin"), "ada")
    any_crm.do(SetUserRole(ADMIN, active=False), "ada")
    assert taken(any_crm.store, ADMIN) is None


def test_of_several_that_wait_an_admin_takes_their_own(any_crm: Crm) -> None:
    crm = any_crm
    other = make(crm.store, crm.clock, "Other")
    crm.service.perform(crm.service.system(other), AddUser("zoe@other.example", "Zoe", "admin"))
    assert taken(crm.store, "zoe@other.example") == other
    assert taken(crm.store, ADMIN, "T2") == crm.workspace_id


def test_an_empty_workspace_beside_others_waits_for_its_admin(any_crm: Crm) -> None:
    make(any_crm.store, any_crm.clock, "Later")
    taken(any_crm.store, ADMIN)
    assert taken(any_crm.store, team="T2") is None


def test_a_new_store_goes_to_the_first_of_many(store: Store, clock: SettableClock) -> None:
    workspace = make(store, clock, "New")
    got = outcomes_of(4, lambda number: taken(store, team=f"T{number}"))
    assert sorted(map(str, got)) == sorted(["None"] * 3 + [workspace])


_FILLINGS: dict[str, Callable[[], Request]] = {
    "contact": lambda: CreateContact("Dana"),
    "token": lambda: CreateToken("rob@ours.example"),
}


@pytest.mark.parametrize("filling", _FILLINGS)
def test_anything_put_in_keeps_strangers_out_even_without_an_admin(
    store: Store, clock: SettableClock, filling: str
) -> None:
    workspace, service = make(store, clock, "Used"), CrmService(store, clock, Policy())
    system = service.system(workspace)
    service.perform(system, AddUser("rob@ours.example", "Rob"))
    service.perform(system, _FILLINGS[filling]())
    assert taken(store) is None


def test_a_record_that_was_undone_was_there(store: Store, clock: SettableClock) -> None:
    workspace, service = make(store, clock, "Used"), CrmService(store, clock, Policy())
    system = service.system(workspace)
    service.perform(system, CreateContact("Dana"))
    service.perform(system, Undo())
    assert taken(store) is None
