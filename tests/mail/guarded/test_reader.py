"""A mail that harms its reader is stopped, told with its reason, and the next one goes on."""

import os
import pickle
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Thread

import pytest

from crmbot.mail.guarded.frames import pack, unpack
from crmbot.mail.guarded.reader import GuardedReader, ReaderBroke, TooCostly
from crmbot.mail.reading import read_mail

SAMPLES = sorted((Path(__file__).parents[1] / "samples").glob("*.eml"))
PLAIN = b"From: Jane <jane@acme.com>\nSubject: hi\n\nhello\n"
SLOW = b"From: a@b.c\nContent-Type: text/html\n\n" + b"<blockquote>x" * 60_000


@pytest.fixture
def reader() -> Iterator[GuardedReader]:
    made = GuardedReader()
    yield made
    made.close()


@pytest.fixture
def strict() -> Iterator[GuardedReader]:
    made = GuardedReader(seconds=0.02, megabytes=24)
    yield made
    made.close()


def child_of(reader: GuardedReader) -> int:
    assert reader.pid is not None
    return reader.pid


def test_every_sample_is_read_as_without_the_guard(reader: GuardedReader) -> None:
    for path in SAMPLES:
        raw = path.read_bytes()
        guarded, plain = reader(raw), read_mail(raw)
        assert guarded == plain
        for one, other in zip(guarded.attachments, plain.attachments, strict=True):
            assert (one.content and one.content(1_000_000)) == (other.content and other.content(1_000_000))


def test_an_attachment_s_content_does_not_travel() -> None:
    raw = b"From: a@b.c\nContent-Type: application/pdf; name=a.pdf\n\n" + b"x" * 100_000
    packed = pack(read_mail(raw), raw)
    assert len(packed) < 3_000
    [attachment] = unpack(packed, raw).attachments
    assert attachment.content is not None
    assert attachment.content(10) == b"x" * 10


def test_a_mail_that_takes_too_long_is_stopped_and_the_next_is_read(strict: GuardedReader) -> None:
    assert strict(PLAIN).subject == "hi"
    with pytest.raises(TooCostly, match=r"more than 0\.02 seconds of processor time"):
        strict(SLOW)
    assert strict(PLAIN).subject == "hi"


def test_a_mail_that_takes_too_much_memory_is_stopped_and_the_next_is_read(strict: GuardedReader) -> None:
    with pytest.raises((TooCostly, ReaderBroke), match=r"MB of memory|ended over it"):
        strict(b"From: a@b.c\n\n" + b"x" * 40_000_000)
    assert strict(PLAIN).subject == "hi"


def test_a_process_that_dies_of_a_mail_is_told_and_replaced(reader: GuardedReader) -> None:
    reader(PLAIN)
    os.kill(child_of(reader), signal.SIGKILL)
    with pytest.raises(ReaderBroke, match=r"ended over it \(-9\)"):
        reader(PLAIN)
    assert reader(PLAIN).subject == "hi"


def test_a_process_that_ended_for_want_of_mail_is_started_again(reader: GuardedReader) -> None:
    reader(PLAIN)
    assert reader._child is not None
    reader._child.socket.shutdown(1)
    reader._child.process.wait(10)
    assert reader(PLAIN).subject == "hi"


def test_a_process_that_hangs_is_given_up() -> None:
    reader = GuardedReader(wait=0.5)
    with suppress(ReaderBroke):
        reader(PLAIN)
    reader.start()
    os.kill(child_of(reader), signal.SIGSTOP)
    started = time.monotonic()
    with pytest.raises(ReaderBroke, match="did not answer"):
        reader(PLAIN)
    assert time.monotonic() - started < 10
    reader.close()


def test_several_threads_share_it(reader: GuardedReader) -> None:
    read: list[str] = []
    threads = [
        Thread(target=lambda n=n: read.append(reader(PLAIN.replace(b"hi", b"hi %d" % n)).subject)) for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(read) == [f"hi {n}" for n in range(8)]


class Harm:
    def __reduce__(self) -> tuple[object, ...]:
        return os.system, ("true",)


def test_what_a_broken_reader_answers_makes_nothing_but_a_mail() -> None:
    for harm in (Harm(), "no mail", [os.getcwd], PLAIN.decode):
        with pytest.raises(pickle.UnpicklingError):
            unpack(pickle.dumps(harm), PLAIN)
