"""Processes that keep to one processor each (processor affinity, sched_setaffinity(2))."""

import os


def keep_to_one(number: int = 0) -> None:
    """Keep this process, and the threads it starts from now on, to one of the processors it may use.

    Python runs one thread of a process at a time. When they take turns on one processor, each finds in its caches what
    the one before left there, and none waits until another processor wakes up. Counted from the last, as interrupts
    go to the first; after the first comes the last again.

    Raises:
        OSError: this system can't.
    """
    if not hasattr(os, "sched_setaffinity"):
        raise OSError("this system has no processor affinity")
    allowed = sorted(os.sched_getaffinity(0), reverse=True)
    os.sched_setaffinity(0, {allowed[number % len(allowed)]})
