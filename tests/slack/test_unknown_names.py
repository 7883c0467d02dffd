"""A name nobody bears: the answer says the line that makes it, and its button opens the form filled."""

import json

from slack_app import Bot
from slack_windows import card, form, initial

from crmbot.crm.answers import DealView
from crmbot.crm.requests import CreateDeal


def test_the_button_of_an_unknown_address_opens_the_contacts_form_filled(bot: Bot) -> None:
    message = card(bot, "/deal", "new Renewal jane@globex.com")
    assert '/contact new "Jane" jane@globex.com at Globex' in json.loads(json.dumps(message.blocks))[0]["text"]["text"]
    bot.slack.click(bot.url, message, "form.make", "U1")
    view = form(bot)
    assert [initial(view, name) for name in ("name", "emails", "company")] == ["Jane", "jane@globex.com", "Globex"]
    bot.slack.submit_view(bot.url, view, {"name": "Jane Globe"})
    answer = bot.service.perform(bot.actor(), CreateDeal("Renewal", contact="jane@globex.com"))
    record = getattr(answer, "record", None)
    assert isinstance(record, DealView)
    assert (record.contact and record.contact.title, record.company and record.company.title) == (
        "Jane Globe",
        "Globex",
    )
    assert bot.slack.violations == []


def test_the_address_of_an_office_names_nobody(bot: Bot) -> None:
    message = card(bot, "/deal", "new Renewal info@globex.com")
    assert 'new "Jane Doe" info@globex.com at Globex' in json.dumps(message.blocks, ensure_ascii=False).replace(
        '\\"', '"'
    )
    bot.slack.click(bot.url, message, "form.make", "U1")
    assert initial(form(bot), "name") is None
