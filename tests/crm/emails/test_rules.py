"""Ignoring a sender or a domain: who may, what it hits, and the way back."""

import pytest
from mails import ANNA, INTAKE, JANE, Raw, forward
from posts import Post

from crmbot.crm.requests import AllowMail, IgnoreEmail, ListMailRules, ListTriage, Undo
from crmbot.errors import BadInput, Conflict, NotAllowed, NotFound
from crmbot.models import JournalEntry

WAITS = Raw(sender="Gus Bo <gus@globex.example>", to=INTAKE, subject="Hello", body="Gus here.", proven=False)
KNOWN = Raw(sender=ANNA, to=INTAKE, subject="Rollout", body="Anna here.", proven=False)
PLAN = Raw(sender=JANE, to=ANNA, cc=INTAKE, subject="Plan", body="Our plan.", message_id="<plan@ours.example>")


def waiting(post: Post, raw: Raw = WAITS) -> str:
    taken = post.take(raw)
    assert taken.answer is not None
    return taken.answer.email.id


@pytest.mark.parametrize("scope", ["domain", "never"])
def test_domain_is_ignored_by_managers_only(post: Post, scope: str) -> None:
    email = waiting(post, forward(WAITS))
    with pytest.raises(NotAllowed, match=r"globex\.example"):
        post.crm.ask(IgnoreEmail(email, scope, sure=True))
    assert post.crm.ask(IgnoreEmail(email, scope), as_="max").email.state == "ignored"


@pytest.mark.parametrize("scope", ["domain", "never", "sender"])
def test_known_people_are_ignored_only_by_who_was_told_whom_it_hits(any_post: Post, scope: str) -> None:
    email = waiting(any_post, KNOWN)
    with pytest.raises(BadInput, match="1 contact and 1 open deal"):
        any_post.crm.ask(IgnoreEmail(email, scope), as_="max")
    with pytest.raises(NotAllowed):
        any_post.crm.ask(IgnoreEmail(email, scope, sure=True))
    assert any_post.crm.ask(IgnoreEmail(email, scope, sure=True), as_="max").email.state == "ignored"


def test_triage_tells_managers_whom_ignoring_a_domain_would_hit(post: Post) -> None:
    waiting(post, KNOWN)
    reach = post.crm.ask(ListTriage(), as_="max").emails[0].domain
    assert (reach.value, reach.contacts, reach.deals) == ("acme.example", 1, 1)
    waiting(post, forward(WAITS))
    assert post.crm.ask(ListTriage()).emails[0].domain is None


def test_ignored_senders_and_domains_are_listed_and_lifted(any_post: Post) -> None:
    any_post.crm.ask(IgnoreEmail(waiting(any_post, KNOWN), "never", sure=True), as_="max")
    listed = any_post.crm.ask(ListMailRules())
    assert [row[:3] for row in listed.rows] == [("acme.example", "never logged, nothing is kept", "Max Chief")]
    assert any_post.take(PLAN).reason == "never_logged"
    with pytest.raises(NotAllowed):
        any_post.crm.ask(AllowMail("acme.example"))
    said = any_post.crm.do(AllowMail("@Acme.example"), as_="max").said
    assert said == "Mail of acme.example is logged again from now on. What came meanwhile was not kept."
    assert any_post.crm.ask(ListMailRules()).rows == ()
    assert any_post.take(PLAN.but(subject="Plan 2", message_id="<plan-2@ours.example>")).state == "logged"
    any_post.crm.do(Undo(), as_="max")
    assert [row[0] for row in any_post.crm.ask(ListMailRules()).rows] == ["acme.example"]


def test_name_that_is_not_ignored_is_told_with_those_that_are(post: Post) -> None:
    post.crm.ask(IgnoreEmail(waiting(post), "domain"), as_="max")
    with pytest.raises(NotFound, match=r"acme\.example is not ignored\. Ignored now: globex\.example\."):
        post.crm.ask(AllowMail("acme.example"), as_="max")


def test_undo_never_claims_to_bring_back_what_was_not_kept(any_post: Post) -> None:
    before = any_post.crm.rows(JournalEntry, order=JournalEntry.at)[-1]
    any_post.crm.ask(IgnoreEmail(waiting(any_post, KNOWN), "never", sure=True), as_="max")
    any_post.take(PLAN)
    (entry,) = any_post.crm.rows(JournalEntry, JournalEntry.summary.contains("not kept"))
    with pytest.raises(Conflict, match="Nothing of that mail was kept"):
        any_post.crm.do(Undo(entry.id), as_="ada")
    assert any_post.crm.do(Undo()).said == f"Undone: “{before.summary}”"
