"""Real mails broken by chance are read: none raises, none takes long; the long form breaks a hundred thousand."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from mutations import mutate

from crmbot.mail.authentication import authenticate
from crmbot.mail.fingerprints import direct_keys, forwarded_keys
from crmbot.mail.guarded.frames import pack, unpack
from crmbot.mail.reading import read_mail

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
SAMPLES = [path.read_bytes() for path in sorted((Path(__file__).parent / "samples").glob("*.eml"))]
SECONDS, MOST_SECONDS = 0.2, 3.0
"""Processor time of all but one in a hundred, and of the slowest."""


def take_apart(raw: bytes) -> None:
    """Do with a mail all that is done before the store is asked."""
    mail = read_mail(raw)
    str(mail.as_json()).encode("utf-8")
    authenticate(mail, authserv_id="mx.example.com")
    direct_keys(mail, NOW)
    for message in filter(None, (mail.forwarded, *mail.also_forwarded)):
        for one in (message, *message.inner):
            forwarded_keys(one, NOW)
    for attachment in mail.attachments:
        if attachment.content is not None:
            attachment.content(1_000_000)
    assert unpack(pack(mail, raw), raw) == mail


def test_mail_broken_by_chance_is_read(rounds: Callable[[int, int], int]) -> None:
    spent = []
    for seed in range(rounds(600, 100_000)):
        chance = Random(seed)  # noqa: S311 - chance, no secret
        raw = mutate(chance.choice(SAMPLES), SAMPLES, chance)
        began = time.process_time()
        try:
            take_apart(raw)
        except Exception as error:
            error.add_note(f"mutation of seed {seed}")
            raise
        spent.append(time.process_time() - began)
    spent.sort()
    assert spent[-1] < MOST_SECONDS
    assert spent[len(spent) * 99 // 100] < SECONDS
