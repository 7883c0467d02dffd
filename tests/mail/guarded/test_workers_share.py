"""Whatever a mail is made of, what the worker does with it outside the guarded process is little."""

import time
from collections.abc import Callable

import pytest
from bombs import BOMBS
from mails import INTAKE, Raw
from posts import Post

from crmbot.mail.message.limits import MAX_TEXT
from crmbot.mail.pipeline import intent_of, load_people
from crmbot.mail.reading import read_mail

MOST_SECONDS = 0.25
"""Processor time, on a slow machine, of what the reader may take three seconds for."""

INNER = "-------- Original Message --------\nFrom: Jane <jane@ours.example>\nTo: Sam <sam@ours.example>\n\n"
NESTED = "".join(f"{'> ' * (n % 5)}{INNER}" for n in range(20_000))
TEXTS = {
    "forwards within forwards": NESTED,
    "letters to fold": "\u0130" * MAX_TEXT,
    "prefixes": "Fwd: " * 2_000,
}


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


@pytest.mark.parametrize("name", TEXTS)
def test_words_are_taken_apart_by_the_reader(post: Post, name: str) -> None:
    raw = bytes(
        Raw(
            to=INTAKE, subject=f"Fwd: {TEXTS[name][:60]}", body=f"---------- Forwarded message ---------\n{TEXTS[name]}"
        )
    )
    assert own_share(post, raw) < MOST_SECONDS
