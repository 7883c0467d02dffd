"""Mail that waits, decided about in Slack: cards as a person sees and presses them."""

import json
from dataclasses import replace

import pytest
from mails import ANNA, AUTHSERV, INTAKE, POLICY, Raw, forward
from slack_app import Bot, send_waiting
from sqlalchemy import select

from crmbot.crm.requests import CreateContact, CreateDeal, IgnoreEmail
from crmbot.mail.judging import Door
from crmbot.mail.pipeline import Taken, take_in
from crmbot.models import Outbox
from crmbot.playground import Message

GUS = "Gus Bo <gus@globex.example>"
ADA = "Ada <ada@example.com>"
WAITS = Raw(sender=GUS, to=INTAKE, subject="Hello <!channel>", body="We *would* like 40 seats.", proven=False)
OF_ACME = WAITS.but(sender=ANNA)
ASKED = Raw(sender=ANNA, to=ADA, subject="Offer for 40 seats", body="Could you send the offer?")


@pytest.fixture
def desk(bot: Bot) -> Bot:
    """The bot with a triage channel, and Anna of Acme with a deal."""
    bot.service.policy = replace(POLICY, triage_channel="C1", own_domains=frozenset({"example.com"}))
    bot.do(CreateContact("Anna Lind", emails=("anna@acme.example",), company="Acme"))
    bot.do(CreateDeal("Acme renewal", contact="C-1"))
    send_waiting(bot)
    return bot


def take(bot: Bot, raw: Raw) -> Taken:
    return take_in(bot.service, Door(bot.workspace_id, AUTHSERV), bytes(raw))


def shown(message: Message) -> str:
    return json.dumps(message.blocks, ensure_ascii=False)


def card_of(bot: Bot, raw: Raw = WAITS) -> Message:
    take(bot, raw)
    assert send_waiting(bot) >= 1
    return bot.slack.messages("C1")[-1]


def test_card_tells_what_waits_and_harms_nobody(desk: Bot) -> None:
    card = card_of(desk)
    words = shown(card)
    assert "We ∗would∗ like 40 seats." in words  # noqa: RUF001 - the look-alike is what Slack gets
    assert "gus@globex.example" in words
    assert "not proven" in words
    assert "<!channel>" not in words
    assert desk.slack.violations == []


def test_card_tells_who_forwards_and_what_is_attached(desk: Bot) -> None:
    mixed = 'Content-Type: multipart/mixed; boundary="b"'
    parts = "--b\n\nWe would like 40 seats.\n--b\nContent-Disposition: attachment; filename=plan.txt\n\nOne.\n--b--"
    attached = bytes(WAITS.but(body=parts)).replace(b"Content-Type: text/plain; charset=utf-8", mixed.encode())
    take_in(desk.service, Door(desk.workspace_id, AUTHSERV), attached)
    take(desk, forward(ASKED, by=ADA).but(proven=False))
    send_waiting(desk)
    first, second = (shown(card) for card in desk.slack.messages("C1")[-2:])
    assert "📎 plan.txt" in first
    assert "Forwarded by ada@example.com, as it says" in second
    assert desk.slack.violations == []


def test_sender_becomes_a_contact_and_the_card_says_so(desk: Bot) -> None:
    card = card_of(desk)
    desk.slack.click(desk.url, card, "email.add_sender", "U1")
    assert "Logged" in shown(card)
    assert "Globex" in shown(card) or "Gus Bo" in shown(card)
    send_waiting(desk)
    assert "Ada" in shown(card)
    assert "Add as contact" not in shown(card)
    assert desk.slack.violations == []


def test_mail_is_attached_to_a_record_that_is_picked(desk: Bot) -> None:
    card = card_of(desk)
    desk.slack.click(desk.url, card, "email.places", "U1")
    choice = desk.slack.ephemerals("U1")[-1]
    desk.slack.click(desk.url, choice, "email.attach_other", "U1", "D-1 Acme renewal")
    send_waiting(desk)
    assert "D-1 Acme renewal" in shown(card)
    assert "Attach to" not in shown(card)
    assert desk.slack.violations == []


def test_sender_is_ignored_by_a_button(desk: Bot) -> None:
    card = card_of(desk)
    desk.slack.click(desk.url, card, "email.ignore_sender", "U2")
    assert "a manager or an admin decides where it goes" in shown(desk.slack.ephemerals("U2")[-1])
    desk.slack.click(desk.url, card, "email.ignore_sender", "U1")
    assert "Later mail of gus@globex.example" in shown(card)
    assert desk.slack.violations == []


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        ("Leave its mail aside", "Later mail of acme.example"),
        ("Never log its mail", "No later mail with acme.example"),
    ],
)
def test_domain_is_ignored_from_a_menu_that_asks_first_whom_it_hits(desk: Bot, choice: str, words: str) -> None:
    card = card_of(desk, OF_ACME)
    assert "acme.example has 1 contact and 1 open deal here." in shown(card)
    desk.slack.click(desk.url, card, "email.ignore_more", "U2", choice)
    assert "a manager or an admin decides where it goes" in shown(desk.slack.ephemerals("U2")[-1])
    assert words not in shown(card)
    desk.slack.click(desk.url, card, "email.ignore_more", "U1", choice)
    assert words in shown(card)
    assert desk.slack.violations == []


def test_reps_are_not_offered_to_ignore_a_domain(desk: Bot) -> None:
    take(desk, forward(WAITS, by="Ben <ben@example.com>"))
    lists = [desk.slack.command(desk.url, "/crm", "triage", user).message for user in ("U1", "U2")]
    assert [message is not None and "Hello" in shown(message) for message in lists] == [True, True]
    assert [message is not None and "email.ignore_more" in shown(message) for message in lists] == [True, False]


def test_ignored_domain_is_listed_and_lifted_in_chat(desk: Bot) -> None:
    card = card_of(desk, OF_ACME)
    desk.slack.click(desk.url, card, "email.ignore_more", "U1", "Never log its mail")
    rules = desk.slack.command(desk.url, "/crm", "mail rules", "U2").message
    assert rules is not None
    assert "acme.example" in shown(rules)
    lifted = desk.slack.command(desk.url, "/crm", "mail allow acme.example", "U1").message
    assert lifted is not None
    assert "Mail of acme.example is logged again" in shown(lifted)
    assert desk.slack.violations == []


def test_forgotten_mail_leaves_nothing_on_its_card(desk: Bot) -> None:
    card = card_of(desk)
    desk.slack.click(desk.url, card, "email.forget", "U1")
    send_waiting(desk)
    assert "Forgotten" in shown(card)
    assert "Hello" not in shown(card)
    assert "crm.undo" not in shown(card)


def test_card_that_is_late_shows_what_was_decided_meanwhile(desk: Bot) -> None:
    taken = take(desk, WAITS)
    assert taken.answer is not None
    desk.service.perform(desk.actor(), IgnoreEmail(taken.answer.email.id))
    send_waiting(desk)
    assert "Decided" in shown(desk.slack.messages("C1")[-1])


def test_receipt_of_a_command_tells_both_and_undoes_each(desk: Bot) -> None:
    desk.slack.command(desk.url, "/crm", "today", "U1")
    take(desk, forward(ASKED, by=ADA, words="/task fri call back"))
    send_waiting(desk)
    receipt = desk.slack.messages(desk.slack.direct_channel("U1").id)[-1]
    words = shown(receipt)
    assert "call back" in words
    assert "You wrote: /task fri call back" in words
    assert "unverified" in words
    assert words.count('"crm.undo"') == 2
    assert desk.slack.violations == []


@pytest.mark.parametrize("button", ["Contact only", "the mail's Undo"])
def test_command_of_a_receipt_and_its_undo_stay_when_the_mail_is_put_right(desk: Bot, button: str) -> None:
    desk.slack.command(desk.url, "/crm", "today", "U1")
    take(desk, forward(ASKED, by=ADA, words="/task fri call back"))
    send_waiting(desk)
    receipt = desk.slack.messages(desk.slack.direct_channel("U1").id)[-1]
    desk.slack.click(desk.url, receipt, undo_of_the_mail(receipt) if "Undo" in button else button, "U1")
    assert "You wrote: /task fri call back" in shown(receipt)
    assert "📨 Logged:" not in shown(receipt)
    desk.slack.click(desk.url, receipt, receipt.blocks[0]["accessory"]["value"], "U1")
    assert "Undone: " in shown(receipt)
    assert "call back" in receipt.blocks[0]["text"]["text"]
    assert desk.slack.violations == []


def undo_of_the_mail(receipt: Message) -> str:
    return str(receipt.blocks[-1]["elements"][-1]["value"])


def test_receipt_changes_once_somebody_else_decided_and_keeps_its_command(desk: Bot) -> None:
    desk.slack.command(desk.url, "/crm", "today", "U2")
    unknown = ASKED.but(sender=GUS)
    take(desk, forward(unknown, by="Ben <ben@example.com>", words="/task call back re:D-1"))
    send_waiting(desk)
    receipt = desk.slack.messages(desk.slack.direct_channel("U2").id)[-1]
    assert "Waiting for you" in shown(receipt)
    desk.slack.click(desk.url, desk.slack.messages("C1")[-1], "email.add_sender", "U1")
    send_waiting(desk)
    assert "Waiting for you" not in shown(receipt)
    assert "Logged" in shown(receipt)
    assert "You wrote: /task call back re:D-1" in shown(receipt)
    assert desk.slack.violations == []


def test_receipt_moves_a_mail_to_its_contact_alone(desk: Bot) -> None:
    desk.slack.command(desk.url, "/crm", "today", "U1")
    take(desk, forward(ASKED, by=ADA))
    send_waiting(desk)
    receipt = desk.slack.messages(desk.slack.direct_channel("U1").id)[-1]
    assert "D-1 Acme renewal" in shown(receipt)
    desk.slack.click(desk.url, receipt, "Contact only", "U1")
    assert "is with C-1 Anna Lind" in shown(receipt)
    assert desk.slack.violations == []


def test_command_that_is_not_understood_comes_with_an_example(desk: Bot) -> None:
    desk.slack.command(desk.url, "/crm", "today", "U1")
    take(desk, forward(ASKED, by=ADA, words="/deal won Nowhere"))
    send_waiting(desk)
    words = shown(desk.slack.messages(desk.slack.direct_channel("U1").id)[-1])
    assert "⚠️" in words
    assert "For example:" in words


def test_mail_is_written_from_a_deal_in_chat(desk: Bot) -> None:
    answer = desk.slack.command(desk.url, "/deal", 'mail D-1 "Could we talk on Monday?" subject:Renewal', "U1")
    assert answer.message is not None
    assert "anna@acme.example" in shown(answer.message)
    desk.slack.click(desk.url, answer.message, "crm.undo", "U1")
    assert "Undone" in shown(answer.message)
    assert desk.slack.violations == []


def test_mail_is_written_in_a_form_from_the_deals_card(desk: Bot) -> None:
    answer = desk.slack.command(desk.url, "/deal", "show D-1", "U1")
    assert answer.message is not None
    assert "crm+d1." in shown(answer.message)
    desk.slack.click(desk.url, answer.message, "form.mail", "U1")
    form = desk.slack.open_views("U1")[-1]
    desk.slack.submit_view(desk.url, form, {"text": "Could we talk on Monday?"}, "U1")
    assert [row.destination for row in rows(desk)] == ["anna@acme.example"]
    assert desk.slack.violations == []


def rows(bot: Bot) -> list[Outbox]:
    with bot.store.reading(bot.workspace_id) as session:
        written = (Outbox.workspace_id == bot.workspace_id) & (Outbox.kind == "mail.send")
        return list(session.scalars(select(Outbox).where(written)))


def test_receipt_of_a_forwarded_bounce_says_what_was_marked_and_undoes_it(desk: Bot) -> None:
    desk.slack.command(desk.url, "/crm", "today", "U2")
    notice = Raw(
        sender="Mail Delivery Subsystem <mailer-daemon@googlemail.com>",
        to="ben@example.com",
        subject="Delivery Status Notification (Failure)",
        body="Your message wasn't delivered to anna@acme.example because the address couldn't be found.",
    )
    take(desk, forward(notice, by="Ben <ben@example.com>"))
    send_waiting(desk)
    receipt = desk.slack.messages(desk.slack.direct_channel("U2").id)[-1]
    assert "anna@acme.example did not get a mail" in shown(receipt)
    assert "Marked: C-1 Anna Lind." in shown(receipt)
    desk.slack.click(desk.url, receipt, "crm.undo", "U2")
    card = desk.slack.command(desk.url, "/contact", "show C-1", "U2").message
    assert card is not None
    assert "bounced" not in shown(card)
    assert desk.slack.violations == []
