"""Making a store ready: its tables and its first workspace."""

from crmbot.bootstrap import Crmbot
from crmbot.crm.setup import create_workspace
from crmbot.migrations import upgrade
from crmbot.models import Workspace
from crmbot.store import EVERY_WORKSPACE


def prepare_store(bot: Crmbot) -> Workspace:
    """Bring the tables to this version and make the workspace of the config when the store has none."""
    upgrade(bot.store)
    workspaces = bot.service.workspaces()
    if workspaces:
        return workspaces[0]
    chosen = bot.settings.workspace
    with bot.store.writing(EVERY_WORKSPACE) as session:
        return create_workspace(
            session,
            name=chosen.name,
            timezone=chosen.timezone,
            currency=chosen.currency,
            date_order=chosen.date_order,
            stages=bot.settings.pipeline.stages,
            now=bot.clock(),
        )
