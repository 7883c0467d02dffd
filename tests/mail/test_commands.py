"""Commands in mail: done as whoever wrote it, once, with the mail's own record; what went wrong is told."""

from datetime import date
from typing import Any

import pytest
from mails import ANNA, INTAKE, JANE, SAM, Raw, forward
from posts import Post

from crmbot.crm.requests import AddSender, CreateDeal, SetUserRole, Undo
from crmbot.domain.intake import deal_tag, own_token, with_tag
from crmbot.mail.commands import Command, command_in
from crmbot.models import Activity, Contact, Deal, Email, Lead, Note

ASKED = Raw(sender=ANNA, to=JANE, subject="Offer for 40 seats", body="Could you send the offer?")


def asked(post: Post) -> dict[str, Any]:
    """Return what the only receipt says about the command."""
    (receipt,) = post.receipts()
    told: dict[str, Any] = receipt["asked"]
    return told


def tasks(post: Post) -> list[Activity]:
    return post.crm.rows(Activity, Activity.kind == "task")


@pytest.mark.parametrize(
    ("words", "command"),
    [
        ("/task fri call back\nthanks", Command("task", "fri call back", "thanks")),
        ("  \n!crm task fri call back", Command("task", "fri call back")),
        ("!crm /note hot", Command("note", "hot")),
        ("!task call", Command("task", "call")),
        ("/note", Command("note", "")),
        ("Dear all\n/task x", None),
        ("/ not a command", None),
        ("/usr/bin/env is a path", None),
        ("!!! urgent", None),
        ("", None),
    ],
)
def test_first_line_may_be_a_command(words: str, command: Command | None) -> None:
    assert command_in(words) == command


def test_task_is_planned_with_the_mails_deal_and_told_in_its_receipt(any_post: Post) -> None:
    taken = any_post.take(forward(ASKED, words="/task fri call back\nShe sounded keen."))
    (task,) = tasks(any_post)
    deal = any_post.crm.rows(Deal)[0]
    assert (task.subject, task.due_on, task.deal_id) == ("call back", date(2031, 3, 7), deal.id)
    assert task.owner_id == any_post.crm.user_id("jane")
    assert taken.state == "logged"
    (receipt,) = any_post.receipts()
    assert receipt["activity"] == "A-1"
    assert not receipt["problem"]
    assert "call back" in receipt["asked"]["said"]
    assert receipt["entry_id"] != receipt["asked"]["undo"]


def test_undo_of_the_command_leaves_the_mail(post: Post) -> None:
    post.take(forward(ASKED, words="/task fri call back"))
    post.crm.do(Undo(asked(post)["undo"]))
    assert tasks(post) == []
    assert len(post.activities()) == 1


def test_same_mail_again_asks_for_nothing_more(any_post: Post) -> None:
    raw = forward(ASKED, words="/task fri call back")
    states = [any_post.take(raw).state for _ in range(3)]
    assert states == ["logged", "duplicate", "duplicate"]
    assert len(tasks(any_post)) == 1
    assert len(any_post.receipts()) == 1


def test_colleague_who_forwards_the_same_mail_has_a_command_of_their_own(post: Post) -> None:
    post.take(forward(ASKED, words="/task fri call back"))
    seen = "Wed, Mar 5, 2031 at 3:00 AM"
    sams = forward(ASKED, by=SAM, words="/note wants 40 seats", date=seen, message_id="<f2@ours.example>")
    assert post.take(sams).state == "duplicate"
    assert [note.text for note in post.crm.rows(Note)] == ["wants 40 seats"]
    assert sorted(receipt["repeated"] for receipt in post.receipts()) == [False, True]


def test_mail_to_crmbot_alone_is_a_command_and_no_correspondence(post: Post) -> None:
    taken = post.take(Raw(to=INTAKE, subject="hello", body="/lead Jo Doe jo@globex.example from referral"))
    assert (taken.state, taken.reason) == ("noise", "command")
    assert [lead.name for lead in post.crm.rows(Lead)] == ["Jo Doe"]
    assert not post.receipts()[0]["problem"]


def test_new_deal_takes_its_mail_along(post: Post) -> None:
    stranger = ASKED.but(sender="Gus Bo <gus@globex.example>")
    taken = post.take(forward(stranger, words="/deal Globex start 40k"))
    deal = post.crm.rows(Deal, Deal.title == "Globex start")[0]
    assert deal.value_minor == 4_000_000
    assert taken.state == "logged"
    assert [(row.state, activity.deal_id) for row, activity in zip(post.emails(), post.activities(), strict=True)] == [
        ("logged", deal.id)
    ]
    assert not post.receipts()[0]["problem"]


def test_task_of_a_mail_that_waits_goes_where_the_mail_goes(any_post: Post) -> None:
    stranger = ASKED.but(sender="Gus Bo <gus@globex.example>")
    taken = any_post.take(forward(stranger, words="/task mon Angebot schicken"))
    [task] = tasks(any_post)
    assert (taken.state, task.contact_id) == ("triage", None)
    any_post.crm.ask(AddSender(any_post.emails()[0].id))
    [task], [contact] = tasks(any_post), any_post.crm.rows(Contact, Contact.name == "Gus Bo")
    assert (task.contact_id, task.company_id) == (contact.id, contact.company_id)
    any_post.crm.do(Undo())
    assert tasks(any_post)[0].contact_id is None


def test_command_that_fits_several_deals_is_asked_with_them_and_so_is_the_mail(post: Post) -> None:
    post.crm.do(CreateDeal("Acme training", contact="C-1"))
    post.take(forward(ASKED, words="/task fri call back"))
    (receipt,) = post.receipts()
    assert receipt["asks"] == [["D-1", "Acme renewal"], ["D-2", "Acme training"]]
    assert receipt["asked"]["failed"]
    assert "D-1 Acme renewal, D-2 Acme training" in receipt["asked"]["said"]
    assert receipt["asked"]["example"] == "/task fri call back re:D-1"


def test_new_deal_of_a_known_customer_gets_the_mail_and_its_people(post: Post) -> None:
    post.crm.do(CreateDeal("Acme training", contact="C-1"))
    taken = post.take(forward(ASKED, words="/deal Acme second site 40k"))
    made = post.crm.rows(Deal, Deal.title == "Acme second site")[0]
    assert made.contact_id is not None
    assert post.activities()[0].deal_id == made.id
    assert taken.state == "logged"


@pytest.mark.parametrize(
    ("words", "problem", "example"),
    [
        ("/task", "A mail can't show anything", "/task fri call back"),
        ("/deal lost", "Why was", "/deal lost"),
        ("/deal won Globex", "Globex", "/deal won acme"),
        ("/deal won D-99", "D-99", "/deal"),
        ("/user add eve@evil.example admin", "A mail can't ask for “/user”", "/task fri call back"),
        ("/frobnicate now", "can't ask for “/frobnicate”", "/task fri call back"),
        ("/task list", "A mail can't show anything", "/task fri call back"),
        ("/deal moev negotiation", "I don't know “moev”. Did you mean “move”?", "/deal move negotiation"),
        ("/deal wno", "I don't know “wno”. Did you mean “won”?", "/deal won"),
        ("/lead conevrt acme", "I don't know “conevrt”. Did you mean “convert”?", "/lead convert acme"),
    ],
)
def test_what_cannot_be_done_is_told_with_an_example_and_the_mail_is_logged(
    post: Post, words: str, problem: str, example: str
) -> None:
    assert post.take(forward(ASKED, words=words)).state == "logged"
    told = asked(post)
    assert told["failed"]
    assert problem in told["said"]
    assert told["example"].startswith(example)
    assert post.receipts()[0]["problem"]
    assert len(post.crm.rows(Activity)) == 1


@pytest.mark.parametrize("title", ["Ada contract", "Sew machines", "Acme new site", "second site"])
def test_name_that_is_like_no_verb_makes_a_deal(post: Post, title: str) -> None:
    post.take(forward(ASKED, words=f"/deal {title} 5k"))
    assert [deal.title for deal in post.crm.rows(Deal, Deal.number == 2)] == [title]


def test_refusal_of_the_door_leaves_no_trace_but_its_words(any_post: Post) -> None:
    any_post.take(forward(ASKED, words="/deal won Nowhere Inc"))
    told = asked(any_post)
    assert told["failed"]
    assert told["undo"] is None
    assert any_post.crm.rows(Deal)[0].outcome == "open"


@pytest.mark.parametrize(
    ("words", "check"),
    [
        ("/deal won", lambda deal: deal.outcome == "won"),
        ("/deal move negotiation", lambda deal: deal.probability == 75),
        ("/deal set 50k", lambda deal: deal.value_minor == 5_000_000),
    ],
)
def test_deal_of_the_mail_is_meant_where_none_is_named(post: Post, words: str, check: Any) -> None:
    post.take(forward(ASKED, words=words))
    assert check(post.crm.rows(Deal)[0]), asked(post)


def test_log_keeps_its_words_with_the_mails_record(post: Post) -> None:
    post.take(forward(ASKED, words="/log call wants 40 seats 25m"))
    (call,) = post.crm.rows(Activity, Activity.kind == "call")
    assert call.duration_minutes == 25
    assert call.deal_id == post.crm.rows(Deal)[0].id


def test_note_keeps_every_line_below(post: Post) -> None:
    post.take(forward(ASKED, words="/note wants 40 seats\n\nand a discount"))
    assert [note.text for note in post.crm.rows(Note)] == ["wants 40 seats\nand a discount"]


@pytest.mark.parametrize("form", ["crm+task@ours.example", "own"])
def test_tag_of_the_address_makes_a_task_of_the_first_words(post: Post, form: str) -> None:
    raw = forward(ASKED, words="call her fri\nit is urgent")
    if form == "own":
        token = own_token(post.crm.service.policy.secret_key, post.crm.workspace_id, post.crm.user_id("jane"), None)
        raw = raw.but(to=with_tag(INTAKE, f"{token}.task"), proven=False)
    else:
        raw = raw.but(to=form)
    post.take(raw)
    (task,) = tasks(post)
    assert (task.subject, task.due_on) == ("call her", date(2031, 3, 7))


def test_tag_takes_the_subject_where_customers_read_the_words(post: Post) -> None:
    post.take(Raw(delivered_to="crm+task@ours.example", cc="Bo <bo@acme.example>"))
    assert [task.subject for task in tasks(post)] == ["Offer for 40 seats"]


def test_tag_of_a_note_keeps_ones_own_words(post: Post) -> None:
    post.take(forward(ASKED, to="crm+note@ours.example", words="Keen.\nWants two sites."))
    assert [note.text for note in post.crm.rows(Note)] == ["Keen.\nWants two sites."]


def test_nobody_commands_who_is_not_proven(post: Post) -> None:
    forged = forward(ASKED, words="/deal won").but(proven=False)
    customer = Raw(
        sender=ANNA,
        to=with_tag(INTAKE, deal_tag(post.crm.service.policy.secret_key, post.crm.workspace_id, 1)),
        body="/deal won",
        message_id="<c@acme.example>",
    )
    for raw in (forged, customer):
        post.take(raw)
    assert post.crm.rows(Deal)[0].outcome == "open"


def test_customer_who_answers_to_all_commands_nothing_by_a_leaked_address(post: Post) -> None:
    token = own_token(post.crm.service.policy.secret_key, post.crm.workspace_id, post.crm.user_id("jane"), None)
    post.take(Raw(sender=ANNA, to=JANE, cc=with_tag(INTAKE, token), body="/deal won"))
    assert post.crm.rows(Deal)[0].outcome == "open"
    assert "your own address only" in asked(post)["said"]


def test_program_that_answers_by_itself_commands_nothing(post: Post) -> None:
    post.take(Raw(to=INTAKE, body="/deal won D-1", extra="Auto-Submitted: auto-replied"))
    assert post.crm.rows(Deal)[0].outcome == "open"
    assert post.crm.rows(Email)[0].state == "noise"


def test_viewer_commands_nothing(post: Post) -> None:
    post.crm.do(SetUserRole("jane@ours.example", "viewer"), as_="ada")
    post.take(forward(ASKED, words="/deal won"))
    assert post.crm.rows(Deal)[0].outcome == "open"
    assert post.receipts() == []
