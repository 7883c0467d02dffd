"""A name nobody bears: the answer says the line that makes it, and its button opens the form filled."""

import json

from slack_app import Bot
from slack_windows import card, form, initial

from crmbot.crm.answers import DealView, LeadView, Shown
from crmbot.crm.requests import CreateDeal, CreateLead, ShowDeal, ShowLead


def test_the_button_of_an_unknown_address_opens_the_contacts_form_filled(bot: Bot) -> None:
    message = card(bot, "/deal", "new Renewal jane@globex.com")
    assert '/contact new "Jane" jane@globex.com at Globex' in json.loads(json.dumps(message.blocks))[0]["text"]["text"]
    bot.slack.click(bot.url, message, "form.make", "U1")
    view = form(bot)
    assert [initial(view, name) for name in ("name", "emails", "company")] == ["Jane", "jane@globex.com", "Globex"]
    bot.slack.submit_view(bot.url, view, {"name": "Jane Globe"})
    record = shown(bot)
    assert (record.contact and record.contact.title, record.company and record.company.title) == (
        "Jane Globe",
        "Globex",
    )
    assert bot.slack.violations == []


def shown(bot: Bot) -> DealView:
    answer = bot.service.perform(bot.actor(), ShowDeal("D-1"))
    assert isinstance(answer, Shown)
    assert isinstance(answer.record, DealView)
    return answer.record


def test_the_line_that_lacked_a_contact_is_done_once_it_is_added(bot: Bot) -> None:
    message = card(bot, "/deal", "new Renewal $40k fri with jane@globex.com")
    bot.slack.click(bot.url, message, "form.make", "U1")
    bot.slack.submit_view(bot.url, form(bot), {"name": "Jane Globe"})
    words = json.dumps(bot.slack.ephemerals("U1")[-1].blocks, ensure_ascii=False)
    assert "Opened D-1 Renewal, $40,000 in New Lead." in words
    assert "Read as" in words
    assert "Added contact C-1 Jane Globe at new company O-1 Globex." in words
    assert bot.slack.violations == []


def test_a_name_picked_tells_how_the_line_was_read(bot: Bot) -> None:
    for title in ("Acme one", "Acme two"):
        bot.service.perform(bot.actor(), CreateDeal(title))
    message = card(bot, "/deal", "set acme $40k close:15 dec")
    value = next(block["accessory"]["value"] for block in message.blocks if "accessory" in block)
    bot.slack.click(bot.url, message, value, "U1")
    words = json.dumps(bot.slack.ephemerals("U1")[-1].blocks, ensure_ascii=False)
    assert "Read as" in words
    assert "$40,000" in words
    assert "15 Dec" in words


def test_a_lead_is_disqualified_for_a_reason_of_ones_own(bot: Bot) -> None:
    bot.service.perform(bot.actor(), CreateLead("Jane Doe"))
    message = card(bot, "/lead", "disqualify L-1")
    bot.slack.click(bot.url, message, "Another reason …", "U1")
    bot.slack.submit_view(bot.url, form(bot), {"reason": "Went silent"})
    answer = bot.service.perform(bot.actor(), ShowLead("L-1"))
    assert isinstance(answer, Shown)
    assert isinstance(answer.record, LeadView)
    assert (answer.record.status, answer.record.disqualified_reason) == ("disqualified", "Went silent")
    assert bot.slack.violations == []


def test_the_address_of_an_office_names_nobody(bot: Bot) -> None:
    message = card(bot, "/deal", "new Renewal info@globex.com")
    assert 'new "Jane Doe" info@globex.com at Globex' in json.dumps(message.blocks, ensure_ascii=False).replace(
        '\\"', '"'
    )
    bot.slack.click(bot.url, message, "form.make", "U1")
    assert initial(form(bot), "name") is None
