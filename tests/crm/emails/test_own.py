"""A person's own address and receipts."""

from datetime import timedelta

import pytest
from mails import ANNA, JANE, Raw, forward
from posts import Post

from crmbot.crm.answers import Outcome, Table
from crmbot.crm.emails.own import EARLIER_FOR
from crmbot.crm.requests import ShowMailAddress, Undo
from crmbot.errors import BadInput
from crmbot.models import User

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
    with pytest.raises(BadInput, match="all, problems, none"):
        post.crm.do(ShowMailAddress(receipts="some"))
