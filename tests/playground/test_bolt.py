"""A whole conversation with a Bolt app behind a socket: it cannot tell this Slack from the real one."""

from collections.abc import Iterator
from typing import Any

import pytest
from slack_bolt import App
from slack_bolt.adapter.socket_mode.builtin import SocketModeHandler
from slack_sdk import WebClient

from crmbot.playground import StandIn

BUTTONS = {
    "type": "actions",
    "elements": [{"type": "button", "action_id": "deal.lost", "text": {"type": "plain_text", "text": "Lost"}}],
}
FORM = {
    "type": "modal",
    "callback_id": "deal.lose",
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


@pytest.fixture
def bolt(standin: StandIn) -> Iterator[App]:
    client = WebClient(standin.bot_token, base_url=standin.api_url)
    bolt = App(client=client, signing_secret=standin.signing_secret, process_before_response=True)
    handler = SocketModeHandler(bolt, standin.app_token)
    handler.connect()  # type: ignore[no-untyped-call]  # the SDK left it so
    yield bolt
    handler.client.default_auto_reconnect_enabled = handler.client.auto_reconnect_enabled = False
    standin.links.cut()
    handler.close()  # type: ignore[no-untyped-call]  # the SDK left it so
    standin.wait_for(lambda: not standin.links.open)


def test_command_button_form_and_errors(standin: StandIn, bolt: App) -> None:
    @bolt.command("/deal")
    def show(ack: Any) -> None:
        ack({"text": "D-17", "blocks": [BUTTONS]})

    @bolt.action("deal.lost")
    def ask(ack: Any, body: Any, client: WebClient, respond: Any) -> None:
        ack()
        client.views_open(trigger_id=body["trigger_id"], view=FORM)
        respond(text="asked", replace_original=True)

    @bolt.view("deal.lose")
    def check(ack: Any, view: Any) -> None:
        said = view["state"]["values"]["reason"]["text"]["value"]
        ack(response_action="errors", errors={"reason": f"not {said}"})

    card = standin.command(None, "/deal", "show acme", "U1").message
    assert card is not None
    standin.click(None, card, "deal.lost", "U1")
    (view,) = standin.wait_for(lambda: standin.open_views("U1"))
    standin.wait_for(lambda: [message.text for message in standin.ephemerals("U1")] == ["asked"])
    assert standin.submit_view(None, view, {"reason": "price"}).payload == {
        "response_action": "errors",
        "errors": {"reason": "not price"},
    }
    assert standin.violations == []


def test_mention_and_home(standin: StandIn, bolt: App) -> None:
    @bolt.event("app_mention")
    def greet(event: Any, say: Any) -> None:
        say(f"hello <@{event['user']}>", thread_ts=event["ts"])

    @bolt.event("app_home_opened")
    def publish(event: Any, client: WebClient) -> None:
        client.views_publish(user_id=event["user"], view={"type": "home", "blocks": [{"type": "divider"}]})

    standin.say(None, "hi", "U1", "C1", mention=True)
    said, answer = standin.wait_for(lambda: standin.messages("C1")[1:] and standin.messages("C1"))
    assert (answer.text, answer.thread_ts) == ("hello <@U1>", said.ts)
    standin.open_home(None, "U1")
    assert standin.wait_for(lambda: standin.home("U1"))
    assert standin.violations == []
