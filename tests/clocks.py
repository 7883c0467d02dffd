"""A clock that stands still until a test moves it."""

from datetime import UTC, datetime, timedelta

import pytest


class SettableClock:
    """An injected clock: call it for the present instant in UTC."""

    def __init__(self, now: datetime = datetime(2031, 3, 5, 9, 30, tzinfo=UTC)) -> None:
        self._now = now

    def __call__(self) -> datetime:
        """Return the present instant."""
        return self._now

    def advance(self, step: timedelta) -> None:
        """Move on by `step`; backwards when it is negative."""
        self._now += step

    def set(self, now: datetime) -> None:
        """Move to an aware instant."""
        if now.tzinfo is None:
            raise ValueError("the clock takes aware instants only")
        self._now = now.astimezone(UTC)


@pytest.fixture
def clock() -> SettableClock:
    """A clock at 09:30 UTC on Wednesday, 5 March 2031, which the test moves."""
    return SettableClock()
