"""A mail's file from chat: a signed link for one person and some minutes, or the file in a direct message."""

from dataclasses import replace
from datetime import timedelta

import pytest
from clocks import SettableClock
from factories import refusal
from mails import INTAKE, POLICY, Raw
from posts import Post, furnished
from sqlalchemy.orm import Session

from crmbot.crm.attachments import StoredFile
from crmbot.crm.files import FileLink, linked_file
from crmbot.crm.requests import FetchFile, ShowActivity, ShowDeal
from crmbot.errors import BadInput, NotAllowed, NotFound
from crmbot.models import Attachment, Outbox, User
from crmbot.store import Store

MAIL = (
    bytes(Raw(delivered_to=INTAKE)).replace(
        b"Content-Type: text/plain; charset=utf-8", b'Content-Type: multipart/mixed; boundary="o"'
    )
    + b'--o\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename="Offer.pdf"\r\n\r\n'
    b"%PDF-1.4 an offer\r\n--o--\r\n"
)


@pytest.fixture
def public(store: Store, clock: SettableClock) -> Post:
    post = furnished(store, clock, policy=replace(POLICY, base_url="https://crm.ours.example"))
    post.take(MAIL)
    return post


def file_id(post: Post) -> str:
    (one,) = post.crm.ask(ShowActivity("A-1")).record.files
    return str(one.id)


def opened(post: Post, token: str) -> StoredFile:
    return linked_file(post.crm.service, token)


def link(post: Post, who: str = "vic") -> str:
    answer = post.crm.ask(FetchFile(file_id(post)), as_=who)
    assert isinstance(answer, FileLink)
    assert answer.url.startswith("https://crm.ours.example/files/")
    return answer.url.rpartition("/")[2]


def test_link_gives_the_file_to_whom_it_was_made_for_and_ends(public: Post) -> None:
    token = link(public)
    file = opened(public, token)
    assert (file.name, file.content) == ("Offer.pdf", b"%PDF-1.4 an offer")
    public.crm.clock.advance(timedelta(minutes=11))
    with refusal(NotFound, "This link is no longer good."):
        opened(public, token)


def test_link_is_worth_nothing_once_its_person_has_left(public: Post) -> None:
    token = link(public)
    left = public.crm.user_id("vic")

    def leave(session: Session) -> None:
        session.get_one(User, (public.crm.workspace_id, left)).active = False

    public.crm.write(leave)
    with refusal(NotAllowed, "has left the workspace"):
        opened(public, token)


@pytest.mark.parametrize("place", range(5))
def test_link_that_was_changed_anywhere_is_refused(public: Post, place: int) -> None:
    parts = link(public).split(".")
    parts[place] = ("1" if parts[place][0] != "1" else "2") + parts[place][1:]
    with refusal(NotFound, "This link is no longer good."):
        opened(public, ".".join(parts))


@pytest.mark.parametrize("token", ["", "....", "a.b.c.d.e", "\u0661" * 40, "x" * 500])
def test_anything_else_is_no_link(public: Post, token: str) -> None:
    with refusal(NotFound, "This link is no longer good."):
        opened(public, token)


def test_without_a_public_address_the_file_comes_by_direct_message(post: Post) -> None:
    post.take(MAIL)
    with refusal(BadInput, "no Slack account is linked to you"):
        post.crm.ask(FetchFile(file_id(post)))
    jane = post.crm.user_id("jane")

    def know(session: Session) -> None:
        session.get_one(User, (post.crm.workspace_id, jane)).slack_user_id = "U1"

    post.crm.write(know)
    assert post.crm.ask(FetchFile(file_id(post))).said == "Offer.pdf comes to you in a direct message."
    (row,) = post.crm.rows(Outbox, Outbox.kind == "notice.file")
    assert (row.destination, row.payload) == (jane, {"file": file_id(post)})


def test_file_that_is_gone_is_told(post: Post) -> None:
    with refusal(NotFound, "This file is not here any more."):
        post.crm.ask(FetchFile("0" * 26))


def test_timeline_tells_which_files_its_mails_carried(public: Post) -> None:
    (entry,) = [one for one in public.crm.ask(ShowDeal("D-1")).timeline if one.what == "email"]
    assert [(one.name, one.kept) for one in entry.files] == [("Offer.pdf", True)]


def test_file_of_mail_that_waits_is_given_to_who_handed_it_in_and_to_managers(public: Post) -> None:
    stranger = Raw(sender="Gus Bo <gus@globex.example>", to=INTAKE, message_id="<n@globex.example>", proven=False)
    head, _, body = bytes(stranger).partition(b"\r\n\r\n")
    waits = head.replace(b"text/plain; charset=utf-8", b'multipart/mixed; boundary="o"') + b"\r\n\r\n--o\r\n\r\n" + body
    assert public.take(waits + b"\r\n" + MAIL[MAIL.index(b"--o\r\n") :]).state == "triage"
    (waiting,) = (one.id for one in public.crm.rows(Attachment, order=Attachment.id)[1:])
    for who in ("sam", "vic"):
        with refusal(NotAllowed, "You did not hand in this mail"):
            public.crm.ask(FetchFile(waiting), as_=who)
        with refusal(NotAllowed, "You did not hand in this mail"):
            public.crm.service.attachment(public.crm.actor(who), waiting)
    assert public.crm.service.attachment(public.crm.actor("max"), waiting).name == "Offer.pdf"
