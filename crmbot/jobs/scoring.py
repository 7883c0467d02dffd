"""Scoring leads anew after the rules of the config changed: in batches, so that nobody waits for it."""

import logging

from crmbot.crm.policy import Policy
from crmbot.crm.scoring import rescore_batch, workspaces_to_rescore
from crmbot.store import EVERY_WORKSPACE, Store

_logger = logging.getLogger(__name__)


def rescore_leads(store: Store, policy: Policy) -> int:
    """Bring the leads of every workspace in line with the rules, and return how many workspaces needed it.

    Each batch is a transaction; one that was interrupted begins anew, which changes nothing twice.
    """
    with store.reading(EVERY_WORKSPACE) as session:
        waiting = workspaces_to_rescore(session, policy)
    for workspace_id in waiting:
        after: int | None = 0
        while after is not None:
            with store.writing(workspace_id) as session:
                after = rescore_batch(session, policy, workspace_id, after)
                session.flush()
        _logger.info("scored the leads of workspace %s anew", workspace_id)
    return len(waiting)
