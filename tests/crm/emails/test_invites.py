"""Invitations that came by mail: one meeting, moved by its versions, with the answers of its people."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from mails import AUTHSERV, INTAKE, JANE, Raw, forward
from posts import Post

from crmbot.crm.requests import AttachEmail, ShowActivity, ShowDeal, Undo
from crmbot.models import Activity, Attachment, Meeting

START = datetime(2031, 3, 12, 9, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Event:
    """One version of a meeting as a calendar writes it."""

    method: str = "REQUEST"
    uid: str = "demo-1@calendar.example"
    sequence: int = 0
    stamp: str = "20310305T080000Z"
    start: str = "DTSTART;TZID=W. Europe Standard Time:20310312T100000"
    end: str = "DTEND;TZID=W. Europe Standard Time:20310312T103000"
    place: str = "Room 5"
    anna: str = "NEEDS-ACTION"
    more: tuple[str, ...] = ()

    def __str__(self) -> str:
        lines = [
            "BEGIN:VCALENDAR", f"METHOD:{self.method}" if self.method else "X-NOTHING:", "BEGIN:VEVENT",
            f"UID:{self.uid}", f"SEQUENCE:{self.sequence}", f"DTSTAMP:{self.stamp}", self.start, self.end,
            "SUMMARY:Demo for Acme", f"LOCATION:{self.place}", "ORGANIZER;CN=Jane Roe:mailto:jane@ours.example",
            f"ATTENDEE;CN=Anna Lind;PARTSTAT={self.anna}:mailto:anna@acme.example",
            "ATTENDEE;CN=Crm;CUTYPE=RESOURCE:mailto:room5@ours.example", *self.more, "END:VEVENT", "END:VCALENDAR",
        ]  # fmt: skip
        return "\r\n".join(lines) + "\r\n"

    def mail(
        self, *, sender: str = JANE, to: str = INTAKE, name: str = "", proves: str = "ours.example", **head: Any
    ) -> bytes:
        """Return the mail that a calendar sends to one guest."""
        proof = f"Authentication-Results: {AUTHSERV}; dmarc=pass header.from={proves}\r\n"
        number = f"{self.uid}-{self.method}-{self.sequence}-{self.stamp}-{head.get('n', 0)}"
        kind = f'Content-Type: application/ics; name="{name}"' if name else "Content-Type: text/calendar; charset=utf-8"
        return (
            f"{proof}From: {sender}\r\nTo: {to}\r\nSubject: Invitation: Demo for Acme\r\n"
            f"Date: Wed, 05 Mar 2031 08:00:00 +0000\r\nMessage-ID: <{number}>\r\nMIME-Version: 1.0\r\n"
            'Content-Type: multipart/alternative; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n'
            f"You are invited.\r\n--b\r\n{kind}\r\n\r\n{self}\r\n--b--\r\n"
        ).encode()


def meetings(post: Post) -> list[Meeting]:
    return post.crm.rows(Meeting)


def activity(post: Post) -> Activity:
    (found,) = post.crm.rows(Activity, Activity.kind == "meeting")
    assert isinstance(found, Activity)
    return found


def shown(post: Post) -> Any:
    return post.crm.ask(ShowActivity(f"A-{activity(post).number}")).record


def test_invitation_becomes_a_meeting_with_time_place_and_people(any_post: Post) -> None:
    taken = any_post.take(Event().mail())
    assert (taken.state, any_post.links(taken)) == ("logged", ["D-1", "C-1", "O-1"])
    made = activity(any_post)
    assert (made.subject, made.due_at, made.duration_minutes, made.completed_at) == ("Demo for Acme", START, 30, None)
    assert made.owner_id == any_post.crm.user_id("jane")
    view = shown(any_post).meeting
    assert (view.place, view.organizer, view.starts_at) == ("Room 5", "jane@ours.example", START)
    assert view.attendees == (("Anna Lind", "no answer yet"),)
    assert any_post.activities() == []


@pytest.mark.parametrize("name", ["", "invite.ics"])
def test_forwarded_invitation_works_too(post: Post, name: str) -> None:
    raw = Event(anna="ACCEPTED").mail(sender="Anna Lind <anna@acme.example>", to=JANE, name=name)
    inner = raw.partition(b"\r\n")[2]
    outer = bytes(Raw(to=INTAKE, subject="Fwd: Demo", body="XX")).replace(
        b"Content-Type: text/plain; charset=utf-8", b'Content-Type: multipart/mixed; boundary="o"'
    )
    outer = outer.replace(b"XX", b"--o\r\nContent-Type: message/rfc822\r\n\r\n" + inner + b"\r\n--o--")
    taken = post.take(outer)
    assert (taken.state, post.links(taken)) == ("logged", ["D-1", "C-1", "O-1"])
    assert shown(post).meeting.attendees == (("Anna Lind", "accepted"),)
    assert post.crm.rows(Attachment) == []


def test_inline_forward_with_the_calendar_file_is_the_meeting(post: Post) -> None:
    asked = forward(Raw(sender="Anna Lind <anna@acme.example>", to=JANE, subject="Demo", body="See you there."))
    plain = bytes(asked)
    head, _, body = plain.partition(b"\r\n\r\n")
    head = head.replace(b"Content-Type: text/plain; charset=utf-8", b'Content-Type: multipart/mixed; boundary="o"')
    parts = b"--o\r\nContent-Type: text/plain\r\n\r\n" + body + b"\r\n--o\r\nContent-Type: application/octet-stream\r\n"
    parts += b'Content-Disposition: attachment; filename="meeting.ics"\r\n\r\n' + str(Event(method="")).encode()
    taken = post.take(head + b"\r\n\r\n" + parts + b"\r\n--o--\r\n")
    assert taken.state == "logged"
    assert activity(post).due_at == START


def test_update_moves_the_meeting_and_keeps_its_activity(any_post: Post) -> None:
    any_post.take(Event().mail())
    later = Event(
        sequence=1,
        start="DTSTART:20310313T140000Z",
        end="DTEND:20310313T150000Z",
        place="Online",
    )
    taken = any_post.take(later.mail())
    assert taken.reason == "meeting"
    assert taken.answer is not None
    assert taken.answer.said == "A-1 Demo for Acme is moved to Thu 13 Mar 2031, 15:00 CET."
    made = activity(any_post)
    assert (made.due_at, made.duration_minutes) == (datetime(2031, 3, 13, 14, 0, tzinfo=UTC), 60)
    assert meetings(any_post)[0].place == "Online"
    assert len(any_post.emails()) == 2


@pytest.mark.parametrize("older", [Event(sequence=1), Event(sequence=2, stamp="20310304T080000Z")])
def test_older_version_changes_nothing(post: Post, older: Event) -> None:
    post.take(Event(sequence=2, place="Online").mail())
    taken = post.take(replace(older, place="Cellar").mail())
    assert taken.answer is not None
    assert taken.answer.said == "An older version of A-1 Demo for Acme changes nothing."
    assert [row.place for row in meetings(post)] == ["Online"]


def test_cancellation_closes_the_same_meeting_and_it_stays_to_be_seen(any_post: Post) -> None:
    any_post.take(Event().mail())
    taken = any_post.take(Event(method="CANCEL", sequence=1).mail())
    assert taken.answer is not None
    assert taken.answer.said == "A-1 Demo for Acme is cancelled."
    made = activity(any_post)
    assert (made.outcome, made.completed_at is not None) == ("Cancelled", True)
    assert shown(any_post).meeting.cancelled_at == any_post.crm.clock()
    (line,) = (one for one in any_post.crm.ask(ShowDeal("D-1")).timeline if one.what == "meeting")
    assert line.text.startswith("Meeting: Demo for Acme, 30 min, Wed 12 Mar 2031, 10:00 CET at Room 5")
    assert line.text.endswith(": Cancelled")


def test_what_was_cancelled_can_be_called_again(post: Post) -> None:
    post.take(Event().mail())
    post.take(Event(method="CANCEL", sequence=1).mail())
    post.take(Event(sequence=2).mail())
    made = activity(post)
    assert (made.outcome, made.completed_at, meetings(post)[0].cancelled_at) == (None, None, None)


def test_cancellation_of_an_unknown_meeting_is_logged_as_a_mail(post: Post) -> None:
    taken = post.take(Event(method="CANCEL").mail())
    assert taken.state == "logged"
    assert [row.kind for row in post.crm.rows(Activity)] == ["email"]


@pytest.mark.parametrize(
    ("answer", "words"), [("ACCEPTED", "accepted"), ("DECLINED", "declined"), ("TENTATIVE", "maybe")]
)
def test_answer_is_noted_with_the_meeting(post: Post, answer: str, words: str) -> None:
    post.take(Event().mail())
    taken = post.take(Event(method="REPLY", anna=answer).mail())
    assert (taken.state, taken.reason) == ("logged", "meeting")
    assert taken.answer is not None
    assert taken.answer.said == f"A-1 Demo for Acme: Anna Lind: {words}."
    assert shown(post).meeting.attendees == (("Anna Lind", words),)


def test_answer_stays_through_an_update_of_the_place_and_goes_with_another_time(post: Post) -> None:
    post.take(Event().mail())
    post.take(Event(method="REPLY", anna="ACCEPTED").mail())
    post.take(Event(sequence=1, place="Online").mail())
    assert shown(post).meeting.attendees == (("Anna Lind", "accepted"),)
    post.take(Event(sequence=2, start="DTSTART:20310319T090000Z", end="DTEND:20310319T100000Z").mail())
    assert shown(post).meeting.attendees == (("Anna Lind", "no answer yet"),)


def test_answer_to_an_unknown_meeting_is_noise(post: Post) -> None:
    taken = post.take(Event(method="REPLY", anna="ACCEPTED").mail())
    assert (taken.state, taken.reason) == ("noise", "invite.answer")


@pytest.mark.parametrize("method", ["REPLY", "CANCEL", "REQUEST"])
def test_nobody_without_proof_changes_a_meeting(post: Post, method: str) -> None:
    post.take(Event().mail())
    forged = Event(method=method, sequence=5, anna="DECLINED", place="Cellar")
    taken = post.take(forged.mail(sender="Anna Lind <anna@acme.example>"))
    assert taken.state == ("noise" if method == "REPLY" else "triage")
    assert [(row.place, row.cancelled_at, row.attendees[0][2]) for row in meetings(post)] == [("Room 5", None, "")]


ANNA = "Anna Lind <anna@acme.example>"


def test_guest_who_is_proven_answers_for_themselves_alone(any_post: Post) -> None:
    bob = "ATTENDEE;CN=Bob;PARTSTAT={}:mailto:bob@globex.example"
    any_post.take(Event(more=(bob.format("NEEDS-ACTION"),)).mail())
    answer = Event(method="REPLY", anna="ACCEPTED", more=(bob.format("DECLINED"),))
    taken = any_post.take(answer.mail(sender=ANNA, proves="acme.example"))
    assert (taken.state, taken.reason) == ("logged", "meeting")
    assert [answer for _, answer in shown(any_post).meeting.attendees] == ["accepted", "no answer yet"]
    assert any_post.emails()[-1].logged_by_id is None


@pytest.mark.parametrize(
    ("sender", "proves"),
    [(ANNA, "evil.example"), ("Eve <eve@evil.example>", "evil.example"), ("Room <room5@ours.example>", "acme.example")],
)
def test_nobody_answers_for_somebody_else(post: Post, sender: str, proves: str) -> None:
    post.take(Event().mail())
    taken = post.take(Event(method="REPLY", anna="DECLINED").mail(sender=sender, proves=proves))
    assert taken.state == "noise"
    assert {answer for _, answer in shown(post).meeting.attendees} == {"no answer yet"}


@pytest.mark.parametrize("method", ["CANCEL", "REQUEST"])
def test_guest_who_is_proven_moves_nothing(post: Post, method: str) -> None:
    post.take(Event().mail())
    deal = post.crm.ask(ShowDeal("D-1")).mail_address
    for to in (INTAKE, deal):
        moved = Event(method=method, sequence=1, start="DTSTART:20310401T100000Z", end="DTEND:20310401T110000Z")
        post.take(moved.mail(sender=ANNA, to=to, proves="acme.example", n=to))
    assert (activity(post).due_at, activity(post).outcome) == (START, None)


def test_organizer_who_is_proven_moves_the_meeting_through_the_deals_own_address(post: Post) -> None:
    theirs = Event(more=()).mail().replace(b"ORGANIZER;CN=Jane Roe:mailto:jane@ours", b"ORGANIZER:mailto:anna@acme")
    post.take(theirs)
    deal = post.crm.ask(ShowDeal("D-1")).mail_address
    cancelled = Event(method="CANCEL", sequence=1).mail(sender=ANNA, to=deal, proves="acme.example")
    post.take(cancelled)
    assert activity(post).outcome == "Cancelled"


def test_invitation_that_waited_becomes_a_meeting_when_it_is_placed(post: Post) -> None:
    stranger = Event(more=("ATTENDEE:mailto:x@new.example",)).mail(sender="Eve <eve@new.example>")
    taken = post.take(stranger)
    assert taken.state == "triage"
    assert taken.answer is not None
    post.crm.ask(AttachEmail(taken.answer.email.id, "D-1"), as_="max")
    made = activity(post)
    assert (made.due_at, made.deal_id is not None) == (START, True)


def test_whole_days_and_series(post: Post) -> None:
    days = Event(start="DTSTART;VALUE=DATE:20310312", end="DTEND;VALUE=DATE:20310315", uid="days")
    post.take(days.mail())
    made = activity(post)
    assert (made.due_at, made.due_on) == (None, date(2031, 3, 12))
    view = shown(post).meeting
    assert (view.starts_on, view.ends_on) == (date(2031, 3, 12), date(2031, 3, 14))


def test_series_shows_the_next_time(post: Post) -> None:
    weekly = Event(
        start="DTSTART;TZID=Europe/Berlin:20310101T100000",
        end="DTEND;TZID=Europe/Berlin:20310101T110000",
        more=("RRULE:FREQ=WEEKLY;BYDAY=WE",),
    )
    post.take(weekly.mail())
    assert activity(post).due_at == datetime(2031, 3, 5, 9, 0, tzinfo=UTC)
    assert shown(post).meeting.repeats == "every week on Wed"


def test_one_time_of_a_series_moves_alone(post: Post) -> None:
    weekly = Event(start="DTSTART:20310312T090000Z", end="DTEND:20310312T100000Z", more=("RRULE:FREQ=WEEKLY",))
    post.take(weekly.mail())
    moved = Event(
        start="DTSTART:20310327T150000Z",
        end="DTEND:20310327T160000Z",
        more=("RECURRENCE-ID:20310326T090000Z",),
        sequence=1,
    )
    post.take(moved.mail())
    due = {row.due_at for row in post.crm.rows(Activity, Activity.kind == "meeting")}
    assert due == {START, datetime(2031, 3, 27, 15, 0, tzinfo=UTC)}
    post.take(replace(moved, method="CANCEL", sequence=2).mail())
    outcomes = {row.due_at: row.outcome for row in post.crm.rows(Activity, Activity.kind == "meeting")}
    assert outcomes == {START: None, datetime(2031, 3, 27, 15, 0, tzinfo=UTC): "Cancelled"}


def test_floating_time_is_in_the_forwarders_zone(post: Post) -> None:
    post.take(Event(start="DTSTART:20310312T100000", end="DTEND:20310312T103000").mail())
    assert activity(post).due_at == START


def test_meeting_that_is_over_is_done(post: Post) -> None:
    post.take(Event(start="DTSTART:20300312T100000Z", end="DTEND:20300312T103000Z").mail())
    assert activity(post).completed_at == datetime(2030, 3, 12, 10, 0, tzinfo=UTC)


def test_same_invitation_to_two_people_is_one_meeting(post: Post) -> None:
    post.take(Event().mail(n=1))
    post.take(Event().mail(n=2))
    assert len(meetings(post)) == 1
    assert activity(post).due_at == START


def test_update_can_be_undone(any_post: Post) -> None:
    any_post.take(Event().mail())
    before = any_post.crm.dump(without=frozenset({"journal_entry", "outbox", "counter"}))
    any_post.crm.clock.advance(timedelta(minutes=1))
    taken = any_post.take(Event(sequence=1, start="DTSTART:20310313T140000Z", end="DTEND:20310313T150000Z").mail())
    assert taken.answer is not None
    any_post.crm.do(Undo(taken.answer.entry_id))
    assert any_post.crm.dump(without=frozenset({"journal_entry", "outbox", "counter"})) == before
