import json
from datetime import date, timedelta

import pytest
from slack_app import Bot
from slack_windows import card, deal, errors, form, initial, record

from crmbot.crm.answers import LeadView
from crmbot.crm.requests import (
    AssignDeal,
    CreateDeal,
    CreateLead,
    SetDeal,
    WinDeal,
)
from crmbot.domain.money import Money


def test_editing_begins_with_what_is_true_and_changes_what_was_changed(bot: Bot) -> None:
    bot.do(CreateDeal("Acme", expected_close=date(2031, 4, 1)))
    message = card(bot, "/deal", "show D-1")
    bot.slack.click(bot.url, message, "form.edit", "U1")
    view = form(bot)
    assert initial(view, "expected_close") == "2031-04-01"
    assert initial(view, "probability") == "10 %"
    bot.slack.submit_view(bot.url, view, {"value": "50k USD", "stage": "Negotiation", "owner": "U2"})
    changed = deal(bot)
    assert (str(changed.value), changed.stage_key, changed.owner and changed.owner.name) == (
        "$50,000",
        "negotiation",
        "Ben",
    )
    assert "Negotiation" in json.dumps(message.blocks)
    bot.slack.click(bot.url, message, "crm.undo", "U1")
    assert deal(bot).value is None
    assert bot.slack.violations == []


def test_editing_empties_what_may_be_empty_and_says_what_may_not(bot: Bot) -> None:
    bot.do(CreateDeal("Acme", expected_close=date(2031, 4, 1), probability=80))
    message = card(bot, "/deal", "show D-1")
    bot.slack.click(bot.url, message, "form.edit", "U1")
    bot.slack.submit_view(bot.url, form(bot), {"expected_close": "", "probability": ""})
    assert (deal(bot).expected_close, deal(bot).probability) == (None, 10)
    bot.slack.click(bot.url, message, "form.edit", "U1")
    assert set(errors(bot.slack.submit_view(bot.url, form(bot), {"owner": ""}))) == {"owner"}


def test_an_emptied_value_is_no_value(bot: Bot) -> None:
    bot.do(CreateDeal("Acme", value=Money.of(7000, "USD")))
    bot.slack.click(bot.url, card(bot, "/deal", "show D-1"), "form.edit", "U1")
    bot.slack.submit_view(bot.url, form(bot), {"value": ""})
    assert deal(bot).value is None


def test_of_two_who_edit_one_deal_the_second_is_told_what_the_first_made_of_it(bot: Bot) -> None:
    bot.do(CreateDeal("Acme"), "U2")
    for user in ("U1", "U2"):
        bot.slack.click(bot.url, card(bot, "/deal", "show D-1", user), "form.edit", user)
    bot.slack.submit_view(bot.url, form(bot, "U1"), {"value": "$10"}, "U1")
    late = bot.slack.submit_view(bot.url, form(bot, "U2"), {"value": "$20"}, "U2")
    assert "$10" in errors(late)["value"]
    other = bot.slack.submit_view(bot.url, form(bot, "U2"), {"probability": "30 %"}, "U2")
    assert other.payload in (None, {})
    assert (str(deal(bot).value), deal(bot).probability) == ("$10", 30)


def test_a_form_for_a_deal_that_was_closed_meanwhile_says_so(bot: Bot) -> None:
    bot.do(CreateDeal("Acme"))
    message = card(bot, "/deal", "show D-1")
    bot.slack.click(bot.url, message, "form.edit", "U1")
    bot.do(WinDeal("D-1"))
    sent = bot.slack.submit_view(bot.url, form(bot), {"stage": "Negotiation"})
    assert errors(sent)


def test_a_lead_is_edited_too(bot: Bot) -> None:
    bot.do(CreateLead("Jane", email="jane@acme.com"))
    bot.slack.click(bot.url, card(bot, "/lead", "show L-1"), "form.edit", "U1")
    bot.slack.submit_view(bot.url, form(bot), {"company": "Acme", "score": "80"})
    lead = record(bot, "L-1")
    assert isinstance(lead, LeadView)
    assert (lead.company_name, lead.score) == ("Acme", 80)


@pytest.mark.parametrize("value", ["", "nonsense", "[]", '{"form":{"do":"deal.fly"}}', '{"form":7}'])
def test_a_button_of_another_version_is_explained(bot: Bot, value: str) -> None:
    bot.do(CreateDeal("Acme"))
    message = card(bot, "/deal", "show D-1")
    for block in message.blocks:
        for element in block.get("elements", []):
            if element.get("action_id") == "form.edit":
                element["value"] = value
    assert bot.slack.click(bot.url, message, "form.edit", "U1").status == 200
    assert "another version" in bot.slack.ephemerals("U1")[-1].text


def test_a_form_for_a_record_that_is_gone_says_so(bot: Bot) -> None:
    bot.do(CreateDeal("Acme"))
    message = card(bot, "/deal", "show D-1")
    for block in message.blocks:
        for element in block.get("elements", []):
            if element.get("action_id") == "form.edit":
                element["value"] = element["value"].replace("D-1", "D-404")
    bot.slack.click(bot.url, message, "form.edit", "U1")
    assert "There is no deal D-404" in bot.slack.ephemerals("U1")[-1].text


def test_the_button_of_a_ninety_days_old_card_opens_what_is_true_now(bot: Bot) -> None:
    bot.do(CreateDeal("Acme"))
    message = card(bot, "/deal", "show D-1")
    bot.clock.advance(timedelta(days=90))
    bot.do(AssignDeal("D-1", "ben@example.com"))
    bot.do(SetDeal("D-1", probability=33))
    bot.slack.click(bot.url, message, "form.edit", "U1")
    assert initial(form(bot), "probability") == "33 %"
