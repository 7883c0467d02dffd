"""Mail that came back: noted with the contact, the message marked, its owner told."""

from typing import Any

import pytest
from mails import AUTHSERV, INTAKE, JANE, Raw
from posts import Post
from sqlalchemy.orm import Session

from crmbot.crm.requests import ShowContact, ShowDeal, Undo
from crmbot.domain.ids import new_id
from crmbot.models import ContactEmail, Note, Outbox, Proposal

ANNA = "anna@acme.example"
GONE = "the address does not exist"


def bounce(
    recipient: str = ANNA, *, original: str = "", status: str = "5.1.1", to: str = INTAKE, proven: bool = False
) -> bytes:
    """Return a mail server's report; `original` is the Message-ID of the mail that came back."""
    proof = f"Authentication-Results: {AUTHSERV}; dmarc=pass header.from=ours.example\r\n" if proven else ""
    sender = JANE if proven else "MAILER-DAEMON@mx.acme.example"
    return (
        f"{proof}Return-Path: <>\r\nFrom: {sender}\r\nTo: {to}\r\nSubject: Undelivered Mail Returned to Sender\r\n"
        f"Date: Wed, 05 Mar 2031 08:00:00 +0000\r\nMessage-ID: <b-{recipient}-{original[1:9]}@mx>\r\n"
        "MIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="r"\r\n\r\n--r\r\n\r\nSorry.\r\n'
        "--r\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\n"
        f"Final-Recipient: rfc822; {recipient}\r\nAction: failed\r\nStatus: {status}\r\n"
        f"Diagnostic-Code: smtp; 550 {status} no such user\r\n\r\n--r\r\nContent-Type: text/rfc822-headers\r\n\r\n"
        f"Message-ID: {original or '<x@y>'}\r\nSubject: Offer\r\n\r\n--r--\r\n"
    ).encode()


def sent(post: Post, destination: str = ANNA, receipt: str | None = None, **payload: Any) -> str:
    """Put a mail into the outbox as if it had been sent; return its Message-ID."""
    row_id = new_id(post.crm.clock())

    def add(session: Session) -> None:
        now = post.crm.clock()
        session.add(
            Outbox(
                workspace_id=post.crm.workspace_id, id=row_id, kind="mail.send", destination=destination,
                payload=payload, receipt=receipt, state="sent", not_before=now, created_at=now, sent_at=now, attempts=1,
            )
        )  # fmt: skip

    post.crm.write(add)
    return f"<{row_id}@ours.example>"


def addresses(post: Post) -> dict[str, str | None]:
    return {row.email: row.bounce_reason for row in post.crm.rows(ContactEmail) if row.bounced_at}


def test_bounce_of_our_own_mail_is_noted_with_the_contact_and_shown(any_post: Post) -> None:
    taken = any_post.take(bounce(original=sent(any_post)))
    assert (taken.state, taken.reason) == ("noise", "bounce.report")
    assert addresses(any_post) == {ANNA: GONE}
    (note,) = any_post.crm.rows(Note)
    assert note.text == f"Address bounced: {ANNA}: {GONE}"
    shown = any_post.crm.ask(ShowContact("C-1"))
    assert shown.record.bounced == ((ANNA, GONE),)
    assert [entry.text for entry in shown.timeline if entry.what == "note"] == [note.text]


def test_message_that_bounced_is_marked_and_the_admins_are_told_once(post: Post) -> None:
    original = sent(post)
    post.take(bounce(original=original))
    post.take(bounce(original=original) + b"again")
    (row,) = post.crm.rows(Outbox, Outbox.kind == "mail.send")
    assert (row.state, row.reason) == ("parked", f"It came back: {GONE} (550 5.1.1 no such user).")
    (notice,) = post.crm.rows(Outbox, Outbox.kind == "notice.undelivered")
    assert (notice.destination, notice.payload["destination"]) == (post.crm.user_id("ada"), ANNA)
    assert notice.payload["reason"] == f"It came back: {GONE}."
    assert len(post.crm.rows(Note)) == 1


def test_bounce_of_a_proposal_marks_it_and_tells_the_deals_owner(post: Post) -> None:
    deal = post.crm.ask(ShowDeal("D-1")).record
    proposal_id = new_id(post.crm.clock())

    def add(session: Session) -> None:
        session.add(
            Proposal(
                workspace_id=post.crm.workspace_id, id=proposal_id, deal_id=deal.id, number=1, title="40 seats",
                status="sent", created_at=post.crm.clock(), sent_at=post.crm.clock(),
            )
        )  # fmt: skip

    post.crm.write(add)
    post.take(bounce(original=sent(post, proposal_id=proposal_id)))
    (proposal,) = post.crm.rows(Proposal)
    assert (proposal.status, proposal.bounce_reason) == ("sent", GONE)
    (notice,) = post.crm.rows(Outbox, Outbox.kind == "notice.undelivered")
    assert notice.destination == post.crm.user_id("jane")
    assert notice.payload["what"] == "proposal P-1 40 seats"
    texts = [entry.text for entry in post.crm.ask(ShowDeal("D-1")).timeline]
    assert f"Proposal P-1 40 seats did not reach {ANNA}: {GONE}" in texts


@pytest.mark.parametrize(
    ("recipient", "destination"), [(ANNA, "somebody@else.example"), ("anna.lind@home.example", ANNA)]
)
def test_bounce_counts_only_for_the_recipient_that_our_mail_went_to(
    post: Post, recipient: str, destination: str
) -> None:
    post.take(bounce(recipient, original=sent(post, destination)))
    assert (addresses(post), post.crm.rows(Note)) == ({}, [])
    assert [row.state for row in post.crm.rows(Outbox, Outbox.kind == "mail.send")] == ["sent"]


@pytest.mark.parametrize("original", ["", "<guess@ours.example>", f"<{'0' * 26}@ours.example>"])
def test_anybodys_notice_about_a_mail_we_never_sent_changes_nothing(post: Post, original: str) -> None:
    taken = post.take(bounce(original=original))
    assert taken.state == "noise"
    assert (addresses(post), post.crm.rows(Note)) == ({}, [])


def test_bounce_of_a_logged_mail_of_ours_is_noted(post: Post) -> None:
    post.take(Raw(delivered_to=INTAKE, message_id="<offer-1@ours.example>"))
    post.take(bounce(original="<offer-1@ours.example>"))
    assert addresses(post) == {ANNA: GONE}


def test_bounce_that_somebody_of_us_passes_on_is_noted(post: Post) -> None:
    post.take(bounce(proven=True))
    assert addresses(post) == {ANNA: GONE}


def test_failure_for_now_is_left_alone(post: Post) -> None:
    post.take(bounce(original=sent(post), status="4.2.2"))
    assert (addresses(post), post.crm.rows(Note)) == ({}, [])


def test_noted_bounce_can_be_undone(post: Post) -> None:
    taken = post.take(bounce(proven=True))
    assert taken.answer is not None
    post.crm.do(Undo(taken.answer.entry_id))
    assert (addresses(post), post.crm.rows(Note), post.emails()) == ({}, [], [])


def test_mail_that_somebody_wrote_here_and_that_bounced_is_told_to_them(post: Post) -> None:
    post.take(Raw(delivered_to=INTAKE, message_id="<own-7@ours.example>"))
    sent(post, receipt="<own-7@ours.example>")
    post.take(bounce(original="<own-7@ours.example>"))
    (row,) = post.crm.rows(Outbox, Outbox.kind == "mail.send")
    assert row.state == "parked"
    (notice,) = post.crm.rows(Outbox, Outbox.kind == "notice.undelivered")
    assert notice.destination == post.crm.user_id("jane")


def test_bounce_in_another_workspace_is_none_of_ours(post: Post) -> None:
    foreign = f"<{new_id(post.crm.clock())}@ours.example>"
    post.take(bounce(original=foreign))
    assert addresses(post) == {}


def passed_on(raw: bytes, *, how: str = "attached", proven: bool = True, references: str = "") -> bytes:
    """Return Jane's forward of a notice: whole as a file, or in the words of the program that shows it."""
    subject = "Fwd: Undelivered Mail Returned to Sender"
    head = Raw(to=INTAKE, subject=subject, body="", message_id="<f-1@ours.example>", references=references)
    if how == "attached":
        before, _, _ = bytes(head.but(proven=proven)).partition(b"\r\n\r\n")
        before = before.replace(b"text/plain; charset=utf-8", b'multipart/mixed; boundary="f"')
        return (
            before
            + b"\r\n\r\n--f\r\n\r\nSee below.\r\n--f\r\nContent-Type: message/rfc822\r\n\r\n"
            + raw
            + b"--f--\r\n"
        )
    sender = {
        "gmail": "Mail Delivery Subsystem <mailer-daemon@googlemail.com>",
        "exchange": "Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@ours.example>",
        "outlook": "Mail Delivery System",
    }[how]
    body = (
        "---------- Forwarded message ---------\n"
        f"From: {sender}\nDate: Wed, Mar 5, 2031 at 9:00 AM\nSubject: Delivery Status Notification (Failure)\n"
        f"To: <jane@ours.example>\n\n\nYour message wasn't delivered to {ANNA} because "
        "the address couldn't be found.\n\n"
        "The response was:\n550 5.1.1 no such user\n"
    )
    return bytes(head.but(body=body, proven=proven))


@pytest.mark.parametrize("how", ["attached", "gmail", "exchange", "outlook"])
def test_forwarded_bounce_marks_the_address_in_the_name_of_its_forwarder(post: Post, how: str) -> None:
    taken = post.take(passed_on(bounce(), how=how))
    assert (taken.state, taken.reason) == ("noise", "bounce.forwarded")
    assert list(addresses(post)) == [ANNA]
    (note,) = post.crm.rows(Note)
    assert note.author_id == post.crm.user_id("jane")
    (receipt,) = post.receipts()
    assert GONE in receipt["bounced"][0]
    assert receipt["bounced"][0].endswith("Marked: C-1 Anna Lind.")
    assert taken.answer is not None
    post.crm.do(Undo(taken.answer.entry_id))
    assert (addresses(post), post.crm.rows(Note)) == ({}, [])


def test_forwarded_bounce_marks_the_mail_that_came_back(post: Post) -> None:
    post.take(Raw(delivered_to=INTAKE, message_id="<offer-1@ours.example>"))
    post.take(passed_on(bounce(), how="gmail", references="<offer-1@ours.example> <dsn-1@google.example>"))
    (activity,) = post.activities()
    assert activity.outcome == f"did not arrive at {ANNA}"
    told = post.receipts()[-1]["bounced"]
    assert told == [f"{ANNA} did not get “Offer for 40 seats”: {GONE}. Marked: C-1 Anna Lind, A-1."]
    texts = [entry.text for entry in post.crm.ask(ShowContact("C-1")).timeline]
    assert f"E-mail: Offer for 40 seats: did not arrive at {ANNA}" in texts


@pytest.mark.parametrize(
    ("recipient", "status", "end"),
    [
        ("nobody@acme.example", "5.1.1", "Nobody here has this address, so nothing is marked."),
        (ANNA, "4.2.2", "That may pass, so nothing is marked."),
    ],
)
def test_receipt_of_a_forwarded_bounce_says_when_nothing_is_marked(
    post: Post, recipient: str, status: str, end: str
) -> None:
    post.take(passed_on(bounce(recipient, status=status)))
    assert addresses(post) == {}
    assert post.receipts()[0]["bounced"][0].endswith(end)


def test_forwarded_bounce_of_somebody_unproven_waits_and_marks_nothing(post: Post) -> None:
    taken = post.take(passed_on(bounce(), proven=False))
    assert (taken.state, taken.reason) == ("triage", "unproven_sender")
    assert (addresses(post), post.receipts()) == ({}, [])


def test_forwarded_mail_of_a_customer_about_a_bounce_is_a_mail(post: Post) -> None:
    mail = passed_on(bounce(), how="gmail").replace(b"mailer-daemon@googlemail.com", b"anna@acme.example")
    assert post.take(mail).state == "logged"
    assert addresses(post) == {}


def test_report_that_a_program_forwards_in_its_parts_has_a_receipt_too(post: Post) -> None:
    post.take(bounce(proven=True))
    assert post.receipts()[0]["bounced"][0].endswith("Marked: C-1 Anna Lind.")
