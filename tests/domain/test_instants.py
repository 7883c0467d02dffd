"""What is remembered of instants is what would be written."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from crmbot.domain.instants import Written

NOW = datetime(2031, 3, 5, 12, tzinfo=UTC)


def _text(value: Any) -> str | None:
    return None if value is None else str(value.isoformat())


def test_each_is_written_once() -> None:
    asked: list[Any] = []

    def write(value: Any) -> str | None:
        asked.append(value)
        return _text(value)

    written = Written(write)
    values = (NOW, NOW.date(), None)
    for _ in range(2):
        assert [written[value] for value in values] == ["2031-03-05T12:00:00+00:00", "2031-03-05", None]
    assert asked == [*values]


def test_an_hour_that_comes_twice_is_written_as_either() -> None:
    written = Written(_text)
    first = datetime(2030, 10, 27, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    second = first.replace(fold=1)
    instants = [first, first.astimezone(UTC), second, second.astimezone(UTC), second, first]
    assert [written[instant] for instant in instants] == [instant.isoformat() for instant in instants]


def test_no_more_is_remembered_than_fits() -> None:
    written = Written(_text)
    days = [date(2031, 1, 1) + timedelta(days=number) for number in range(2_500)]
    assert [written[day] for day in days] == [day.isoformat() for day in days]
    assert len(written) <= 1_000
