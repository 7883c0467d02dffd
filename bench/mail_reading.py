"""How fast a mail is understood, against the floor of the standard library's parser alone on the same bytes.

Run `python bench/mail_reading.py`. The corpus is the sample mails of the tests, each filled up to 6 kB.
"""

import email
import time
from collections.abc import Callable
from pathlib import Path

from crmbot.mail.reading import read_mail

SAMPLES = Path(__file__).parents[1] / "tests" / "mail" / "samples"
SIZE = 6_000
ROUNDS = 15
FILLER = b"We spoke about the offer, the number of seats and the date: the 3rd suits us well.\r\n"
TRANSPORT = b"".join(
    b"Received: from mx%d.example.com (mx%d.example.com [192.0.2.%d])\r\n\tby mx.example.org with ESMTPS id %d\r\n"
    b"\tfor <crm@example.com>; Fri, 20 Nov 2026 10:15:00 +0100\r\n" % (n, n, n, n)
    for n in range(4)
)


def corpus() -> list[bytes]:
    """Return the plain-text samples, each about 6 kB, with the headers that servers add."""
    mails = []
    for path in sorted(SAMPLES.glob("*.eml")):
        raw = TRANSPORT + path.read_bytes()
        if b"multipart/" not in raw and b"quoted-printable" not in raw:
            mails.append(raw + FILLER * max(0, (SIZE - len(raw)) // len(FILLER)))
    return mails


def floor(raw: bytes) -> None:
    """Parse with the standard library and visit every part: no text decoded, nothing understood."""
    for part in email.message_from_bytes(raw).walk():
        part.get_content_type()


def mails_a_second(function: Callable[[bytes], object], mails: list[bytes]) -> float:
    """Return the best of several rounds over the corpus, in mails a second of CPU time."""
    best = float("inf")
    for _ in range(ROUNDS):
        started = time.process_time()
        for raw in mails:
            function(raw)
        best = min(best, time.process_time() - started)
    return len(mails) / best


def main() -> None:
    """Print both speeds and their ratio."""
    mails = corpus()
    read = mails_a_second(read_mail, mails)
    parsed = mails_a_second(floor, mails)
    print(f"{len(mails)} mails of {sum(map(len, mails)) / len(mails) / 1000:.1f} kB on average, one core")
    print(f"read_mail                         {read:8.0f} mails/s")
    print(f"email.message_from_bytes + walk   {parsed:8.0f} mails/s (floor)")
    print(f"read_mail takes {parsed / read:.2f} times the floor")


if __name__ == "__main__":
    main()
