"""Whatever a mail is made of, what the worker does with it outside the guarded process is little."""

import time
from collections.abc import Callable

import pytest
from bombs import BOMBS
from mails import INTAKE, Raw
from posts import Post

from crmbot.mail.pipeline import intent_of, load_people
from crmbot.mail.reading import read_mail

MOST_SECONDS = 0.25
"""Processor time, on a slow machine, of what the reader may take three seconds for."""

INNER = "{0}-------- Original Message --------\n{0}From: Jane <jane@ours.example>\n{0}To: Sam <sam@ours.example>\n{0}\n"
NESTED = "".join(INNER.format("> " * n) for n in range(12)) + "a line: of words\n" * 20_000
"""A forward of forwards among colleagues, each of which has to be looked into for somebody outside."""


def own_share(post: Post, raw: bytes) -> float:
    """Return the processor time that the worker itself takes over a mail that was read for it."""
    service = post.crm.service
    people, mail = load_people(service, post.crm.workspace_id), read_mail(raw)
    read: Callable[[bytes], object] = lambda _raw: mail  # noqa: E731 - what the process answered
    began = time.process_time()
    intent_of(service, post.door, raw, service.clock(), people=people, read=read)  # type: ignore[arg-type] # a mail
    return time.process_time() - began


@pytest.mark.parametrize("name", BOMBS)
def test_bomb_takes_the_worker_no_time(post: Post, name: str) -> None:
    assert own_share(post, BOMBS[name]) < MOST_SECONDS


def test_forwards_within_forwards_are_taken_apart_by_the_reader(post: Post) -> None:
    body = f"---------- Forwarded message ---------\n{INNER.format('').partition(chr(10))[2]}{NESTED}"
    raw = bytes(Raw(to=INTAKE, subject="Fwd: Offer", body=body))
    mail = read_mail(raw)
    assert mail.forwarded is not None
    assert len(mail.forwarded.inner) > 5
    assert own_share(post, raw) < MOST_SECONDS / 5
