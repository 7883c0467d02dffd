"""Tests of attributes that are computed when first asked for."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from crmbot.domain.lazy import lazy


class Asked:
    def __init__(self, meeting: Barrier) -> None:
        self.meeting, self.times = meeting, 0

    @lazy
    def answer(self) -> int:
        """Answer once another thread computes its answer too."""
        self.times += 1
        self.meeting.wait(timeout=10)
        return 42


def test_threads_compute_the_attribute_of_their_objects_at_the_same_time_and_once() -> None:
    meeting = Barrier(2)
    both = [Asked(meeting), Asked(meeting)]
    with ThreadPoolExecutor(2) as threads:
        assert list(threads.map(lambda one: one.answer, both)) == [42, 42]
    assert [(one.answer, one.times) for one in both] == [(42, 1), (42, 1)]
