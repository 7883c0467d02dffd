"""Mail that was taken in is moved to another folder when the settings say so, once, whatever the server can."""

from collections.abc import Callable
from datetime import timedelta
from itertools import cycle, islice

import pytest
from chaos.processes import finish, start
from chaos.test_intake_deaths import assert_each_once, poll
from mailboxes import TIMEOUT_S, mail, settings_of
from posts import Post
from servers.dovecot import Dovecot

from crmbot.jobs.intake import Intake
from crmbot.mail.moving import move_mail

DEATHS = ("intake.moving:1", "intake.moved:1", "mail.logged:2", "intake.before_commit:1")


def subjects(dovecot: Dovecot, folder: str) -> list[str]:
    with dovecot.client(folder) as client:
        uids = client.search("ALL")
        found = client.fetch(uids, ["ENVELOPE"]) if uids else {}
    return sorted(one[b"ENVELOPE"].subject.decode() for one in found.values())


def test_mail_is_moved_once_it_is_taken_in(any_post: Post, dovecot: Dovecot) -> None:
    intake = Intake(
        any_post.crm.service, any_post.crm.workspace_id, settings_of(dovecot, move_to="Done/CRM"), timeout=TIMEOUT_S
    )
    for n in range(3):
        dovecot.save(mail(n))
    assert intake.poll_once() == {"fetched": 3, "logged": 3}
    assert dovecot.list_uids() == []
    assert subjects(dovecot, "Done/CRM") == ["mail 0", "mail 1", "mail 2"]
    dovecot.save(mail(3))
    assert intake.poll_once() == {"fetched": 1, "logged": 1}
    assert len(subjects(dovecot, "Done/CRM")) == 4


def test_mail_that_could_not_be_read_stays(post: Post, dovecot: Dovecot) -> None:
    def broken(raw: bytes) -> object:
        raise ValueError(raw[:3])

    settings = settings_of(dovecot, move_to="Done")
    intake = Intake(post.crm.service, post.crm.workspace_id, settings, timeout=TIMEOUT_S, read=broken)  # type: ignore[arg-type] # it never returns
    dovecot.save(mail(0))
    intake.poll_once()
    assert dovecot.list_uids() == [1]


def test_server_without_move_copies_and_a_death_between_copies_nothing_twice(dovecot: Dovecot) -> None:
    uids = [dovecot.save(mail(n)) for n in range(4)]
    with dovecot.client() as client:
        client.create_folder("Done")
        client.select_folder("INBOX")
        client.copy(uids[:2], "Done")
        able = client.has_capability
        client.has_capability = lambda name: name != "MOVE" and able(name)
        move_mail(client, uids, "INBOX", "Done")
    assert dovecot.list_uids() == []
    assert subjects(dovecot, "Done") == [f"mail {n}" for n in range(4)]


def test_killed_while_moving_loses_and_doubles_nothing(
    any_post: Post, store_url: str, dovecot: Dovecot, rounds: Callable[[int, int], int]
) -> None:
    settings, crm = settings_of(dovecot, move_to="Done"), any_post.crm
    markers: list[str] = []
    for death in islice(cycle(DEATHS), rounds(4, 200)):
        for _ in range(3):
            markers.append(f"mail {len(markers):05}")
            dovecot.save(mail(markers[-1].removeprefix("mail ")))
        crm.clock.advance(timedelta(seconds=1))
        finish(start(poll, store_url, crm.workspace_id, settings, crm.clock(), failpoint=death))
    for _ in range(2):
        crm.clock.advance(timedelta(seconds=1))
        assert not finish(start(poll, store_url, crm.workspace_id, settings, crm.clock()))
    assert_each_once(any_post, markers)
    assert subjects(dovecot, "Done") == markers
    assert dovecot.list_uids() == []


@pytest.mark.parametrize("capable", [True, False])
def test_folder_is_made_when_it_is_missing(dovecot: Dovecot, capable: bool) -> None:
    uid = dovecot.save(mail(1))
    with dovecot.client() as client:
        able = client.has_capability
        client.has_capability = lambda name: (capable or name != "MOVE") and able(name)
        move_mail(client, [uid], "INBOX", "New place")
    assert subjects(dovecot, "New place") == ["mail 1"]
