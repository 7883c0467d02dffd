"""What is known of a workspace's Slack and charts, as the sender asks and learns it."""

import logging
from dataclasses import dataclass

from crmbot.crm.charts import note_charts, takes_charts
from crmbot.domain.clock import Clock
from crmbot.errors import Busy
from crmbot.store import Store

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ChartMemory:
    """Remembers in the store, so that every process knows, and believes a refusal for a week."""

    store: Store
    clock: Clock
    workspace_id: str

    def takes(self) -> bool | None:
        """Say whether the workspace's Slack draws charts; None when nobody knows, or the database is busy."""
        try:
            with self.store.reading(self.workspace_id) as session:
                return takes_charts(session, self.workspace_id, self.clock())
        except Busy:
            return None

    def note(self, *, taken: bool) -> None:
        """Remember what Slack did with a chart; a busy database costs no more than the memory."""
        if self.takes() is not taken:
            _logger.info("Slack of workspace %s %s charts", self.workspace_id, "takes" if taken else "refuses")
        try:
            with self.store.writing(self.workspace_id) as session:
                note_charts(session, self.workspace_id, self.clock(), taken=taken)
        except Busy:
            _logger.info("the database was busy; what Slack does with charts is learned another time")
