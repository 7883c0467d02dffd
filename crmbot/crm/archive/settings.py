"""The lines of an archive that a store may have already: workspace, stages, users, rates."""

from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from crmbot.crm.archive.frame import Frame, Line
from crmbot.crm.archive.known import Known
from crmbot.domain.stages import ForecastCategory, StageKind
from crmbot.models import CurrencyRate, Stage, User, Workspace

_CATEGORY = {
    StageKind.OPEN: ForecastCategory.PIPELINE,
    StageKind.WON: ForecastCategory.CLOSED,
    StageKind.LOST: ForecastCategory.OMITTED,
}


_CLEARED = frozenset({"timezone", "slack_user_id", "receipts_by"})
"""What a user's line may say is none."""


class SettingsWriter:
    """Writes settings over what the store has; what the file does not name stays."""

    def __init__(self, session: Session, known: Known, frame: Frame) -> None:
        self.session = session
        self.known = known
        self.frame = frame
        frame.ids.stages.update({key: stage.id for key, stage in known.stages.items()})
        frame.stages.update({key: (stage.kind, stage.probability) for key, stage in known.stages.items()})
        self._placed = 0

    def write(self, kind: str, line: Line) -> None:
        """Write one line."""
        {"workspace": self.workspace, "stage": self.stage, "user": self.user, "rate": self.rate}[kind](line)

    def workspace(self, line: Line) -> None:
        """Let the line win over what the store says of itself."""
        facts = {name: line[name] for name in ("name", "timezone", "currency")}
        facts |= {name: line[name] for name in ("date_order", "lost_reasons") if name in line}
        self.session.execute(update(Workspace).where(Workspace.id == self.known.workspace_id).values(facts))
        self.frame.currency, self.frame.zone = line["currency"], ZoneInfo(line["timezone"])

    def stage(self, line: Line) -> None:
        """Change the stage of that key, or add it."""
        key, kind = line["key"], StageKind(line["kind"])
        present = self.known.stages.get(key)
        self._placed += 1
        facts = {name: value for name, value in line.items() if name != "type" and value is not None}
        facts |= {name: line[name] for name in ("stale_after_days", "removed_at") if name in line}
        if present is not None:
            self._change(Stage, present.id, facts | {"removed_at": line.get("removed_at")})
            stage_id, usual = present.id, present.probability
        else:
            stage_id, usual = self.frame.ids.new(), 100 if kind is StageKind.WON else 0
            defaults = {
                "probability": usual,
                "late": False,
                "position": self._placed,
                "stale_after_days": None,
                "forecast_category": _CATEGORY[kind].value,
                "removed_at": None,
            }
            self._add(Stage, stage_id, defaults | facts)
        self.frame.ids.stages[key] = stage_id
        self.frame.stages[key] = kind.value, facts.get("probability", usual)

    def user(self, line: Line) -> None:
        """Change the user of that address, or add one."""
        user_id = self.known.users.get(line["email"])
        given = {name: value for name, value in line.items() if name not in {"type", "ref"}}
        facts = {name: value for name, value in given.items() if value is not None or name in _CLEARED}
        facts["active"] = line.get("active") is not False
        if user_id is not None:
            self._change(User, user_id, facts)
        else:
            user_id = self.frame.ids.own("user", line["ref"])
            defaults = {**dict.fromkeys(_CLEARED), "receipts": "all", "created_at": self.frame.now}
            self._add(User, user_id, defaults | facts)
        self.frame.ids.users[line["ref"]] = user_id
        if line.get("timezone"):
            self.frame.zones[line["ref"]] = ZoneInfo(line["timezone"])

    def rate(self, line: Line) -> None:
        """Change the rate of that currency and day, or add it."""
        rate_id = self.known.rates.get((line["currency"], line["on"]))
        if rate_id is not None:
            where = (CurrencyRate.workspace_id == self.known.workspace_id) & (CurrencyRate.id == rate_id)
            self.session.execute(update(CurrencyRate).where(where).values(rate=line["rate"]))
            return
        facts = {name: line[name] for name in ("currency", "on", "rate")}
        rate_id = self.frame.ids.own("rate", line["ref"]) if line.get("ref") else self.frame.ids.new()
        self.session.execute(insert(CurrencyRate), {"workspace_id": self.known.workspace_id, "id": rate_id, **facts})

    def _change(self, table: type[Stage | User], row_id: str, facts: dict[str, Any]) -> None:
        where = (table.workspace_id == self.known.workspace_id) & (table.id == row_id)
        self.session.execute(update(table).where(where).values(version=table.version + 1, **facts))

    def _add(self, table: type[Stage | User], row_id: str, facts: dict[str, Any]) -> None:
        own = {"workspace_id": self.known.workspace_id, "id": row_id, "version": 1}
        self.session.execute(insert(table), own | facts)
