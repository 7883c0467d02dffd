"""Roles and ownership."""

from itertools import pairwise

import pytest

from crmbot.domain.permissions import DEFAULT_PERMISSIONS, PERMISSIONS, RESOURCES, Role, may_edit, sees_all


def test_each_role_may_what_the_weaker_ones_may() -> None:
    ladder = [DEFAULT_PERMISSIONS[role] for role in Role]
    assert all(weaker < stronger for weaker, stronger in pairwise(ladder))
    assert ladder[-1] == PERMISSIONS


def test_a_viewer_changes_nothing() -> None:
    assert {name.rpartition(".")[2] for name in DEFAULT_PERMISSIONS[Role.VIEWER]} == {"view"}


def test_a_rep_edits_every_kind_of_record_but_not_everybodys() -> None:
    assert {f"crm.{noun}.edit" for noun in RESOURCES} <= DEFAULT_PERMISSIONS[Role.REP]
    assert "crm.records.edit_all" not in DEFAULT_PERMISSIONS[Role.REP]


@pytest.mark.parametrize(
    ("role", "user", "owner", "allowed"),
    [
        (Role.REP, "a", "a", True),
        (Role.REP, "a", None, True),
        (Role.REP, "a", "b", False),
        (Role.REP, None, "b", False),
        (Role.MANAGER, "a", "b", True),
        (Role.ADMIN, None, "b", True),
    ],
)
def test_ones_own_and_nobodys_may_be_edited(role: Role, user: str | None, owner: str | None, *, allowed: bool) -> None:
    assert may_edit(DEFAULT_PERMISSIONS[role], user, owner) is allowed


def test_only_a_reps_reports_are_narrowed() -> None:
    assert {role for role in Role if not sees_all(role)} == {Role.REP}
