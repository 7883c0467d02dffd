"""apps.connections.open and oauth.v2.access: how an app gets in."""

import secrets

from crmbot.playground.arguments import ApiError
from crmbot.playground.methods.registry import method
from crmbot.playground.records import Json
from crmbot.playground.state import Workspace


@method("apps.connections.open", token="app")  # noqa: S106 - a kind of token, not one
def open_connection(workspace: Workspace, _args: Json, _team: Json) -> Json:
    """Return the address of a socket that can be opened once."""
    ticket = secrets.token_hex(16)
    workspace.tickets.add(ticket)
    address = workspace.base_url.replace("http", "ws", 1)
    return {"url": f"{address}/link/?ticket={ticket}&app_id={workspace.app_id}"}


@method(
    "oauth.v2.access",
    optional="client_id client_secret code redirect_uri grant_type refresh_token",
    token="none",  # noqa: S106 - a kind of token, not one
)
def exchange_code(workspace: Workspace, args: Json, _team: Json) -> Json:
    """Exchange a code or a refresh token, each once, for a bot token."""
    if (args.get("client_id"), args.get("client_secret")) != (workspace.client_id, workspace.client_secret):
        raise ApiError("bad_client_secret" if args.get("client_id") else "invalid_client_id")
    grant = workspace.codes.pop(str(args.get("refresh_token") or args.get("code")), None)
    if grant is None:
        raise ApiError("invalid_refresh_token" if args.get("refresh_token") else "invalid_code")
    if grant.get("redirect_uri") and grant["redirect_uri"] != args.get("redirect_uri"):
        raise ApiError("bad_redirect_uri")
    token = "xoxb-" + secrets.token_hex(12)
    workspace.tokens[token] = grant["team"]
    ends: Json = {}
    if workspace.expires_in:
        refresh = "xoxe-1-" + secrets.token_hex(12)
        workspace.codes[refresh] = {"team": grant["team"], "user": grant["user"]}
        ends = {"refresh_token": refresh, "expires_in": workspace.expires_in}
    return {
        **ends,
        "app_id": workspace.app_id,
        "authed_user": {"id": grant["user"]},
        "scope": ",".join(sorted(workspace.scopes or {"chat:write", "commands"})),
        "token_type": "bot",
        "access_token": token,
        "bot_user_id": workspace.bot_user_id,
        "team": grant["team"],
        "enterprise": None,
        "is_enterprise_install": False,
    }
