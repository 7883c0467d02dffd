"""Clearing out what is kept for a while only."""

import logging

from crmbot.crm.housekeeping import forget_old
from crmbot.domain.clock import Clock
from crmbot.store import EVERY_WORKSPACE, Store

_logger = logging.getLogger(__name__)


def clear_out(store: Store, clock: Clock) -> int:
    """Remove what is past its time and return how many rows that touched."""
    with store.writing(EVERY_WORKSPACE) as session:
        forgotten = forget_old(session, clock())
    _logger.info("housekeeping: %s rows", forgotten)
    return forgotten
