"""users.*, team.info and auth.test: who is there."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from crmbot.playground.arguments import ApiError
from crmbot.playground.methods.conversations import page
from crmbot.playground.methods.registry import method
from crmbot.playground.records import Json, User
from crmbot.playground.state import Workspace


def show_user(workspace: Workspace, user: User, team: Json) -> Json:
    """Return a person as Slack shows them to a team's token; the e-mail address only with its scope."""
    now = datetime.fromtimestamp(workspace.clock(), UTC).astimezone(ZoneInfo(user.tz))
    offset: Any = now.utcoffset()
    profile = {
        "real_name": user.real_name or user.name,
        "display_name": user.name,
        "team": user.team_id,
        "image_48": f"{workspace.base_url}/page/person.svg",
    }
    if user.email and (workspace.scopes is None or "users:read.email" in workspace.scopes):
        profile["email"] = user.email
    return {
        "id": user.id,
        "team_id": user.team_id,
        "name": user.name,
        "real_name": profile["real_name"],
        "deleted": user.deleted,
        "tz": user.tz,
        "tz_label": now.tzname(),
        "tz_offset": int(offset.total_seconds()),
        "profile": profile,
        "is_admin": user.is_admin,
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": user.is_guest,
        "is_ultra_restricted": False,
        "is_bot": user.is_bot,
        "is_app_user": False,
        "is_email_confirmed": user.is_email_confirmed,
        "is_stranger": user.team_id != team["id"],
        "updated": 0,
    }


@method("users.info", "user", "include_locale", scope="users:read")
def tell_user(workspace: Workspace, args: Json, team: Json) -> Json:
    """Tell about one person."""
    if args["user"] not in workspace.users:
        raise ApiError("user_not_found")
    return {"user": show_user(workspace, workspace.users[args["user"]], team)}


@method("users.list", optional="cursor include_locale limit team_id", scope="users:read")
def list_users(workspace: Workspace, args: Json, team: Json) -> Json:
    """List everybody, page by page."""
    shown, cursor = page([show_user(workspace, user, team) for user in workspace.users.values()], args)
    return {"members": shown, "cache_ts": 0, "response_metadata": {"next_cursor": cursor}}


@method("users.lookupByEmail", "email", scope="users:read.email")
def find_user(workspace: Workspace, args: Json, team: Json) -> Json:
    """Find the person with an e-mail address."""
    for user in workspace.users.values():
        if user.email and user.email.lower() == str(args["email"]).lower() and not user.deleted:
            return {"user": show_user(workspace, user, team)}
    raise ApiError("users_not_found")


@method("team.info", optional="team domain", scope="team:read")
def tell_team(_workspace: Workspace, args: Json, team: Json) -> Json:
    """Tell about the workspace."""
    if args.get("team") not in {None, team["id"]}:
        raise ApiError("team_not_found")
    return {"team": {**team, "domain": "playground", "email_domain": "", "icon": {}}}


@method("auth.test")
def tell_token(workspace: Workspace, _args: Json, team: Json) -> Json:
    """Tell whose token it is."""
    return {
        "url": f"{workspace.base_url}/",
        "team": team["name"],
        "user": workspace.bot_name,
        "team_id": team["id"],
        "user_id": workspace.bot_user_id,
        "bot_id": workspace.bot_id,
        "app_id": workspace.app_id,
        "is_enterprise_install": False,
    }
