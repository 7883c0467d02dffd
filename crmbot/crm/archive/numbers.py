"""Whole numbers seen so far, kept as stretches: a million in a row take the room of one."""

from bisect import bisect_right


class NumberSet:
    """A set of whole numbers."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []

    @property
    def highest(self) -> int:
        """The highest number, 0 when there is none."""
        return self._ends[-1] if self._ends else 0

    def add(self, number: int) -> bool:
        """Take a number in; False when it was there."""
        place = bisect_right(self._starts, number)
        if place and number <= self._ends[place - 1]:
            return False
        after = place < len(self._starts) and self._starts[place] == number + 1
        if place and self._ends[place - 1] == number - 1:
            self._ends[place - 1] = self._ends.pop(place) if after else number
            if after:
                self._starts.pop(place)
        elif after:
            self._starts[place] = number
        else:
            self._starts.insert(place, number)
            self._ends.insert(place, number)
        return True
