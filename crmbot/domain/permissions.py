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


_DEEDS = {
    "crm.reports.view": "see reports",
    "crm.search.view": "search",
    "crm.emails.view": "see mail",
    "crm.emails.edit": "work with mail",
    "crm.records.edit_all": "change what belongs to others",
    "crm.triage.edit": "decide whose mail is ignored",
    "crm.digests.edit": "change digests",
    "crm.users.edit": "manage people and roles",
    "crm.stages.edit": "change the pipeline's stages",
    "crm.settings.edit": "change the workspace's settings",
    "crm.archive.edit": "import or export everything",
}
_VERBS = {"view": "see", "edit": "change"}


def refusal(role: str, permission: str) -> str:
    """Say what a role may not do, and who can."""
    if not any(permission in granted for granted in DEFAULT_PERMISSIONS.values()):
        return "That is for the customer alone, on the page of their offer."
    _, noun, verb = permission.split(".")
    deed = _DEEDS.get(permission) or f"{_VERBS[verb]} {noun}"
    others = [one.value for one, granted in DEFAULT_PERMISSIONS.items() if permission in granted and one.value != role]
    ask = "a manager or an admin" if Role.MANAGER in others else "an admin"
    return f"As a {role} you may not {deed}. Ask {ask}."


def may_edit(permissions: frozenset[str], user_id: str | None, owner_id: str | None) -> bool:
    """Say whether a record of `owner_id` may be edited: one's own, nobody's, or all with `crm.records.edit_all`."""
    return owner_id is None or owner_id == user_id or "crm.records.edit_all" in permissions


def sees_all(role: Role) -> bool:
    """Say whether reports show the whole workspace (viewer, manager, admin) or one's own records (rep)."""
    return role is not Role.REP
