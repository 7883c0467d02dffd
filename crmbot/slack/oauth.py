"""Installing crmbot in a Slack workspace: the way to Slack's page of consent, and back with a token."""

import hashlib
import hmac
import logging
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from crmbot.crm.installations import Came, Kept, take_state
from crmbot.crm.requests import AddUser, LinkSlackUser
from crmbot.crm.takeovers import has_admin
from crmbot.domain.permissions import Role
from crmbot.errors import CrmError, SendFailed
from crmbot.service import CrmService
from crmbot.slack.api import SlackApi
from crmbot.slack.installations import Installations
from crmbot.slack.people import is_outsider
from crmbot.slack.rotation import Grant, grant_of

_logger = logging.getLogger(__name__)
STATE_SECONDS = 600
_STALE = "This installation took too long, or began in another browser. Please begin again."
_REASONS = {
    "access_denied": "The installation was cancelled in Slack. Nothing was changed.",
    "invalid_code": _STALE,
    "code_already_used": _STALE,
    "bad_redirect_uri": "Slack does not know this address. Add it to the app: OAuth & Permissions, Redirect URLs.",
    "bad_client_secret": "Slack refused crmbot itself. Its operator checks SLACK_CLIENT_ID and SLACK_CLIENT_SECRET.",
    "invalid_client_id": "Slack refused crmbot itself. Its operator checks SLACK_CLIENT_ID and SLACK_CLIENT_SECRET.",
}

_NOT_SAID = "Slack did not say who is installing, so nothing was done. {reason} Please begin again."
_OUTSIDER = "Members of the workspace install crmbot, not guests or people of other organisations. Nothing was done."
_NO_ADDRESS = (
    "Slack does not tell your e-mail address, so crmbot cannot know you. Nothing was done. The app needs the scope "
    "users:read.email, and your Slack profile an address."
)
_BECAME = {
    Came.BACK: "It has the workspace “{name}” again, as it was.",
    Came.TAKEN: "It has the workspace “{name}”, which was here already.",
    Came.MADE: "It has a new workspace of its own, “{name}”.",
}


@dataclass(frozen=True, slots=True)
class Begun:
    """Where the browser goes, and the cookie that it must bring back."""

    location: str
    cookie: str


@dataclass(frozen=True, slots=True)
class Finished:
    """What came of it, as a page says it."""

    status: int
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Installer:
    """Who installs, as Slack tells it with the fresh token."""

    slack_user_id: str
    email: str
    name: str
    timezone: str | None
    vouched: bool
    """Whether Slack has seen that the address is theirs; it says so only when it has not."""


@dataclass(frozen=True)
class InstallFlow:
    """Installs crmbot for any number of teams; nothing is kept between the two steps but in the browser's cookie."""

    service: CrmService
    installations: Installations
    client_id: str
    client_secret: str = field(repr=False)
    redirect_uri: str
    authorize_url: str
    scopes: Sequence[str]

    def begin(self) -> Begun:
        """Return the way to Slack's page of consent."""
        cookie = secrets.token_urlsafe(32)
        until = int(self.service.clock().timestamp()) + STATE_SECONDS
        query = {
            "client_id": self.client_id,
            "scope": ",".join(self.scopes),
            "state": self._state(until, cookie),
            "redirect_uri": self.redirect_uri,
        }
        return Begun(f"{self.authorize_url}?{urlencode(query)}", cookie)

    def finish(self, query: Mapping[str, str], cookie: str) -> Finished:
        """Take the code that Slack's page sent the browser back with, and keep the token it stands for."""
        if not self._is_ours(query.get("state", ""), cookie):
            return _refused(_STALE)
        if query.get("error"):
            return _refused(_REASONS.get(query["error"], "Slack did not allow the installation. Nothing was changed."))
        try:
            granted = self._exchange(query.get("code", ""))
        except SendFailed as failure:
            return _refused(_REASONS.get(failure.code or "", f"{failure.reason} Please begin again."))
        team = granted.get("team") or {}
        if granted.get("is_enterprise_install") or not team.get("id"):
            return _refused("crmbot is installed in one workspace at a time; choose one, not the whole organisation.")
        team_id, name = str(team["id"]), str(team.get("name") or team["id"])
        grant = grant_of(granted, self.service.clock())
        installer = self._ask_who(grant, team_id, str((granted.get("authed_user") or {}).get("id") or ""))
        if isinstance(installer, str):
            return _refused(installer)
        address = installer.email if installer.vouched else ""
        kept = self.installations.keep(team_id, name, grant, granted.get("bot_user_id"), address)
        self._welcome(kept.workspace_id, installer)
        return _done(name, kept)

    def _exchange(self, code: str) -> dict[str, Any]:
        api = SlackApi("", self.installations.base_url, self.installations.seconds)
        return api.read(
            "oauth.v2.access",
            client_id=self.client_id,
            client_secret=self.client_secret,
            code=code,
            redirect_uri=self.redirect_uri,
        )

    def _state(self, until: int, cookie: str) -> str:
        said = f"oauth state {until} {cookie}".encode()
        return f"{until}.{hmac.new(self.service.policy.secret_key, said, hashlib.sha256).hexdigest()}"

    def _is_ours(self, state: str, cookie: str) -> bool:
        """Say whether a state was made for this browser, is young enough and comes for the first time."""
        until = state.partition(".")[0]
        if not cookie or not (until.isascii() and until.isdigit()) or len(until) > len("9999999999"):
            return False
        if not hmac.compare_digest(state.encode(), self._state(int(until), cookie).encode()):
            return False
        now = self.service.clock()
        if int(until) < now.timestamp():
            return False
        return take_state(self.service.store, state, now)

    def _ask_who(self, grant: Grant, team_id: str, slack_user_id: str) -> Installer | str:
        """Ask Slack about the installing person; return a sentence when they can't install."""
        api = SlackApi(grant.token, self.installations.base_url, self.installations.seconds)
        try:
            user = api.read("users.info", user=slack_user_id)["user"]
        except SendFailed as failure:
            return _NOT_SAID.format(reason=failure.reason)
        if is_outsider(user, team_id):
            return _OUTSIDER
        email = str((user.get("profile") or {}).get("email") or "").strip().lower()
        if not email:
            return _NO_ADDRESS
        name = str(user.get("real_name") or user.get("name") or email)
        return Installer(slack_user_id, email, name, user.get("tz"), user.get("is_email_confirmed") is not False)

    def _welcome(self, workspace_id: str, installer: Installer) -> None:
        """Make whoever installed crmbot the admin of a workspace that has none."""
        system = self.service.system(workspace_id, "slack")
        with self.service.store.reading(workspace_id) as session:
            if has_admin(session, workspace_id):
                return
        email, account = installer.email, installer.slack_user_id
        try:
            try:
                self.service.perform(system, AddUser(email, installer.name, Role.ADMIN, installer.timezone, account))
            except CrmError:
                self.service.perform(system, LinkSlackUser(email, account))
        except CrmError as failure:
            _logger.warning("whoever installed crmbot could not be made its admin: %s", failure)


def _done(team_name: str, kept: Kept) -> Finished:
    became = _BECAME[kept.came].format(name=kept.workspace_name)
    return Finished(
        200, "crmbot is installed", f"crmbot works in {team_name} now. {became} Type /crm help in Slack to begin."
    )


def _refused(text: str) -> Finished:
    return Finished(400, "crmbot was not installed", text)
