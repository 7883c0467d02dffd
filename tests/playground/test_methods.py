"""The Web API methods, called by the real client."""

from collections.abc import Callable
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook import WebhookClient

from crmbot.playground import StandIn
from crmbot.playground.methods import METHODS

MODAL = {
    "type": "modal",
    "title": {"type": "plain_text", "text": "Lost"},
    "blocks": [{"type": "divider"}],
}
HOME = {"type": "home", "blocks": [{"type": "divider"}]}


def error_of(call: Callable[[], Any]) -> str:
    with pytest.raises(SlackApiError) as refusal:
        call()
    return str(refusal.value.response["error"])


def test_posted_metadata_comes_back_from_history(standin: StandIn, client: WebClient) -> None:
    metadata = {"event_type": "outbox", "event_payload": {"id": "01J"}}
    ts = client.chat_postMessage(channel="C1", text="x", metadata=metadata)["ts"]
    found = client.conversations_history(channel="C1", include_all_metadata=True)["messages"]
    assert [(message["ts"], message["metadata"]) for message in found] == [(ts, metadata)]
    assert "event_payload" not in client.conversations_history(channel="C1")["messages"][0]["metadata"]
    assert standin.posted[0].metadata == metadata


def test_history_pages_newest_first(standin: StandIn, client: WebClient) -> None:
    for number in range(5):
        client.chat_postMessage(channel="C1", text=str(number))
    texts = [m["text"] for page in client.conversations_history(channel="C1", limit=2) for m in page["messages"]]
    assert texts == ["4", "3", "2", "1", "0"]
    oldest = standin.messages("C1")[3].ts
    assert len(client.conversations_history(channel="C1", oldest=oldest)["messages"]) == 1
    assert len(client.conversations_history(channel="C1", oldest=oldest, inclusive=True)["messages"]) == 2


def test_replies_stay_in_their_thread(standin: StandIn, client: WebClient) -> None:
    parent = client.chat_postMessage(channel="C1", text="parent")["ts"]
    client.chat_postMessage(channel="C1", text="reply", thread_ts=parent)
    replies = client.conversations_replies(channel="C1", ts=parent)["messages"]
    assert [message["text"] for message in replies] == ["parent", "reply"]
    assert len(client.conversations_history(channel="C1")["messages"]) == 1
    assert error_of(lambda: client.chat_postMessage(channel="C1", text="x", thread_ts="1.0")) == "thread_not_found"
    assert standin.violations == []


def test_update_and_delete_change_the_message(standin: StandIn, client: WebClient) -> None:
    ts = client.chat_postMessage(channel="C1", text="one")["ts"]
    client.chat_update(channel="C1", ts=ts, text="two")
    assert [message.text for message in standin.messages("C1")] == ["two"]
    assert ts.replace(".", "") in client.chat_getPermalink(channel="C1", message_ts=ts)["permalink"]
    client.reactions_add(channel="C1", name="eyes", timestamp=ts)
    client.chat_delete(channel="C1", ts=ts)
    assert standin.messages("C1") == []
    assert error_of(lambda: client.chat_update(channel="C1", ts=ts, text="x")) == "message_not_found"


def test_update_wants_the_conversation_not_the_person(standin: StandIn, client: WebClient) -> None:
    posted = client.chat_postMessage(channel="U1", text="x")
    assert error_of(lambda: client.chat_update(channel="U1", ts=posted["ts"], text="y")) == "channel_not_found"
    client.chat_update(channel=posted["channel"], ts=posted["ts"], text="y")
    assert standin.posted[0].text == "y"


def test_update_text_is_shorter_than_a_posted_one(client: WebClient) -> None:
    ts = client.chat_postMessage(channel="C1", text="x" * 4_001)["ts"]
    assert error_of(lambda: client.chat_update(channel="C1", ts=ts, text="x" * 4_001)) == "msg_too_long"


def test_channels_refuse_as_slack_does(standin: StandIn, client: WebClient) -> None:
    standin.add_channel("C2", "old", is_archived=True)
    standin.add_channel("C3", "others", is_member=False)
    standin.add_channel("G4", "secret", is_private=True, is_member=False)

    def error_in(channel: str) -> str:
        return error_of(lambda: client.chat_postMessage(channel=channel, text="x"))

    assert {channel: error_in(channel) for channel in ("C2", "C3", "G4", "C9")} == {
        "C2": "is_archived",
        "C3": "not_in_channel",
        "G4": "channel_not_found",
        "C9": "channel_not_found",
    }
    client.conversations_join(channel="C3")
    assert client.chat_postMessage(channel="C3", text="x")["ok"]
    listed = client.conversations_list(types="public_channel,private_channel", exclude_archived=True)
    assert [channel["name"] for channel in listed["channels"]] == ["sales", "others"]
    assert standin.violations == []


def test_ephemeral_is_seen_by_one(standin: StandIn, client: WebClient) -> None:
    client.chat_postEphemeral(channel="C1", user="U1", text="only you")
    assert [message.text for message in standin.ephemerals("U1")] == ["only you"]
    assert standin.ephemerals("U2") == standin.messages("C1") == []
    assert error_of(lambda: client.chat_postEphemeral(channel="C1", user="U9", text="x")) == "user_not_in_channel"


def test_people_are_found(standin: StandIn, client: WebClient) -> None:
    assert client.users_lookupByEmail(email="Ada@Example.com")["user"]["tz"] == "Europe/Berlin"
    assert client.users_info(user="U2")["user"]["is_restricted"]
    assert len(client.users_list()["members"]) == 3
    direct = client.conversations_open(users="U1")["channel"]["id"]
    assert client.chat_postMessage(channel="U1", text="x")["channel"] == direct
    assert error_of(lambda: client.users_info(user="U9")) == "user_not_found"
    assert error_of(lambda: client.users_lookupByEmail(email="no@example.com")) == "users_not_found"
    assert client.team_info()["team"]["id"] == standin.team_id


def test_file_goes_up_in_three_steps(standin: StandIn, client: WebClient) -> None:
    client.files_upload_v2(filename="p.pdf", content=b"%PDF", title="Proposal", channel="C1", alt_txt="a")
    (file,) = standin.files.values()
    assert (file.content, file.title, file.complete, file.channels) == (b"%PDF", "Proposal", True, ["C1"])
    assert standin.violations == []


def test_a_trigger_opens_one_modal_within_three_seconds(standin: StandIn, client: WebClient) -> None:
    now = [1_900_000_000.0]
    clock, standin.clock = standin.clock, lambda: now[0]
    try:
        trigger = standin.new_trigger("U1")
        view = client.views_open(trigger_id=trigger, view=MODAL)["view"]
        assert error_of(lambda: client.views_open(trigger_id=trigger, view=MODAL)) == "exchanged_trigger_id"
        late = standin.new_trigger("U1")
        now[0] += 3.1
        assert error_of(lambda: client.views_open(trigger_id=late, view=MODAL)) == "expired_trigger_id"
    finally:
        standin.clock = clock
    client.views_update(view_id=view["id"], view={**MODAL, "callback_id": "next"}, hash=view["hash"])
    again = {"view_id": view["id"], "view": MODAL, "hash": view["hash"]}
    assert error_of(lambda: client.views_update(**again)) == "hash_conflict"
    assert standin.open_views("U1")[0].body["callback_id"] == "next"
    client.views_push(trigger_id=standin.new_trigger("U1"), view=MODAL)
    assert [view.previous for view in standin.open_views("U1")] == [None, view["id"]]


def test_home_is_published_per_person(standin: StandIn, client: WebClient) -> None:
    client.views_publish(user_id="U1", view=HOME)
    client.views_publish(user_id="U1", view={**HOME, "private_metadata": "2"})
    home = standin.home("U1")
    assert home is not None
    assert home.body["private_metadata"] == "2"
    assert standin.home("U2") is None
    bad = {**HOME, "blocks": [{"type": "x"}]}
    assert error_of(lambda: client.views_publish(user_id="U1", view=bad)) == "invalid_arguments"


@pytest.mark.parametrize(
    ("token", "error"),
    [("", "not_authed"), ("xoxb-wrong", "invalid_auth"), ("app", "not_allowed_token_type")],
)
def test_token_is_checked(token: str, error: str, standin: StandIn) -> None:
    client = WebClient(standin.app_token if token == "app" else token, base_url=standin.api_url)
    assert error_of(client.users_list) == error


def test_revoked_token_and_missing_scope(standin: StandIn, client: WebClient) -> None:
    standin.scopes = {"chat:write"}
    with pytest.raises(SlackApiError) as refusal:
        client.users_list()
    assert refusal.value.response.data["needed"] == "users:read"
    assert client.auth_test().headers["x-oauth-scopes"] == "chat:write"
    standin.revoked.add(standin.bot_token)
    assert error_of(client.auth_test) == "token_revoked"


def test_unknown_and_missing_arguments_are_recorded(standin: StandIn, client: WebClient) -> None:
    assert error_of(lambda: client.api_call("chat.postMessages", json={"a": 1})) == "unknown_method"
    assert error_of(lambda: client.api_call("chat.postMessage", json={"text": "x"})) == "invalid_arguments"
    assert error_of(lambda: client.chat_postMessage(channel="C1", text="x", colour="red")) == "invalid_arguments"
    assert [violation.reason for violation in standin.violations] == [
        "unknown method",
        "missing argument channel",
        "unknown argument colour",
    ]


def test_reading_methods_take_no_json(standin: StandIn, client: WebClient) -> None:
    assert error_of(lambda: client.api_call("users.info", json={"user": "U1"})) == "invalid_arguments"
    assert [(item.where, item.reason) for item in standin.violations] == [("users.info", "takes no JSON")]


def test_calls_are_logged_with_arguments_and_headers(standin: StandIn, client: WebClient) -> None:
    client.conversations_info(channel="C1")
    (call,) = standin.calls
    assert (call.method, call.args["channel"]) == ("conversations.info", "C1")
    assert call.headers["authorization"] == f"Bearer {standin.bot_token}"
    assert call.answer is not None


def test_form_bodies_may_hold_json(standin: StandIn, client: WebClient) -> None:
    blocks = '[{"type": "divider"}]'
    client.api_call("chat.postMessage", params={"channel": "C1", "text": "a & b", "blocks": blocks})
    assert standin.posted[0].text == "a & b"
    assert standin.posted[0].blocks[0]["type"] == "divider"


def test_code_is_exchanged_once_for_a_token_of_its_workspace(standin: StandIn) -> None:
    standin.authorize("code-1", "T2", "Second", "U5")
    grant = {"client_id": standin.client_id, "client_secret": standin.client_secret, "code": "code-1"}
    token = WebClient(base_url=standin.api_url).oauth_v2_access(**grant)["access_token"]
    assert WebClient(token, base_url=standin.api_url).auth_test()["team_id"] == "T2"
    assert error_of(lambda: WebClient(base_url=standin.api_url).oauth_v2_access(**grant)) == "invalid_code"


def test_unfurls_are_checked_and_kept(standin: StandIn, client: WebClient) -> None:
    ts = client.chat_postMessage(channel="C1", text="x")["ts"]
    client.chat_unfurl(channel="C1", ts=ts, unfurls={"https://x.example": {"blocks": [{"type": "divider"}]}})
    bad = {"https://x.example": {"blocks": [{"type": "x"}]}}
    assert error_of(lambda: client.chat_unfurl(channel="C1", ts=ts, unfurls=bad)) == "cannot_unfurl_url"
    assert len(standin.unfurls) == 1


def test_response_url_takes_five_answers(standin: StandIn, app: Any) -> None:
    answer = standin.command(app.url, "/deal", "", "U1")
    hook = WebhookClient(answer.sent.payload["response_url"])
    statuses = [hook.send(text=str(number)).status_code for number in range(6)]
    assert statuses == [200] * 5 + [404]
    assert [message.text for message in standin.ephemerals("U1")] == list("01234")


def test_response_url_replaces_and_deletes_the_original(standin: StandIn, app: Any) -> None:
    app.reply = lambda _: (200, {"text": "card", "blocks": [BUTTONS]})
    card = standin.command(app.url, "/deal", "", "U1").message
    assert card is not None
    address = standin.click(app.url, card, "deal.won", "U1").sent.payload["response_url"]
    WebhookClient(address).send(text="won", replace_original=True)
    assert [message.text for message in standin.ephemerals("U1")] == ["won"]
    WebhookClient(address).send(delete_original=True)
    assert standin.ephemerals("U1") == []
    assert WebhookClient(address).send(text="x", blocks=[{"type": "x"}]).status_code == 400
    assert standin.violations


BUTTONS = {
    "type": "actions",
    "elements": [{"type": "button", "action_id": "deal.won", "text": {"type": "plain_text", "text": "Won"}}],
}


def test_every_method_a_bot_needs_is_there() -> None:
    needed = {
        *("auth.test", "users.info", "users.list", "users.lookupByEmail", "team.info"),
        *("conversations.open", "conversations.list", "conversations.info", "conversations.history"),
        *("conversations.replies", "conversations.join", "chat.postMessage", "chat.update", "chat.delete"),
        *("chat.postEphemeral", "chat.getPermalink", "chat.unfurl", "reactions.add", "views.open"),
        *("views.update", "views.publish", "views.push", "files.getUploadURLExternal"),
        *("files.completeUploadExternal", "apps.connections.open", "oauth.v2.access"),
    }
    assert needed <= set(METHODS)
