"""The kinds of fields: how each is shown, filled with what is known, and how what a person said is read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from crmbot.crm.requests import Due
from crmbot.domain.ids import parse_reference
from crmbot.domain.line_items import as_typed
from crmbot.domain.money import Money
from crmbot.domain.stages import StageKind
from crmbot.errors import BadInput, Candidate
from crmbot.language import Context
from crmbot.language.grammar.leads import SCORE
from crmbot.language.reading import Reading
from crmbot.language.readings import AMOUNT, DUE, DURATION, HAPPENED, ITEMS, PERCENT, WHOLE
from crmbot.language.readings import HOUR as HOUR_READING
from crmbot.language.readings import ZONE as ZONE_READING
from crmbot.slack.blocks.modals import (
    Option,
    channel_input,
    choice_input,
    date_input,
    one_said,
    person_input,
    record_input,
    text_input,
    time_input,
)
from crmbot.slack.message import Block
from crmbot.slack.reader import Reader

Said = Mapping[str, str | list[str]]


@dataclass(frozen=True, slots=True)
class Field:
    """One fact a form asks for: the request's field, what stands above it, its kind, and a hint of what to type.

    `hour` stands above the hour of a field for a moment.
    """

    name: str
    label: str
    kind: "FieldKind"
    example: str | None = None
    optional: bool = True
    hour: str = "Time"


@dataclass(frozen=True, slots=True)
class FieldKind:
    """How a fact is shown and read; `read` returns None for an empty field and raises BadInput for a wrong one."""

    show: Callable[[Field, Any, Reader], list[Block | None]]
    read: Callable[[Field, Said, Context], Any]


def _text(field: Field, known: Any, _reader: Reader) -> list[Block | None]:
    start = ", ".join(known) if isinstance(known, tuple) else known
    return [
        text_input(field.name, field.label, initial=_str(start), placeholder=field.example, optional=field.optional)
    ]


def _lines(field: Field, known: Any, _reader: Reader) -> list[Block | None]:
    start = _str(known)
    return [text_input(field.name, field.label, initial=start, multiline=True, optional=field.optional)]


def _offered(field: Field, known: Any, _reader: Reader) -> list[Block | None]:
    start = "\n".join(map(as_typed, known)) if known else None
    hint = f"One a line, like: {ITEMS.example}. Minus is a discount, plus is tax."
    typed = text_input(field.name, field.label, initial=start, multiline=True, optional=field.optional, hint=hint)
    return [typed]


def _plain(field: Field, said: Said, _context: Context) -> str | None:
    return one_said(said, field.name) or None


def _several(field: Field, said: Said, _context: Context) -> tuple[str, ...] | None:
    parts = [part.strip() for part in one_said(said, field.name).replace("\n", ",").split(",")]
    return tuple(part for part in parts if part) or None


def _figure(words: Callable[[Any], str]) -> Callable[[Field, Any, Reader], list[Block | None]]:
    def show(field: Field, known: Any, _reader: Reader) -> list[Block | None]:
        start = words(known) if known is not None else None
        return [text_input(field.name, field.label, initial=start, placeholder=field.example, optional=field.optional)]

    return show


def _typed(reading: Reading) -> Callable[[Field, Said, Context], Any]:
    def read(field: Field, said: Said, context: Context) -> Any:
        return _read_as(reading, one_said(said, field.name), field.name, context)

    return read


def _read_as(reading: Reading, text: str, name: str, context: Context) -> Any:
    """Read a whole text as one value, in the words of chat."""
    if not text:
        return None
    try:
        found = reading.read(text, 0, context, True)  # noqa: FBT003 - a form asks for it, as a key does
    except BadInput as error:
        raise BadInput(str(error), field=name) from error
    if found is None or text[found.end :].strip():
        raise BadInput(f"This is not {reading.what}. Write it like {reading.example}.", field=name)
    return found.value


def _day(field: Field, known: Any, _reader: Reader) -> list[Block | None]:
    return [date_input(field.name, field.label, initial=known, optional=field.optional)]


def _read_day(field: Field, said: Said, _context: Context) -> date | None:
    text = one_said(said, field.name)
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BadInput("This is not a day.", field=field.name) from error


def hour_of(name: str) -> str:
    """Return the name of the field for the hour beside a day's."""
    return f"{name}_hour"


def _moment(field: Field, known: Any, reader: Reader) -> list[Block | None]:
    day, hour = _local(known, reader)
    return [
        date_input(field.name, field.label, initial=day, optional=field.optional),
        time_input(hour_of(field.name), field.hour, initial=hour, optional=True),
    ]


def _local(known: Any, reader: Reader) -> tuple[date | None, time | None]:
    at = (known.at or known.on) if isinstance(known, Due) else known
    if isinstance(at, datetime):
        local = at.astimezone(reader.zone)
        return local.date(), local.time()
    return (at if isinstance(at, date) else None), None


def _read_moment(reading: Reading) -> Callable[[Field, Said, Context], Any]:
    def read(field: Field, said: Said, context: Context) -> Any:
        day, hour = one_said(said, field.name), one_said(said, hour_of(field.name))
        if hour and not day:
            raise BadInput("An hour needs its day too.", field=field.name)
        return _read_as(reading, f"{day} {hour}".strip(), field.name, context)

    return read


def _stage(field: Field, known: Any, reader: Reader) -> list[Block | None]:
    stages = [(name, key) for key, name, kind in reader.stages if kind == StageKind.OPEN]
    chosen = next((key for name, key in stages if str(known).casefold() in (key.casefold(), name.casefold())), None)
    return [choice_input(field.name, field.label, stages, initial=chosen, optional=field.optional)]


def _person(field: Field, known: Any, _reader: Reader) -> list[Block | None]:
    account = _str(known) or ""
    slack_id = account.lstrip("@") if account.lstrip("@")[:1] in {"U", "W"} and account.isupper() else None
    return [person_input(field.name, field.label, initial=slack_id, optional=field.optional)]


def _record(field: Field, known: Any, _reader: Reader) -> list[Block | None]:
    start: Option | None = None
    if isinstance(known, Candidate):
        start = (f"{known.title} · {known.reference}", known.reference)
    elif known:
        start = (str(known), str(known))
    typed = start is not None and not isinstance(known, Candidate) and parse_reference(start[1]) is None
    hint = "Several may bear this name: choose one." if typed else None
    return [record_input(field.name, field.label, initial=start, optional=field.optional, hint=hint)]


def _channel(field: Field, known: Any, _reader: Reader) -> list[Block | None]:
    return [channel_input(field.name, field.label, initial=_str(known), optional=field.optional)]


def _yes_or_no(field: Field, known: Any, _reader: Reader) -> list[Block | None]:
    start = None if known is None else "yes" if known else "no"
    options = (("Yes", "yes"), ("No", "no"))
    return [choice_input(field.name, field.label, options, initial=start, optional=field.optional)]


def _is_yes(field: Field, said: Said, _context: Context) -> bool | None:
    word = one_said(said, field.name)
    return word == "yes" if word else None


def choice_of(*options: Option) -> FieldKind:
    """Return a kind of field that takes one of some words."""

    def show(field: Field, known: Any, _reader: Reader) -> list[Block | None]:
        return [choice_input(field.name, field.label, options, initial=_str(known), optional=field.optional)]

    return FieldKind(show, _plain)


def _str(value: Any) -> str | None:
    return None if value is None else str(value)


def _amount(known: Money) -> str:
    return f"{str(known.amount).removesuffix('.00')} {known.currency}"


TEXT = FieldKind(_text, _plain)
LINES = FieldKind(_lines, _plain)
OFFERED = FieldKind(_offered, _typed(ITEMS))
SEVERAL = FieldKind(_text, _several)
MONEY = FieldKind(_figure(_amount), _typed(AMOUNT))
CHANCE = FieldKind(_figure(lambda known: f"{known} %"), _typed(PERCENT))
NUMBER = FieldKind(_figure(str), _typed(WHOLE))
POINTS = FieldKind(_figure(str), _typed(SCORE))
MINUTES = FieldKind(_figure(lambda known: f"{known} min"), _typed(DURATION))
DAY = FieldKind(_day, _read_day)
WHEN_DUE = FieldKind(_moment, _read_moment(DUE))
WHEN_DONE = FieldKind(_moment, _read_moment(HAPPENED))
STAGE = FieldKind(_stage, _plain)
PERSON = FieldKind(_person, _plain)
RECORD = FieldKind(_record, _plain)
CHANNEL = FieldKind(_channel, _plain)
YES_NO = FieldKind(_yes_or_no, _is_yes)
ZONE = FieldKind(_text, _typed(ZONE_READING))
HOUR = FieldKind(_text, _typed(HOUR_READING))
