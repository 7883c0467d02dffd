"""Files of mails, fetched by a card's buttons: as a link where there is a public address, else by direct message."""

import json
from dataclasses import replace

import pytest
from mails import ANNA, AUTHSERV, INTAKE, POLICY, Raw
from slack_app import Bot, send_waiting

from crmbot.crm.requests import CreateContact, CreateDeal
from crmbot.mail.judging import Door
from crmbot.mail.pipeline import take_in
from crmbot.playground import Message

ADA = "Ada <ada@example.com>"


@pytest.fixture
def desk(bot: Bot) -> Bot:
    """The bot, and Anna of Acme with a deal; one press of anything made Slack's Ada and Ben known."""
    bot.service.policy = replace(POLICY, own_domains=frozenset({"example.com"}))
    bot.do(CreateContact("Anna Lind", emails=("anna@acme.example",), company="Acme"))
    bot.do(CreateDeal("Acme renewal", contact="C-1"))
    for user in ("U1", "U2"):
        bot.slack.command(bot.url, "/crm", "today", user)
    return bot


def take(bot: Bot, *names: str) -> None:
    mail = bytes(Raw(sender=ADA, to=ANNA, delivered_to=INTAKE)).replace(
        b"Content-Type: text/plain; charset=utf-8", b'Content-Type: multipart/mixed; boundary="o"'
    )
    head = b"--o\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename="
    parts = [head + f'"{name}"\r\n\r\n%PDF-1.4 {name}\r\n'.encode() for name in names]
    taken = take_in(bot.service, Door(bot.workspace_id, AUTHSERV), mail + b"".join(parts) + b"--o--\r\n")
    assert taken.state == "logged"
    send_waiting(bot)


def card(bot: Bot, noun: str = "/deal", text: str = "show D-1", user: str = "U2") -> Message:
    message = bot.slack.command(bot.url, noun, text, user).message
    assert message is not None
    return message


def test_file_comes_in_a_direct_message_to_whoever_pressed(desk: Bot) -> None:
    take(desk, "Offer.pdf")
    message = card(desk)
    assert "📎 Get Offer.pdf" in json.dumps(message.blocks, ensure_ascii=False)
    desk.slack.click(desk.url, message, "file.fetch", "U2")
    assert desk.slack.ephemerals("U2")[-1].text == "Offer.pdf comes to you in a direct message."
    assert send_waiting(desk) == 1
    (file,) = [one for one in desk.slack.files.values() if one.complete]
    assert (file.name, file.content) == ("Offer.pdf", b"%PDF-1.4 Offer.pdf")
    (channel,) = file.channels
    assert desk.slack.channels[channel].user == "U2"
    assert desk.slack.violations == []


def test_of_several_files_one_is_chosen(desk: Bot) -> None:
    take(desk, "Offer.pdf", "Terms <1>.pdf")
    desk.slack.click(desk.url, card(desk), "file.fetch", "U2", "Terms <1>.pdf (22 B)")
    send_waiting(desk)
    assert [one.name for one in desk.slack.files.values()] == ["Terms 1 .pdf"]
    assert desk.slack.violations == []


def test_press_with_a_public_address_gives_a_link_to_who_pressed_alone(desk: Bot) -> None:
    desk.service.policy = replace(desk.service.policy, base_url="https://crm.example.com")
    take(desk, "Offer.pdf")
    desk.slack.click(desk.url, card(desk), "file.fetch", "U2")
    told = desk.slack.ephemerals("U2")[-1]
    assert "<https://crm.example.com/files/" in json.dumps(told.blocks)
    assert "good for 10 minutes" in json.dumps(told.blocks)
    assert desk.slack.files == {}
    assert desk.slack.violations == []


def test_file_is_kept_back_from_who_lost_the_right_meanwhile(desk: Bot) -> None:
    take(desk, "Offer.pdf")
    desk.slack.click(desk.url, card(desk), "file.fetch", "U2")
    desk.service.policy = replace(
        desk.service.policy,
        permissions={role: own - {"crm.emails.view"} for role, own in desk.service.policy.permissions.items()},
    )
    assert send_waiting(desk) == 0
    assert desk.slack.files == {}
