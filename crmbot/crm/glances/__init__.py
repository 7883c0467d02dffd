"""What lists and the board show of records, read together with the names that stand beside them in one statement."""

from crmbot.crm.glances.statements import glance_statement, glances, glances_of

__all__ = ["glance_statement", "glances", "glances_of"]
