"""A mail written in chat: logged once, sent once, answered to the deal's address, taken back only before it left."""

from dataclasses import replace
from datetime import timedelta

import pytest
from mails import ANNA, INTAKE, JANE, Raw, forward
from posts import Post
from sqlalchemy import select
from sqlalchemy.orm import Session

from crmbot.crm.answers import MailAnswer
from crmbot.crm.outbox import claim
from crmbot.crm.requests import CreateCompany, CreateDeal, ShowMailAddress, Undo, WriteEmail
from crmbot.domain.intake import mark
from crmbot.errors import BadInput, Conflict, NotFound
from crmbot.models import Activity, ContactEmail, Outbox
from crmbot.store import EVERY_WORKSPACE


def write(post: Post, request: WriteEmail) -> MailAnswer:
    post.crm.clock.advance(timedelta(seconds=1))
    answer = post.crm.service.perform(post.crm.actor("jane"), request)
    assert isinstance(answer, MailAnswer)
    return answer


def queued(post: Post) -> list[Outbox]:
    return post.crm.rows(Outbox, Outbox.kind == "mail.send")


def test_mail_from_a_deal_goes_to_its_contact_and_comes_home(any_post: Post) -> None:
    answer = write(any_post, WriteEmail("D-1", "Could we talk on Monday?", "Renewal"))
    (row,) = queued(any_post)
    assert row.destination == "anna@acme.example"
    payload = row.payload
    assert (payload["subject"], payload["text"]) == ("Renewal", "Could we talk on Monday?\n\nJane Roe")
    assert payload["reply_to"][0] == "jane@ours.example"
    assert payload["reply_to"][1].startswith("crm+d1.")
    assert payload["automatic"] is False
    assert "20 seconds" in answer.said
    (activity,) = any_post.activities()
    assert (activity.subject, activity.deal_id is not None) == ("Renewal", True)

    home = Raw(
        sender=ANNA,
        to=payload["reply_to"][1],
        subject="Re: Renewal",
        body="Monday is fine.",
        references=payload["message_id"],
        message_id="<answer@acme.example>",
    )
    taken = any_post.take(home)
    assert (taken.state, any_post.links(taken)[0]) == ("logged", "D-1")


def test_own_copy_that_comes_back_makes_no_second_entry(post: Post) -> None:
    write(post, WriteEmail("D-1", "Could we talk?"))
    payload = queued(post)[0].payload
    signed = mark(post.crm.service.policy.secret_key, "some-id")
    copy = Raw(to=ANNA, delivered_to=INTAKE, subject=payload["subject"], body=payload["text"])
    post.take(copy.but(message_id=payload["message_id"], extra=f"X-Crmbot-Id: {signed}"))
    assert len(post.activities()) == 1


def test_mail_waits_a_while_and_undo_keeps_it_from_leaving(any_post: Post) -> None:
    answer = write(any_post, WriteEmail("C-1", "Hello Anna"))
    crm = any_post.crm

    def ready() -> int:
        with crm.store.writing(EVERY_WORKSPACE) as session:
            found = claim(session, crm.clock(), limit=10)
        return sum(1 for message in found if message.kind == "mail.send")

    assert ready() == 0
    entry = crm.do(Undo(answer.entry_id))
    assert queued(any_post) == []
    assert any_post.activities() == []
    with pytest.raises(Conflict, match="written again"):
        crm.do(Undo(entry.entry_id))
    write(any_post, WriteEmail("C-1", "Hello Anna"))
    crm.clock.advance(timedelta(seconds=30))
    assert ready() == 1


def test_mail_that_left_is_not_undone(post: Post) -> None:
    answer = write(post, WriteEmail("D-1", "Hello Anna"))

    def leave(session: Session) -> None:
        for row in session.scalars(select(Outbox).where(Outbox.workspace_id == post.crm.workspace_id)):
            row.state = "sent"

    post.crm.write(leave)
    with pytest.raises(Conflict, match="has left"):
        post.crm.do(Undo(answer.entry_id))
    assert len(post.crm.rows(Activity)) == 1


def test_mail_needs_words_and_somebody_to_read_them(post: Post) -> None:
    post.crm.do(CreateCompany("Globex"))
    post.crm.do(CreateDeal("Lonely deal"))
    for target, text, words in (
        ("D-1", "  ", "What should the mail say"),
        ("D-2", "Hello", "nobody with an e-mail address"),
        ("O-2", "Hello", "nobody with an e-mail address"),
        ("D-1", "x" * 10_001, "may have 10,000"),
    ):
        with pytest.raises(BadInput, match=words):
            write(post, WriteEmail(target, text))
    assert queued(post) == []


def test_nothing_is_written_where_no_server_sends_it(post: Post) -> None:
    post.crm.service.policy = replace(post.crm.service.policy, sends_mail=False)
    with pytest.raises(NotFound, match="No mail server"):
        write(post, WriteEmail("D-1", "Hello"))


@pytest.mark.parametrize("text", ["Monday?\nJane Roe", "Monday?\n\nBest, Jane", "Monday?\n-- jane"])
def test_mail_that_is_signed_is_not_signed_again(post: Post, text: str) -> None:
    write(post, WriteEmail("D-1", text))
    assert queued(post)[0].payload["text"] == text


def test_mail_under_the_subject_of_an_earlier_one_goes_on_with_its_thread(any_post: Post) -> None:
    asked = Raw(sender=ANNA, to=JANE, subject="Re: Renewal", references="<first@acme.example>")
    any_post.take(forward(asked.but(body="Hello?"), message_id="<forward@ours.example>"))
    any_post.take(asked.but(message_id="<second@acme.example>", delivered_to=own_address(any_post), proven=False))
    write(any_post, WriteEmail("D-1", "Monday is fine.", "renewal"))
    assert queued(any_post)[0].payload["references"] == ["<first@acme.example>", "<second@acme.example>"]
    write(any_post, WriteEmail("D-1", "Something else.", "Training"))
    assert queued(any_post)[1].payload["references"] == []


def test_address_that_mail_came_back_from_is_used_only_when_there_is_no_other(post: Post) -> None:
    def bounce(*addresses: str) -> None:
        def mark_bounced(session: Session) -> None:
            rows = select(ContactEmail).where(ContactEmail.workspace_id == post.crm.workspace_id)
            for row in session.scalars(rows.where(ContactEmail.email.in_(addresses))):
                row.bounced_at, row.bounce_reason = post.crm.clock(), "550 5.1.1 no such user"

        post.crm.write(mark_bounced)

    bounce("anna@acme.example")
    assert "came back" not in write(post, WriteEmail("D-1", "Hello")).said
    assert queued(post)[0].destination == "anna.lind@home.example"
    bounce("anna.lind@home.example")
    told = write(post, WriteEmail("D-1", "Hello again")).said
    assert queued(post)[1].destination == "anna@acme.example"
    assert told.endswith("Mail to this address came back before (550 5.1.1 no such user).")


def own_address(post: Post) -> str:
    return str(post.crm.ask(ShowMailAddress()).rows[0][1])
