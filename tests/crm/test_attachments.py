"""Files that mails carry: kept once by content, listed with the activity, given to who may see them."""

import base64
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from clocks import SettableClock
from factories import Crm, refusal
from mails import INTAKE, JANE, POLICY, Raw, forward
from posts import Post, furnished

from crmbot.crm.housekeeping import forget_old
from crmbot.crm.requests import AttachEmail, CreateDeal, IgnoreEmail, ShowActivity, ShowEmail, Undo
from crmbot.errors import NotAllowed, NotFound
from crmbot.models import Attachment, AttachmentBlob, EmailActivity
from crmbot.store import EVERY_WORKSPACE, Store

PDF = b"%PDF-1.4 an offer"
PIXEL = b"\x89PNG\r\n\x1a\n" + b"0" * 200


def with_files(mail: Raw, *files: tuple[str, str, bytes]) -> bytes:
    """Return a mail with files: their further headers, names and contents."""
    head, _, body = bytes(mail).partition(b"\r\n\r\n")
    head = head.replace(b"Content-Type: text/plain; charset=utf-8", b'Content-Type: multipart/mixed; boundary="o"')
    parts = b"--o\r\nContent-Type: text/plain\r\n\r\n" + body
    for more, name, content in files:
        parts += f'\r\n--o\r\n{more}\r\nContent-Disposition: attachment; filename="{name}"\r\n'.encode()
        parts += b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(content)
    return head + b"\r\n\r\n" + parts + b"\r\n--o--\r\n"


OFFER = ("Content-Type: application/octet-stream", "Angebot.pdf", PDF)
BCC = Raw(delivered_to=INTAKE)


def files(post: Post, reference: str = "A-1") -> Any:
    return post.crm.ask(ShowActivity(reference)).record.files


def test_file_is_kept_with_its_real_type_and_listed_with_the_activity(any_post: Post) -> None:
    any_post.take(with_files(BCC, OFFER, ("Content-Type: image/png", "evil.png", b"MZ\x90 not a picture")))
    listed = files(any_post)
    assert [(one.name, one.type, one.size, one.kept) for one in listed] == [
        ("Angebot.pdf", "application/pdf", len(PDF), True),
        ("evil.png", "application/vnd.microsoft.portable-executable", 17, True),
    ]
    stored = any_post.crm.service.attachment(any_post.crm.actor("vic"), listed[0].id)
    assert (stored.name, stored.type, stored.content) == ("Angebot.pdf", "application/pdf", PDF)


def test_same_content_is_kept_once(any_post: Post) -> None:
    any_post.take(with_files(BCC, OFFER))
    other = BCC.but(message_id="<offer-2@ours.example>", body="Once more.")
    any_post.take(with_files(other, ("Content-Type: text/html", "copy.pdf", PDF)))
    assert len(any_post.crm.rows(AttachmentBlob)) == 1
    assert [one.name for one in files(any_post, "A-1") + files(any_post, "A-2")] == ["Angebot.pdf", "copy.pdf"]


def test_second_forward_of_a_mail_keeps_nothing_twice(post: Post) -> None:
    post.take(with_files(forward(BCC), OFFER))
    sams = forward(
        BCC, by="Sam Poe <sam@ours.example>", message_id="<f2@ours.example>", date="Wed, Mar 5, 2031 at 3:00 AM"
    )
    post.take(with_files(sams, OFFER))
    assert len(post.crm.rows(Attachment)) == 1


def test_too_large_a_file_is_listed_but_not_kept(store: Store, clock: SettableClock) -> None:
    small = furnished(store, clock, policy=_limited(10))
    small.take(with_files(BCC, OFFER))
    (one,) = files(small)
    assert (one.name, one.size, one.kept) == ("Angebot.pdf", len(PDF), False)
    with refusal(NotFound, "“Angebot.pdf” was too large to be kept."):
        small.crm.service.attachment(small.crm.actor(), one.id)


def _limited(most: int) -> Any:
    return replace(POLICY, attachment_bytes=most)


def test_file_that_breaks_off_because_the_mail_was_too_large_is_listed_but_not_kept(post: Post) -> None:
    raw = with_files(BCC, OFFER, ("X: y", "film.mp4", b"0" * 2_000_000))
    post.take(raw[: 1024 * 1024])
    assert [(one.name, one.kept) for one in files(post)] == [("Angebot.pdf", True), ("film.mp4", False)]


def test_picture_of_a_signature_is_no_attachment_and_a_screenshot_is(post: Post) -> None:
    logo = ("Content-Type: image/png\r\nContent-ID: <a@b>", "logo.png", PIXEL)
    raw = with_files(BCC, logo).replace(b"Content-Disposition: attachment;", b"Content-Disposition: inline;")
    post.take(raw)
    shot = ("Content-Type: image/png\r\nContent-ID: <a@b>", "shot.png", PIXEL * 400)
    large = with_files(BCC.but(message_id="<2@ours.example>", body="2"), shot)
    post.take(large.replace(b"Content-Disposition: attachment;", b"Content-Disposition: inline;"))
    assert [one.name for one in files(post, "A-1") + files(post, "A-2")] == ["shot.png"]


def test_files_of_an_attached_message_are_listed(post: Post) -> None:
    inner = with_files(Raw(sender="Anna Lind <anna@acme.example>", to=JANE, subject="Contract", body="Here."), OFFER)
    outer = with_files(Raw(to=INTAKE, subject="Fwd: Contract", body="fyi"))
    part = b"\r\n--o\r\nContent-Type: message/rfc822\r\n\r\n" + inner.replace(b'"o"', b'"i"').replace(b"--o", b"--i")
    post.take(outer.replace(b"\r\n--o--", part + b"\r\n--o--"))
    assert [one.name for one in files(post)] == ["Angebot.pdf"]


def test_files_of_a_mail_that_waits_are_there_when_it_is_placed(post: Post) -> None:
    taken = post.take(with_files(BCC.but(sender="Eve <eve@new.example>"), OFFER))
    assert taken.state == "triage"
    assert taken.answer is not None
    post.crm.ask(AttachEmail(taken.answer.email.id, "D-1"), as_="max")
    assert [one.name for one in files(post)] == ["Angebot.pdf"]


def test_forgotten_mail_takes_its_files_along_but_not_those_of_others(any_post: Post) -> None:
    any_post.take(with_files(BCC, OFFER))
    stranger = BCC.but(sender="Eve <eve@new.example>", message_id="<e@new.example>")
    taken = any_post.take(with_files(stranger, OFFER, ("X: y", "secret.txt", b"secret")))
    assert taken.answer is not None
    any_post.crm.ask(IgnoreEmail(taken.answer.email.id, "forget"), as_="max")
    assert [row.name for row in any_post.crm.rows(Attachment)] == ["Angebot.pdf"]
    assert [row.size for row in any_post.crm.rows(AttachmentBlob)] == [len(PDF)]
    assert "secret.txt" not in str(any_post.crm.dump())


def test_noise_leaves_no_files(post: Post) -> None:
    post.take(with_files(BCC.but(extra="Auto-Submitted: auto-replied"), OFFER))
    assert (post.crm.rows(Attachment), post.crm.rows(AttachmentBlob)) == ([], [])


def test_attachment_of_another_workspace_is_not_there(any_post: Post) -> None:
    any_post.take(with_files(BCC, OFFER))
    other = Crm(any_post.crm.store, any_post.crm.clock, name="Theirs")
    with refusal(NotFound, "There is no such attachment here."):
        other.service.attachment(other.actor(), files(any_post)[0].id)


def test_who_may_not_see_mail_gets_no_file(post: Post) -> None:
    post.take(with_files(BCC, OFFER))
    blind = replace(post.crm.actor(), permissions=frozenset())
    with refusal(NotAllowed, "You may not see mail and what it carries"):
        post.crm.service.attachment(blind, files(post)[0].id)


def test_content_that_no_mail_has_any_more_is_forgotten_later(any_post: Post) -> None:
    crm = any_post.crm
    taken = any_post.take(with_files(BCC, OFFER))
    assert taken.answer is not None
    kept = any_post.take(with_files(BCC.but(message_id="<k@x>", body="k"), ("X: y", "kept.txt", b"kept")))
    assert kept.state == "logged"
    undone = crm.do(Undo(taken.answer.entry_id))
    _clear(crm)
    assert len(crm.rows(AttachmentBlob)) == 2
    crm.do(Undo(undone.entry_id))
    assert [one.name for one in files(any_post)] == ["Angebot.pdf"]
    crm.do(Undo())
    crm.clock.advance(timedelta(days=4))
    _clear(crm)
    assert [blob.size for blob in crm.rows(AttachmentBlob)] == [4]


def _clear(crm: Crm) -> None:
    with crm.store.writing(EVERY_WORKSPACE) as session:
        forget_old(session, crm.clock())


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "a\x00b", "x" * 5_000, "\u202efdp.exe"])
def test_any_name_is_kept_and_listed(post: Post, name: str) -> None:
    post.take(with_files(BCC, ("Content-Type: application/pdf", name, PDF)))
    (one,) = files(post)
    assert one.name
    assert len(one.name) <= 255


def test_mail_with_several_deals_lists_its_files_with_each_of_them(store: Store, clock: SettableClock) -> None:
    post = furnished(store, clock, policy=replace(POLICY, several_open_deals="all"))
    post.crm.do(CreateDeal("Acme support", contact="C-1"))
    taken = post.take(with_files(BCC, OFFER))
    assert post.links(taken) == ["D-2", "D-1", "C-1", "O-1"]
    assert [one.name for one in files(post, "A-1") + files(post, "A-2")] == ["Angebot.pdf", "Angebot.pdf"]
    assert post.crm.ask(ShowEmail("A-2")).email.subject == BCC.subject
    assert taken.answer is not None
    post.crm.do(Undo(taken.answer.entry_id))
    assert (post.crm.rows(EmailActivity), post.activities()) == ([], [])


def test_further_activity_of_a_mail_is_moved_by_itself(store: Store, clock: SettableClock) -> None:
    post = furnished(store, clock, policy=replace(POLICY, several_open_deals="all"))
    post.crm.do(CreateDeal("Acme support", contact="C-1"))
    post.crm.do(CreateDeal("Acme training"))
    post.take(with_files(BCC, OFFER))
    post.crm.ask(AttachEmail("A-2", "D-3"))
    placed = {ref: post.crm.ask(ShowActivity(ref)).record.about for ref in ("A-1", "A-2")}
    assert {ref: about[0].reference for ref, about in placed.items()} == {"A-1": "D-2", "A-2": "D-3"}
