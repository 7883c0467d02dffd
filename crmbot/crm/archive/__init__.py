"""The archive: a whole workspace as lines of JSON, out and in again without a loss."""

from crmbot.crm.archive.exporting import archive_lines, export_archive
from crmbot.crm.archive.importing import Summary, import_archive
from crmbot.crm.archive.mistakes import BadArchive

__all__ = ["BadArchive", "Summary", "archive_lines", "export_archive", "import_archive"]
