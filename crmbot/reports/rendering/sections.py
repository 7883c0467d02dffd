"""A report's data as tables: one of single figures, then one for every breakdown."""

from collections.abc import Mapping
from dataclasses import dataclass, is_dataclass
from typing import Any, get_args, get_origin, get_type_hints

from crmbot.domain.money import Money
from crmbot.reports.rendering.plain import field_names
from crmbot.reports.values import Report, Unconverted

SUMMARY = "summary"
Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A table: `name` is the data's field (`created.deals` inside another), cells are the report's own values."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def read_sections(report: Report) -> tuple[Section, ...]:
    """Return the tables of a report; which there are, and their columns, depend on its type only, not on its rows.

    The first is `summary` with `field` and `value`; then the breakdowns in the order of the JSON, those keyed by
    something with the column `key`; last `unconverted`, the deals that are in no sum.
    """
    figures: list[Row] = [("as_of", report.meta.as_of), ("currency", report.meta.currency)]
    tables: list[Section] = []
    _collect(report.data, "", figures, tables)
    tables.append(_table("unconverted", Unconverted, report.meta.unconverted))
    return (Section(SUMMARY, ("field", "value"), tuple(figures)), *tables)


def _collect(data: Any, prefix: str, figures: list[Row], tables: list[Section]) -> None:
    hints = get_type_hints(type(data))
    for attribute, name in field_names(type(data)):
        value, hint = getattr(data, attribute), hints[attribute]
        inside, path = get_args(hint), prefix + name
        if get_origin(hint) is tuple:
            tables.append(_table(path, inside[0], value))
        elif isinstance(value, Mapping):
            tables.append(_keyed(path, inside[1], value))
        elif _is_record(type(value)):
            _collect(value, f"{path}.", figures, tables)
        else:
            figures.append((path, value))


def _table(name: str, kind: type[Any], records: tuple[Any, ...]) -> Section:
    names = field_names(kind)
    rows = tuple(tuple(getattr(record, attribute) for attribute, _ in names) for record in records)
    return Section(name, tuple(column for _, column in names), rows)


def _keyed(name: str, kind: type[Any], records: Mapping[str, Any]) -> Section:
    if not _is_record(kind):
        return Section(name, ("key", "value"), tuple(records.items()))
    inner = _table(name, kind, tuple(records.values()))
    rows = tuple((key, *row) for key, row in zip(records, inner.rows, strict=True))
    return Section(name, ("key", *inner.columns), rows)


def _is_record(kind: type[Any]) -> bool:
    """Say whether a value is a record of fields; money is a single figure."""
    return is_dataclass(kind) and kind is not Money
