"""The playground's page: what it lets through, and in a real browser what one sees and presses."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import FilePayload, Page, expect
from servers.browser import open_page
from slack_sdk import WebClient

from crmbot.playground import Playground, StandIn
from crmbot.playground.composer import escape_typed

HOSTILE = '<!channel> *x* <img src=x onerror="document.title=1"> <javascript:alert(1)|click>'
CARD = {
    "text": "D-17",
    "blocks": [
        {"type": "section", "text": {"type": "mrkdwn", "text": "*D-17 Acme* for <@U1>"}},
        {
            "type": "actions",
            "elements": [
                {
                    "type": "button",
                    "action_id": "deal.lost",
                    "text": {"type": "plain_text", "text": "Lost"},
                    "style": "danger",
                    "confirm": {
                        "title": {"type": "plain_text", "text": "Sure?"},
                        "text": {"type": "plain_text", "text": "It leaves the pipeline."},
                        "confirm": {"type": "plain_text", "text": "Yes"},
                        "deny": {"type": "plain_text", "text": "No"},
                    },
                }
            ],
        },
    ],
}
FORM = {
    "type": "modal",
    "title": {"type": "plain_text", "text": "Close as lost"},
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
def playground(app: Any) -> Iterator[Playground]:
    standin = StandIn()
    standin.add_user("U1", "ada", real_name="Ada Winter")
    standin.add_user("U2", "bob", real_name="Bob Ruiz")
    standin.add_channel("C1", "sales")
    playground = Playground(
        standin,
        deliver_url=app.url,
        on_mail=lambda mail, user: {"message": f"logged {len(mail)} bytes of {user}"},
        on_digests=lambda: "3 digests posted",
        shortcuts={"log_to_crm": "Log to CRM"},
    )
    with standin:
        yield playground


def ask(playground: Playground, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
    content = json.dumps(body).encode() if body is not None else None
    sent = {"Content-Type": "application/json", **headers} if content else headers
    request = urllib.request.Request(playground.standin.base_url + path, content, sent)  # noqa: S310 - loopback
    try:
        with urllib.request.urlopen(request, timeout=5) as response:  # noqa: S310 - loopback
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


SAY = {"user": "U1", "channel": "C1", "text": "/deal new Acme"}


def test_command_typed_on_the_page_reaches_the_product(playground: Playground, app: Any) -> None:
    app.reply = lambda _: (200, CARD)
    assert ask(playground, "/play/say", SAY)[0] == 200
    state = json.loads(ask(playground, "/play/state?user=U1")[1])
    assert [message["text"] for message in state["messages"]] == ["/deal new Acme", "D-17"]
    other = json.loads(ask(playground, "/play/state?user=U2")[1])
    assert other["messages"] == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Host": "evil.example"},
        {"Content-Type": "text/plain"},
    ],
)
def test_other_sites_cannot_act(headers: dict[str, str], playground: Playground, app: Any) -> None:
    assert ask(playground, "/play/say", SAY, **headers)[0] == 403
    assert app.received == []


@pytest.mark.parametrize("name", ["../server.py", "..%2Fserver.py", "%2e%2e/server.py", ".hidden", "none.js"])
def test_only_the_pages_own_files_are_served(name: str, playground: Playground) -> None:
    assert ask(playground, f"/page/{name}")[0] == 404


def test_product_that_fails_is_named_a_problem(playground: Playground, app: Any) -> None:
    app.reply = lambda _: (500, "no")
    assert json.loads(ask(playground, "/play/say", SAY)[1]) == {"problem": "/deal failed with status 500"}
    status, body = ask(playground, "/play/press", {**SAY, "ts": "1.0", "action": "x"})
    assert (status, json.loads(body)) == (400, {"problem": "that message is gone"})


def test_a_command_that_no_app_has_is_named_with_the_nearest(playground: Playground, app: Any) -> None:
    act = {"text": "/dael new Acme", "user": "U1", "channel": "C1"}
    assert playground.acts.say(act) == {"problem": "/dael is no command here. Did you mean /deal?"}
    assert "There are " in playground.acts.say({**act, "text": "/zzz"})["problem"]
    assert app.received == []


def test_typed_words_are_escaped_as_slack_does(playground: Playground) -> None:
    typed = "@ada & #sales <b> https://a.example x@ada.example @nobody"
    assert escape_typed(playground.standin, typed) == (
        "<@U1|ada> &amp; <#C1|sales> &lt;b&gt; <https://a.example> x@ada.example @nobody"
    )


@pytest.fixture
def page(playground: Playground) -> Iterator[Page]:
    with open_page() as page:
        page.goto(playground.standin.base_url)
        yield page


@pytest.mark.browser
def test_card_is_shown_pressed_and_its_form_filled_in(playground: Playground, page: Page, app: Any) -> None:
    standin = playground.standin
    client = WebClient(standin.bot_token, base_url=standin.api_url)

    def reply(body: bytes) -> tuple[int, Any]:
        if b"command=" in body:
            return 200, CARD
        if b"block_actions" in body:
            client.views_open(trigger_id=list(standin.triggers)[-1], view=FORM)
        if b"view_submission" in body and b"price" not in body:
            return 200, {"response_action": "errors", "errors": {"reason": "Say more"}}
        return 200, ""

    app.reply = reply
    page.get_by_role("button", name="sales").click()
    page.get_by_label("Message or command").fill("/de")
    page.keyboard.press("Tab")
    page.keyboard.type("new Acme")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Only visible to you")).to_be_visible()
    expect(page.get_by_text("@Ada Winter")).to_be_visible()
    page.get_by_role("button", name="Lost").click()
    page.get_by_role("button", name="Yes").click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Please complete this required field.")).to_be_visible()
    page.get_by_label("Reason").fill("x")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Say more")).to_be_visible()
    page.get_by_label("Reason").fill("")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Please complete this required field.")).to_be_visible()
    page.get_by_label("Reason").fill("price")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Close as lost")).to_be_hidden()
    assert standin.violations == []


@pytest.mark.browser
def test_whoever_speaks_sees_the_answer_wherever_they_were_reading(playground: Playground, page: Page) -> None:
    standin = playground.standin
    client = WebClient(standin.bot_token, base_url=standin.api_url)
    for number in range(60):
        client.chat_postMessage(channel="C1", text=f"line {number}")
    page.get_by_role("button", name="sales").click()
    page.locator("#log").evaluate("log => log.scrollTop = 0")
    page.get_by_label("Message or command").fill("what is new?")
    page.keyboard.press("Enter")
    expect(page.get_by_text("what is new?")).to_be_in_viewport()


@pytest.mark.browser
def test_an_answer_longer_than_the_page_is_seen_from_its_top(playground: Playground, page: Page) -> None:
    standin = playground.standin
    client = WebClient(standin.bot_token, base_url=standin.api_url)
    page.get_by_role("button", name="sales").click()
    page.get_by_label("Message or command").fill("what is new?")
    page.keyboard.press("Enter")
    expect(page.get_by_text("what is new?")).to_be_in_viewport()
    client.chat_postMessage(
        channel="C1", text="\n".join(["this is the top", *(f"line {n}" for n in range(90)), "the end"])
    )
    expect(page.get_by_text("this is the top")).to_be_in_viewport()
    client.chat_postMessage(channel="C1", text="short")
    expect(page.get_by_text("this is the top")).to_be_in_viewport()


@pytest.mark.browser
def test_an_answer_in_several_messages_is_seen_from_the_words_that_asked_for_it(
    playground: Playground, page: Page
) -> None:
    client = WebClient(playground.standin.bot_token, base_url=playground.standin.api_url)
    page.get_by_role("button", name="sales").click()
    page.get_by_label("Message or command").fill("what is new?")
    page.keyboard.press("Enter")
    expect(page.get_by_text("what is new?")).to_be_in_viewport()
    for part in range(4):
        client.chat_postMessage(channel="C1", text="\n".join(f"part {part} line {n}" for n in range(20)))
    expect(page.get_by_text("part 3 line 1")).to_be_attached()
    expect(page.get_by_text("what is new?")).to_be_in_viewport()


@pytest.mark.browser
def test_hostile_words_do_nothing_and_nothing_is_asked_elsewhere(playground: Playground, page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    standin = playground.standin
    client = WebClient(standin.bot_token, base_url=standin.api_url)
    picture = {"type": "image", "image_url": "https://tracker.example/a.png", "alt_text": "a chart"}
    mark = {"type": "markdown", "text": "[x](javascript:alert(1)) <script>document.title=1</script>"}
    section = {"type": "section", "text": {"type": "mrkdwn", "text": HOSTILE}}
    client.chat_postMessage(channel="C1", text=HOSTILE, blocks=[section, mark, picture])
    page.get_by_role("button", name="sales").click()
    expect(page.get_by_text("click", exact=True)).to_be_visible()
    expect(page.get_by_text("a chart")).to_be_visible()
    assert page.title() == "crmbot playground"
    assert page.locator("#log img[src=x], #log a[href^=javascript]").count() == 0
    page.get_by_role("button", name="Post the digests now").click()
    expect(page.get_by_text("3 digests posted")).to_be_visible()
    eml = FilePayload(name="a.eml", mimeType="message/rfc822", buffer=b"From: a")
    page.locator("#mail").set_input_files(files=eml)
    expect(page.get_by_text("logged 7 bytes of U1")).to_be_visible()
    playground.sample = lambda: b"From: sample"
    client.chat_postMessage(channel="C1", text="now with a sample")
    page.get_by_role("button", name="Forward a sample mail").click()
    expect(page.get_by_text("logged 12 bytes of U1")).to_be_visible()
    assert [url for url in asked if not url.startswith(standin.base_url)] == []


@pytest.mark.browser
def test_a_line_is_written_in_a_thread_and_a_link_shows_its_card(playground: Playground, page: Page) -> None:
    standin = playground.standin
    client = WebClient(standin.bot_token, base_url=standin.api_url)
    address = "https://crm.example.com/deals/D-17"
    standin.unfurl_domains.add("crm.example.com")
    client.chat_postMessage(channel="C1", text="our digest")
    page.get_by_role("button", name="sales").click()
    page.get_by_label("Reply in thread").click(force=True)
    words = page.get_by_label("Message or command")
    words.fill("/deal won")
    page.keyboard.press("Enter")
    expect(page.locator("#notices")).to_contain_text("Slack takes no commands in threads")
    words.fill(f"!crm log note {address}")
    page.keyboard.press("Enter")
    expect(page.locator("article.reply")).to_contain_text("!crm log note")
    root, said = standin.messages("C1")
    assert said.thread_ts == root.ts
    events = [sent.payload.get("event", {}) for sent in standin.sent]
    (shared,) = [event for event in events if event.get("type") == "link_shared"]
    assert [link["url"] for link in shared["links"]] == [address]
    client.chat_unfurl(channel="C1", ts=said.ts, unfurls={address: {"blocks": CARD["blocks"]}})
    expect(page.locator(".unfurl").get_by_role("button", name="Lost")).to_be_visible()
    page.locator(".unfurl").get_by_role("button", name="Lost").click()
    page.get_by_role("button", name="Yes").click()
    click = standin.wait_for(lambda: [sent for sent in standin.sent if sent.payload["type"] == "block_actions"])
    assert click[0].payload["container"]["app_unfurl_url"] == address
    assert standin.violations == []
