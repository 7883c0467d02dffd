"""The store: a database that holds workspaces, and how statements, commits and connections are spared there."""

from crmbot.store.binding import EVERY_WORKSPACE
from crmbot.store.database import Store
from crmbot.store.engines import open_store
from crmbot.store.failures import BUSY_SECONDS, is_lost_race

__all__ = ["BUSY_SECONDS", "EVERY_WORKSPACE", "Store", "is_lost_race", "open_store"]
