"""Many at once: threads that begin at the same instant."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from crmbot.errors import CrmError


def outcomes_of(count: int, work: Callable[[int], Any]) -> list[Any]:
    """Run `work` in that many threads at once and return what each came to: its answer, or its refusal."""
    barrier = Barrier(count)

    def run(index: int) -> Any:
        barrier.wait()
        try:
            return work(index)
        except CrmError as refusal:
            return refusal

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))
