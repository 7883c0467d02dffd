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
    assert made["oauth_config"]["scopes"]["bot"] == sorted(SCOPES)


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
        "app_mention": "app_mentions:read",
        "message.channels": "channels:history",
        "message.groups": "groups:history",
        "message.im": "im:history",
    }
    assert needed[event] in SCOPES
