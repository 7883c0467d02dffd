"""Whatever a stranger writes, no mail is taken for Jane's: it waits for a person, and nobody gets an answer."""

from email import message_from_bytes, policy
from email.utils import parseaddr

import pytest
from mails import ANNA, AUTHSERV, INTAKE
from posts import Post
from spoofs import spoofs

from crmbot.mail.authentication import authenticate
from crmbot.mail.judging import judge_sender
from crmbot.mail.pipeline import load_people
from crmbot.mail.reading import read_mail
from crmbot.models import Activity, Email

SPOOFS = dict(spoofs())


def test_there_are_enough_ways() -> None:
    assert len(SPOOFS) >= 300


def test_no_way_makes_a_mail_count_as_jane_s(post: Post) -> None:
    people, rules = load_people(post.crm.service, post.crm.workspace_id), post.crm.policy
    taken = {name: judge_sender(read_mail(raw), post.door, people, rules).actor.user_id for name, raw in SPOOFS.items()}
    assert {name: user for name, user in taken.items() if user is not None} == {}


def test_no_way_leads_to_an_activity_or_an_answer(any_post: Post) -> None:
    for raw in SPOOFS.values():
        assert any_post.take(raw).state in ("triage", "noise", "duplicate")
    assert any_post.crm.rows(Activity, Activity.kind == "email") == []
    assert [mail for mail in any_post.crm.rows(Email) if mail.logged_by_id or mail.state == "logged"] == []
    assert any_post.receipts() == []


@pytest.mark.parametrize("sender", [f"From: {form}" for form in ("jane@ours.example", "Jane <jane@ours.example>")])
def test_the_same_mail_from_jane_herself_counts(post: Post, sender: str) -> None:
    raw = f"Authentication-Results: {AUTHSERV}; dmarc=pass header.from=ours.example\r\n{sender}\r\n"
    taken = post.take(f"{raw}To: {ANNA}\r\nCc: {INTAKE}\r\nSubject: offer\r\n\r\nhello".encode())
    assert taken.state == "logged"


def test_a_sender_that_passes_is_the_one_that_another_reader_sees() -> None:
    for raw in SPOOFS.values():
        mail = read_mail(raw)
        if mail.sender and authenticate(mail, authserv_id=AUTHSERV).passed:
            seen = message_from_bytes(raw, policy=policy.compat32).get_all("from") or []
            assert [parseaddr(str(one))[1].lower() for one in seen] == [mail.sender.email]
