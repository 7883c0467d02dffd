"""Tables as tests write, import and read them."""

import csv
from pathlib import Path
from typing import Any

from factories import Crm

from crmbot.crm.spreadsheets import import_csv


def take(crm: Crm, file: Path, text: str | bytes = "", **kwargs: Any) -> Any:
    """Write a table, unless it is there already, and import it as an admin."""
    if text:
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return import_csv(crm.store, crm.actor("ada"), crm.policy, file, now=crm.clock(), **kwargs)


def cells(file: Path) -> list[list[str]]:
    """Return the rows of a table that crmbot wrote."""
    with file.open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.reader(handle))
