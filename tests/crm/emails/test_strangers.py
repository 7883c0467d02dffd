"""Somebody new becomes a contact with what their signature tells of them."""

from collections.abc import Callable

import pytest
from mails import INTAKE, JANE, Raw, forward
from posts import Post

from crmbot.crm.requests import AddSender, Undo
from crmbot.models import Company, Contact

SIGNED = (
    "Could we have 40 seats?\n\nBest regards,\nEve New\nHead of Purchasing\nNew Things Ltd.\nPhone: +44 20 7946 0123"
)
ASKED = Raw(sender="Eve New <eve@new.example>", to=JANE, subject="Seats", body=SIGNED, message_id="<e@new.example>")


def eve(post: Post) -> Contact:
    (found,) = post.crm.rows(Contact, Contact.name == "Eve New")
    assert isinstance(found, Contact)
    return found


@pytest.mark.parametrize("raw", [forward(ASKED), ASKED.but(to=INTAKE)], ids=["forward", "as itself"])
def test_waiting_mails_sender_is_added_with_the_signatures_facts(any_post: Post, raw: Raw) -> None:
    taken = any_post.take(raw)
    assert taken.state == "triage"
    assert taken.answer is not None
    any_post.crm.ask(AddSender(taken.answer.email.id), as_="max")
    made = eve(any_post)
    assert (made.phone, made.role) == ("+44 20 7946 0123", "Head of Purchasing")
    (company,) = any_post.crm.rows(Company, Company.id == made.company_id)
    assert (company.name, company.domain) == ("New Things Ltd.", "new.example")


def test_undoing_the_contact_shows_no_card_of_what_is_gone(any_post: Post) -> None:
    taken = any_post.take(forward(ASKED))
    assert taken.answer is not None
    added = any_post.crm.ask(AddSender(taken.answer.email.id), as_="max")
    undone = any_post.crm.do(Undo(str(added.entry_id)), "max")
    assert any_post.crm.rows(Contact, Contact.name == "Eve New") == []
    assert undone.record is None or undone.record.title != "Eve New"


def test_contact_that_is_made_at_once_has_them_too(post_with: Callable[..., Post]) -> None:
    post = post_with(unknown_sender="create")
    assert post.take(forward(ASKED)).reason == "new_contact"
    assert eve(post).role == "Head of Purchasing"


def test_signature_of_one_of_us_says_nothing_of_the_other(post_with: Callable[..., Post]) -> None:
    post = post_with(unknown_sender="create")
    ours = ASKED.but(sender=JANE, to="Eve New <eve@new.example>", body=SIGNED, delivered_to=INTAKE)
    assert post.take(ours).reason == "new_contact"
    assert (eve(post).phone, eve(post).role) == (None, None)


def test_known_company_of_the_domain_is_taken_whatever_the_signature_calls_it(post_with: Callable[..., Post]) -> None:
    post = post_with(unknown_sender="create")
    post.take(forward(ASKED.but(sender="Eve New <eve@acme.example>")))
    assert [row.name for row in post.crm.rows(Company)] == ["Acme"]
