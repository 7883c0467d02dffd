"""Digests in time: each tick decides about the slots that are due, and the config's digests become subscriptions."""

import logging
from collections.abc import Callable, Iterable
from datetime import timedelta

from crmbot.config.settings import DigestSettings
from crmbot.crm import digests
from crmbot.crm.occasions import Composer, Occasion, find_due
from crmbot.crm.slots import decide
from crmbot.domain.clock import Clock
from crmbot.errors import Busy, CrmError
from crmbot.failpoints import reach
from crmbot.store import EVERY_WORKSPACE, Store

CATCH_UP = timedelta(hours=24)
"""How late a digest may still be sent, unless the config says otherwise."""

_logger = logging.getLogger(__name__)


class Digests:
    """Makes the digests of all workspaces; any number of processes may, each slot is decided by one."""

    def __init__(self, store: Store, composer: Composer, clock: Clock, *, catch_up: timedelta = CATCH_UP) -> None:
        self._store, self._composer, self._clock, self._catch_up = store, composer, clock, catch_up

    def run_once(self) -> int:
        """Decide about everything that is due, and return how many slots were decided here."""
        with self._store.reading(EVERY_WORKSPACE) as session:
            due = find_due(session, self._clock(), self._catch_up)
        return sum(self._settle(occasion) for occasion in due)

    def _settle(self, occasion: Occasion) -> bool:
        """Decide about one slot; a digest that breaks holds up no other and is tried at the next tick."""
        try:
            return self._decide(occasion)
        except Busy:
            _logger.warning("the database was busy; digest %s waits for the next tick", occasion.digest.name)
        except Exception:
            _logger.exception("digest %s of %s could not be made", occasion.digest.name, occasion.slot.local)
        return False

    def _decide(self, occasion: Occasion) -> bool:
        """Compose in one snapshot, then write slot, message and numbers in one transaction."""
        workspace = occasion.digest.workspace_id
        composed = None
        if occasion.skip is None:
            try:
                with self._store.reading(workspace) as session:
                    composed = self._composer(session, occasion)
            except Busy:
                raise
            except CrmError as refusal:
                occasion = occasion.skipped(str(refusal))
        reach("digest.composed")
        with self._store.writing(workspace) as session:
            decided = decide(session, occasion, composed, self._clock())
            reach("digest.decided")
        reach("digest.committed")
        return decided


def sync_digests(
    store: Store,
    workspace_id: str,
    settings: Iterable[DigestSettings],
    clock: Clock,
    resolve: Callable[[str], str | None] = lambda _name: None,
) -> None:
    """Bring the workspace's subscriptions in line with the config; `resolve` returns the id of a channel's name."""
    wanted = tuple(settings)
    names = {one.channel for one in wanted if one.channel is not None and one.channel.startswith("#")}
    found = {name: resolve(name) for name in sorted(names)}
    with store.writing(workspace_id) as session:
        channels = {name: channel for name, channel in found.items() if channel is not None}
        digests.sync_digests(session, workspace_id, wanted, clock(), channels)
