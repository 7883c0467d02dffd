"""How many texts a second are taken apart: own words, quotes, signature, and the message forwarded below them.

Run `python bench/mail_splitting.py`. The texts are those of the tests' sample mails, forwards and replies, as they are
and each filled up to 6 kB; the floor is to split them into lines and look at the first letter of each.
"""

import time
from collections.abc import Callable
from pathlib import Path

from crmbot.mail.forwarded.unwrapping import unwrap
from crmbot.mail.forwarded.wording import Prefix, subject_prefix
from crmbot.mail.message.contents import read_contents
from crmbot.mail.message.limits import Budget
from crmbot.mail.message.parts import read_part
from crmbot.mail.reading import read_mail
from crmbot.mail.values import Kind

SAMPLES = Path(__file__).parents[1] / "tests" / "mail" / "samples"
SIZE = 6_000
ROUNDS = 15
FILLER = "We spoke about the offer, the number of seats and the date: the 3rd suits us well.\n"

Text = tuple[str, Prefix, frozenset[str]]


def corpus() -> list[Text]:
    """Return the texts of all sample forwards and replies, with what is known of each mail."""
    texts = []
    for path in sorted(SAMPLES.glob("*.eml")):
        raw = path.read_bytes()
        mail = read_mail(raw)
        if mail.kind in (Kind.FORWARD, Kind.REPLY):
            text = read_contents(read_part(raw, 0, len(raw), Budget()), Budget()).text
            recipients = frozenset(one.email for one in (*mail.to, *mail.cc))
            texts.append((text, subject_prefix(mail.subject), recipients))
    return texts


def fill(texts: list[Text]) -> list[Text]:
    """Return the texts filled up at their ends."""
    return [(text + FILLER * max(0, (SIZE - len(text)) // len(FILLER)), *rest) for text, *rest in texts]  # type: ignore[misc] # the rest is a pair


def floor(text: str, _prefix: Prefix, _recipients: frozenset[str]) -> int:
    """Look at each line once."""
    return sum(line[:1] == ">" for line in text.split("\n"))


def texts_a_second(function: Callable[[str, Prefix, frozenset[str]], object], texts: list[Text]) -> float:
    """Return the best of several rounds, in texts a second of processor time."""
    best = float("inf")
    for _ in range(ROUNDS):
        started = time.process_time()
        for text in texts:
            function(*text)
        best = min(best, time.process_time() - started)
    return len(texts) / best


def main() -> None:
    """Print the speeds and their ratios."""
    texts = corpus()
    for name, some in (("as they are", texts), ("filled to 6 kB", fill(texts))):
        split, least = texts_a_second(unwrap, some), texts_a_second(floor, some)
        size = sum(len(text) for text, *_ in some) / len(some) / 1000
        print(f"{len(some)} texts {name} ({size:.1f} kB): {split:6.0f} texts/s, {least / split:.1f} times the floor")


if __name__ == "__main__":
    main()
