"""What Slack sends, received by an app over HTTP."""

import json
from typing import Any
from urllib.parse import parse_qs

import pytest
from slack_sdk import WebClient
from slack_sdk.signature import SignatureVerifier

from crmbot.playground import Message, StandIn, View

CARD = {
    "text": "D-17",
    "response_type": "in_channel",
    "blocks": [
        {
            "type": "actions",
            "elements": [
                {
                    "type": "button",
                    "action_id": "deal.won",
                    "value": "17",
                    "text": {"type": "plain_text", "text": "Won"},
                    "style": "primary",
                },
                {
                    "type": "static_select",
                    "action_id": "deal.move",
                    "options": [
                        {"text": {"type": "plain_text", "text": "Qualified"}, "value": "q"},
                        {"text": {"type": "plain_text", "text": "Proposal"}, "value": "p"},
                    ],
                },
            ],
        }
    ],
}
FORM = {
    "type": "modal",
    "callback_id": "deal.lose",
    "private_metadata": "17",
    "title": {"type": "plain_text", "text": "Lost"},
    "submit": {"type": "plain_text", "text": "Save"},
    "blocks": [
        {
            "type": "input",
            "block_id": "reason",
            "label": {"type": "plain_text", "text": "Reason"},
            "element": {"type": "plain_text_input", "action_id": "text"},
        }
    ],
}


def posted_card(standin: StandIn, app: Any) -> Message:
    app.reply = lambda _: (200, CARD)
    message = standin.command(app.url, "/deal", "show acme", "U1", channel="C1").message
    assert message is not None
    app.reply = lambda _: (200, "")
    return message


def payload_of(app: Any) -> Any:
    return json.loads(parse_qs(app.received[-1].body.decode())["payload"][0])


def test_command_is_a_signed_form_in_slacks_shape(standin: StandIn, app: Any) -> None:
    app.reply = lambda _: (200, {"text": "made D-17"})
    answer = standin.command(app.url, "/deal", "new Acme *x* & $40k", "U1", channel="C1")
    (received,) = app.received
    assert SignatureVerifier(standin.signing_secret).is_valid_request(received.body, received.headers)
    fields = {name: values[0] for name, values in parse_qs(received.body.decode()).items()}
    assert fields["text"] == "new Acme *x* & $40k"
    assert (fields["user_id"], fields["channel_name"], fields["team_id"]) == ("U1", "sales", standin.team_id)
    assert fields["response_url"].startswith(standin.base_url)
    assert fields["is_enterprise_install"] == "false"
    assert answer.in_time
    assert [message.text for message in standin.ephemerals("U1", "C1")] == ["made D-17"]


@pytest.mark.parametrize("change", ["body", "time", "secret"])
def test_signature_holds_for_nothing_else(change: str, standin: StandIn, app: Any) -> None:
    standin.command(app.url, "/deal", "new Acme", "U1")
    received = app.received[0]
    if change == "body":
        received.body += b"&x=1"
    if change == "time":
        received.headers["X-Slack-Request-Timestamp"] = str(int(standin.clock()) - 301)
    secret = "other" if change == "secret" else standin.signing_secret
    assert not SignatureVerifier(secret).is_valid_request(received.body, received.headers)


def test_faulty_ack_is_recorded_and_not_shown(standin: StandIn, app: Any) -> None:
    app.reply = lambda _: (200, {"text": "x", "blocks": [{"type": "section"}], "colour": "red"})
    answer = standin.command(app.url, "/deal", "", "U1")
    assert answer.message is None
    assert {violation.where for violation in standin.violations} == {"ack /deal"}
    assert len(standin.violations) == 2


@pytest.mark.parametrize("status", [401, 500, 503])
def test_refused_command_shows_nothing(status: int, standin: StandIn, app: Any) -> None:
    app.reply = lambda _: (status, "no")
    answer = standin.command(app.url, "/deal", "", "U1")
    assert (answer.status, answer.in_time, answer.message) == (status, False, None)


def test_silent_app_is_status_zero(standin: StandIn) -> None:
    assert standin.command("http://127.0.0.1:9/slack/events", "/deal", "", "U1").status == 0


def test_click_tells_who_pressed_what_where(standin: StandIn, app: Any) -> None:
    card = posted_card(standin, app)
    standin.click(app.url, card, "deal.won", "U2")
    payload = payload_of(app)
    assert payload["type"] == "block_actions"
    assert payload["user"]["id"] == "U2"
    assert payload["container"]["message_ts"] == payload["message"]["ts"] == card.ts
    assert payload["actions"][0]["value"] == "17"
    assert payload["actions"][0]["block_id"] == card.blocks[0]["block_id"]
    assert payload["response_url"].startswith(standin.base_url)
    assert payload["trigger_id"] in standin.triggers


@pytest.mark.parametrize("name", ["deal.won", "17", "Won"])
def test_button_is_found_by_action_value_or_label(name: str, standin: StandIn, app: Any) -> None:
    standin.click(app.url, posted_card(standin, app), name)
    assert payload_of(app)["actions"][0]["action_id"] == "deal.won"


@pytest.mark.parametrize("choice", ["p", "Proposal"])
def test_choice_in_a_menu_is_reported_whole(choice: str, standin: StandIn, app: Any) -> None:
    standin.click(app.url, posted_card(standin, app), "deal.move", "U1", choice)
    assert payload_of(app)["actions"][0]["selected_option"]["value"] == "p"


def test_button_that_is_not_there_cannot_be_pressed(standin: StandIn, app: Any) -> None:
    with pytest.raises(LookupError, match=r"deal\.won"):
        standin.click(app.url, posted_card(standin, app), "deal.lost")


def test_form_is_filled_in_and_answered_with_errors_then_closed(standin: StandIn, app: Any) -> None:
    view = open_form(standin)
    app.reply = lambda _: (200, {"response_action": "errors", "errors": {"reason": "too short"}})
    standin.submit_view(app.url, view, {"reason": "x"})
    assert payload_of(app)["view"]["state"]["values"] == {
        "reason": {"text": {"type": "plain_text_input", "value": "x"}}
    }
    assert payload_of(app)["view"]["private_metadata"] == "17"
    assert standin.open_views("U1") == [view]
    app.reply = lambda _: (200, "")
    standin.submit_view(app.url, view, {"reason": "price"})
    assert standin.open_views("U1") == []
    assert standin.violations == []


def open_form(standin: StandIn) -> View:
    client = WebClient(standin.bot_token, base_url=standin.api_url)
    client.views_open(trigger_id=standin.new_trigger("U1"), view=FORM)
    return standin.open_views("U1")[0]


def test_form_without_a_required_value_is_not_sent(standin: StandIn, app: Any) -> None:
    view = open_form(standin)
    with pytest.raises(ValueError, match="reason"):
        standin.submit_view(app.url, view, {})
    with pytest.raises(ValueError, match="note"):
        standin.submit_view(app.url, view, {"reason": "x", "note": "y"})
    assert app.received == []


def test_an_emptied_field_is_reported_empty_and_an_untouched_one_as_it_was_shown(standin: StandIn, app: Any) -> None:
    value = {
        "type": "input",
        "block_id": "value",
        "optional": True,
        "label": {"type": "plain_text", "text": "Value"},
        "element": {"type": "plain_text_input", "action_id": "text", "initial_value": "7k"},
    }
    client = WebClient(standin.bot_token, base_url=standin.api_url)
    client.views_open(trigger_id=standin.new_trigger("U1"), view={**FORM, "blocks": [value]})
    view = standin.open_views("U1")[0]
    app.reply = lambda _: (200, {"response_action": "errors", "errors": {"value": "Again"}})
    for typed, sent in (({}, "7k"), ({"value": None}, None), ({"value": ""}, None)):
        standin.submit_view(app.url, view, typed)
        assert payload_of(app)["view"]["state"]["values"]["value"]["text"]["value"] == sent


@pytest.mark.parametrize(
    ("answer", "ids", "faults"),
    [
        ({"response_action": "update", "view": {**FORM, "callback_id": "two"}}, ["two"], 0),
        ({"response_action": "push", "view": {**FORM, "callback_id": "two"}}, ["deal.lose", "two"], 0),
        ({"response_action": "clear"}, [], 0),
        ({"response_action": "update", "view": {**FORM, "title": None}}, ["deal.lose"], 1),
        ({"response_action": "errors", "errors": {"text": "no such block"}}, ["deal.lose"], 1),
        ({"response_action": "close"}, ["deal.lose"], 1),
        ({"errors": {"reason": "x"}}, [], 1),
    ],
)
def test_answer_to_a_form_happens_to_the_view(
    answer: dict[str, Any], ids: list[str], faults: int, standin: StandIn, app: Any
) -> None:
    view = open_form(standin)
    app.reply = lambda _: (200, answer)
    standin.submit_view(app.url, view, {"reason": "price"})
    assert [view.body["callback_id"] for view in standin.open_views("U1")] == ids
    assert len(standin.violations) == faults


def test_shortcut_on_a_message_carries_the_message(standin: StandIn, app: Any) -> None:
    card = posted_card(standin, app)
    standin.shortcut(app.url, "log_to_crm", "U1", card)
    payload = payload_of(app)
    assert (payload["type"], payload["callback_id"]) == ("message_action", "log_to_crm")
    assert payload["message"]["ts"] == card.ts
    standin.shortcut(app.url, "new_deal", "U1")
    assert payload_of(app)["type"] == "shortcut"


def test_mention_posts_the_words_and_sends_an_event(standin: StandIn, app: Any) -> None:
    standin.say(app.url, "deal won acme", "U1", "C1", mention=True)
    event = json.loads(app.received[-1].body)
    assert event["type"] == "event_callback"
    assert event["event"]["type"] == "app_mention"
    assert event["event"]["text"] == f"<@{standin.bot_user_id}> deal won acme"
    assert event["authorizations"][0]["team_id"] == event["team_id"] == standin.team_id
    assert event["event"]["ts"] == standin.messages("C1")[0].ts
    standin.say(app.url, "hello", "U1")
    assert json.loads(app.received[-1].body)["event"]["channel_type"] == "im"
    standin.open_home(app.url, "U1")
    assert json.loads(app.received[-1].body)["event"]["type"] == "app_home_opened"


def test_redelivery_has_the_same_event_and_retry_headers(standin: StandIn, app: Any) -> None:
    answer = standin.event(app.url, {"type": "app_uninstalled"}, event_id="Ev1")
    standin.redeliver(answer, 1, "http_timeout")
    standin.redeliver(answer, 2, "http_error")
    first, second, third = app.received
    assert first.body == second.body == third.body
    assert "X-Slack-Retry-Num" not in first.headers
    assert (second.headers["X-Slack-Retry-Num"], second.headers["X-Slack-Retry-Reason"]) == ("1", "http_timeout")
    assert (third.headers["X-Slack-Retry-Num"], third.headers["X-Slack-Retry-Reason"]) == ("2", "http_error")
    for received in app.received:
        assert SignatureVerifier(standin.signing_secret).is_valid_request(received.body, received.headers)


def test_replay_is_the_same_to_the_byte(standin: StandIn, app: Any) -> None:
    standin.replay(standin.command(app.url, "/deal", "new Acme", "U1"))
    first, second = app.received
    assert (first.body, first.headers) == (second.body, second.headers)


def test_event_of_a_shared_channel_names_the_other_team(standin: StandIn, app: Any) -> None:
    standin.event(app.url, {"type": "message"}, team_id="T9", is_ext_shared_channel=True)
    event = json.loads(app.received[-1].body)
    assert (event["team_id"], event["authorizations"][0]["team_id"]) == ("T9", standin.team_id)


@pytest.mark.parametrize(
    ("offered", "faults"),
    [
        ({"options": [{"text": {"type": "plain_text", "text": "Acme"}, "value": "17"}]}, 0),
        ({"options": []}, 0),
        ({"options": [{"text": "Acme", "value": "17"}]}, 1),
    ],
)
def test_suggested_options_are_checked(offered: dict[str, Any], faults: int, standin: StandIn, app: Any) -> None:
    client = WebClient(standin.bot_token, base_url=standin.api_url)
    block = {
        "type": "input",
        "block_id": "deal",
        "label": {"type": "plain_text", "text": "Deal"},
        "element": {"type": "external_select", "action_id": "deal.pick"},
    }
    client.views_open(trigger_id=standin.new_trigger("U1"), view={**FORM, "blocks": [block]})
    app.reply = lambda _: (200, offered)
    standin.suggest(app.url, standin.open_views("U1")[0], "deal.pick", "ac")
    assert payload_of(app)["value"] == "ac"
    assert len(standin.violations) == faults
