"""views.*: modals and the Home tab."""

import secrets
from typing import Any

from crmbot.playground.arguments import ApiError, structured
from crmbot.playground.methods.registry import method
from crmbot.playground.records import Json, View
from crmbot.playground.state import Workspace
from crmbot.playground.validation import view_problems

TRIGGER_SECONDS = 3.0
STACK = 3
HOME_BYTES = 250_000


def show_view(workspace: Workspace, view: View) -> Json:
    """Return a view as Slack shows it, with everything it filled in."""
    return {
        "id": view.id,
        "team_id": workspace.team_id,
        "state": {"values": {}},
        "hash": view.hash,
        "previous_view_id": view.previous,
        "root_view_id": view.root,
        "app_id": workspace.app_id,
        "app_installed_team_id": workspace.team_id,
        "bot_id": workspace.bot_id,
        "external_id": "",
        "private_metadata": "",
        "callback_id": "",
        "clear_on_close": False,
        "notify_on_close": False,
        "close": None,
        "submit": None,
        **view.body,
    }


def checked_view(workspace: Workspace, where: str, value: Any, *kinds: str) -> Json:
    """Return a view Slack would show, or refuse it as Slack does and keep the reason."""
    found = view_problems(value, *kinds)
    workspace.refuse(where, *found)
    if found:
        raise ApiError("invalid_arguments", response_metadata={"messages": found})
    filled = [{"block_id": secrets.token_hex(3), **block} for block in value["blocks"]]
    return {**value, "blocks": filled}


def keep_view(workspace: Workspace, user: str, body: Json, below: View | None = None) -> View:
    """Put a view before a person, above another one when given."""
    with workspace.changed:
        name = workspace.new_id("V")
        view = View(name, user, body, _hash(workspace), below.root if below else name)
        view.previous = below.id if below else None
        workspace.views.append(view)
        workspace.changed.notify_all()
    return view


def replace_view(workspace: Workspace, view: View, body: Json) -> None:
    """Put another body into a view that is open."""
    with workspace.changed:
        view.body = body
        view.hash = _hash(workspace)
        workspace.changed.notify_all()


def _hash(workspace: Workspace) -> str:
    return f"{int(workspace.clock())}.{secrets.token_hex(4)}"


def _spend_trigger(workspace: Workspace, args: Json) -> tuple[str, str | None]:
    """Use up a trigger id; return whose it is and the view it came from."""
    token = args.get("trigger_id") or args.get("interactivity_pointer")
    trigger = workspace.triggers.get(str(token))
    if trigger is None:
        raise ApiError("invalid_trigger_id")
    if workspace.clock() - trigger.at > TRIGGER_SECONDS:
        raise ApiError("expired_trigger_id")
    if trigger.used:
        raise ApiError("exchanged_trigger_id")
    trigger.used = True
    return trigger.user, trigger.view


@method("views.open", "view", "trigger_id interactivity_pointer")
def open_view(workspace: Workspace, args: Json, _team: Json) -> Json:
    """Open a modal."""
    body = checked_view(workspace, "views.open", structured(args, "view"), "modal")
    user, _ = _spend_trigger(workspace, args)
    return {"view": show_view(workspace, keep_view(workspace, user, body))}


@method("views.push", "view", "trigger_id interactivity_pointer")
def push_view(workspace: Workspace, args: Json, _team: Json) -> Json:
    """Open a modal above the one the trigger came from, three at most."""
    body = checked_view(workspace, "views.push", structured(args, "view"), "modal")
    user, _ = _spend_trigger(workspace, args)
    below = workspace.open_views(user)
    if not below:
        raise ApiError("not_found")
    if len(below) >= STACK:
        raise ApiError("push_limit_reached")
    return {"view": show_view(workspace, keep_view(workspace, user, body, below[-1]))}


@method("views.update", "view", "view_id external_id hash")
def update_view(workspace: Workspace, args: Json, _team: Json) -> Json:
    """Change a modal that is open."""
    found = None
    for view in workspace.views:
        named = args.get("view_id") == view.id
        outside = args.get("external_id") and args["external_id"] == view.body.get("external_id")
        if (named or outside) and not view.closed:
            found = view
    if found is None:
        raise ApiError("not_found")
    if args.get("hash") and args["hash"] != found.hash:
        raise ApiError("hash_conflict")
    replace_view(workspace, found, checked_view(workspace, "views.update", structured(args, "view"), "modal"))
    return {"view": show_view(workspace, found)}


@method("views.publish", "user_id view", "hash")
def publish_view(workspace: Workspace, args: Json, _team: Json) -> Json:
    """Set a person's Home tab."""
    user = str(args["user_id"])
    if user not in workspace.users:
        raise ApiError("user_not_found")
    body = checked_view(workspace, "views.publish", structured(args, "view"), "home")
    if len(str(body)) > HOME_BYTES:
        raise ApiError("view_too_large")
    current = workspace.home(user)
    if current and args.get("hash") and args["hash"] != current.hash:
        raise ApiError("hash_conflict")
    if current:
        replace_view(workspace, current, body)
    else:
        current = keep_view(workspace, user, body)
    return {"view": show_view(workspace, current)}
