import json
from typing import Any

import pytest
from slack_app import BASE_URL, Bot, send_waiting
from sqlalchemy import select

from crmbot.crm.answers import Shown
from crmbot.crm.requests import (
    CreateCompany,
    CreateContact,
    CreateDeal,
    CreateLead,
    CreateProposal,
    CreateTask,
    ShowDeal,
)
from crmbot.domain.money import Money
from crmbot.models import User
from crmbot.playground import Answer, ServerError
from crmbot.slack.unfurls import domain_of, record_of


def share_link(bot: Bot, *addresses: str, user: str = "U1", **more: Any) -> Answer:
    """Write a message with links, as Slack tells of it."""
    bot.slack.say(bot.url, " ".join(addresses), user, "C1")
    ts = bot.slack.messages("C1")[-1].ts
    links = [{"domain": "crm.example.com", "url": address} for address in addresses]
    event = {"type": "link_shared", "user": user, "channel": "C1", "message_ts": ts, "links": links}
    envelope = more.pop("envelope", {})
    return bot.slack.event(bot.url, {**event, **more}, **envelope)


def cards(bot: Bot) -> dict[str, str]:
    send_waiting(bot)
    shown: dict[str, str] = {}
    for call in bot.slack.unfurls:
        shown |= {address: json.dumps(card, ensure_ascii=False) for address, card in call["unfurls"].items()}
    return shown


@pytest.mark.parametrize(
    ("address", "record"),
    [
        ("/deals/D-17", "D-17"),
        ("/deals/D-17/", "D-17"),
        ("/leads/L-3?from=mail#top", "L-3"),
        ("/companies/O-1", "O-1"),
        ("/activities/A-9", "A-9"),
        ("/deals/01r5swp0e0e6b6879wxznfdz", None),
        ("/deals/01r5swp0e0e6b6879wxznfdze9", "01r5swp0e0e6b6879wxznfdze9"),
        ("/deals/", None),
        ("/deals/acme", None),
        ("/p/D-17", None),
        ("/deals/D-17/edit", None),
    ],
)
def test_only_addresses_of_records_lead_to_records(address: str, record: str | None) -> None:
    assert record_of(BASE_URL + address, BASE_URL) == record
    assert record_of("https://evil.example.com" + address, BASE_URL) is None
    assert record_of("http://crm.example.com" + address, BASE_URL) is None
    assert record_of(BASE_URL + "/crm" + address, BASE_URL + "/crm/") == record
    assert record_of(BASE_URL + address, "") is None


@pytest.mark.parametrize(
    ("base_url", "domain"),
    [
        ("https://crm.example.com:8443/x", "crm.example.com"),
        ("http://127.0.0.1:8000", None),
        ("http://localhost:8000", None),
        ("", None),
    ],
)
def test_slack_hears_of_public_domains_only(base_url: str, domain: str | None) -> None:
    assert domain_of(base_url) == domain


def test_links_to_records_become_cards_below_the_message(bot: Bot) -> None:
    bot.do(CreateDeal("Acme", Money(100, "USD")))
    bot.do(CreateLead("Jane"))
    bot.do(CreateContact("Bob"))
    bot.do(CreateCompany("Globex"))
    bot.do(CreateTask("Call Zoe"))
    bot.do(CreateProposal("D-1", title="Offer of May"))
    paths = ("/deals/D-1", "/leads/L-1", "/contacts/C-1", "/companies/O-1", "/activities/A-1", "/proposals/P-1")
    assert share_link(bot, *[BASE_URL + path for path in paths], f"{BASE_URL}/board").status == 200
    shown = cards(bot)
    assert [address.removeprefix(BASE_URL) for address in shown] == list(paths)
    assert "Acme" in shown[f"{BASE_URL}/deals/D-1"]
    assert "deal.won" in shown[f"{BASE_URL}/deals/D-1"]
    assert "Offer of May" in shown[f"{BASE_URL}/proposals/P-1"]
    assert bot.slack.violations == []


def test_a_thread_below_a_link_is_about_its_record(bot: Bot) -> None:
    bot.do(CreateDeal("Acme"))
    share_link(bot, f"{BASE_URL}/deals/D-1")
    ts = bot.slack.messages("C1")[0].ts
    bot.slack.say(bot.url, "log note they said yes", "U1", "C1", thread=ts, mention=True)
    shown = bot.service.perform(bot.actor(), ShowDeal("D-1"))
    assert isinstance(shown, Shown)
    assert "they said yes" in [entry.text for entry in shown.timeline]


def test_the_card_is_as_the_record_is_when_it_is_sent(bot: Bot) -> None:
    bot.do(CreateDeal("Acme"))
    bot.slack.script("chat.unfurl", [ServerError(503)])
    first = share_link(bot, f"{BASE_URL}/deals/D-1")
    for number in (1, 2, 3):
        bot.slack.redeliver(first, number)
    send_waiting(bot)
    assert bot.slack.unfurls == []


def test_people_of_other_organisations_get_nothing(bot: Bot) -> None:
    bot.do(CreateDeal("Acme"))
    address = f"{BASE_URL}/deals/D-1"
    bot.slack.add_user("U7", "mallory", "ada@example.com", team_id="T9999")
    bot.slack.add_user("U8", "guest", "guest@example.com", is_guest=True)
    share_link(bot, address, user="U7", user_team="T9999")
    share_link(bot, address, user="U8")
    share_link(bot, address, envelope={"is_ext_shared_channel": True})
    share_link(bot, address, source="composer")
    assert cards(bot) == {}
    assert bot.slack.ephemerals("U7") == []


def test_whoever_may_not_see_records_any_more_unfurls_none(bot: Bot) -> None:
    bot.do(CreateDeal("Acme"))
    share_link(bot, f"{BASE_URL}/deals/D-1", user="U2")
    with bot.store.writing(bot.workspace_id) as session:
        ben = select(User).where(User.workspace_id == bot.workspace_id, User.email == "ben@example.com")
        session.scalars(ben).one().active = False
    assert cards(bot) == {}


def test_a_link_to_nothing_is_no_card(bot: Bot) -> None:
    assert share_link(bot, f"{BASE_URL}/deals/D-404", "https://example.org/deals/D-1").status == 200
    assert cards(bot) == {}


def test_a_press_on_a_card_below_a_link_changes_that_card(bot: Bot) -> None:
    bot.do(CreateDeal("Acme"))
    share_link(bot, f"{BASE_URL}/deals/D-1")
    send_waiting(bot)
    message = bot.slack.messages("C1")[0]
    bot.slack.click(bot.url, message, "deal.won", "U1")
    (card,) = message.attachments
    assert card["from_url"] == f"{BASE_URL}/deals/D-1"
    assert "🏆" in json.dumps(card["blocks"], ensure_ascii=False)
    assert bot.slack.violations == []
