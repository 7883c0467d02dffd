"""A report as CSV that a spreadsheet opens without running anything."""

import csv
import io
import re
from datetime import date, datetime
from typing import Any

from crmbot.domain.money import Money
from crmbot.reports.rendering.sections import read_sections
from crmbot.reports.values import Report

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?", re.ASCII)


def as_csv(report: Report) -> str:
    r"""Return the report's sections one after another, an empty line between them (RFC 4180, lines end in \r\n).

    Each begins with a line that holds its name alone, then its column names, then its rows; sections and columns are
    the same whatever the report holds (see `read_sections`). Money stands in major units with the currency's decimals
    and no sign of currency, instants in ISO 8601. Text that a spreadsheet would take for a formula is led by an
    apostrophe.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    for position, section in enumerate(read_sections(report)):
        if position:
            writer.writerow(())
        writer.writerow((section.name,))
        writer.writerow(section.columns)
        writer.writerows([cell(value) for value in row] for row in section.rows)
    return out.getvalue()


def cell(value: Any) -> str:
    """Return a value as the text of a CSV cell."""
    if value is None:
        return ""
    if isinstance(value, Money):
        return f"{value.amount:f}"
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, int | float | date):
        return str(value)
    text = str(value)
    # Figures keep their sign; only words can be formulas.
    return f"'{text}" if text.startswith(_FORMULA) and not _NUMBER.fullmatch(text) else text
