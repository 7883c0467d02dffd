"""Slack's page of consent: who may let an app into which workspace, and back to the app with a code."""

import secrets
from html import escape
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from crmbot.playground.state import Workspace

AUTHORIZE = "/oauth/v2/authorize"


def consent_routes(workspace: Workspace) -> list[Route]:
    """Return the page that an app sends a browser to, and the address its two buttons post to."""

    async def ask(request: Request) -> Response:
        query = dict(request.query_params)
        wrong = _mistake(workspace, query)
        if wrong:
            workspace.refuse(AUTHORIZE, wrong)
            return HTMLResponse(f"<p>{escape(wrong)}</p>", 400)
        return HTMLResponse(_page(workspace, query))

    async def decide(request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        back = {"state": form.get("state", "")}
        if form.get("decision") == "allow":
            back["code"] = secrets.token_hex(16)
            workspace.authorize(
                back["code"],
                form.get("team_id") or workspace.team_id,
                form.get("team_name") or workspace.team_name,
                form.get("user", ""),
                form["redirect_uri"],
            )
        else:
            back["error"] = "access_denied"
        return RedirectResponse(f"{form['redirect_uri']}?{urlencode(back)}", 302)

    return [Route(AUTHORIZE, ask, methods=["GET"]), Route(AUTHORIZE, decide, methods=["POST"])]


def _mistake(workspace: Workspace, query: dict[str, str]) -> str:
    if query.get("client_id") != workspace.client_id:
        return "unknown client_id"
    if not query.get("scope"):
        return "no scope"
    if not urlsplit(query.get("redirect_uri", "")).netloc:
        return "no redirect_uri"
    return ""


def _page(workspace: Workspace, query: dict[str, str]) -> str:
    hidden = "".join(
        f'<input type="hidden" name="{name}" value="{escape(query.get(name, ""))}">'
        for name in ("state", "redirect_uri")
    )
    people = "".join(
        f'<option value="{user.id}"{" selected" * (user.id == query.get("user"))}>{escape(user.real_name or user.name)}'
        for user in workspace.users.values()
        if not user.is_bot
    )
    scopes = "".join(f"<li>{escape(scope)}</li>" for scope in query["scope"].split(","))
    return (
        f"<!doctype html><title>Install</title><h1>{escape(workspace.bot_name)} asks for leave</h1><ul>{scopes}</ul>"
        f'<form method="post">{hidden}<label>as <select name="user">{people}</select></label> '
        f'<input name="team_id" value="{workspace.team_id}"><input name="team_name" value="{workspace.team_name}">'
        '<button name="decision" value="allow">Allow</button>'
        '<button name="decision" value="deny">Cancel</button></form>'
    )
