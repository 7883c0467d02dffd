import json
from typing import Any

import pytest
from slack_app import Bot, deals
from slack_windows import card, deal, errors, form, initial, typed

from crmbot.crm.answers import ActivityView, Listing
from crmbot.crm.requests import (
    CreateDeal,
    CreateLead,
    ListActivities,
    SetUserRole,
)
from crmbot.playground import ErrorCode, ServerError


def test_a_missing_title_is_asked_for_in_a_form_with_what_was_understood(bot: Bot) -> None:
    answer = typed(bot, "/deal", "new $40k close:15 dec stage:negotiation at 60%")
    assert answer.message is None
    view = form(bot)
    assert initial(view, "value") == "40000 USD"
    assert initial(view, "expected_close") == "2031-12-15"
    assert initial(view, "stage")["value"] == "negotiation"
    assert initial(view, "probability") == "60 %"
    bot.slack.submit_view(bot.url, view, {"title": "Acme renewal"})
    made = deal(bot)
    assert (made.title, str(made.value), made.stage_key, made.probability) == (
        "Acme renewal",
        "$40,000",
        "negotiation",
        60,
    )
    assert bot.slack.open_views("U1") == []
    assert "Opened D-1" in bot.slack.ephemerals("U1")[-1].text
    assert bot.slack.violations == []


@pytest.mark.parametrize(
    ("command", "text", "field", "value", "told"),
    [
        ("/task", "tomorrow 3pm", "text", "Call Jane", "Call Jane"),
        ("/lead", "new jane@acme.com from referral", "name", "Jane Doe", "Jane Doe"),
        ("/contact", "new jane@acme.com", "name", "Jane Doe", "Jane Doe"),
        ("/log", "note acme", "text", "Wants a quote", "Wants a quote"),
        ("/deal", "move acme", "stage", "Negotiation", "Negotiation"),
    ],
)
def test_whatever_is_missing_has_a_field(bot: Bot, command: str, text: str, field: str, value: str, told: str) -> None:
    bot.do(CreateDeal("Acme"))
    assert typed(bot, command, text).message is None
    values: dict[str, Any] = {field: value}
    sent = bot.slack.submit_view(bot.url, form(bot), values)
    assert sent.payload in (None, {}), sent.payload
    shown = bot.slack.ephemerals("U1")[-1]
    assert told in shown.text + json.dumps(shown.blocks, ensure_ascii=False)
    assert bot.slack.violations == []


def test_wrong_values_stand_at_their_fields_and_nothing_is_done(bot: Bot) -> None:
    typed(bot, "/deal", "new")
    view = form(bot)
    wrong = bot.slack.submit_view(bot.url, view, {"title": "Acme", "value": "$1.234", "probability": "a lot"})
    assert set(errors(wrong)) == {"value", "probability"}
    assert "60%" in errors(wrong)["probability"]
    assert deals(bot) == []
    refused = bot.slack.submit_view(bot.url, view, {"title": "Acme", "value": "$10", "probability": "140 %"})
    assert "probability" in errors(refused)
    bot.slack.submit_view(bot.url, view, {"title": "Acme", "value": "$10", "probability": "40 %"})
    assert deals(bot) == ["Acme"]
    assert bot.slack.violations == []


def test_an_owner_nobody_knows_is_told_at_the_owner(bot: Bot) -> None:
    bot.slack.add_user("U9", "stranger", "stranger@example.com")
    typed(bot, "/deal", "new")
    sent = bot.slack.submit_view(bot.url, form(bot), {"title": "Acme", "owner": "U9"})
    assert errors(sent) == {"owner": "This person is not in the CRM yet. An admin can add them."}


def test_a_form_sent_twice_has_one_effect_and_says_so(bot: Bot) -> None:
    typed(bot, "/deal", "new $40k")
    view = form(bot)
    sent = bot.slack.submit_view(bot.url, view, {"title": "Acme"})
    view.closed = False
    again = bot.slack.submit_view(bot.url, view, {"title": "Acme"})
    bot.slack.replay(sent)
    assert (again.status, deals(bot)) == (200, ["Acme"])
    assert "Already done" in bot.slack.ephemerals("U1")[-1].text


def test_an_old_trigger_brings_the_sentence_an_example_and_a_button_that_opens_the_form(bot: Bot) -> None:
    bot.slack.script("views.open", [ErrorCode("expired_trigger_id")])
    message = card(bot, "/deal", "new $40k")
    shown = json.dumps(message.blocks, ensure_ascii=False)
    assert "What is the deal called?" in shown
    assert "/deal new Acme renewal" in shown
    bot.slack.click(bot.url, message, "Fill in", "U1")
    assert initial(form(bot), "value") == "40000 USD"
    bot.slack.submit_view(bot.url, form(bot), {"title": "Acme"})
    assert deals(bot) == ["Acme"]
    assert bot.slack.violations == []


def test_a_slack_that_does_not_answer_costs_no_ack(bot: Bot) -> None:
    bot.slack.script("views.open", [ServerError(503)])
    answer = typed(bot, "/deal", "new $40k")
    assert answer.in_time
    assert "What is the deal called?" in answer.text


def test_a_line_in_a_thread_gets_a_button_for_the_form(bot: Bot) -> None:
    bot.slack.say(bot.url, "deal new $40k", "U1", "C1", mention=True)
    asked = bot.slack.ephemerals("U1")[-1]
    bot.slack.click(bot.url, asked, "Fill in", "U1")
    bot.slack.submit_view(bot.url, form(bot), {"title": "Acme"})
    assert deals(bot) == ["Acme"]


def test_facts_too_long_for_a_button_wait_in_a_draft_of_that_person(bot: Bot) -> None:
    bot.slack.script("views.open", [ErrorCode("expired_trigger_id")])
    message = card(bot, "/log", f'note "{"very long words " * 200}"')
    value = next(
        element["value"]
        for block in message.blocks
        for element in block.get("elements", [])
        if element.get("action_id") == "form.open"
    )
    assert len(value) < 2000
    bot.slack.click(bot.url, message, "form.open", "U2")
    assert bot.slack.open_views("U2") == []
    assert "somebody else" in bot.slack.ephemerals("U2")[-1].text
    bot.slack.click(bot.url, message, "form.open", "U1")
    assert form(bot).body["title"]["text"] == "Note"
    assert bot.slack.violations == []


def test_a_role_taken_away_while_a_form_is_open_is_told_in_the_form(bot: Bot) -> None:
    typed(bot, "/deal", "new", "U2")
    bot.service.perform(bot.service.system(bot.workspace_id), SetUserRole("ben@example.com", "viewer"))
    sent = bot.slack.submit_view(bot.url, form(bot, "U2"), {"title": "Acme"}, "U2")
    assert "viewer" in next(iter(errors(sent).values()))
    assert deals(bot) == []


def test_records_are_searched_while_somebody_types(bot: Bot) -> None:
    for title in ("Acme renewal", "Acme GmbH", "Globex"):
        bot.do(CreateDeal(title))
    bot.do(CreateLead("Acme Jane"))
    bot.slack.click(bot.url, card(bot, "/deal", "show D-1"), "form.task", "U1")
    view = form(bot)
    assert initial(view, "target")["value"] == "D-1"
    offered = bot.slack.suggest(bot.url, view, "record.search", "acme")
    found = {one["value"]: one["text"]["text"] for one in (offered.payload or {})["options"]}
    assert set(found) == {"D-1", "D-2", "L-1"}
    assert found["D-2"].startswith("Acme GmbH · D-2 · New Lead")
    assert (bot.slack.suggest(bot.url, view, "record.search", "zzz").payload or {})["options"] == []
    chosen = next(one for one in (offered.payload or {})["options"] if one["value"] == "D-2")
    bot.slack.submit_view(
        bot.url, view, {"text": "Send it", "target": chosen, "due": "2031-03-10", "due_hour": "15:00"}
    )
    listing = bot.service.perform(bot.actor(), ListActivities())
    assert isinstance(listing, Listing)
    (task,) = listing.records
    assert isinstance(task, ActivityView)
    assert [link.reference for link in task.about] == ["D-2"]
    assert task.due_at is not None
    assert task.due_at.isoformat() == "2031-03-10T14:00:00+00:00"
    assert bot.slack.violations == []


def test_a_name_that_several_bear_is_told_at_its_field_to_choose_one(bot: Bot) -> None:
    for title in ("Acme Corp", "Acme GmbH"):
        bot.do(CreateDeal(title))
    typed(bot, "/deal", "move acme")
    sent = bot.slack.submit_view(bot.url, form(bot), {"stage": "Negotiation"})
    assert "could be 2 records" in errors(sent)["deal"]


def test_another_reason_than_the_offered_ones_is_typed(bot: Bot) -> None:
    bot.do(CreateDeal("Acme"))
    message = card(bot, "/deal", "lost acme")
    bot.slack.click(bot.url, message, "form.reason", "U1")
    bot.slack.submit_view(bot.url, form(bot), {"reason": "Bought by us"})
    assert (deal(bot).outcome, deal(bot).lost_reason) == ("lost", "Bought by us")
    assert "Bought by us" in json.dumps(message.blocks) or "Bought by us" in bot.slack.ephemerals("U1")[-1].text


def test_an_answer_to_a_form_that_slack_does_not_take_shows_in_the_form(bot: Bot) -> None:
    typed(bot, "/deal", "new")
    bot.slack.script("response_url", [ServerError(500)])
    bot.slack.script("chat.postEphemeral", [ServerError(500)])
    view = form(bot)
    sent = bot.slack.submit_view(bot.url, view, {"title": "Acme"})
    assert (sent.payload or {})["response_action"] == "update"
    assert "Opened D-1" in json.dumps(view.body)
    assert bot.slack.violations == []


def test_a_note_that_names_nobody_opens_its_form_with_the_words(bot: Bot) -> None:
    assert typed(bot, "/log", "note Yesterday at lunch we decided to wait").message is None
    assert "Yesterday at lunch we decided to wait" in json.dumps(form(bot).body)
    assert bot.slack.violations == []
