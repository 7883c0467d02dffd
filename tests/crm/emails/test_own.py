"""A person's own address and receipts."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from mails import ANNA, INTAKE, JANE, Raw, forward
from posts import Post
from sqlalchemy.orm import Session

from crmbot.crm.answers import Outcome, Table
from crmbot.crm.emails.own import EARLIER_FOR
from crmbot.crm.requests import ShowMailAddress, Undo
from crmbot.errors import BadInput, NotFound
from crmbot.models import Outbox, User

ASKED = Raw(sender=ANNA, subject="Offer for 40 seats", body="Could you send the offer?")


def own_address(post: Post) -> str:
    answer = post.crm.service.perform(post.crm.actor("jane"), ShowMailAddress())
    assert isinstance(answer, Table)
    return str(answer.rows[0][1])


def renew(post: Post) -> str:
    post.crm.clock.advance(timedelta(seconds=1))
    answer = post.crm.do(ShowMailAddress(renew=True))
    assert answer.secret is not None
    return answer.secret


def test_a_dry_run_shows_no_address_that_was_never_made(post: Post) -> None:
    first = own_address(post)
    tried = post.crm.service.perform(post.crm.actor("jane"), ShowMailAddress(renew=True), dry_run=True)
    assert getattr(tried, "secret", "") is None
    assert getattr(tried, "said", "").startswith("You get a new address, shown to you once.")
    assert own_address(post) == first


def state_at(post: Post, address: str, n: int) -> str:
    raw = forward(ASKED.but(subject=f"Offer {n}"), message_id=f"<{n}@ours.example>")
    return post.take(raw.but(to=address, proven=False)).state


def test_address_that_was_replaced_is_taken_for_a_while_and_older_ones_no_more(any_post: Post) -> None:
    first = own_address(any_post)
    second = renew(any_post)
    assert first != second == own_address(any_post)
    assert [state_at(any_post, address, n) for n, address in enumerate((first, second))] == ["logged", "logged"]
    third = renew(any_post)
    assert [state_at(any_post, address, n) for n, address in enumerate((first, second, third), 10)] == [
        "triage",
        "logged",
        "logged",
    ]
    any_post.crm.clock.advance(EARLIER_FOR + timedelta(minutes=1))
    assert [state_at(any_post, address, n) for n, address in enumerate((second, third), 20)] == ["triage", "logged"]


@pytest.mark.parametrize(("wish", "receipts"), [("all", 2), ("problems", 1), ("none", 0)])
def test_receipts_are_as_the_person_wishes(post: Post, wish: str, receipts: int) -> None:
    post.crm.do(ShowMailAddress(receipts=wish))
    post.take(forward(ASKED))
    post.take(
        forward(ASKED.but(sender="Gus <gus@globex.example>", to=JANE, subject="Hi"), message_id="<2@ours.example>")
    )
    assert len(post.receipts()) == receipts, [(row.state, row.reason) for row in post.emails()]


def test_choice_of_receipts_can_be_undone_and_must_be_one(post: Post) -> None:
    done = post.crm.do(ShowMailAddress(receipts="none"))
    assert isinstance(done, Outcome)
    post.crm.do(Undo(done.entry_id))
    assert post.crm.rows(User, User.id == post.crm.user_id("jane"))[0].receipts == "all"
    with pytest.raises(BadInput, match="all, problems, none, slack, mail, both"):
        post.crm.do(ShowMailAddress(receipts="some"))


@pytest.mark.parametrize(("way", "by"), [(None, [""]), ("slack", [""]), ("mail", ["mail"]), ("both", ["", "mail"])])
def test_receipts_come_by_the_way_that_the_person_wishes(any_post: Post, way: str | None, by: list[str]) -> None:
    in_slack(any_post)
    if way:
        any_post.crm.do(ShowMailAddress(receipts=way))
    any_post.take(forward(ASKED))
    assert [one["by"] for one in any_post.receipts()] == by
    any_post.crm.do(ShowMailAddress(receipts="none"))
    any_post.take(forward(ASKED.but(subject="Once more"), message_id="<2@ours.example>"))
    assert len(any_post.receipts()) == len(by)


def test_way_of_receipts_that_cannot_be_is_refused(post: Post, post_with: Callable[..., Post]) -> None:
    with pytest.raises(BadInput, match="can only come by mail"):
        post.crm.do(ShowMailAddress(receipts="both"))
    with pytest.raises(NotFound, match="No mail server"):
        post_with(sends_mail=False).crm.do(ShowMailAddress(receipts="mail"))


def test_way_of_receipts_is_shown_and_can_be_undone(post: Post) -> None:
    post.crm.do(ShowMailAddress(receipts="mail"))
    assert ("receipts", "all, by mail") in post.crm.ask(ShowMailAddress()).rows
    post.crm.do(Undo())
    assert ("receipts", "all") in post.crm.ask(ShowMailAddress()).rows


def test_answer_to_a_receipt_is_no_mail_to_anybody(post: Post) -> None:
    post.take(forward(ASKED))
    (receipt,) = post.crm.rows(Outbox, Outbox.kind == "notice.receipt")
    thanks = Raw(to=INTAKE, subject="Re: Logged: Offer", body="Thanks!", references=f"<{receipt.id}@ours.example>")
    taken = post.take(thanks.but(message_id="<t@ours.example>"))
    assert (taken.state, taken.reason) == ("noise", "receipt.answer")
    assert len(post.receipts()) == 1


def in_slack(post: Post) -> None:
    user_id = post.crm.user_id("jane")

    def know(session: Session) -> None:
        session.get_one(User, (post.crm.workspace_id, user_id)).slack_user_id = "U1"

    post.crm.write(know)
