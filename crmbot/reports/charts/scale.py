"""From amounts to places on a chart, and the round amounts that its axis names."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count


@dataclass(frozen=True, slots=True)
class Scale:
    """A straight mapping of amounts from `low` to `high` onto places from `start` to `end`."""

    low: int
    high: int
    start: float
    end: float

    def place(self, amount: int) -> float:
        """Return where an amount stands; what is beyond the ends stands at the end."""
        inside = min(max(amount, self.low), self.high)
        return self.start + (self.end - self.start) * ((inside - self.low) / (self.high - self.low))


def share(room: float, sizes: Sequence[int], least: float) -> tuple[float, ...]:
    """Divide a room by sizes; what is above 0 gets at least `least`, the others share what is left."""
    room = max(room, least * sum(size > 0 for size in sizes))
    small: set[int] = set()
    while True:
        total = sum(size for n, size in enumerate(sizes) if n not in small)
        left = room - least * len(small)
        parts = [least if n in small else left * size / total if size else 0.0 for n, size in enumerate(sizes)]
        too_small = {n for n, part in enumerate(parts) if sizes[n] > 0 and part < least and n not in small}
        if not too_small:
            return tuple(parts)
        small |= too_small


def round_ticks(low: int, high: int, most: int = 4) -> tuple[int, ...]:
    """Return about `most` multiples of 1, 2, 2.5 or 5 x 10^n, from the last up to `low` to the first from `high` on.

    An axis that is drawn from the first to the last of them holds every amount between `low` and `high`.
    """
    step = _round_step(max(high - low, 1), most)
    first, last = low // step, -(-max(high, low + 1) // step)
    return tuple(step * n for n in range(first, last + 1))


def _round_step(span: int, most: int) -> int:
    for power in count():
        for tenths in (10, 20, 25, 50):
            step, rest = divmod(tenths * int(10**power), 10)
            if rest == 0 and step * most >= span:
                return step
    raise AssertionError("some step is large enough")
