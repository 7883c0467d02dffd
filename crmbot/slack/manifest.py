"""The Slack app manifest: what the app is called, what it listens to, and only the permissions it uses."""

from typing import Any, Protocol

from crmbot.slack.commands import COMMANDS
from crmbot.slack.shortcuts import DESCRIPTION, LOG_TO_CRM, NAME
from crmbot.slack.unfurls import domain_of

SCOPES = {
    "app_mentions:read": "lines that mention the bot in a thread",
    "channels:history": "looking whether a digest was posted, and !crm in public channels",
    "channels:read": "finding the id of a channel that the config names",
    "chat:write": "digests, receipts and answers",
    "commands": "slash commands",
    "files:write": "charts as pictures, where Slack draws none itself; files of mails that somebody asks for",
    "groups:history": "the same in private channels it was invited to",
    "groups:read": "the same for private channels it was invited to",
    "im:history": "lines written to the bot directly",
    "im:write": "opening a direct message",
    "links:read": "hearing of links to records that somebody shares",
    "links:write": "showing those records below the link",
    "users:read": "the zone and standing of who asks",
    "users:read.email": "finding the CRM user of a Slack account",
}
"""Every scope with what it is used for."""

EVENTS = (
    *("app_home_opened", "app_mention", "app_uninstalled", "link_shared"),
    *("message.channels", "message.groups", "message.im", "tokens_revoked"),
)
_FOR_LINKS = frozenset({"links:read", "links:write", "link_shared"})
"""What is of use only where crmbot's pages have a public address."""


class _Slack(Protocol):
    @property
    def mode(self) -> str: ...
    @property
    def command_prefix(self) -> str: ...
    @property
    def token_rotation(self) -> bool: ...


class _Web(Protocol):
    @property
    def base_url(self) -> str: ...


class ManifestSettings(Protocol):
    """What the manifest depends on; the configuration has it."""

    @property
    def slack(self) -> _Slack:
        """Mode socket or http, and the prefix of commands."""

    @property
    def web(self) -> _Web:
        """The public address, for mode http."""


def manifest(settings: ManifestSettings) -> dict[str, Any]:
    """Return the manifest of the Slack app that these settings need."""
    over_http = settings.slack.mode == "http"
    events_url = f"{settings.web.base_url.rstrip('/')}/slack/events"
    address = {"url": events_url} if over_http else {}
    request_url = {"request_url": events_url} if over_http else {}
    redirect_urls = {"redirect_urls": [redirect_uri(settings.web.base_url)]} if over_http else {}
    domain = domain_of(settings.web.base_url)
    unused = frozenset() if domain else _FOR_LINKS
    commands = [
        {
            "command": f"/{settings.slack.command_prefix}{noun}",
            "description": meaning,
            "usage_hint": hint,
            "should_escape": True,
            **address,
        }
        for noun, (meaning, hint) in COMMANDS.items()
    ]
    return {
        "_metadata": {"major_version": 2, "minor_version": 1},
        "display_information": {
            "name": "crmbot",
            "description": "Deals, tasks and digests where the team talks",
            "long_description": _LONG,
            "background_color": "#1d3557",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": "crmbot", "always_online": True},
            "shortcuts": [
                {"name": NAME, "type": "message", "callback_id": LOG_TO_CRM, "description": DESCRIPTION},
            ],
            "slash_commands": commands,
            **({"unfurl_domains": [domain]} if domain else {}),
        },
        "oauth_config": {**redirect_urls, "scopes": {"bot": bot_scopes(settings)}},
        "settings": {
            "event_subscriptions": {**request_url, "bot_events": [one for one in EVENTS if one not in unused]},
            "interactivity": {"is_enabled": True, **request_url},
            "org_deploy_enabled": False,
            "socket_mode_enabled": not over_http,
            # The token of a config file can't be renewed: only installations over HTTP keep what renews theirs.
            "token_rotation_enabled": over_http and settings.slack.token_rotation,
        },
    }


def bot_scopes(settings: ManifestSettings) -> list[str]:
    """Return the permissions that the bot asks for."""
    return sorted(SCOPES.keys() - (frozenset() if domain_of(settings.web.base_url) else _FOR_LINKS))


def redirect_uri(base_url: str) -> str:
    """Return where Slack's page of consent sends the browser back to."""
    return f"{base_url.rstrip('/')}/slack/oauth_redirect"


_LONG = (
    "A CRM that lives where the sales team already talks. Type /deal new Acme renewal $40k close:15 dec, "
    "/log call acme, /task call Jane tomorrow 3pm or /crm today; every answer is a card with buttons that act, "
    "seen only by you until you share it, and everything can be undone for a day. Digests of overdue activities, "
    "the aging pipeline and the forecast come at the hour you choose."
)
