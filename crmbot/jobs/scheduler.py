"""The tick: calls each job again and again; what is due, the jobs decide."""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger

_MISSED = 3
"""After so many intervals without a run a job is called at once: the machine's clock went back."""

_logger = logging.getLogger(__name__)


@dataclass
class Job:
    """Something done every so often; its own failures are logged and it is called again."""

    name: str
    every: timedelta
    run: Callable[[], object]
    last_run_at: datetime | None = None
    last_failed_at: datetime | None = None
    ran: float = field(default_factory=time.monotonic)

    def __call__(self) -> None:
        """Run once; a failure is the next run's chance."""
        self.ran = time.monotonic()
        try:
            self.run()
            self.last_run_at = datetime.now(UTC)
        except Exception:
            self.last_failed_at = datetime.now(UTC)
            _logger.exception("%s failed; next try in %s", self.name, self.every)


class Every(BaseTrigger):  # type: ignore[misc]  # APScheduler has no types
    """Fires so long after the last look, so that a clock far ahead makes one run and not thousands of missed ones."""

    def __init__(self, interval: timedelta) -> None:
        self._interval = interval

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        """Return the next moment; at once at first."""
        return now if previous_fire_time is None else now + self._interval


class Scheduler:
    """Ticks in the background; nothing about time is stored here, so any number may run."""

    def __init__(self, jobs: tuple[Job, ...]) -> None:
        self._jobs = jobs
        self._scheduler: BackgroundScheduler | None = None
        self._stopping = threading.Event()
        self._watch: threading.Thread | None = None

    def start(self) -> None:
        """Run every job now, and then at its interval."""
        self._scheduler = BackgroundScheduler(
            jobstores={"default": MemoryJobStore()},
            executors={"default": ThreadPoolExecutor(max(1, len(self._jobs)))},
            job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1},
            timezone=UTC,
        )
        for job in self._jobs:
            job.ran = time.monotonic()
            self._scheduler.add_job(job, Every(job.every), id=job.name)
        self._scheduler.start()
        self._stopping.clear()
        self._watch = threading.Thread(target=self._watch_jobs, name="crmbot-tick-watch", daemon=True)
        self._watch.start()

    def stop(self, seconds: float = 8.0) -> None:
        """Start no job any more and wait for running ones."""
        self._stopping.set()
        if self._watch is not None:
            self._watch.join(seconds)
            self._watch = None
        if self._scheduler is not None:
            waiter = threading.Thread(target=self._scheduler.shutdown, daemon=True)
            waiter.start()
            waiter.join(seconds)
            self._scheduler = None

    def health(self) -> Mapping[str, object]:
        """Return when each job last succeeded and failed."""
        return {
            job.name: {
                "last_run_at": job.last_run_at,
                "last_failed_at": job.last_failed_at,
                "stuck": time.monotonic() - job.ran > max(_MISSED * job.every.total_seconds(), 60),
            }
            for job in self._jobs
        }

    def _watch_jobs(self) -> None:
        """Call jobs that a clock put back would keep waiting; APScheduler waits by the wall clock."""
        shortest = min((job.every.total_seconds() for job in self._jobs), default=1.0)
        while not self._stopping.wait(shortest):
            for job in self._jobs:
                late = time.monotonic() - job.ran > _MISSED * job.every.total_seconds()
                if late and self._scheduler is not None:
                    job.ran = time.monotonic()
                    self._scheduler.modify_job(job.name, next_run_time=datetime.now(UTC))
