"""Installing crmbot in a Slack workspace: the way to Slack's page of consent, and back with a token."""

import hashlib
import hmac
import logging
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from crmbot.crm.installations import has_admin, take_state
from crmbot.crm.requests import AddUser, LinkSlackUser
from crmbot.domain.permissions import Role
from crmbot.errors import CrmError, SendFailed
from crmbot.service import CrmService
from crmbot.slack.api import SlackApi
from crmbot.slack.installations import Installations
from crmbot.slack.rotation import grant_of

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
        workspace_id = self.installations.keep(team_id, name, grant, granted.get("bot_user_id"))
        self._welcome(workspace_id, str((granted.get("authed_user") or {}).get("id") or ""))
        return Finished(200, "crmbot is installed", f"crmbot works in {name} now. Type /crm help in Slack to begin.")

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

    def _welcome(self, workspace_id: str, slack_user_id: str) -> None:
        """Make whoever installed crmbot the admin of a workspace that has none."""
        system = self.service.system(workspace_id, "slack")
        with self.service.store.reading(workspace_id) as session:
            if not slack_user_id or has_admin(session, workspace_id):
                return
        try:
            user = self.installations.api_of(workspace_id).read("users.info", user=slack_user_id)["user"]
            email = str((user.get("profile") or {}).get("email") or "")
            name = str(user.get("real_name") or user.get("name") or email)
            try:
                self.service.perform(system, AddUser(email, name, Role.ADMIN, user.get("tz"), slack_user_id))
            except CrmError:
                self.service.perform(system, LinkSlackUser(email, slack_user_id))
        except (CrmError, SendFailed) as failure:
            _logger.warning("whoever installed crmbot could not be made its admin: %s", failure)


def _refused(text: str) -> Finished:
    return Finished(400, "crmbot was not installed", text)
