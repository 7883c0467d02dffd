"""Activities: log, plan, complete, put off, hand over; and notes."""

from crmbot.crm.activities.logging import log
from crmbot.crm.activities.notes import add_note
from crmbot.crm.activities.planning import create_task
from crmbot.crm.activities.settling import assign, complete, snooze

__all__ = ["add_note", "assign", "complete", "create_task", "log", "snooze"]
