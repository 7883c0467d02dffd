"""The installation page is public: who gets what the store holds already, and who a workspace of their own."""

import pytest
from slack_site import ONE, TWO, Site, rows

from crmbot.crm.requests import AddUser, CreateDeal
from crmbot.domain.permissions import Role
from crmbot.models import Installation, Workspace
from crmbot.playground.faults import ErrorCode, Fault, ServerError

ADMIN = "ada@example.com"
"""Whom Slack knows as U1."""


def ours(site: Site) -> Workspace:
    return next(one for one in site.service.workspaces() if one.name == "Ours")


def fill(site: Site, admin: str = ADMIN, role: Role = Role.ADMIN, *, deal: bool = True) -> None:
    """Put somebody, and a deal, in the workspace that no team has yet."""
    system = site.service.system(ours(site).id, "cli")
    site.service.perform(system, AddUser(admin, "Ada", role.value))
    if deal:
        site.service.perform(system, CreateDeal("Secret"))


def test_a_stranger_who_comes_first_gets_a_workspace_of_their_own(site: Site) -> None:
    fill(site)
    status, shown = site.install(TWO)
    assert (status, "It has a new workspace of its own, “Team 2”." in shown) == (200, True)
    assert "Ours" not in shown
    assert ours(site).slack_team_id is None
    assert site.titles(TWO) == []
    assert site.people(TWO) == [("tim@t0000crm2.example", "admin")]


def test_an_admin_of_the_workspace_takes_it_also_after_others_came(site: Site) -> None:
    fill(site, "Ada@Example.com")
    site.install(TWO)
    status, shown = site.install()
    assert (status, "It has the workspace “Ours”, which was here already." in shown) == (200, True)
    assert site.titles(ONE) == ["Secret"]
    assert site.people() == [(ADMIN, "admin")]


@pytest.mark.parametrize("role", [Role.MANAGER, Role.REP, Role.VIEWER])
def test_records_go_to_nobody_but_an_admin(site: Site, role: Role) -> None:
    fill(site, role=role)
    site.install()
    assert ours(site).slack_team_id is None
    assert site.titles(ONE) == []


def test_a_workspace_without_records_goes_to_no_stranger_once_it_has_an_admin(site: Site) -> None:
    fill(site, deal=False)
    site.install(TWO)
    assert ours(site).slack_team_id is None


def test_an_address_that_slack_did_not_confirm_opens_nothing(site: Site) -> None:
    fill(site)
    site.slack.add_user("U1", "ada", ADMIN, is_email_confirmed=False)
    site.install()
    assert ours(site).slack_team_id is None
    assert site.people() == [(ADMIN, "admin")]


def test_guests_and_people_of_other_teams_install_nothing(site: Site) -> None:
    site.slack.add_user("U7", "gus", ADMIN, is_guest=True)
    for team, user in ((ONE, "U7"), (TWO, "U1")):
        status, shown = site.install(team, user)
        assert (status, "not guests or people of other organisations" in shown) == (400, True)
    assert rows(site, Installation) == []


def test_without_an_address_nothing_is_done(site: Site) -> None:
    site.slack.add_user("U1", "ada")
    status, shown = site.install()
    assert (status, "Slack does not tell your e-mail address" in shown) == (400, True)
    assert (ours(site).slack_team_id, rows(site, Installation)) == (None, [])


@pytest.mark.parametrize("fault", [ServerError(), ErrorCode("user_not_found"), ErrorCode("missing_scope")])
def test_when_slack_does_not_say_who_installs_nothing_is_done_and_the_next_try_works(site: Site, fault: Fault) -> None:
    fill(site)
    site.slack.script("users.info", [fault])
    status, shown = site.install()
    assert (status, "Slack did not say who is installing" in shown, "Please begin again." in shown) == (400, True, True)
    assert (ours(site).slack_team_id, rows(site, Installation), len(site.service.workspaces())) == (None, [], 1)
    assert site.install()[0] == 200
    assert ours(site).slack_team_id == ONE


def test_a_team_that_only_speaks_gets_nothing_where_teams_install(site: Site) -> None:
    fill(site)
    site.slack.script("users.info", [ServerError()])
    site.install(TWO)
    assert "This Slack workspace is not set up in crmbot." in site.say("list", TWO, f"U{TWO}")
    assert ours(site).slack_team_id is None


def test_an_installation_again_says_that_all_is_as_it_was(site: Site) -> None:
    site.install()
    status, shown = site.install()
    assert (status, "It has the workspace “Ours” again, as it was." in shown) == (200, True)
