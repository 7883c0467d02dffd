"""Raw mail in, activity out: whose mail it is, whom it is about, once, with a receipt."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from clocks import SettableClock
from mails import ANNA, INTAKE, JANE, SAM, SENT_AT, Raw, forward
from posts import Post, furnished

from crmbot.crm import deliveries, mailboxes
from crmbot.crm.mailboxes import Cursor, Fetched
from crmbot.crm.requests import Undo
from crmbot.domain.intake import deal_tag, mark, own_token, with_tag
from crmbot.mail.batches import work_off
from crmbot.mail.pipeline import ingest
from crmbot.mail.reading import read_mail
from crmbot.mail.values import Mail
from crmbot.models import EmailReference, MailDelivery
from crmbot.store import Store

BCC = Raw(delivered_to=INTAKE)
"""Jane writes to Anna with the intake address in BCC."""
ASKED = Raw(
    sender=ANNA,
    to=JANE,
    subject="Question",
    body="Could we have 50 seats for the same price?",
    message_id="<q1@acme.example>",
    proven=False,
)
"""Anna wrote to Jane; it reaches crmbot only when somebody passes it on."""


def own_address(post: Post, who: str = "jane") -> str:
    policy = post.crm.policy
    return with_tag(INTAKE, own_token(policy.secret_key, post.crm.workspace_id, post.crm.user_id(who), None))


def deal_address(post: Post, number: int = 1) -> str:
    return with_tag(INTAKE, deal_tag(post.crm.policy.secret_key, post.crm.workspace_id, number))


# What is logged


def test_blind_copy_is_logged_with_the_contacts_only_open_deal(any_post: Post) -> None:
    taken = any_post.take(BCC)
    assert (taken.state, taken.reason) == ("logged", "contact_address")
    assert any_post.links(taken) == ["D-1", "C-1", "O-1"]
    (activity,) = any_post.activities()
    assert activity.subject == "Offer for 40 seats"
    assert activity.completed_at == activity.due_at == SENT_AT
    assert activity.owner_id == any_post.crm.user_id("jane")
    (email,) = any_post.emails()
    assert (email.direction, email.from_address, email.activity_id) == ("out", "jane@ours.example", activity.id)


@pytest.mark.parametrize(
    ("client", "date"), [("gmail", "Wed, Mar 5, 2031 at 9:00 AM"), ("outlook", "5. März 2031 09:00")]
)
def test_forward_is_logged_as_the_original_with_the_forwarders_words_apart(post: Post, client: str, date: str) -> None:
    taken = post.take(forward(ASKED, words="please answer her", client=client, date=date))
    assert (taken.state, post.links(taken)) == ("logged", ["D-1", "C-1", "O-1"])
    (email,) = post.emails()
    assert (email.direction, email.from_address, email.subject) == ("in", "anna@acme.example", "Question")
    assert (email.text, email.sent_at) == (ASKED.body, SENT_AT)
    head = "Forwarded by Jane Roe; its sender is not verified."
    assert post.activities()[0].notes == f"{head}\n\nplease answer her\n\n{ASKED.body}"


def test_forward_of_a_colleagues_forward_is_about_the_one_outside(post: Post) -> None:
    inner = forward(ASKED, by=SAM, to=JANE)
    taken = post.take(forward(inner.but(body=f"for you\n\n{inner.body}")))
    assert (taken.state, post.links(taken)) == ("logged", ["D-1", "C-1", "O-1"])
    assert post.emails()[0].from_address == "anna@acme.example"


def test_mail_that_came_to_a_persons_own_address_counts_as_theirs(post: Post) -> None:
    taken = post.take(ASKED.but(to=f"{JANE}, {own_address(post)}"))
    assert (taken.state, post.links(taken)) == ("logged", ["D-1", "C-1", "O-1"])
    assert post.activities()[0].owner_id == post.crm.user_id("jane")
    assert post.emails()[0].direction == "in"


def test_undo_leaves_no_trace_of_a_logged_mail(post: Post) -> None:
    taken = post.take(BCC)
    assert taken.answer is not None
    post.crm.do(Undo(taken.answer.entry_id))
    assert (post.emails(), post.activities(), post.crm.rows(EmailReference)) == ([], [], [])


def test_dates_that_cannot_be_true_give_way_to_the_arrival(any_post: Post) -> None:
    arrived = datetime(2031, 3, 5, 9, 0, tzinfo=UTC)
    for n, date in enumerate(("Thu, 01 Jan 1970 00:00:00 +0000", "Tue, 01 Jan 2099 00:00:00 +0000", "soon", None)):
        any_post.take(BCC.but(date=date, message_id=f"<date{n}@ours.example>"), received_at=arrived)
    assert [row.completed_at for row in any_post.activities()] == [arrived] * 4


# Whose mail it is

UNPROVEN = [
    (BCC.but(proven=False), "no result of the own server"),
    (
        BCC.but(proven=False, extra="Authentication-Results: evil.example; dmarc=pass header.from=ours.example"),
        "foreign",
    ),
    (BCC.but(sender="Jane Roe <jane@ours.example>, eve@evil.example"), "two mailboxes"),
    (BCC.but(sender="Eve <eve@evil.example>"), "a stranger whose own domain vouches"),
    (BCC.but(sender="Vic Watch <vic@ours.example>"), "somebody who may only look"),
    (ASKED.but(to=f"crm+{'a' * 26}@ours.example"), "a guessed address"),
    (ASKED.but(to=f"crm+d1.{'a' * 16}@ours.example", proven=True), "a guessed deal address"),
    (ASKED.but(to=INTAKE, proven=True), "a customer who writes to the team's address"),
]


@pytest.mark.parametrize("raw", [row[0] for row in UNPROVEN], ids=[row[1] for row in UNPROVEN])
def test_mail_without_proof_waits_unattributed_and_unanswered(post: Post, raw: Raw) -> None:
    taken = post.take(raw)
    assert (taken.state, taken.reason) == ("triage", "unproven_sender")
    assert post.activities() == []
    assert post.emails()[0].logged_by_id is None
    assert post.receipts() == []


def test_answer_of_a_proven_customer_to_the_deals_signed_address_comes_home(post: Post) -> None:
    taken = post.take(ASKED.but(to=deal_address(post), proven=True))
    assert (taken.state, taken.reason) == ("logged", "deal_address")
    assert post.links(taken)[0] == "D-1"
    assert post.emails()[0].logged_by_id is None


STRANGE_ANSWERS = [ASKED.but(proven=False), ASKED.but(sender="Eve <eve@evil.example>", proven=True)]


@pytest.mark.parametrize("raw", STRANGE_ANSWERS, ids=["unproven", "proven stranger"])
def test_signed_address_alone_proves_nothing(post: Post, raw: Raw) -> None:
    assert post.take(raw.but(to=deal_address(post))).state == "triage"
    assert post.activities() == []


def test_signature_of_another_workspace_opens_no_deal(sqlite_store: Store, clock: SettableClock) -> None:
    ours, theirs = furnished(sqlite_store, clock), furnished(sqlite_store, clock, name="Theirs")
    assert ours.take(ASKED.but(to=deal_address(theirs), proven=True)).state == "triage"


# Once

COPIES = [
    BCC,
    BCC.but(delivered_to="", cc=INTAKE),
    BCC.but(delivered_to="crm+sales@ours.example", extra="X-Relay: alias"),
    forward(Raw(to=ANNA), by=SAM, date="Wed, Mar 5, 2031 at 3:00 AM"),
    forward(Raw(to=ANNA), client="outlook", date="Mittwoch, 5. März 2031 09:00", message_id="<forward-2@ours.example>"),
]


@pytest.mark.parametrize("order", [(0, 1, 2, 3, 4), (4, 3, 2, 1, 0), (3, 0, 4, 1, 2)])
def test_one_mail_in_five_ways_is_one_activity(any_post: Post, order: tuple[int, ...]) -> None:
    first = COPIES[0].but(cc=INTAKE)
    copies = [first, first.but(delivered_to=""), *(COPIES[n] for n in (2, 3, 4))]
    copies[2] = first.but(delivered_to="crm+sales@ours.example", extra="X-Relay: alias")
    states = [any_post.take(copies[n]).state for n in order]
    assert states == ["logged", *["duplicate"] * 4]
    assert len(any_post.activities()) == 1
    (email,) = any_post.emails()
    assert {email.logged_by_id, *email.also_logged_by} == {any_post.crm.user_id("jane"), any_post.crm.user_id("sam")}


def test_second_forwarder_is_told_that_it_is_logged_already(post: Post) -> None:
    post.take(forward(ASKED))
    post.take(forward(ASKED, by=SAM, date="Wed, Mar 5, 2031 at 3:00 AM", message_id="<f2@ours.example>"))
    told = {(receipt["repeated"], receipt["activity"]) for receipt in post.receipts()}
    assert told == {(False, "A-1"), (True, "A-1")}


DIFFERENT = {
    "a reused Message-ID with other words": (BCC, BCC.but(body="Something else entirely.")),
    "the same words a day later": (
        BCC.but(message_id="<a@x>"),
        BCC.but(message_id="<b@x>", date="Thu, 06 Mar 2031 08:00:00 +0000"),
    ),
    "no Message-ID, other dates": (
        BCC.but(message_id=None),
        BCC.but(message_id=None, date="Wed, 05 Mar 2031 08:00:07 +0000"),
    ),
    "forwards of the same words a day apart": (
        forward(ASKED, date="Mon, Mar 3, 2031 at 9:00 AM"),
        forward(ASKED, date="Tue, Mar 4, 2031 at 9:00 AM", message_id="<f2@ours.example>"),
    ),
}


@pytest.mark.parametrize("pair", DIFFERENT.values(), ids=DIFFERENT.keys())
def test_two_mails_stay_two(any_post: Post, pair: tuple[Raw, Raw]) -> None:
    any_post.crm.clock.advance(timedelta(days=2))
    assert [any_post.take(raw).state for raw in pair] == ["logged", "logged"]
    assert len(any_post.activities()) == 2


def test_two_equal_mails_with_neither_message_id_nor_date_are_told_apart_by_their_arrival(any_post: Post) -> None:
    scan = BCC.but(message_id=None, date=None)
    arrivals = [datetime(2031, 3, 5, 9, 0, second, tzinfo=UTC) for second in (1, 2, 2)]
    assert [any_post.take(scan, received_at=at).state for at in arrivals] == ["logged", "logged", "duplicate"]


FORGED = [BCC.but(proven=False), BCC.but(proven=False, extra="Auto-Submitted: auto-replied")]


@pytest.mark.parametrize("forged", FORGED, ids=["held", "dressed up as noise"])
def test_forged_copy_sent_first_does_not_hide_the_real_mail(any_post: Post, forged: Raw) -> None:
    assert any_post.take(forged).state in ("triage", "noise")
    assert any_post.take(BCC).state == "logged"
    assert any_post.take(forged).state == "duplicate"
    assert len(any_post.emails()) == len(any_post.activities()) == 1


# What is left aside

NOISE = {
    "an absence notice": ASKED.but(to=INTAKE, extra="Auto-Submitted: auto-replied"),
    "a newsletter": ASKED.but(to=INTAKE, subject="News", extra="List-Id: <news.acme.example>"),
    "a bounce": ASKED.but(sender="MAILER-DAEMON@mx.example", to=INTAKE, subject="Undelivered Mail Returned to Sender"),
}


@pytest.mark.parametrize("raw", NOISE.values(), ids=NOISE.keys())
def test_noise_is_kept_with_its_reason_and_never_answered(post: Post, raw: Raw) -> None:
    taken = post.take(raw)
    assert (taken.state, post.activities(), post.receipts()) == ("noise", [], [])
    assert taken.answer is not None
    assert "Left aside" in taken.answer.said


def test_own_mail_that_comes_back_is_recognised_by_its_signed_mark(post: Post) -> None:
    signed = mark(post.crm.policy.secret_key, "01abc")
    own = post.take(BCC.but(extra=f"X-Crmbot-Id: {signed}"))
    forged = post.take(BCC.but(extra="X-Crmbot-Id: 01abc.forged", message_id="<other@ours.example>", body="Real."))
    assert ((own.state, own.reason), forged.state) == (("noise", "own_mail"), "logged")


# Receipts


def test_receipt_says_where_and_why_and_carries_what_undo_takes(post: Post) -> None:
    taken = post.take(BCC)
    (receipt,) = post.receipts()
    assert receipt["where"] == [["D-1", "Acme renewal"], ["C-1", "Anna Lind"], ["O-1", "Acme"]]
    assert (receipt["why"], receipt["activity"], receipt["problem"]) == ("the address of a contact", "A-1", False)
    assert taken.answer is not None
    assert receipt["entry_id"] == taken.answer.entry_id


@pytest.mark.parametrize(("wish", "of_success", "of_problem"), [("all", 1, 1), ("problems", 0, 1), ("none", 0, 0)])
def test_receipts_follow_the_persons_wish(post: Post, wish: str, of_success: int, of_problem: int) -> None:
    post.wish_receipts(wish)
    post.take(BCC)
    assert len(post.receipts()) == of_success
    post.take(BCC.but(to="Who <who@nowhere.example>", message_id="<x@ours.example>", subject="Hello"))
    assert len(post.receipts()) == of_success + of_problem


# Stored deliveries, and the pipe


def store_raw(post: Post, *raws: bytes) -> None:
    messages = [Fetched(n, raw, len(raw), post.crm.clock()) for n, raw in enumerate(raws, 1)]
    with post.crm.store.writing(post.crm.workspace_id) as session:
        mailboxes.store_fetched(
            session, post.crm.workspace_id, "box", Cursor(1, len(raws) + 1), messages, post.crm.clock()
        )


def work(post: Post, read: Callable[[bytes], Mail] = read_mail, **kwargs: object) -> dict[str, int]:
    return work_off(post.crm.service, {"box": post.door}, post.crm.workspace_id, read=read, **kwargs)  # type: ignore[arg-type] # checked at the call


def states(post: Post) -> dict[int, tuple[str, bool]]:
    return {row.uid: (row.state, row.raw is not None) for row in post.crm.rows(MailDelivery)}


def test_deliveries_are_settled_with_their_mail_and_drop_what_is_not_needed(any_post: Post) -> None:
    store_raw(any_post, bytes(BCC), bytes(BCC), bytes(ASKED.but(to=INTAKE)), bytes(NOISE["a newsletter"]))
    assert work(any_post) == {"logged": 1, "duplicate": 1, "triage": 1, "noise": 1}
    assert states(any_post) == {
        1: ("logged", False),
        2: ("duplicate", False),
        3: ("triage", True),
        4: ("noise", False),
    }
    assert work(any_post) == {}


def break_on_poison(raw: bytes) -> Mail:
    if b"poison" in raw:
        raise ValueError("a part without an end")
    return read_mail(raw)


def test_mail_that_breaks_the_reader_is_kept_raw_with_its_reason_and_the_next_one_goes_on(any_post: Post) -> None:
    poison = bytes(BCC.but(body="poison", message_id="<p@ours.example>"))
    store_raw(any_post, poison, bytes(BCC))
    assert [work(any_post, break_on_poison) for _ in range(4)] == [
        {"again": 1, "logged": 1},
        {"again": 1},
        {"failed": 1},
        {},
    ]
    (row,) = any_post.crm.rows(MailDelivery, MailDelivery.state == "failed")
    assert (row.raw, row.reason, row.tries) == (poison, "ValueError: a part without an end", 3)
    with any_post.crm.store.writing(any_post.crm.workspace_id) as session:
        assert deliveries.requeue(session, any_post.crm.workspace_id) == 1
    assert work(any_post) == {"logged": 1}


def test_what_another_worker_holds_is_left_to_it_until_its_lease_ends(any_post: Post) -> None:
    store_raw(any_post, bytes(BCC))
    clock, workspace_id = any_post.crm.clock, any_post.crm.workspace_id
    with any_post.crm.store.writing(workspace_id) as session:
        assert len(deliveries.claim(session, workspace_id, clock(), limit=9, lease=timedelta(minutes=1))) == 1
    assert work(any_post) == {}
    clock.advance(timedelta(minutes=2))
    assert work(any_post) == {"logged": 1}


def test_message_that_kills_its_worker_is_tried_alone_and_given_up_at_last(post: Post) -> None:
    store_raw(post, *(bytes(BCC.but(message_id=f"<{n}@ours.example>")) for n in range(3)))
    clock, workspace_id = post.crm.clock, post.crm.workspace_id
    sizes = []
    for _ in range(deliveries.DEATHS * 3 + 1):
        with post.crm.store.writing(workspace_id) as session:
            sizes.append(len(deliveries.claim(session, workspace_id, clock(), limit=9, lease=timedelta(minutes=1))))
        clock.advance(timedelta(minutes=2))
    assert (sizes[0], max(sizes[1:]), sizes[-1]) == (3, 1, 0)
    assert {row.state for row in post.crm.rows(MailDelivery)} == {"failed"}


def test_pipe_tells_what_became_of_a_mail_in_one_line(post: Post) -> None:
    line = ingest(post.crm.service, post.crm.workspace_id, bytes(BCC), authserv_id=post.door.authserv_id, file="a.eml")
    assert {name: line[name] for name in ("file", "state", "activity", "deal", "contact", "message_id")} == {
        "file": "a.eml",
        "state": "logged",
        "activity": "A-1",
        "deal": "D-1",
        "contact": "C-1",
        "message_id": "<offer-1@ours.example>",
    }


def test_mail_that_the_pipe_cannot_read_is_kept(post: Post) -> None:
    raw = bytes(BCC.but(body="poison"))
    line = ingest(post.crm.service, post.crm.workspace_id, raw, read=break_on_poison)
    assert (line["state"], line["reason"], line["activity"]) == ("failed", "ValueError: a part without an end", None)
    assert [row.raw for row in post.crm.rows(MailDelivery)] == [raw]


def test_several_attached_mails_are_logged_each(post: Post) -> None:
    inner = [bytes(ASKED.but(message_id=f"<i{n}@acme.example>", subject=f"Point {n}")) for n in range(3)]
    parts = b"".join(b"--b\r\nContent-Type: message/rfc822\r\n\r\n" + one + b"\r\n" for one in inner)
    head = bytes(BCC.but(to=INTAKE, subject="Fwd: three", body="")).split(b"\r\n\r\n")[0]
    head = head.replace(b"text/plain; charset=utf-8", b'multipart/mixed; boundary="b"')
    taken = post.take(head + b"\r\n\r\n" + parts + b"--b--\r\n")
    assert sorted(row.subject for row in post.activities()) == ["Point 0", "Point 1", "Point 2"]
    assert [answer.email.state for answer in taken.answers] == ["logged"] * 3
