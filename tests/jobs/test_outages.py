"""A crmbot that was off for an hour or two months takes in all that came meanwhile, each mail once."""

from datetime import timedelta

import pytest
from mailboxes import TIMEOUT_S, mail, settings_of
from posts import Post
from servers.dovecot import Dovecot

from crmbot.crm.housekeeping import forget_old
from crmbot.jobs.intake import Intake
from crmbot.store import EVERY_WORKSPACE


@pytest.mark.parametrize(
    "away", [timedelta(hours=1), timedelta(hours=25), timedelta(days=7), timedelta(days=60)], ids=str
)
def test_all_that_came_while_crmbot_was_off_is_taken_in(any_post: Post, dovecot: Dovecot, away: timedelta) -> None:
    intake = Intake(any_post.crm.service, any_post.crm.workspace_id, settings_of(dovecot), timeout=TIMEOUT_S)
    dovecot.save(mail(0))
    intake.poll_once()
    with dovecot.client() as sender:
        for n in range(1, 4):
            any_post.crm.clock.advance(away / 3)
            sender.append("INBOX", mail(n), flags=[b"\\Seen"])
    with any_post.crm.store.writing(EVERY_WORKSPACE) as session:
        forget_old(session, any_post.crm.clock())
    again = Intake(any_post.crm.service, any_post.crm.workspace_id, settings_of(dovecot), timeout=TIMEOUT_S)
    assert again.poll_once() == {"fetched": 3, "logged": 3}
    assert sorted(row.subject for row in any_post.activities()) == [f"mail {n}" for n in range(4)]
