"""Named places where a fault test kills its own process; off, and free, unless CRMBOT_FAILPOINT names one."""

import os
import signal
from functools import cache
from itertools import count


def reach(name: str) -> None:
    """Kill this process with SIGKILL when CRMBOT_FAILPOINT=NAME:N and NAME is reached for the Nth time here."""
    armed = _armed()
    if armed is not None and armed[0] == name and next(_reached()) == armed[1]:
        os.kill(os.getpid(), signal.SIGKILL)


@cache
def _armed() -> tuple[str, int] | None:
    name, _, times = os.environ.get("CRMBOT_FAILPOINT", "").partition(":")
    return (name, int(times or 1)) if name else None


@cache
def _reached() -> "count[int]":
    return count(1)
