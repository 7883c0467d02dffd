"""Answers to commands and clicks: the ack's body, and posts to a response_url."""

import json
import secrets

from crmbot.playground.arguments import ApiError
from crmbot.playground.methods.chat import checked_body, new_message, rewrite
from crmbot.playground.methods.views import checked_view, keep_view, replace_view
from crmbot.playground.records import Json, Message, ResponseUrl, View
from crmbot.playground.state import Workspace

USES = 5
SECONDS = 30 * 60
_KEYS = {
    *("text", "blocks", "attachments", "response_type", "replace_original", "delete_original", "thread_ts"),
    *("metadata", "mrkdwn", "unfurl_links", "unfurl_media", "markdown_text", "link_names", "parse"),
    *("username", "icon_emoji", "icon_url"),
}


def new_response_url(workspace: Workspace, channel: str, user: str, message: Message | None = None) -> str:
    """Hand out an address that takes five answers within thirty minutes."""
    token = secrets.token_urlsafe(18)
    workspace.response_urls[token] = ResponseUrl(
        token,
        channel,
        user,
        workspace.clock(),
        message.ts if message else None,
        message.thread_ts if message else None,
    )
    return f"{workspace.base_url}/response/{token}"


def use_response_url(workspace: Workspace, token: str, content: bytes) -> tuple[int, str]:
    """Take one answer; returns the status and the body Slack replies with."""
    url = workspace.response_urls.get(token)
    if url is None:
        return 404, '{"ok":false,"error":"invalid_url"}'
    if workspace.clock() - url.at > SECONDS:
        return 404, '{"ok":false,"error":"expired_url"}'
    if url.uses >= USES:
        return 404, '{"ok":false,"error":"used_url"}'
    url.uses += 1
    try:
        body = json.loads(content)
    except ValueError:
        workspace.refuse("response_url", "the body is not JSON")
        return 400, "invalid_payload"
    try:
        _apply(workspace, url, body)
    except ApiError as error:
        return 400, error.code
    return 200, "ok"


def _apply(workspace: Workspace, url: ResponseUrl, body: Json) -> None:
    original = workspace.find_message(url.channel, url.message_ts) if url.message_ts else None
    if body.get("delete_original"):
        if original:
            with workspace.changed:
                original.deleted = True
                workspace.changed.notify_all()
    elif body.get("replace_original") and original:
        rewrite(workspace, original, _checked(workspace, "response_url", body))
    else:
        answer_message(workspace, url.channel, url.user, body, "response_url", thread_ts=url.thread_ts)


def _checked(workspace: Workspace, where: str, body: Json) -> Json:
    workspace.refuse(where, *[f"unknown argument {key}" for key in sorted(set(body) - _KEYS)])
    if body.get("response_type") not in {None, "ephemeral", "in_channel"}:
        workspace.refuse(where, f"unknown response_type {body['response_type']}")
    return checked_body(workspace, where, body)


def answer_message(
    workspace: Workspace, channel: str, user: str, body: Json, where: str, *, thread_ts: str | None = None
) -> Message:
    """Show an answer to the one who asked, or to the channel when it says so."""
    checked = _checked(workspace, where, body)
    private = body.get("response_type") != "in_channel"
    message = new_message(workspace, channel, checked, where, user if private else None)
    message.thread_ts = body.get("thread_ts") or thread_ts
    return workspace.keep(message)


def apply_view_answer(workspace: Workspace, view: View, body: Json) -> None:
    """Do what the answer to a submitted form asks for; an empty one closes the form."""
    action = body.get("response_action")
    if action is None:
        workspace.refuse("view_submission", *[f"unknown answer {key}" for key in sorted(body)])
        close_view(workspace, view)
    elif action == "clear":
        for other in workspace.open_views(view.user):
            close_view(workspace, other)
    elif action == "errors":
        _check_errors(workspace, view, body.get("errors"))
    elif action in {"update", "push"}:
        fresh = checked_view(workspace, "view_submission", body.get("view"), "modal")
        if action == "update":
            replace_view(workspace, view, fresh)
        else:
            keep_view(workspace, view.user, fresh, view)
    else:
        workspace.refuse("view_submission", f"unknown response_action {action}")


def close_view(workspace: Workspace, view: View) -> None:
    """Take a view off the screen."""
    with workspace.changed:
        view.closed = True
        workspace.changed.notify_all()


def _check_errors(workspace: Workspace, view: View, errors: object) -> None:
    inputs = {block["block_id"] for block in view.body["blocks"] if block["type"] == "input"}
    if not isinstance(errors, dict) or not errors:
        workspace.refuse("view_submission", "response_action errors without errors")
        return
    for name, sentence in errors.items():
        if name not in inputs:
            workspace.refuse("view_submission", f"an error for {name}, which is no input of the form")
        if not isinstance(sentence, str) or not sentence:
            workspace.refuse("view_submission", f"the error for {name} is no sentence")
