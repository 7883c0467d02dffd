"""The table of Web API methods: names, arguments, scope, and the function that answers."""

from collections.abc import Callable
from dataclasses import dataclass

from crmbot.playground.arguments import ApiError
from crmbot.playground.records import Json
from crmbot.playground.state import Workspace

Run = Callable[[Workspace, Json, Json], Json]
"""Answers a call from the workspace, the arguments, and the team its token belongs to."""


@dataclass(frozen=True)
class Method:
    """One method of the Web API as its reference page describes it."""

    name: str
    required: frozenset[str]
    optional: frozenset[str]
    scope: str
    token: str
    run: Run


BOT = "bot"
ALWAYS_KNOWN = {"token", "team_id"}
"""Bolt puts the team on every call."""

TAKES_NO_JSON = frozenset(
    {
        *("users.info", "users.list", "users.lookupByEmail", "team.info", "chat.getPermalink"),
        *("conversations.history", "conversations.info", "conversations.list", "conversations.members"),
        *("conversations.replies", "files.getUploadURLExternal", "oauth.v2.access"),
    }
)
"""Slack reads the arguments of these from a form or the address only; a JSON body is as good as none."""

METHODS: dict[str, Method] = {}


def method(
    name: str, required: str = "", optional: str = "", scope: str = "", token: str = BOT
) -> Callable[[Run], Run]:
    """Enter a function into the table; arguments are lists of words, `token` is bot, app or none."""

    def enter(run: Run) -> Run:
        METHODS[name] = Method(name, frozenset(required.split()), frozenset(optional.split()), scope, token, run)
        return run

    return enter


def call_method(workspace: Workspace, name: str, args: Json, token: str) -> Json:
    """Check token, scope and arguments of a call, carry it out, and return the honest answer."""
    found = METHODS.get(name)
    if found is None:
        workspace.refuse(name, "unknown method")
        return {"ok": False, "error": "unknown_method", "req_method": name}
    try:
        team = _authorize(workspace, found, token)
        _check_arguments(workspace, found, args)
        return {"ok": True, **found.run(workspace, args, team)}
    except ApiError as error:
        return {"ok": False, "error": error.code, **error.extra}


def _authorize(workspace: Workspace, found: Method, token: str) -> Json:
    if found.token == "none":  # noqa: S105 - a kind of token, not one
        return {}
    if not token:
        raise ApiError("not_authed")
    if token in workspace.revoked:
        raise ApiError("token_revoked")
    if token in workspace.expired:
        raise ApiError("token_expired")
    kind = "app" if token == workspace.app_token else "bot" if token in workspace.tokens else ""
    if not kind:
        raise ApiError("invalid_auth")
    if kind != found.token and found.name != "auth.test":
        raise ApiError("not_allowed_token_type")
    provided = workspace.scopes
    if kind == "bot" and provided is not None and found.scope and found.scope not in provided:
        raise ApiError("missing_scope", needed=found.scope, provided=",".join(sorted(provided)))
    return workspace.tokens.get(token, workspace.team_answer())


def _check_arguments(workspace: Workspace, found: Method, args: Json) -> None:
    unknown = set(args) - found.required - found.optional - ALWAYS_KNOWN
    missing = {name for name in found.required if args.get(name) in (None, "")}
    for name in sorted(unknown):
        workspace.refuse(found.name, f"unknown argument {name}")
    for name in sorted(missing):
        workspace.refuse(found.name, f"missing argument {name}")
    if missing or unknown:
        messages = [f"[ERROR] missing required field: {name}" for name in sorted(missing)]
        messages += [f"[ERROR] unknown argument: {name}" for name in sorted(unknown)]
        raise ApiError("invalid_arguments", response_metadata={"messages": messages})
