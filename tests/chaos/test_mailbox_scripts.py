"""Whatever others do to a mailbox between two polls, each mail that was there at a poll is logged, and once."""

import random
from collections.abc import Callable
from contextlib import suppress
from itertools import count

import pytest
from mailboxes import TIMEOUT_S, mail, settings_of
from posts import Post
from servers.dovecot import Dovecot

from crmbot.jobs.intake import Intake
from crmbot.mail.mailbox import MailboxFailed

STEPS = {"arrive": 5, "poll": 4, "remove": 2, "move_in": 1, "copy_again": 1, "flag": 1, "rebuild": 1, "disturb": 1}
"""What may happen next, and how often."""


class Script:
    """A mailbox that people and other programs work in; `arrived` is every mail that crmbot must log once."""

    def __init__(self, post: Post, dovecot: Dovecot, seed: int) -> None:
        self.dovecot, self.chance = dovecot, random.Random(seed)  # noqa: S311 - a script, no secret
        self.intake = Intake(post.crm.service, post.crm.workspace_id, settings_of(dovecot), timeout=TIMEOUT_S)
        self.numbers, self.validities = count(), count(4_000_000_000)
        self.arrived: list[str] = []
        self.polled: set[int] = set()

    def arrive(self) -> None:
        """A mail comes."""
        self.arrived.append(f"mail {next(self.numbers):05}")
        self.dovecot.save(mail(self.arrived[-1].removeprefix("mail ")))

    def move_in(self) -> None:
        """Several come from another folder, in another order than they came there."""
        for _ in range(3):
            self.arrived.append(f"mail {next(self.numbers):05}")
            self.dovecot.save(mail(self.arrived[-1].removeprefix("mail ")), "Other")
        with self.dovecot.client("Other") as client:
            uids = client.search("ALL")
            self.chance.shuffle(uids)
            for uid in uids:
                client.move([uid], "INBOX")

    def copy_again(self) -> None:
        """Somebody puts a second copy of a mail there."""
        if self.polled:
            with self.dovecot.client("INBOX") as client:
                client.copy([self.chance.choice(sorted(self.polled))], "INBOX")

    def remove(self) -> None:
        """Somebody deletes a mail that was read."""
        if self.polled:
            uid = self.chance.choice(sorted(self.polled))
            self.polled.discard(uid)
            self.dovecot.expunge(uid)

    def flag(self) -> None:
        """Somebody reads and flags everything."""
        with self.dovecot.client("INBOX") as client:
            uids = client.search("ALL")
            if uids:
                client.add_flags(uids, [b"\\Seen", b"\\Flagged"])

    def rebuild(self) -> None:
        """The server numbers the mailbox anew."""
        self.dovecot.set_uid_validity("INBOX", next(self.validities))

    def disturb(self) -> None:
        """The server's processes die."""
        self.dovecot.kill_children()

    def poll(self) -> None:
        """Crmbot polls until the server lets it through."""
        for _ in range(5):
            with suppress(MailboxFailed):
                self.intake.poll_once()
                break
        self.polled = set(self.dovecot.list_uids())


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_each_mail_is_logged_once_whatever_others_do_to_the_mailbox(
    post: Post, dovecot: Dovecot, rounds: Callable[[int, int], int], seed: int
) -> None:
    script = Script(post, dovecot, seed)
    for step in script.chance.choices([*STEPS], [*STEPS.values()], k=rounds(60, 3_000)):
        getattr(script, step)()
    script.poll()
    assert len(script.arrived) > 20
    assert sorted(row.subject or "" for row in post.activities()) == script.arrived
