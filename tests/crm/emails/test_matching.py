"""Matching: the ladder's order, several open deals, threads that cannot be forged, leads, people unknown."""

from collections.abc import Callable

import pytest
from clocks import SettableClock
from mails import ANNA, INTAKE, Raw
from posts import Post, furnished

from crmbot.crm.emails.matching import LADDER
from crmbot.crm.requests import (
    AddSender,
    AttachEmail,
    CreateCompany,
    CreateContact,
    CreateDeal,
    CreateLead,
    IgnoreEmail,
    LoseDeal,
    ShowLead,
)
from crmbot.domain.intake import deal_tag, with_tag
from crmbot.models import Contact
from crmbot.store import Store

BCC = Raw(delivered_to=INTAKE)


def deal_address(post: Post, number: int) -> str:
    return with_tag(INTAKE, deal_tag(post.crm.policy.secret_key, post.crm.workspace_id, number))


def test_rungs_stand_in_the_published_order() -> None:
    assert [rung.__name__.lstrip("_") for rung in LADDER] == [
        "reference_tag",
        "thread_headers",
        "deal_address",
        "contact_address",
        "other_address",
        "lead_address",
        "company_domain",
    ]


def test_each_rung_yields_to_the_one_above_it(any_post: Post) -> None:
    """One mail that the upper rungs could all place; taking the best sign away shows the next one."""
    for name in ("two", "three"):
        any_post.crm.do(CreateContact(f"{name.title()} Person", emails=(f"{name}@{name}.example",)))
        any_post.crm.do(CreateDeal(name.title(), contact=f"{name.title()} Person"))
    any_post.take(BCC.but(to="two@two.example", message_id="<thread@ours.example>", subject="Thread"))
    to = f"{ANNA}, two@two.example, three@three.example"
    contact = BCC.but(to=to, message_id="<n1@ours.example>")
    address = contact.but(delivered_to=deal_address(any_post, 3), message_id="<n2@ours.example>")
    thread = address.but(references="<thread@ours.example>", message_id="<n3@ours.example>")
    tag = thread.but(subject="All signs [D-1]", message_id="<n4@ours.example>")
    found = [(taken.reason, any_post.links(taken)[0]) for taken in map(any_post.take, (tag, thread, address, contact))]
    assert found == [
        ("reference_tag", "D-1"),
        ("thread_headers", "D-2"),
        ("deal_address", "D-3"),
        ("contact_address", "D-1"),
    ]


SINGLE = [
    ("Anna <anna.lind@home.example>", "other_address", ["D-1", "C-1", "O-1"]),
    ("Ida <ida@lead.example>", "lead_address", ["L-1"]),
    ("New One <new.one@acme.example>", "company_domain", ["D-1", "O-1"]),
    ("New One <new.one@eu.acme.example>", "company_domain", ["D-1", "O-1"]),
    ("Somebody <somebody@gmail.com>", "unknown_sender", []),
    ("Sam <sam@ours.example>, Ops <ops@ours.example>", "nobody_outside", []),
]


@pytest.mark.parametrize(("to", "reason", "links"), SINGLE, ids=[row[1] for row in SINGLE])
def test_lower_rungs_and_what_is_below_them(post: Post, to: str, reason: str, links: list[str]) -> None:
    post.crm.do(CreateLead("Ida Lead", email="ida@lead.example"))
    post.crm.do(CreateCompany("Gmail users", domain="gmail.com"))
    taken = post.take(BCC.but(to=to))
    assert (taken.reason, post.links(taken)) == (reason, links)
    assert taken.state == ("logged" if links else "triage")


def test_subject_of_an_outsider_names_no_deal_that_is_not_theirs(post: Post) -> None:
    post.crm.do(CreateContact("Zoe Other", emails=("zoe@other.example",)))
    post.crm.do(CreateDeal("Secret", contact="Zoe Other"))
    taken = post.take(BCC.but(subject="Re: Offer [D-2]", references="<unknown@acme.example>"))
    assert (taken.reason, post.links(taken)[0]) == ("contact_address", "D-1")


# Several open deals

POLICIES = [
    ("ask", ["C-1", "O-1"], 1, ["D-3", "D-2", "D-1"]),
    ("newest", ["D-3", "C-1", "O-1"], 1, []),
    ("all", ["D-3", "D-2", "D-1", "C-1", "O-1"], 3, []),
    ("none", ["C-1", "O-1"], 1, []),
]


@pytest.mark.parametrize(("policy", "links", "activities", "asks"), POLICIES)
def test_several_open_deals_are_decided_by_the_operator(
    post_with: Callable[..., Post], policy: str, links: list[str], activities: int, asks: list[str]
) -> None:
    post = post_with(several_open_deals=policy)
    post.crm.do(CreateDeal("Acme upgrade", contact="C-1"))
    post.crm.do(CreateDeal("Acme training", contact="C-1"))
    taken = post.take(BCC)
    assert (taken.state, post.links(taken), len(post.activities())) == ("logged", links, activities)
    (receipt,) = post.receipts()
    assert [number for number, _title in receipt["asks"]] == asks
    assert receipt["problem"] is bool(asks)


NAMED = [("About the Acme Upgrade, 2nd try", "D-2"), ("D-3 and more", "D-3"), ("acme upgrade plus", "D-4")]


@pytest.mark.parametrize(("subject", "deal"), NAMED)
def test_one_named_in_the_subject_is_meant(post: Post, subject: str, deal: str) -> None:
    for title in ("Acme upgrade", "Acme training", "Acme upgrade plus"):
        post.crm.do(CreateDeal(title, contact="C-1"))
    taken = post.take(BCC.but(subject=subject))
    assert post.links(taken)[0] == deal


def test_closed_deals_are_not_meant(post: Post) -> None:
    post.crm.do(LoseDeal("D-1", "Price"))
    assert post.links(post.take(BCC)) == ["C-1", "O-1"]


# Threads


def test_answer_joins_its_thread_wherever_a_person_moved_that(post: Post) -> None:
    post.crm.do(CreateDeal("Acme upgrade", contact="C-1"))
    post.take(BCC)
    post.crm.ask(AttachEmail("A-1", "D-2"))
    answer = BCC.but(message_id="<a2@ours.example>", references="<offer-1@ours.example>", subject="Re: Offer")
    taken = post.take(answer)
    assert (taken.reason, post.links(taken)[0]) == ("thread_headers", "D-2")
    sibling = answer.but(message_id="<a3@ours.example>", references="<lost@x.example> <a2@ours.example>")
    assert post.links(post.take(sibling))[0] == "D-2"


def test_thread_that_a_person_put_with_the_contact_alone_stays_there(post: Post) -> None:
    post.take(BCC)
    post.crm.ask(AttachEmail("A-1", "C-1"))
    taken = post.take(BCC.but(message_id="<a2@ours.example>", references="<offer-1@ours.example>", body="More."))
    assert (taken.reason, post.links(taken)) == ("thread_headers", ["C-1", "O-1"])


def test_stranger_gets_into_no_thread_by_its_headers(post: Post) -> None:
    post.take(BCC)
    forged = BCC.but(to="Eve <eve@evil.example>", message_id="<e@ours.example>", references="<offer-1@ours.example>")
    taken = post.take(forged)
    assert (taken.state, taken.reason) == ("triage", "unknown_sender")


def test_colleague_of_a_customer_joins_the_thread(post: Post) -> None:
    post.take(BCC.but(to="Bo <bo@bolt.example>"))
    post.crm.ask(AttachEmail(post.emails()[0].id, "D-1"))
    joined = BCC.but(to="Cy <cy@bolt.example>", message_id="<c@ours.example>", references="<offer-1@ours.example>")
    assert post.take(joined.but(body="Another.")).reason == "thread_headers"


def test_no_thread_or_tag_crosses_workspaces(
    store: Store, clock: SettableClock, rounds: Callable[[int, int], int]
) -> None:
    ours, theirs = furnished(store, clock), furnished(store, clock, name="Theirs")
    theirs.take(BCC)
    for n in range(rounds(20, 1_000)):
        taken = ours.take(
            BCC.but(
                to="Eve <eve@evil.example>",
                message_id=f"<forged{n}@ours.example>",
                references="<offer-1@ours.example>",
                subject=f"[D-1] {n}",
                delivered_to=deal_address(theirs, 1),
            )
        )
        assert taken.state == "triage"
    assert len(theirs.activities()) == len(theirs.emails()) == 1


# Leads and people unknown


def test_mail_moves_a_new_lead_to_contacted_and_no_lead_back(post: Post) -> None:
    post.crm.do(CreateLead("Ida Lead", email="ida@lead.example"))
    post.take(BCC.but(to="ida@lead.example"))
    assert post.crm.ask(ShowLead("L-1")).record.status == "contacted"


def test_unknown_people_become_contacts_where_the_operator_says_so(post_with: Callable[..., Post]) -> None:
    post = post_with(unknown_sender="create")
    taken = post.take(BCC.but(to="New One <new.one@fresh.example>"))
    assert (taken.reason, post.links(taken)) == ("new_contact", ["C-2", "O-2"])
    assert post.crm.rows(Contact, Contact.number == 2)[0].name == "New One"


# Triage


@pytest.mark.parametrize("target", ["Bolt deal", "Bolt"])
def test_mail_that_is_put_elsewhere_stays_with_its_own_contact(any_post: Post, target: str) -> None:
    any_post.crm.do(CreateContact("Paul Ferris", emails=("paul@bolt.example",), company="Bolt"))
    any_post.crm.do(CreateDeal("Bolt deal", contact="C-2"))
    any_post.take(BCC)
    moved = any_post.crm.ask(AttachEmail("A-1", target)).email
    assert "C-1" in {one.reference for one in moved.about}
    assert "C-2" not in {one.reference for one in moved.about}


def test_waiting_mail_is_attached_by_hand(any_post: Post) -> None:
    waiting = any_post.take(BCC.but(to="who@nowhere.example")).answer
    assert waiting is not None
    answer = any_post.crm.ask(AttachEmail(waiting.email.id, "D-1"))
    assert (answer.email.state, answer.email.reason) == ("logged", "by_hand")
    assert [one.reference for one in answer.email.about] == ["D-1", "C-1", "O-1"]
    assert any_post.take(BCC.but(to="who@nowhere.example")).state == "duplicate"


def test_sender_is_added_with_a_company_by_its_domain(post: Post) -> None:
    waiting = post.take(BCC.but(to="Bo Berg <bo@bolt.example>")).answer
    assert waiting is not None
    answer = post.crm.ask(AddSender(waiting.email.id))
    assert [one.title for one in answer.email.about] == ["Bo Berg", "Bolt"]


def test_sender_at_a_public_mailbox_is_added_without_a_company(post: Post) -> None:
    waiting = post.take(BCC.but(to="Bo Berg <bo@gmail.com>")).answer
    assert waiting is not None
    assert [one.title for one in post.crm.ask(AddSender(waiting.email.id)).email.about] == ["Bo Berg"]


SCOPES = [("mail", "triage", "triage"), ("sender", "noise", "triage"), ("domain", "noise", "noise")]


@pytest.mark.parametrize(("scope", "same_sender", "same_domain"), SCOPES)
def test_ignoring_holds_for_later_mail_as_far_as_it_was_meant(
    post: Post, scope: str, same_sender: str, same_domain: str
) -> None:
    waiting = post.take(BCC.but(to="bo@bolt.example")).answer
    assert waiting is not None
    post.crm.ask(IgnoreEmail(waiting.email.id, scope), as_="max")
    later = [
        post.take(BCC.but(to=to, message_id=f"<later-{to}>", body=to)).state
        for to in ("bo@bolt.example", "cy@bolt.example")
    ]
    assert later == [same_sender, same_domain]
