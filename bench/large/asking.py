"""A question put by hand: one workspace, one window, a driver's own cursor, and what the databases say differently."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

_ZONE = ZoneInfo("Europe/Berlin")
_MONEY = "coalesce({a}.value_minor, 0)"


class Question:
    """Everything a report written by hand needs; nothing is kept from one question to the next."""

    def __init__(self, cursor: Any, *, sqlite: bool, workspace_id: str, now: datetime, days: int = 30) -> None:
        self._cursor, self._sqlite = cursor, sqlite
        self.workspace_id, self.now, self.length = workspace_id, now, days
        self.last = now.astimezone(_ZONE).date()
        self.first = self.last - timedelta(days=days - 1)
        self.period = {"from": self.first.isoformat(), "to": self.last.isoformat()}

    def rows(self, statement: str, **more: Any) -> list[tuple[Any, ...]]:
        """Run a statement and return its rows."""
        words = statement
        for name, text in self._words(statement):
            words = words.replace("{" + name + "}", text)
        values = {**self._values(words), **more}
        if not self._sqlite:
            for name in sorted(values, key=len, reverse=True):
                words = words.replace(f":{name}", f"%({name})s")
        given = {name: self._bound(value) for name, value in values.items()}
        return list(self._cursor.execute(words, given).fetchall())

    def row(self, statement: str) -> tuple[Any, ...]:
        """Run a statement of one row."""
        [found] = self.rows(statement)
        return found

    def _values(self, words: str) -> dict[str, Any]:
        ago = {
            f"d{days}": self._midnight(self.last - timedelta(days=days)) for days in (13, 14, 21, 29, 30, 42, 60, 90)
        }
        starts, ends = self._midnight(self.first), self._midnight(self.last + timedelta(days=1))
        two = timedelta(days=2)
        every = {"w": self.workspace_id, "at": self.now, "starts": starts, "ends": ends, "near": starts - two} | ago
        every |= {"far": ends + two, "first": self.first, "last": self.last}
        return {name: value for name, value in every.items() if f":{name}" in words}

    def _bound(self, value: Any) -> Any:
        if self._sqlite and isinstance(value, datetime):
            return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
        return value.isoformat() if self._sqlite and isinstance(value, date) else value

    @staticmethod
    def _midnight(day: date) -> datetime:
        return datetime(day.year, day.month, day.day, tzinfo=_ZONE).astimezone(UTC)

    # What the databases say differently

    def _words(self, statement: str) -> Iterator[tuple[str, str]]:
        if "{money}" in statement:
            yield "money", self._money("v")
        if "{money_before}" in statement:
            yield "money_before", self._money("b")
        if "{slowness}" in statement:
            yield "slowness", self._slowness()
        # A plus sign keeps SQLite from looking for rows by what nearly all of them meet.
        for name in ("valid_from", "valid_to"):
            yield f"after_{name}", f"+{'v.' if ' v' in statement else ''}{name}" if self._sqlite else f"v.{name}"
        yield "by_deal", "INDEXED BY ix_deal_version_deal" if self._sqlite else ""
        yield "month", "substr(expected_close, 1, 7)" if self._sqlite else "to_char(expected_close, 'YYYY-MM')"
        yield "month_of_closing", self._month_of_closing()
        second = "unixepoch(substr({0}, 1, 19))" if self._sqlite else "floor(extract(epoch FROM {0}))::bigint"
        yield "seconds", f"{second.format('entered_at')} - {second.format('lead_created_at')}"

    def _money(self, alias: str) -> str:
        value = _MONEY.format(a=alias)
        others = (f"WHEN '{c}' THEN ({value} * {times} + 5000) / 10000" for c, times in self.rates.items())
        return f"CASE {alias}.currency WHEN 'USD' THEN {value} {' '.join(others)} END"

    def _month_of_closing(self) -> str:
        turn = self._midnight(self.last.replace(day=1))
        bound = self._bound(turn)
        before, now = f"{self.first:%Y-%m}", f"{self.last:%Y-%m}"
        return f"CASE WHEN outcome_since < '{bound}' THEN '{before}' ELSE '{now}' END"

    def _slowness(self) -> str:
        cases = []
        for times, slow in ((2, 2), (1, 1)):
            for one, _, _, kind in self.stages:
                days = self._stale_days[one]
                if kind == "open" and days:
                    bound = self._bound(self._midnight(self.last - timedelta(days=times * days)))
                    cases.append(f"WHEN stage_id = '{one}' AND stage_since < '{bound}' THEN {slow}")
        return " ".join(cases)

    # What reports read besides

    @cached_property
    def rates(self) -> dict[str, int]:
        """Ten-thousandths of a dollar for one cent of each other currency."""
        latest = (
            'SELECT currency, max("on") FROM currency_rate WHERE workspace_id = :w AND "on" <= :last GROUP BY currency'
        )
        found = self.rows(
            f'SELECT currency, rate FROM currency_rate WHERE workspace_id = :w AND (currency, "on") IN ({latest})'
        )
        return {currency: round(float(rate) * 10_000) for currency, rate in found}

    @cached_property
    def stages(self) -> list[tuple[str, str, str, str]]:
        """Id, key, name and kind of the stages in order."""
        return [row[:4] for row in self._stages]

    @cached_property
    def late(self) -> set[str]:
        """The stages marked late."""
        return {row[0] for row in self._stages if row[4]}

    @cached_property
    def _stale_days(self) -> dict[str, int | None]:
        return {row[0]: row[5] for row in self._stages}

    @cached_property
    def _stages(self) -> list[tuple[Any, ...]]:
        columns = "id, key, name, kind, late, stale_after_days"
        return self.rows(f"SELECT {columns} FROM stage WHERE workspace_id = :w ORDER BY position, key")

    @cached_property
    def users(self) -> dict[Any, str]:
        """Names by id."""
        return {None: "Unassigned", **dict(self.rows("SELECT id, name FROM user_account WHERE workspace_id = :w"))}

    def user(self, user_id: str | None) -> str:
        """Return a user's name."""
        return self.users[user_id]

    def by_day(self, statement: str) -> list[tuple[str, int, int]]:
        """Run a statement over the window's days, whose bounds it takes as a table."""
        days = [self.first + timedelta(days=n) for n in range(self.length)]
        bounds = [
            (n, self._bound(self._midnight(day)), self._bound(min(self._midnight(day + timedelta(days=1)), self.now)))
            for n, day in enumerate(days)
        ]
        kind = "" if self._sqlite else "::timestamptz"
        listed = ", ".join(f"({n}, '{start}'{kind}, '{end}'{kind})" for n, start, end in bounds)
        found = self.rows(statement.replace("{days}", listed))
        return [(days[n].isoformat(), leads, converted) for n, leads, converted in sorted(found)]

    def instant(self, at: Any) -> str:
        """Write an instant as JSON has it."""
        if isinstance(at, str):
            return datetime.fromisoformat(at).isoformat() + "Z"
        return str(at.astimezone(UTC).isoformat().replace("+00:00", "Z"))

    def day(self, on: Any) -> str | None:
        """Write a day as JSON has it."""
        return None if on is None else str(on)
