"""What a type of line may say: its fields, which of them it needs, and what they point to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from crmbot.crm.archive import values as read
from crmbot.crm.archive.values import Reader, Wrong
from crmbot.models import Base

NUMBER = read.whole(1, 10**9)
REF = read.name
ABOUT = {name: name for name in ("lead", "contact", "company", "deal")}
"""What an activity, a note and others may be about: field -> type."""


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of one type of line, or of an entry inside one.

    `refs` says which field points to what, `lists` which field is a list of refs; `table` is where a record lives.
    """

    fields: Mapping[str, Reader]
    required: tuple[str, ...] = ()
    refs: Mapping[str, str] = field(default_factory=dict)
    table: type[Base] | None = None
    lists: Mapping[str, str] = field(default_factory=dict)
    _conversions: tuple[tuple[str, Reader], ...] = field(init=False)

    def __post_init__(self) -> None:
        found = ((name, _again(reader)) for name, reader in self.fields.items())
        object.__setattr__(self, "_conversions", tuple((name, convert) for name, convert in found if convert))

    def read(self, line: Mapping[str, Any]) -> dict[str, Any]:
        """Return the values that the line gives; Wrong tells what is wrong with which field."""
        found: dict[str, Any] = {}
        problems: list[tuple[str, str]] = []
        readers = self.fields
        for key, value in line.items():
            reader = readers.get(key)
            if reader is None:
                problems.append((key, "there is no such field"))
            elif value is None:
                found[key] = None
            else:
                try:
                    found[key] = reader(value)
                except Wrong as wrong:
                    problems += [(f"{key}{path}", said) for path, said in wrong.problems]
                except ValueError as error:
                    problems.append((key, str(error)))
        for key in self.required:
            if line.get(key) is None:
                problems.append((key, "it is missing"))
        if problems:
            raise Wrong(problems)
        return found

    def take(self, line: Mapping[str, Any]) -> dict[str, Any]:
        """Return what `read` returns of a line that has been read before and is right."""
        found = dict(line)
        for name, convert in self._conversions:
            value = found.get(name)
            if value is not None:
                found[name] = convert(value)
        return found

    def entry(self, value: Any) -> dict[str, Any]:
        """Read an entry inside a line."""
        if type(value) is not dict:
            raise ValueError("an object is needed")
        return self.read(value)


def _again(reader: Reader) -> Reader | None:
    """Return how a value that was read before is read again, without looking at it; none when it stays as it is."""
    if read.stays(reader):
        return None
    inner = read.each_of(reader)
    if inner is None:
        return reader
    owner = getattr(inner, "__self__", None)
    each = owner.take if isinstance(owner, Form) else _again(inner)
    return None if each is None else lambda values: [each(value) for value in values]


def record(
    table: type[Base],
    refs: Mapping[str, str],
    fields: Mapping[str, Reader],
    *required: str,
    lists: Mapping[str, str] | None = None,
) -> Form:
    """Return the form of what has a ref of its own and lives in a table."""
    pointing = dict.fromkeys(refs, REF) | dict.fromkeys(lists or {}, read.listing(REF))
    return Form({"type": read.text, "ref": REF, **fields, **pointing}, ("ref", *required), refs, table, lists or {})
