import json
from dataclasses import replace

import pytest

from crmbot.config import Settings
from crmbot.slack.commands import COMMANDS
from crmbot.slack.manifest import EVENTS, SCOPES, manifest


def test_socket_mode_needs_no_address() -> None:
    made = manifest(Settings())
    assert made["settings"]["socket_mode_enabled"] is True
    assert "/slack/events" not in json.dumps(made)
    assert made["oauth_config"]["scopes"]["bot"] == sorted(SCOPES.keys() - {"links:read", "links:write"})
    assert "unfurl_domains" not in made["features"]
    assert "link_shared" not in made["settings"]["event_subscriptions"]["bot_events"]


def test_links_unfurl_where_crmbots_pages_have_a_public_address() -> None:
    base = Settings()
    made = manifest(replace(base, web=replace(base.web, base_url="https://crm.example.com:8443/crm")))
    assert made["features"]["unfurl_domains"] == ["crm.example.com"]
    assert made["oauth_config"]["scopes"]["bot"] == sorted(SCOPES)
    assert made["settings"]["event_subscriptions"]["bot_events"] == list(EVENTS)


def test_the_home_tab_and_the_shortcut_on_messages_are_there() -> None:
    features = manifest(Settings())["features"]
    assert features["app_home"]["home_tab_enabled"] is True
    (shortcut,) = features["shortcuts"]
    assert (shortcut["type"], shortcut["callback_id"]) == ("message", "log_to_crm")
    assert len(shortcut["name"]) <= 24
    assert len(shortcut["description"]) <= 150


def test_http_mode_names_the_address_everywhere() -> None:
    base = Settings()
    settings = replace(
        base, slack=replace(base.slack, mode="http"), web=replace(base.web, base_url="https://crm.example.com/")
    )
    made = manifest(settings)
    url = "https://crm.example.com/slack/events"
    assert made["settings"]["event_subscriptions"]["request_url"] == url
    assert made["settings"]["interactivity"]["request_url"] == url
    assert {command["url"] for command in made["features"]["slash_commands"]} == {url}
    assert made["settings"]["socket_mode_enabled"] is False


def test_every_command_has_the_prefix_and_fits_slacks_limits() -> None:
    base = Settings()
    made = manifest(replace(base, slack=replace(base.slack, command_prefix="dev-")))
    commands = made["features"]["slash_commands"]
    assert [command["command"] for command in commands] == [f"/dev-{noun}" for noun in COMMANDS]
    for command in commands:
        assert len(command["command"]) <= 32
        assert 0 < len(command["description"]) <= 2000
        assert 0 < len(command["usage_hint"]) <= 1000
    about = made["display_information"]
    assert len(about["name"]) <= 35
    assert len(about["description"]) <= 140
    assert 175 <= len(about["long_description"]) <= 4000


@pytest.mark.parametrize("event", EVENTS)
def test_every_event_has_its_scope(event: str) -> None:
    needed = {
        "app_home_opened": None,
        "app_mention": "app_mentions:read",
        "app_uninstalled": None,
        "tokens_revoked": None,
        "link_shared": "links:read",
        "message.channels": "channels:history",
        "message.groups": "groups:history",
        "message.im": "im:history",
    }
    assert needed[event] is None or needed[event] in SCOPES


def test_tokens_end_only_where_installations_can_renew_them() -> None:
    base = Settings()
    for mode, wanted, expected in (("http", True, True), ("http", False, False), ("socket", True, False)):
        settings = replace(base, slack=replace(base.slack, mode=mode, token_rotation=wanted))
        assert manifest(settings)["settings"]["token_rotation_enabled"] is expected
