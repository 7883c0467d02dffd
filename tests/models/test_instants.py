"""An instant is stored by a short way of our own, as the library would."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects.sqlite import DATETIME, dialect

from crmbot.models import UTCDateTime

SQLITE = dialect()
WRITE = UTCDateTime().bind_processor(SQLITE)
READ = UTCDateTime().result_processor(SQLITE, None)
LIBRARY_S: Any = DATETIME()  # type: ignore[no-untyped-call]
LIBRARY_WRITES = LIBRARY_S.bind_processor(SQLITE)
ZONES = st.timedeltas(timedelta(hours=-14), timedelta(hours=14)).map(timezone)


@given(st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 30), timezones=ZONES))  # noqa: DTZ001 - the zones come beside
def test_sqlite_keeps_an_instant_as_the_library_writes_it(instant: datetime) -> None:
    assert WRITE(instant) == LIBRARY_WRITES(instant.astimezone(UTC).replace(tzinfo=None))
    assert READ(WRITE(instant)) == instant
    assert READ(WRITE(instant)).tzinfo is UTC


def test_the_two_times_of_the_hour_that_comes_twice_in_autumn_stay_two() -> None:
    first = datetime(2031, 10, 26, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    kept = [WRITE(first), WRITE(first.replace(fold=1))]
    assert kept == ["2031-10-26 00:30:00.000000", "2031-10-26 01:30:00.000000"]


def test_none_is_kept_as_none() -> None:
    assert WRITE(None) is None
    assert READ(None) is None


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="give it a zone"):
        WRITE(datetime.combine(date(2031, 3, 5), datetime.min.time()))
