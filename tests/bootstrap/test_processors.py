"""Processes that keep to one processor each."""

import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="this system has no processor affinity")

_PROGRAM = """
import os, threading
from crmbot.bootstrap.processors import keep_to_one

keep_to_one({number})
found = [os.sched_getaffinity(0)]
thread = threading.Thread(target=lambda: found.append(os.sched_getaffinity(0)))
thread.start()
thread.join()
print(*(processor for allowed in found for processor in sorted(allowed)))
"""


def kept_to(number: int) -> list[int]:
    """Return the processors of the first thread and of one started later, in a process of its own."""
    program = _PROGRAM.format(number=number)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return [int(one) for one in done.stdout.split()]


def test_a_process_and_its_threads_keep_to_one_processor() -> None:
    allowed = sorted(os.sched_getaffinity(0))
    assert kept_to(0) == [allowed[-1], allowed[-1]]


def test_processes_share_out_the_processors_from_the_last_to_the_first_and_around() -> None:
    allowed = sorted(os.sched_getaffinity(0))
    assert {kept_to(number)[0] for number in range(len(allowed))} == set(allowed)
    assert kept_to(len(allowed)) == kept_to(0)
