"""What Slack refuses is refused, what it shows is accepted."""

from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from crmbot.playground import StandIn
from crmbot.playground.records import File
from crmbot.playground.validation import block_problems, message_verdict, view_problems

Json = dict[str, Any]


def plain(text: Any = "x", **more: Any) -> Json:
    return {"type": "plain_text", "text": text, **more}


def mrkdwn(text: Any = "x") -> Json:
    return {"type": "mrkdwn", "text": text}


def section(text: Any = "x", **more: Any) -> Json:
    return {"type": "section", "text": mrkdwn(text), **more}


def button(text: Any = "Go", action: str = "deal.go", **more: Any) -> Json:
    return {"type": "button", "text": plain(text), "action_id": action, **more}


def actions(*elements: Json, **more: Any) -> Json:
    return {"type": "actions", "elements": list(elements), **more}


def option(text: str = "One", value: str = "1", **more: Any) -> Json:
    return {"text": plain(text), "value": value, **more}


def select(*options: Json, kind: str = "static_select", **more: Any) -> Json:
    return {"type": kind, "action_id": "deal.stage", "options": list(options), **more}


def confirm(**change: Any) -> Json:
    return {"title": plain("Sure?"), "text": plain("Lost?"), "confirm": plain("Yes"), "deny": plain("No"), **change}


def table(rows: list[list[Json]], **more: Any) -> Json:
    return {"type": "table", "rows": rows, **more}


def cell(text: Any = "x") -> Json:
    return {"type": "raw_text", "text": text}


def data_table(rows: list[list[Json]], **more: Any) -> Json:
    return {"type": "data_table", "caption": "Aging", "rows": rows, **more}


def chart(**chart: Any) -> Json:
    return {"type": "data_visualization", "title": "Forecast", "chart": chart}


def bars(*names: str, labels: tuple[str, ...] = ("Mon", "Tue")) -> Json:
    points = [{"label": label, "value": 3} for label in labels]
    series = [{"name": name, "data": points} for name in names]
    return chart(type="bar", series=series, axis_config={"categories": ["Mon", "Tue"], "y_label": "EUR"})


def form_input(element: Json, **more: Any) -> Json:
    return {"type": "input", "label": plain("Reason"), "element": element, **more}


def image(**more: Any) -> Json:
    return {"type": "image", "image_url": "https://example.com/a.png", "alt_text": "a", **more}


def rich(*parts: Json) -> Json:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(parts)}]}


BAD: dict[str, list[Json]] = {
    "51 blocks": [{"type": "divider"}] * 51,
    "unknown type": [{"type": "sections"}],
    "no type": [{"text": plain()}],
    "not an object": ["x"],  # type: ignore[list-item]  # that is the fault
    "unknown key": [section(colour="red")],
    "section without text": [{"type": "section"}],
    "section text empty": [section("")],
    "section text 3001": [section("x" * 3001)],
    "section text a string": [{"type": "section", "text": "x"}],
    "section text of no kind": [{"type": "section", "text": {"type": "markdown", "text": "x"}}],
    "section fields 11": [{"type": "section", "fields": [mrkdwn()] * 11}],
    "section fields none": [{"type": "section", "fields": []}],
    "section field 2001": [{"type": "section", "fields": [mrkdwn("x" * 2001)]}],
    "section accessory of no kind": [section(accessory={"type": "input"})],
    "block_id 256": [section(block_id="b" * 256)],
    "block_id twice": [section(block_id="a"), section(block_id="a")],
    "action_id 256": [actions(button(action="a" * 256))],
    "action_id twice": [actions(button(), button())],
    "header mrkdwn": [{"type": "header", "text": mrkdwn()}],
    "header 151": [{"type": "header", "text": plain("x" * 151)}],
    "header without text": [{"type": "header"}],
    "actions 26": [actions(*[button(action=f"a{n}") for n in range(26)])],
    "actions none": [actions()],
    "text input in actions": [actions({"type": "plain_text_input", "action_id": "a"})],
    "button text 76": [actions(button("x" * 76))],
    "button text empty": [actions(button(""))],
    "button mrkdwn": [actions({"type": "button", "text": mrkdwn(), "action_id": "a"})],
    "button without text": [actions({"type": "button", "action_id": "a"})],
    "button value 2001": [actions(button(value="x" * 2001))],
    "button value a number": [actions(button(value=17))],
    "button url 3001": [actions(button(url="https://example.com/" + "x" * 2981))],
    "button url no address": [actions(button(url="D-17"))],
    "button style": [actions(button(style="warning"))],
    "confirm title 101": [actions(button(confirm=confirm(title=plain("x" * 101))))],
    "confirm text 301": [actions(button(confirm=confirm(text=plain("x" * 301))))],
    "confirm button 31": [actions(button(confirm=confirm(confirm=plain("x" * 31))))],
    "confirm without deny": [actions(button(confirm=confirm(deny=None)))],
    "context 11": [{"type": "context", "elements": [mrkdwn()] * 11}],
    "context none": [{"type": "context", "elements": []}],
    "context with a button": [{"type": "context", "elements": [button()]}],
    "select without options": [actions({"type": "static_select", "action_id": "a"})],
    "select options empty": [actions(select())],
    "select options 101": [actions(select(*[option(value=str(n)) for n in range(101)]))],
    "select options and groups": [actions(select(option(), option_groups=[{"label": plain(), "options": [option()]}]))],
    "option text 76": [actions(select(option("x" * 76)))],
    "option text empty": [actions(select(option("")))],
    "option value 151": [actions(select(option(value="x" * 151)))],
    "option value empty": [actions(select(option(value="")))],
    "option values twice": [actions(select(option("a"), option("b")))],
    "initial option elsewhere": [actions(select(option(), initial_option=option("Two", "2")))],
    "placeholder 151": [actions(select(option(), placeholder=plain("x" * 151)))],
    "overflow 6": [section(accessory=select(*[option(value=str(n)) for n in range(6)], kind="overflow"))],
    "overflow none": [section(accessory=select(kind="overflow"))],
    "checkboxes 11": [actions(select(*[option(value=str(n)) for n in range(11)], kind="checkboxes"))],
    "date": [actions({"type": "datepicker", "action_id": "a", "initial_date": "15 Dec"})],
    "image without alt": [image(alt_text=None)],
    "image without address": [{"type": "image", "alt_text": "a"}],
    "image url 3001": [image(image_url="https://example.com/" + "x" * 2981)],
    "image alt 2001": [image(alt_text="x" * 2001)],
    "table 101 rows": [table([[cell()]] * 101)],
    "table no rows": [table([])],
    "table 21 cells": [table([[cell()] * 21])],
    "table cell empty": [table([[cell("")]])],
    "table cell mrkdwn": [table([[mrkdwn()]])],
    "table 10001 characters": [table([[cell("x" * 5000)]]), table([[cell("x" * 5001)]])],
    "table align": [table([[cell()]], column_settings=[{"align": "middle"}])],
    "data table header only": [data_table([[cell()]])],
    "data table 102 rows": [data_table([[cell()]] * 102)],
    "data table uneven": [data_table([[cell(), cell()], [cell()]])],
    "data table without caption": [data_table([[cell()], [cell()]], caption=None)],
    "data table rich header": [data_table([[rich({"type": "text", "text": "x"})], [cell()]])],
    "markdown 12001 together": [{"type": "markdown", "text": "x" * 6000}, {"type": "markdown", "text": "x" * 6001}],
    "markdown empty": [{"type": "markdown", "text": ""}],
    "chart title 51": [chart(type="pie", segments=[{"label": "a", "value": 1}]) | {"title": "x" * 51}],
    "pie 7": [chart(type="pie", segments=[{"label": "a", "value": 1}] * 7)],
    "pie of nothing": [chart(type="pie", segments=[{"label": "a", "value": 0}])],
    "bars 7": [bars(*"abcdefg")],
    "bars named twice": [bars("a", "a")],
    "bars off the axis": [bars("a", labels=("Mon", "Wed"))],
    "three charts": [bars("a")] * 3,
    "rich text empty": [rich({"type": "text", "text": ""})],
    "rich text style": [rich({"type": "text", "text": "x", "style": {"loud": True}})],
    "alert in a message": [{"type": "alert", "text": plain()}],
    "input without label": [{"type": "input", "element": {"type": "plain_text_input", "action_id": "a"}}],
    "button as input": [form_input(button())],
}

GOOD: dict[str, list[Json]] = {
    "divider": [{"type": "divider"}],
    "50 blocks": [{"type": "divider"}] * 50,
    "section": [section("*Acme renewal* D-17")],
    "section 3000": [section("x" * 3000)],
    "section fields": [{"type": "section", "fields": [mrkdwn("x" * 2000)] * 10}],
    "section with a button": [section(accessory=button())],
    "section with a picture": [
        section(accessory={"type": "image", "image_url": "https://example.com/a.png", "alt_text": "a"})
    ],
    "section with overflow": [section(accessory=select(option(), kind="overflow"))],
    "header": [{"type": "header", "text": plain("x" * 150, emoji=True)}],
    "context": [{"type": "context", "elements": [mrkdwn(), plain(), image()]}],
    "buttons": [actions(button(style="primary", value="17"), button("Lost", "deal.lost", style="danger"))],
    "confirmed button": [actions(button(confirm=confirm(style="danger")))],
    "link button": [actions(button(url="https://example.com/D-17"))],
    "25 buttons": [actions(*[button(action=f"a{n}") for n in range(25)])],
    "same action in two blocks": [actions(button()), actions(button())],
    "select": [actions(select(option(), option("Two", "2"), initial_option=option(), placeholder=plain()))],
    "select groups": [
        actions(
            {
                "type": "static_select",
                "action_id": "a",
                "option_groups": [{"label": plain("Open"), "options": [option()]}],
            }
        )
    ],
    "people": [actions({"type": "users_select", "action_id": "a", "initial_user": "U1"})],
    "date": [actions({"type": "datepicker", "action_id": "a", "initial_date": "2031-12-15"})],
    "checkboxes": [actions(select(option(), kind="checkboxes"))],
    "image": [image(title=plain("Pipeline"))],
    "uploaded image": [{"type": "image", "slack_file": {"id": "F1"}, "alt_text": "a"}],
    "table": [
        table(
            [[cell(), cell()], [cell(), rich({"type": "text", "text": "x"})]],
            column_settings=[None, {"align": "right"}],
        )
    ],
    "table of numbers": [table([[{"type": "raw_number", "value": 4, "text": "4"}]])],
    "data table": [
        data_table(
            [[cell("Deal"), cell("Days")], [cell("Acme"), {"type": "raw_number", "value": 9, "text": "9"}]],
            page_size=10,
        )
    ],
    "markdown": [{"type": "markdown", "text": "# Mail\n\n* one"}],
    "pie": [chart(type="pie", segments=[{"label": "Won", "value": 3}, {"label": "Lost", "value": 1.5}])],
    "bars": [bars("Weighted", "Full")],
    "rich text": [rich({"type": "text", "text": "x", "style": {"bold": True}}, {"type": "user", "user_id": "U1"})],
    "feedback": [
        {
            "type": "context_actions",
            "elements": [
                {
                    "type": "feedback_buttons",
                    "action_id": "a",
                    "positive_button": {"text": plain("Good"), "value": "1"},
                    "negative_button": {"text": plain("Bad"), "value": "0"},
                }
            ],
        }
    ],
    "card": [{"type": "card", "title": mrkdwn("Acme"), "body": mrkdwn("40,000"), "actions": [button()]}],
    "input": [form_input({"type": "plain_text_input", "action_id": "a"})],
}


@pytest.mark.parametrize("name", BAD)
def test_faulty_blocks_are_refused_with_a_reason(name: str, standin: StandIn, client: WebClient) -> None:
    with pytest.raises(SlackApiError) as refusal:
        client.chat_postMessage(channel="C1", text="fallback", blocks=BAD[name])
    assert refusal.value.response["error"] == "invalid_blocks"
    reasons = refusal.value.response["response_metadata"]["messages"]
    assert reasons
    assert [violation.reason for violation in standin.violations] == reasons
    assert standin.posted == []


@pytest.mark.parametrize("name", GOOD)
def test_sound_blocks_are_accepted(name: str, standin: StandIn, client: WebClient) -> None:
    standin.files["F1"] = File("F1", "chart.png", 3, complete=True)
    client.chat_postMessage(channel="C1", text="fallback", blocks=GOOD[name])
    assert standin.violations == []
    assert len(standin.messages("C1")) == 1


def test_the_reason_names_the_place() -> None:
    found = block_problems([section(), {"type": "header", "text": plain("x" * 151)}], "message")
    assert found == ["[ERROR] must be less than 151 characters [json-pointer:/blocks/1/text/text]"]


MODAL = {"type": "modal", "title": plain("Lost"), "submit": plain("Save"), "blocks": [section()]}


@pytest.mark.parametrize(
    "change",
    [
        {"title": plain("x" * 25)},
        {"title": None},
        {"title": mrkdwn("Lost")},
        {"submit": plain("x" * 25)},
        {"close": plain("x" * 25)},
        {"private_metadata": "x" * 3001},
        {"callback_id": "x" * 256},
        {"blocks": None},
        {"blocks": [{"type": "divider"}] * 101},
        {"blocks": [table([[cell()]])]},
        {"blocks": [bars("a")]},
        {"blocks": [form_input({"type": "plain_text_input", "action_id": "a", "max_length": 3001})]},
        {"blocks": [form_input({"type": "plain_text_input", "action_id": "a"}, hint=plain("x" * 2001))]},
        {"blocks": [form_input({"type": "plain_text_input", "action_id": "a"})], "submit": None},
        {"type": "dialog"},
        {"colour": "red"},
    ],
)
def test_faulty_modals_are_refused(change: Json) -> None:
    assert view_problems({**MODAL, **change}, "modal")


@pytest.mark.parametrize(
    "view",
    [
        MODAL,
        {**MODAL, "blocks": [{"type": "divider"}] * 100},
        {**MODAL, "blocks": [form_input({"type": "plain_text_input", "action_id": "a", "multiline": True})]},
        {**MODAL, "blocks": [{"type": "alert", "text": plain("careful"), "level": "warning"}]},
        {"type": "home", "blocks": [section(), actions(button())], "private_metadata": "x" * 3000},
    ],
)
def test_sound_views_are_accepted(view: Json) -> None:
    assert view_problems(view) == []


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({}, "no_text"),
        ({"text": ""}, "no_text"),
        ({"text": "x" * 40_001}, "msg_too_long"),
        ({"text": "x", "blocks": {"type": "divider"}}, "invalid_blocks_format"),
        ({"text": "x", "metadata": "m"}, "invalid_metadata_format"),
        ({"text": "x", "metadata": {"event_type": "digest"}}, "invalid_metadata_schema"),
        ({"text": "x", "metadata": {"event_type": "a", "event_payload": {"x": "y" * 20_000}}}, "metadata_too_large"),
        ({"text": "x", "markdown_text": "y"}, "markdown_text_conflict"),
        ({"text": "x", "attachments": [{"blocks": [{"type": "x"}]}]}, "invalid_blocks"),
    ],
)
def test_faulty_messages_are_refused_with_slacks_code(body: Json, error: str) -> None:
    assert message_verdict(body).error == error


def test_blocks_without_text_pass_but_are_recorded(standin: StandIn, client: WebClient) -> None:
    client.api_call("chat.postMessage", json={"channel": "C1", "blocks": [section()]})
    assert "blocks without text" in standin.violations[0].reason
    assert len(standin.posted) == 1
