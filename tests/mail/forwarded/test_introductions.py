"""Introductions of a dozen clients and languages."""
# ruff: noqa: RUF001 - the letters of these languages are meant

import pytest

from crmbot.mail.forwarded.introductions import read_introduction


@pytest.mark.parametrize(
    ("text", "name", "email", "date"),
    [
        ("On May 3, 2026 at 9:00 AM Jane Doe <j@a.com> wrote:", "Jane Doe", "j@a.com", "May 3, 2026 at 9:00 AM"),
        ('On 28/10/2026, 12:46, "Jane Doe" <j@a.com> wrote:', "Jane Doe", "j@a.com", "28/10/2026, 12:46"),
        ("Am 03.05.2026 um 10:00 schrieb Jane Doe <j@a.com>:", "Jane Doe", "j@a.com", "03.05.2026 um 10:00"),
        ("Am 03.05.2026 um 10:00 schrieb Jane Doe:", "Jane Doe", "", "03.05.2026 um 10:00"),
        ("Le 3 mai 2026 à 10:00, Jane Doe <j@a.com> a écrit :", "Jane Doe", "j@a.com", "3 mai 2026 à 10:00"),
        ("Le 3 mai 2026 à 10:00, Jane Doe a écrit :", "Jane Doe", "", "3 mai 2026 à 10:00"),
        ('03.05.2026, 10:00, "Jane Doe" <j@a.com>:', "Jane Doe", "j@a.com", "03.05.2026, 10:00"),
        ("2026年5月3日(日) 10:00 Jane Doe <j@a.com>:", "Jane Doe", "j@a.com", "2026年5月3日(日) 10:00"),
        ("mié, 28 oct 2026 a las 9:46, Jane (<j@a.com>) escribió:", "Jane", "j@a.com", "mié, 28 oct 2026 a las 9:46"),
        ("Jane Doe <j@a.com> schrieb am Mo., 3. Mai 2026, 10:00:", "Jane Doe", "j@a.com", "Mo., 3. Mai 2026, 10:00"),
        ('"Jane Doe" <j@a.com>, 28.10.2026 12:46 tarihinde şunu yazdı:', "Jane Doe", "j@a.com", "28.10.2026 12:46"),
        ("Στις 28/10/2026 12:46, ο χρήστης Jane Doe <j@a.com> έγραψε:", "Jane Doe", "j@a.com", "28/10/2026 12:46"),
        ("Il giorno 28/10/26, 12:46 Jane Doe <j@a.com> ha scritto:", "Jane Doe", "j@a.com", "28/10/26, 12:46"),
        ("On 3 May 2026, at 10:00, j@a.com (mailto:j@a.com) wrote:", "", "j@a.com", "3 May 2026, at 10:00"),
    ],
)  # fmt: skip
def test_author_and_date_are_read(text: str, name: str, email: str, date: str) -> None:
    author, written = read_introduction(text)
    assert author is not None
    assert (author.name, author.email, written) == (name, email, date)
