"""How the parts do, for /readyz and /metrics: progress, not connections."""

import shutil
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry, Gauge, generate_latest
from sqlalchemy import URL

from crmbot.bootstrap import Crmbot
from crmbot.crm.outbox import read_facts
from crmbot.errors import CrmError
from crmbot.jobs.worker import Part
from crmbot.store import EVERY_WORKSPACE
from crmbot.web.health import Health

_LONGEST_WAIT = timedelta(minutes=15)

_LEAST_ROOM = 50
"""Megabytes that the disk of a file of SQLite should have left: some thousand commands."""
_UNREAD = frozenset({"unreachable", "refused"})


class Vitals:
    """The facts of a process's parts, and of the outbox that all processes share."""

    def __init__(self, bot: Crmbot, parts: Mapping[str, Part]) -> None:
        self._bot, self._parts = bot, parts

    def health(self) -> Health:
        """Return every part's facts, and a sentence for each thing that is wrong."""
        facts: dict[str, Any] = {name: _plain(part.health()) for name, part in self._parts.items()}
        problems: list[str] = []
        try:
            with self._bot.store.reading(EVERY_WORKSPACE) as session:
                outbox = read_facts(session)
        except CrmError as error:
            return Health(facts, (f"The store does not answer: {error}",))
        problems += too_little_room(self._bot.store.engine.url)
        oldest = outbox.oldest_unsent_at
        if oldest is not None and self._bot.clock() - oldest > _LONGEST_WAIT:
            problems.append(f"A message has been waiting since {oldest:%Y-%m-%d %H:%M} UTC.")
        link = facts.get("slack")
        if link is not None and not link["connected"]:
            problems.append(f"Slack is not connected: {link['reason']}.")
        stuck = [name for name, job in facts.get("scheduler", {}).items() if job.get("stuck")]
        problems += [f"The job “{name}” has not run for long." for name in stuck]
        problems += [
            f"The mailbox of “{name.removeprefix('mail ')}” can't be read: {found['problem']}"
            for name, found in facts.items()
            if name.startswith("mail ") and found["state"] in _UNREAD
        ]
        facts["store"] = {"unsent": outbox.unsent, "parked": outbox.parked}
        return Health(facts, tuple(problems))

    def metrics(self) -> bytes:
        """Return the figures in Prometheus' text format."""
        registry = CollectorRegistry()
        found = self.health()
        ready = Gauge("crmbot_ready", "1 when nothing is wrong.", registry=registry)
        ready.set(0 if found.problems else 1)
        with self._bot.store.reading(EVERY_WORKSPACE) as session:
            outbox = read_facts(session)
        Gauge("crmbot_outbox_unsent", "Messages that wait.", registry=registry).set(outbox.unsent)
        Gauge("crmbot_outbox_parked", "Messages that nobody could deliver.", registry=registry).set(outbox.parked)
        age = (self._bot.clock() - outbox.oldest_unsent_at).total_seconds() if outbox.oldest_unsent_at else 0.0
        Gauge("crmbot_outbox_oldest_seconds", "Age of the oldest waiting message.", registry=registry).set(age)
        return generate_latest(registry)


def too_little_room(url: URL, least: int = _LEAST_ROOM) -> list[str]:
    """Return a sentence when the disk of a file of SQLite is about to be full; of a server nothing is known."""
    if url.get_backend_name() != "sqlite" or not url.database:
        return []
    left = shutil.disk_usage(Path(url.database).absolute().parent).free // 1_000_000
    return [f"The disk of the store has {left} MB left; without room nothing can be saved."] if left < least else []


def _plain(facts: Mapping[str, object]) -> dict[str, Any]:
    """Return facts as JSON: instants as ISO 8601 text."""
    return {name: _json(value) for name, value in facts.items()}


def _json(value: object) -> Any:
    if isinstance(value, Mapping):
        return _plain(value)
    return value if isinstance(value, str | int | float | bool | None) else str(value)
