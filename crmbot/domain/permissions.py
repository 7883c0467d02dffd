"""Roles, what each may do, and the rule of ownership (interfaces.md, Rights)."""

from enum import StrEnum


class Role(StrEnum):
    """What a user is in a workspace, weakest first."""

    VIEWER = "viewer"
    REP = "rep"
    MANAGER = "manager"
    ADMIN = "admin"


RESOURCES = ("leads", "contacts", "companies", "deals", "activities", "notes", "proposals", "emails")
_VIEW = frozenset({f"crm.{noun}.view" for noun in RESOURCES} | {"crm.reports.view", "crm.search.view"})
_EDIT = frozenset(f"crm.{noun}.edit" for noun in RESOURCES)
_OTHERS = frozenset({"crm.records.edit_all", "crm.triage.edit", "crm.digests.edit"})
_ADMIN = frozenset({"crm.users.edit", "crm.stages.edit", "crm.settings.edit", "crm.archive.edit"})

DEFAULT_PERMISSIONS: dict[Role, frozenset[str]] = {
    Role.VIEWER: _VIEW,
    Role.REP: _VIEW | _EDIT,
    Role.MANAGER: _VIEW | _EDIT | _OTHERS,
    Role.ADMIN: _VIEW | _EDIT | _OTHERS | _ADMIN,
}
PERMISSIONS = DEFAULT_PERMISSIONS[Role.ADMIN]
"""Every permission there is."""


def may_edit(permissions: frozenset[str], user_id: str | None, owner_id: str | None) -> bool:
    """Say whether a record of `owner_id` may be edited: one's own, nobody's, or all with `crm.records.edit_all`."""
    return owner_id is None or owner_id == user_id or "crm.records.edit_all" in permissions


def sees_all(role: Role) -> bool:
    """Say whether reports show the whole workspace (viewer, manager, admin) or one's own records (rep)."""
    return role is not Role.REP
