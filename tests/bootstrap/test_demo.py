"""The demo's ways to try things: a mail that is dropped on the page is the speaker's own."""

from pathlib import Path

from crmbot.bootstrap.demo import running_demo, take_in_mail

STRANGE = b"From: Me <me@home.example>\nTo: dana@globex.example\nSubject: Our offer\n\nDear Dana, here it is.\n"


def test_dropped_mail_counts_as_the_speakers_whoever_wrote_it(tmp_path: Path) -> None:
    with running_demo(tmp_path) as demo:
        jane = next(user.id for user in demo.standin.users.values() if user.name == "jane")
        assert take_in_mail(demo, STRANGE)["state"] == "triage"
        assert take_in_mail(demo, STRANGE.replace(b"Our offer", b"Our second offer"), jane)["state"] == "logged"
