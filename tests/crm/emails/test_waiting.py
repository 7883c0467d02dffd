"""Waiting mail is the matter of who handed it in; managers and admins see and settle all of it."""

from collections.abc import Callable

import pytest
from factories import refusal
from mails import INTAKE, JANE, SAM, Raw, forward
from posts import Post

from crmbot.crm.requests import (
    AddSender,
    AttachEmail,
    ChoosePlace,
    IgnoreEmail,
    ListTriage,
    Request,
    ShowEmail,
    ShowToday,
    Undo,
)
from crmbot.errors import Conflict, NotAllowed
from crmbot.models import JournalEntry

GUS = Raw(sender="Gus Bo <gus@globex.example>", to=JANE, subject="Hello", body="Gus here.", proven=False)
NOBODYS = GUS.but(to=INTAKE, subject="Offer?", message_id="<n@globex.example>")


def waiting(post: Post, raw: Raw) -> str:
    taken = post.take(raw)
    assert taken.state == "triage"
    assert taken.answer is not None
    return taken.answer.email.id


def seen(post: Post, who: str) -> tuple[list[str], int]:
    triage = post.crm.ask(ListTriage(), as_=who)
    assert post.crm.ask(ShowToday(), as_=who).triage == triage.total
    return sorted(one.subject for one in triage.emails), triage.total


def test_each_sees_what_they_handed_in_and_managers_all(any_post: Post) -> None:
    waiting(any_post, forward(GUS))
    waiting(any_post, NOBODYS)
    assert seen(any_post, "jane") == (["Hello"], 1)
    assert seen(any_post, "sam") == ([], 0)
    assert seen(any_post, "vic") == ([], 0)
    assert seen(any_post, "max") == seen(any_post, "ada") == (["Hello", "Offer?"], 2)


def test_mail_that_two_handed_in_is_the_matter_of_both(any_post: Post) -> None:
    email = waiting(any_post, forward(GUS))
    sams = forward(GUS, by=SAM, message_id="<f2@ours.example>", date="Wed, Mar 5, 2031 at 3:00 AM")
    assert any_post.take(sams).state == "triage"
    assert seen(any_post, "sam") == (["Hello"], 1)
    assert [one["state"] for one in any_post.receipts()] == ["triage", "triage"]
    with refusal(NotAllowed, "Somebody else handed in this mail too"):
        any_post.crm.ask(IgnoreEmail(email, "forget"), as_="sam")
    any_post.crm.ask(AddSender(email), as_="sam")
    assert seen(any_post, "jane") == ([], 0)


@pytest.mark.parametrize(
    "ask",
    [
        AddSender,
        ShowEmail,
        ChoosePlace,
        IgnoreEmail,
        lambda email: AttachEmail(email, "D-1"),
        lambda email: IgnoreEmail(email, "forget"),
    ],
)
def test_others_mail_is_a_managers_to_settle(post: Post, ask: Callable[[str], Request]) -> None:
    email = waiting(post, NOBODYS)
    with refusal(NotAllowed, "You did not hand in this mail, so a manager or an admin decides where it goes."):
        post.crm.ask(ask(email))
    post.crm.ask(ask(email), as_="max")


def test_who_handed_it_in_may_have_it_forgotten(post: Post) -> None:
    post.crm.ask(IgnoreEmail(waiting(post, forward(GUS)), "forget"))
    assert seen(post, "jane") == ([], 0)


@pytest.mark.parametrize("settle", [AddSender, lambda email: AttachEmail(email, "D-1"), IgnoreEmail])
def test_nothing_of_a_forgotten_mail_is_left_by_what_was_done_with_it_and_undone(
    any_post: Post, settle: Callable[[str], Request]
) -> None:
    email = waiting(any_post, NOBODYS)
    any_post.crm.ask(settle(email), as_="max")
    any_post.crm.do(Undo(), as_="max")
    any_post.crm.ask(IgnoreEmail(email, "forget"), as_="max")
    kept = str(any_post.crm.dump())
    assert [word for word in ("Offer?", "Gus here", "Gus Bo", "gus@globex", "gus bo") if word in kept] == []
    with refusal(Conflict, "Nothing of that mail was kept"):
        any_post.crm.do(Undo(any_post.crm.rows(JournalEntry)[-2].id), as_="max")


def test_mail_among_ourselves_offers_nobody_to_add_or_ignore(post: Post) -> None:
    waiting(post, Raw(sender=JANE, to=SAM, cc=INTAKE))
    waiting(post, forward(GUS))
    assert [one.has_stranger for one in post.crm.ask(ListTriage()).emails] == [False, True]


def test_a_page_beyond_the_last_is_the_last(any_post: Post) -> None:
    waiting(any_post, NOBODYS)
    assert [one.subject for one in any_post.crm.ask(ListTriage(page=10**30), as_="max").emails] == ["Offer?"]
