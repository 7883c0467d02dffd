"""Computed reports as text: the JSON envelope, CSV and a terminal table; nothing is computed here."""

from crmbot.reports.rendering.csv import as_csv
from crmbot.reports.rendering.envelope import as_envelope
from crmbot.reports.rendering.plain import plain
from crmbot.reports.rendering.table import as_table

__all__ = ["as_csv", "as_envelope", "as_table", "plain"]
