"""Mail that waits is shown where people look, a card each up to a bound, and never where it could do harm."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from clocks import SettableClock
from mails import ANNA, INTAKE, JANE, POLICY, Raw, forward
from posts import Post, furnished
from sqlalchemy.orm import Session

from crmbot.crm.answers import MailAnswer, Places
from crmbot.crm.emails.announcing import CARD, DONE, MORE, MOST_AN_HOUR
from crmbot.crm.emails.sensitive import is_sensitive
from crmbot.crm.requests import AddSender, AttachEmail, ChoosePlace, IgnoreEmail, ListTriage, Request, ShowEmail
from crmbot.models import Email, JournalEntry, MailDelivery, Outbox
from crmbot.store import Store

GUS = "Gus Bo <gus@globex.example>"
WAITS = Raw(sender=GUS, to=INTAKE, subject="Hello", body="We would like 40 seats.", proven=False)


def ask(post: Post, request: Request) -> MailAnswer:
    answer = post.crm.service.perform(post.crm.actor("max"), request)
    assert isinstance(answer, MailAnswer)
    return answer


def cards(post: Post, kind: str = CARD) -> list[Outbox]:
    return post.crm.rows(Outbox, Outbox.kind == kind)


def test_mail_that_waits_is_a_card_in_the_channel(post_with: Callable[..., Post]) -> None:
    post = post_with(triage_channel="C1")
    post.take(WAITS)
    assert [(row.destination, row.payload) for row in cards(post)] == [("C1", {"email_id": post.emails()[0].id})]


def test_without_a_channel_those_who_decide_are_asked(post: Post) -> None:
    post.take(WAITS)
    assert sorted(row.destination for row in cards(post)) == sorted(post.crm.user_id(who) for who in ("max", "ada"))


def test_forwarder_is_asked_by_the_receipt_alone(post: Post) -> None:
    post.take(forward(Raw(sender=GUS, to=JANE, subject="Hello")))
    assert cards(post) == []
    assert post.receipts()[0]["state"] == "triage"


def test_flood_of_mail_that_waits_is_told_in_one_line(post_with: Callable[..., Post]) -> None:
    post = post_with(triage_channel="C1")
    for n in range(MOST_AN_HOUR + 5):
        post.take(WAITS.but(subject=f"Hello {n}", body=f"Offer {n}", message_id=f"<{n}@globex.example>"))
    assert len(cards(post)) == MOST_AN_HOUR
    assert len(cards(post, MORE)) == 1
    post.crm.clock.advance(timedelta(hours=2))
    post.take(WAITS.but(subject="Hello again", body="Still here", message_id="<again@globex.example>"))
    assert len(cards(post)) == MOST_AN_HOUR + 1


SENSITIVE = [
    ("Please verify your email address", ""),
    ("Reset your password", ""),
    ("Ihr Sicherheitscode", ""),
    ("Bestätigen Sie Ihre Anmeldung", ""),
    ("Your sign-in link", ""),
    ("Gmail Forwarding Confirmation - Receive Mail from jane@ours.example", ""),
    ("Acme", "Your one-time code is 482913."),
    ("Votre code", "Code : 4829"),
    ("Welcome", "https://app.example/confirm?token=abc"),
]


@pytest.mark.parametrize(("subject", "text"), SENSITIVE)
def test_way_into_an_account_is_never_shown_in_a_channel(
    store: Store, clock: SettableClock, subject: str, text: str
) -> None:
    post = furnished(store, clock, replace(POLICY, triage_channel="C1"))
    post.take(WAITS.but(sender="Acme <no-reply@acme-login.example>", subject=subject, body=text or "Click here."))
    assert post.emails()[0].state == "triage"
    assert "C1" not in {row.destination for row in cards(post)}


@pytest.mark.parametrize("subject", ["Offer for 40 seats", "Re: code of conduct", "Invoice 4711", "Meeting on Monday"])
def test_ordinary_mail_is_no_secret(subject: str) -> None:
    assert not is_sensitive(
        subject, "See https://acme.example/offer for 40 seats, PIN board included.", "bo@acme.example"
    )


def test_card_that_was_posted_says_what_was_decided(post_with: Callable[..., Post]) -> None:
    post = post_with(triage_channel="C1")
    post.take(WAITS)
    row = cards(post)[0]

    def sent(session: Session) -> None:
        found = session.get_one(Outbox, (row.workspace_id, row.id))
        found.state, found.receipt = "sent", "17.5"

    post.crm.write(sent)
    ask(post, AddSender(post.emails()[0].id))
    (update,) = cards(post, DONE)
    assert (update.destination, update.payload["ts"], update.payload["by"]) == ("C1", "17.5", "Max Chief")
    assert "Gus Bo" in update.payload["said"]


def test_places_of_a_mail_begin_with_its_own_people(post: Post) -> None:
    post.take(Raw(sender=ANNA, to=INTAKE, subject="Hello", proven=False))
    answer = post.crm.service.perform(post.crm.actor("max"), ChoosePlace(post.emails()[0].id[-8:]))
    assert isinstance(answer, Places)
    assert [place.reference for place in answer.places] == ["D-1", "C-1", "O-1"]
    assert answer.near == 3


def test_mail_is_attached_by_the_end_of_its_name(post: Post) -> None:
    post.take(WAITS)
    email = post.emails()[0]
    logged = ask(post, AttachEmail(email.id[-8:], "D-1"))
    assert logged.email.state == "logged"
    assert logged.said == "Logged “Hello” as A-1 with D-1 Acme renewal, C-1 Anna Lind, O-1 Acme: it was placed by hand."
    assert ask(post, ShowEmail("A-1")).email.id == email.id


def test_domain_that_is_never_logged_leaves_no_words(any_post: Post) -> None:
    any_post.take(WAITS)
    any_post.crm.ask(IgnoreEmail(any_post.emails()[0].id, "never"), as_="max")
    later = Raw(sender=GUS, to=f"{JANE}, {ANNA}", delivered_to=INTAKE, subject="Secret plan", body="Do not tell.")
    taken = any_post.take(later.but(message_id="<2@globex.example>", proven=False))
    assert (taken.state, taken.reason) == ("noise", "never_logged")
    rows = any_post.crm.rows(Email, Email.reason == "never_logged")
    assert [(row.subject, row.text, row.from_address, row.recipients) for row in rows] == [("(not kept)", "", None, [])]
    assert any_post.take(later.but(message_id="<2@globex.example>", proven=False)).state == "duplicate"


def test_mail_that_is_forgotten_is_nowhere_and_stays_away(any_post: Post) -> None:
    secret = WAITS.but(subject="Canary subject", body="canary words")
    any_post.take(secret)
    ask(any_post, IgnoreEmail(any_post.emails()[0].id, "forget"))
    kept = [*any_post.emails(), *any_post.crm.rows(JournalEntry), *any_post.crm.rows(MailDelivery)]
    told = " ".join(str({name: value for name, value in vars(row).items() if name[0] != "_"}) for row in kept)
    assert "anary" not in told
    assert "globex" not in told
    assert any_post.take(secret).state == "duplicate"
    listing = any_post.crm.service.perform(any_post.crm.actor("max"), ListTriage())
    assert getattr(listing, "total", None) == 0


def test_flood_of_receipts_is_told_in_one_line_but_what_needs_somebody_comes(post_with: Callable[..., Post]) -> None:
    post = post_with(receipts_at_once=5)
    for n in range(12):
        post.take(Raw(to=ANNA, delivered_to=INTAKE, subject=f"Mail {n}", message_id=f"<{n}@ours.example>"))
    post.take(forward(Raw(sender=GUS, to=JANE, subject="Hello")))
    assert sorted(receipt["state"] for receipt in post.receipts()) == ["logged"] * 5 + ["triage"]
    assert len(post.crm.rows(Outbox, Outbox.kind == "notice.more_receipts")) == 1
