"""Opaque ids and the short numbers people use."""

from datetime import UTC, datetime, timedelta
from itertools import islice

import pytest

from crmbot.domain.ids import Kind, ids_after, ids_of, is_id, new_id, parse_reference, reference

NOW = datetime(2031, 3, 5, tzinfo=UTC)


def test_ids_are_unique_and_sort_by_time() -> None:
    ids = [new_id(NOW) for _ in range(1_000)]
    assert len(set(ids)) == 1_000
    assert all(is_id(text) for text in ids)
    assert max(ids) < new_id(NOW + timedelta(milliseconds=1))


def test_ids_of_one_millisecond_rise_in_the_order_they_are_made() -> None:
    ids = [new_id(NOW) for _ in range(1_000)]
    assert ids == sorted(ids)


def test_ids_after_one_rise_within_its_millisecond() -> None:
    for _ in range(20):
        first = new_id(NOW)
        following = list(islice(ids_after(first), 1_000))
        assert [first, *following] == sorted({first, *following})
        assert all(is_id(text) for text in following)
        assert all(text <= ids_of(NOW)[1] for text in following)


def test_ids_after_one_end_before_another_beginning() -> None:
    assert list(ids_after("0" * 22 + "zzzx")) == ["0" * 22 + "zzzy", "0" * 22 + "zzzz"]
    assert list(ids_after("0" * 22 + "zzzz")) == []
    assert next(ids_after("0" * 22 + "0zzz")) == "0" * 22 + "1000"


def test_ids_of_a_moment_lie_between_its_least_and_its_greatest() -> None:
    least, greatest = ids_of(NOW)
    assert all(least <= new_id(NOW) <= greatest for _ in range(1_000))
    assert new_id(NOW - timedelta(milliseconds=1)) < least
    assert greatest < ids_of(NOW + timedelta(milliseconds=1))[0]


@pytest.mark.parametrize("text", ["", "d-17", "x" * 25, "x" * 27, "I" * 26, "u" * 26, "é" * 26])
def test_other_text_is_no_id(text: str) -> None:
    assert not is_id(text)


@pytest.mark.parametrize("kind", Kind)
def test_a_number_is_read_as_it_is_written(kind: Kind) -> None:
    assert parse_reference(reference(kind, 17)) == (kind, 17)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("D-17", (Kind.DEAL, 17)),
        ("d17", (Kind.DEAL, 17)),
        (" #l-3 ", (Kind.LEAD, 3)),
        ("o-1", (Kind.COMPANY, 1)),
        ("D--1", None),
        ("D-", None),
        ("D", None),
        ("17", None),
        ("X-1", None),
        ("D-1a", None),
        ("D-٣", None),
        ("D-²", None),
        ("D-12345678901", None),
        ("", None),
    ],
)
def test_a_reference_is_read_in_every_way_it_is_typed(text: str, expected: tuple[Kind, int] | None) -> None:
    assert parse_reference(text) == expected
