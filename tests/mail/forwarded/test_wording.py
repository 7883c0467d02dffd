import re

import pytest
from quotequail import _patterns as quotequail

from crmbot.mail.forwarded.languages import LANGUAGES
from crmbot.mail.forwarded.wording import (
    FORWARD_MARKERS,
    HEADER_FIELDS,
    ORIGINAL_MARKERS,
    Prefix,
    fold,
    subject_prefix,
)

FIELDS = ("sender", "to", "cc", "date", "subject", "other")


def test_no_header_name_has_two_meanings() -> None:
    for language in LANGUAGES:
        for field in FIELDS:
            for word in filter(None, getattr(language, field).split("|")):
                assert HEADER_FIELDS[fold(word)] == field, (language.code, word)


def test_every_language_has_what_a_forward_shows() -> None:
    for language in LANGUAGES:
        for field in ("sender", "to", "date", "subject", "forwarded", "original", "wrote", "closing", "automatic"):
            assert getattr(language, field), (language.code, field)


@pytest.mark.parametrize("name", quotequail.HEADER_MAP)
def test_header_names_of_quotequail_are_known(name: str) -> None:
    assert fold(name) in HEADER_FIELDS


@pytest.mark.parametrize("pattern", quotequail.FORWARD_MESSAGES)
def test_markers_of_quotequail_are_known(pattern: str) -> None:
    assert fold(re.sub(r"\[(.)(.)\]", r"\1", pattern)) in FORWARD_MARKERS | ORIGINAL_MARKERS


@pytest.mark.parametrize(
    ("subject", "meaning"),
    [
        ("Fwd: x", Prefix.FORWARD),
        ("FW: RE: x", Prefix.FORWARD),
        ("WG: x", Prefix.FORWARD),
        ("I: x", Prefix.FORWARD),
        ("Redir.: x", Prefix.FORWARD),
        ("转发：x", Prefix.FORWARD),  # noqa: RUF001 - the wide colon is meant
        ("[EXTERNAL] [Sales] Fwd: x", Prefix.FORWARD),
        ("Re: Fwd: x", Prefix.REPLY),
        ("RE[2]: x", Prefix.REPLY),
        ("AW: x", Prefix.REPLY),
        ("Antw.: x", Prefix.REPLY),
        ("VS: x", Prefix.EITHER),
        ("Note: x", Prefix.NONE),
        ("Offer: for you", Prefix.NONE),
        ("10:30 works", Prefix.NONE),
        ("", Prefix.NONE),
    ],
)
def test_the_outermost_prefix_of_a_subject_counts(subject: str, meaning: Prefix) -> None:
    assert subject_prefix(subject) is meaning
