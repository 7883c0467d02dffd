"""How often a token may call: a bucket for each, in this process."""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import ceil
from threading import Lock
from time import monotonic

from crmbot.errors import TooMany

_MOST_BUCKETS = 10_000
_MINUTE = 60.0


@dataclass
class RateLimit:
    """Lets a token call so often a minute: a minute's calls at once, then one for each that time has given back."""

    per_minute: int
    now: Callable[[], float] = monotonic
    _filled: dict[str, tuple[float, float]] = field(default_factory=dict)
    """Calls left, and when that was so."""
    _turn: Lock = field(default_factory=Lock)

    def take(self, token: str) -> None:
        """Count a call of a token that is valid.

        Raises:
            TooMany: it has none left; the error tells in how many seconds there is one again.
        """
        with self._turn:
            at = self.now()
            left = self._left(token, at)
            if left < 1:
                wait = ceil((1 - left) * _MINUTE / self.per_minute)
                raise TooMany(
                    f"This token may call {self.per_minute:,} times a minute. Try again in {wait} s.", retry_after=wait
                )
            if len(self._filled) >= _MOST_BUCKETS:
                self._forget_full(at)
            self._filled[token] = (left - 1, at)

    def _left(self, token: str, at: float) -> float:
        left, since = self._filled.get(token, (float(self.per_minute), at))
        return min(self.per_minute, left + (at - since) * self.per_minute / _MINUTE)

    def _forget_full(self, at: float) -> None:
        """Forget the tokens that have all their calls again: they are as if they had never called."""
        for token in [token for token in self._filled if self._left(token, at) >= self.per_minute]:
            del self._filled[token]
