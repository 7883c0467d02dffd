"""Mail that no person wrote is named, kept once and never answered; crmbots don't talk to each other."""

import json
from pathlib import Path

import pytest
from clocks import SettableClock
from mails import AUTHSERV, INTAKE, POLICY
from posts import Post, furnished

from crmbot.config.settings import SmtpSettings
from crmbot.mail.outgoing import Letter, Outgoing
from crmbot.models import Outbox
from crmbot.store import Store

SAMPLES = Path(__file__).parent / "samples"
NOISE = sorted(path.stem for path in SAMPLES.glob("*.json") if json.loads(path.read_text("utf-8")).get("noise"))
ROLES = ("auto_reply", "bounce", "complaint", "invite", "list", "read_receipt")


def outgoing(post: Post) -> Outgoing:
    policy = post.crm.policy
    return Outgoing(SmtpSettings(), sender=INTAKE, secret_key=policy.secret_key, clock=post.crm.clock)


def letter(post: Post, *, automatic: bool = True, to: str = "anna@acme.example", n: int = 1) -> bytes:
    """Return a mail of crmbot's own, as it comes back from the server by BCC."""
    mail = outgoing(post).compose(
        Letter(to=to, subject="Weekly forecast", text="7 deals", automatic=automatic), f"id{n}"
    )
    proof = f"Authentication-Results: {AUTHSERV}; dmarc=pass header.from=ours.example\r\nDelivered-To: {INTAKE}\r\n"
    return proof.encode() + bytes(mail)


def test_samples_cover_every_sort() -> None:
    assert {role for role in ROLES for name in NOISE if name.startswith(role)} == set(ROLES)


@pytest.mark.parametrize("name", NOISE)
def test_automatic_mail_is_kept_once_and_never_answered(any_post: Post, name: str) -> None:
    raw = (SAMPLES / f"{name}.eml").read_bytes()
    sender = b"Authentication-Results: %s; dmarc=pass header.from=acme.com\r\n" % AUTHSERV.encode()
    assert [any_post.take(sender + raw).state for _ in range(2)] == ["noise", "duplicate"]
    assert (any_post.activities(), any_post.crm.rows(Outbox)) == ([], [])
    assert len(any_post.emails()) == 1


@pytest.mark.parametrize("automatic", [True, False])
def test_own_mail_that_comes_back_by_blind_copy_is_recognised_and_kept_once(any_post: Post, automatic: bool) -> None:
    raw = letter(any_post, automatic=automatic)
    first, again = any_post.take(raw), any_post.take(b"Received: from elsewhere\r\n" + raw)
    assert (first.state, first.reason, again.state) == ("noise", "own_mail", "duplicate")
    assert (any_post.activities(), any_post.crm.rows(Outbox)) == ([], [])


def test_two_crmbots_do_not_answer_each_other(sqlite_store: Store, clock: SettableClock) -> None:
    ours = furnished(sqlite_store, clock)
    theirs = furnished(sqlite_store, clock, policy=POLICY.__class__(secret_key=b"another key"), name="Theirs")
    for n in range(20):
        taken = theirs.take(letter(ours, to="crm@theirs.example", n=n))
        assert (taken.state, taken.reason) == ("noise", "auto.generated")
    assert theirs.crm.rows(Outbox) == []


def test_complaint_is_no_bounce_and_waits_for_nobody(any_post: Post) -> None:
    taken = any_post.take((SAMPLES / "complaint_arf.eml").read_bytes())
    assert (taken.state, taken.reason) == ("noise", "complaint.report")
