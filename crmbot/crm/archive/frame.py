"""What every row of an import needs that no line says."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from crmbot.crm.archive.ids import Ids

Line = Mapping[str, Any]


@dataclass
class Frame:
    """What rows need that no line says: the workspace, its zones and stages, ids and the next numbers."""

    workspace_id: str
    now: datetime
    currency: str
    zone: ZoneInfo
    ids: Ids
    numbers: dict[str, int]
    stages: dict[str, tuple[str, int]] = field(default_factory=dict)
    """Kind and probability by key."""
    zones: dict[str, ZoneInfo] = field(default_factory=dict)
    """Zone by user ref."""

    def number(self, kind: str, line: Line) -> int:
        """Return the number a line gives, else the next one."""
        given: int | None = line.get("number")
        if given is not None:
            return given
        self.numbers[kind] += 1
        return self.numbers[kind]

    def record(self, kind: str, line: Line) -> dict[str, Any]:
        """Return the columns that every record begins with."""
        return {"workspace_id": self.workspace_id, "id": self.ids.own(kind, line["ref"]), "version": 1}

    def version(self, kind: str, record: Line, since: datetime, entry: Line) -> dict[str, Any]:
        """Return the columns that an earlier version of a record begins with."""
        return {
            "workspace_id": self.workspace_id,
            "id": self.ids.new(),
            f"{kind}_id": record["id"],
            "valid_from": since,
            "valid_to": entry["until"],
        }

    def about(self, line: Line) -> dict[str, str | None]:
        """Return what a line is linked to."""
        return {f"{kind}_id": self.ids.of(kind, line.get(kind)) for kind in ("lead", "contact", "company", "deal")}

    def created(self, line: Line, *others: datetime | None) -> datetime:
        """Return when a record was made: as it says, else at the first thing known of it."""
        given: datetime | None = line.get("created_at")
        return given or min((at for at in others if at), default=self.now)
