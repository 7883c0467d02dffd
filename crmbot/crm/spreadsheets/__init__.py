"""Records of one kind as a table (.csv): in from other systems, out without harm."""

from crmbot.crm.spreadsheets.exporting import export_csv
from crmbot.crm.spreadsheets.headers import KINDS
from crmbot.crm.spreadsheets.importing import Imported, import_csv

__all__ = ["KINDS", "Imported", "export_csv", "import_csv"]
