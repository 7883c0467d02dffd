"""Who is speaking: from a Slack team and account to a workspace and a CRM user."""

import threading
import time
from dataclasses import dataclass, field
from typing import Any

from crmbot.crm.actors import Actor
from crmbot.crm.requests import AddUser, LinkSlackUser
from crmbot.domain.permissions import Role
from crmbot.errors import Busy, CrmError, NotAllowed, SendFailed, Unauthenticated
from crmbot.models import Workspace
from crmbot.service import CrmService
from crmbot.slack.api import SlackApi

_REMEMBER_SECONDS = 60.0
_ASK_SECONDS = 1.2
_STRANGER = "crmbot answers members of this workspace only, not guests or people of other organisations."


@dataclass
class People:
    """Finds workspaces and actors; somebody seen for the first time is matched by the e-mail address Slack knows.

    `new_role` is given to a member whose address no CRM user has; None refuses them. With `by_installation` a team has
    a workspace only by installing.
    """

    service: CrmService
    api: SlackApi
    new_role: Role | None = None
    by_installation: bool = False
    _workspaces: dict[str, tuple[float, Workspace]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def workspace(self, team_id: str) -> Workspace:
        """Return the workspace of a Slack team; the first team that speaks to a store of one workspace gets it.

        Raises:
            Unauthenticated: no workspace belongs to that team.
        """
        known = self._workspaces.get(team_id)
        if known and known[0] > time.monotonic():
            return known[1]
        found = self.service.workspace_of_team(team_id, bind=not self.by_installation)
        if found is None:
            raise Unauthenticated("This Slack workspace is not set up in crmbot. An admin installs the app for it.")
        if found.stopped_at is not None:
            raise Unauthenticated("crmbot was removed from this Slack workspace. An admin can install it again.")
        with self._lock:
            if len(self._workspaces) > 1000:  # noqa: PLR2004 - bounded, whatever team ids come
                self._workspaces.clear()
            self._workspaces[team_id] = (time.monotonic() + _REMEMBER_SECONDS, found)
        return found

    def forget(self) -> None:
        """Look workspaces up anew from now on."""
        with self._lock:
            self._workspaces.clear()

    def actor(self, workspace: Workspace, team_id: str, user_id: str, user_team_id: str | None = None) -> Actor:
        """Return who a Slack account is in the CRM, linking it at the first time.

        Raises:
            Unauthenticated: a guest, a stranger, or nobody the CRM knows; the text says what to do.
        """
        if user_team_id and user_team_id != team_id:
            raise Unauthenticated(_STRANGER)
        return self.service.actor_of_slack(workspace.id, user_id) or self._link(workspace, team_id, user_id)

    def _link(self, workspace: Workspace, team_id: str, user_id: str) -> Actor:
        try:
            user = self.api.read("users.info", seconds=_ASK_SECONDS, user=user_id)["user"]
        except SendFailed as failure:
            raise Busy(f"Slack did not say who you are, so nothing was done. {failure.reason}") from failure
        profile: dict[str, Any] = user.get("profile") or {}
        if is_outsider(user, team_id):
            raise Unauthenticated(_STRANGER)
        email = str(profile.get("email") or "").strip().lower()
        if not email:
            raise Unauthenticated("Slack does not tell your e-mail address, so crmbot cannot know you.")
        self._admit(workspace, user, user_id, email)
        actor = self.service.actor_of_slack(workspace.id, user_id)
        if actor is None:
            raise _unknown(email)
        return actor

    def _admit(self, workspace: Workspace, user: dict[str, Any], user_id: str, email: str) -> None:
        """Link the account to the CRM user with its address, or add one where newcomers are welcome."""
        system = self.service.system(workspace.id, "slack")
        try:
            self.service.perform(system, LinkSlackUser(email, user_id))
        except Busy:
            raise
        except CrmError as refusal:
            if self.new_role is None:
                raise _unknown(email) from refusal
            name = str(user.get("real_name") or user.get("name") or email)
            # Who lost their rights must not get them back by speaking.
            newcomer = AddUser(email, name, self.new_role.value, user.get("tz"), user_id, only_new=True)
            try:
                self.service.perform(system, newcomer)
            except Busy:
                raise
            except NotAllowed as left:
                raise Unauthenticated(
                    f"You have no rights in this CRM any more. An admin can give them back: crmbot user add {email}"
                ) from left
            except CrmError as still:
                raise _unknown(email) from still


def is_outsider(user: dict[str, Any], team_id: str) -> bool:
    """Say whether a person, as `users.info` tells, is anything but a member of the team."""
    kinds = ("is_restricted", "is_ultra_restricted", "is_stranger", "is_bot", "deleted")
    return any(user.get(kind) for kind in kinds) or user.get("team_id") not in {None, team_id}


def _unknown(email: str) -> Unauthenticated:
    return Unauthenticated(
        f"Hello! Nobody in this CRM has your address {email} yet. An admin can add you: crmbot user add {email}"
    )
