"""Slack and the clock: the tokens work, the app may do what it needs, and the hours agree."""

from datetime import UTC, datetime

from sqlalchemy import func, select

from crmbot.bootstrap import Crmbot, policy_of
from crmbot.bootstrap.checks.finding import Finding, Subject
from crmbot.bootstrap.installing import api_finder, takes_installations
from crmbot.crm.installations import installed_workspaces
from crmbot.errors import ConfigError, CrmError, SendFailed
from crmbot.service import CrmService
from crmbot.slack.api import SlackApi
from crmbot.slack.manifest import SCOPES
from crmbot.store import EVERY_WORKSPACE

_SETUP = "docs/slack-setup.md says how to connect Slack."
_MOST_APART = 60
_HTTP_DATE = "%a, %d %b %Y %H:%M:%S GMT"


def check_slack(subject: Subject) -> Finding:
    """Ask Slack who the bot's token is, and what it may do."""
    name, settings = "slack", subject.settings
    if takes_installations(settings) and not settings.secrets.slack_bot_token:
        return _check_installations(subject)
    if not settings.secrets.slack_bot_token:
        return Finding(name, "skipped", "SLACK_BOT_TOKEN is not set: Slack is not connected.", _SETUP)
    try:
        answer, headers = _api(subject, settings.secrets.slack_bot_token).examine("auth.test")
    except SendFailed as failure:
        return Finding(name, "failed", _why(failure), "Check SLACK_BOT_TOKEN, slack.api_url and the network.")
    given = headers.get("x-oauth-scopes")
    missing = [] if given is None else sorted(set(SCOPES) - {scope.strip() for scope in given.split(",")})
    who = f"{answer.get('user', 'The bot')} in {answer.get('team', 'a workspace')}"
    if missing:
        lacks = ", ".join(f"{scope} ({SCOPES[scope]})" for scope in missing)
        todo = "Update the app from `crmbot manifest`, then reinstall it in Slack."
        return Finding(name, "failed", f"{who} lacks {lacks}.", todo)
    return Finding(name, "ok", f"{who}, {'scopes untold' if given is None else f'all {len(SCOPES)} scopes'}.")


def _check_installations(subject: Subject) -> Finding:
    """See that the tokens of all Slack workspaces can be decrypted, and that Slack takes them."""
    name, settings = "slack", subject.settings
    with subject.store.reading(EVERY_WORKSPACE) as session:
        installed = installed_workspaces(session)
    if not installed:
        address = f"{settings.web.base_url.rstrip('/')}/slack/install"
        return Finding(name, "ok", f"No Slack workspace has installed crmbot yet; they do it at {address}.")
    service = CrmService(subject.store, subject.clock, policy_of(settings))
    find_api = api_finder(Crmbot(settings, subject.store, service, subject.clock))
    for workspace_id, who in installed:
        try:
            find_api(workspace_id).examine("auth.test")
        except (SendFailed, ConfigError) as failure:
            todo = "See “Several Slack workspaces” in docs/slack-setup.md."
            return Finding(name, "failed", f"{who}: {failure}", todo)
    return Finding(name, "ok", f"Installed in {', '.join(who for _, who in installed)}.")


def check_events(subject: Subject) -> Finding:
    """See that commands and clicks can reach crmbot: a socket can be opened, or signatures verified."""
    name, secrets = "slack events", subject.settings.secrets
    if not (secrets.slack_bot_token or secrets.slack_app_token or secrets.slack_signing_secret):
        return Finding(name, "skipped", "Slack is not connected.", _SETUP)
    if subject.settings.slack.mode == "http":
        if secrets.slack_signing_secret:
            address = f"{subject.settings.web.base_url.rstrip('/')}/slack/events"
            return Finding(name, "ok", f"Over HTTP; Slack must reach {address}.")
        todo = "Copy it from the app's Basic Information page, or set slack.mode to socket."
        return Finding(name, "failed", "SLACK_SIGNING_SECRET is not set, and slack.mode is http.", todo)
    todo = "Make an app-level token with connections:write on the app's Basic Information page: SLACK_APP_TOKEN."
    if not secrets.slack_app_token:
        return Finding(name, "failed", "SLACK_APP_TOKEN is not set, and slack.mode is socket.", todo)
    try:
        _api(subject, secrets.slack_app_token).call("apps.connections.open")
    except SendFailed as failure:
        return Finding(name, "failed", _why(failure), todo)
    return Finding(name, "ok", "Socket Mode gives out links.")


def check_clock(subject: Subject) -> Finding:
    """Compare this machine's clock with those it works with."""
    name = "clock"
    clocks = {"Slack": _slack_time(subject), "the database": _database_time(subject)}
    here = subject.clock()
    apart = {whose: (here - there).total_seconds() for whose, there in clocks.items() if there is not None}
    if not apart:
        return Finding(name, "skipped", "There is no other clock to compare with.")
    told = ", ".join(
        f"{abs(seconds):,.0f} s {'ahead of' if seconds > 0 else 'behind'} {whose}" for whose, seconds in apart.items()
    )
    if any(abs(seconds) > _MOST_APART for seconds in apart.values()):
        todo = "Set it by NTP: signatures of Slack are refused and digests come at the wrong hour."
        return Finding(name, "failed", f"This machine's clock is {told}.", todo)
    return Finding(name, "ok", f"This machine's clock is {told}.")


def _slack_time(subject: Subject) -> datetime | None:
    token = subject.settings.secrets.slack_bot_token
    if not token:
        return None
    try:
        _, headers = _api(subject, token).examine("auth.test")
        return datetime.strptime(headers["date"], _HTTP_DATE).replace(tzinfo=UTC)
    except (SendFailed, KeyError, ValueError):
        return None


def _database_time(subject: Subject) -> datetime | None:
    # SQLite's clock is this machine's.
    if subject.store.is_sqlite:
        return None
    try:
        with subject.store.reading(EVERY_WORKSPACE) as session:
            return session.scalar(select(func.now()))
    except CrmError:
        return None


def _api(subject: Subject, token: str) -> SlackApi:
    return SlackApi(token, subject.settings.slack.api_url, seconds=subject.seconds)


def _why(failure: SendFailed) -> str:
    return f"{failure} ({failure.code})" if failure.code else str(failure)
