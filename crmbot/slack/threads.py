"""Lines in a thread below a card: a record that the line leaves unnamed is the one that the card shows."""

from dataclasses import MISSING, dataclass, fields, replace
from typing import Any

from crmbot.crm.actors import Actor
from crmbot.crm.answers import CardRecords
from crmbot.crm.requests import CreateTask, FindCard, FindNamed, KeepCard, Request
from crmbot.crm.requests.base import REQUESTS
from crmbot.domain.ids import Kind, parse_reference
from crmbot.errors import Ambiguous, Candidate, CrmError, MissingFact, NotFound
from crmbot.language import Parsed
from crmbot.language.conversation import understand
from crmbot.service import CrmService

_LETTERS = {kind.value: kind.letter for kind in Kind} | {"target": "DLCO"}
"""The fields that name a record, and the letters of the records each may name."""


@dataclass(frozen=True, slots=True)
class Thread:
    """A thread: its channel, and the message that it stands below."""

    channel: str
    ts: str


@dataclass(frozen=True, slots=True)
class Meant:
    """What a line in a thread means; with `several`, which of the records above it is to be chosen for `field`."""

    parsed: Parsed
    field: str = ""
    several: tuple[Candidate, ...] = ()

    @property
    def question(self) -> Ambiguous | None:
        """Return what to ask before anything is done."""
        if not self.several:
            return None
        question = Ambiguous("this thread", self.field, self.several)
        # No word of the person's own, so nothing to remember the choice by.
        question.word = ""
        return question


def keep_shown(service: CrmService, actor: Actor, thread: Thread, *references: str) -> None:
    """Remember which records a message shows."""
    if references:
        service.perform(actor, KeepCard(thread.channel, thread.ts, references))


def understand_in_thread(service: CrmService, actor: Actor, text: str, noun: str, thread: Thread | None) -> Meant:
    """Read a line; where it names no record and the message above shows some, it is about those.

    A word that is no record's name is text then: `log call "wants 40 seats"`. Raises what `understand` raises.
    """
    shown = records_shown(service, actor, thread) if thread else ()
    if not shown:
        return Meant(understand(service, actor, text, noun))
    try:
        as_said: Parsed | MissingFact = understand(service, actor, text, noun)
    except MissingFact as missing:
        as_said = missing
    kind, values = _values(as_said)
    field = _unnamed(service, actor, kind, values)
    fitting = [one for one in shown if one.reference[:1] in _LETTERS.get(field, "")]
    if not fitting:
        return Meant(_or_raise(as_said))
    if isinstance(as_said, Parsed) and field not in _needed(kind):
        about = as_said._replace(request=_with(as_said.request, field, fitting[0].reference))
    else:
        try:
            about = understand(service, actor, text, noun, about=fitting[0].reference)
        except MissingFact:
            raise
        except CrmError:
            return Meant(_or_raise(as_said))
    return Meant(about, field, tuple(fitting) if len(fitting) > 1 else ())


def records_shown(service: CrmService, actor: Actor, thread: Thread) -> tuple[Candidate, ...]:
    """Return the records that the message at the top of a thread shows."""
    found = service.perform(actor, FindCard(thread.channel, thread.ts))
    return found.records if isinstance(found, CardRecords) else ()


def _values(said: Parsed | MissingFact) -> tuple[type[Request] | None, dict[str, Any]]:
    if isinstance(said, Parsed):
        return type(said.request), vars(said.request)
    return REQUESTS.get(said.request), said.known


def _unnamed(service: CrmService, actor: Actor, kind: type[Request] | None, values: dict[str, Any]) -> str:
    """Return the field of the record that the line left unnamed; empty when it named one, or is about none."""
    if kind is None:
        return ""
    field = "target" if kind is CreateTask else next((name for name in _needed(kind) if name in _LETTERS), "")
    word = values.get(field) if field else None
    if not word:
        return field
    if parse_reference(str(word)):
        return ""
    try:
        service.perform(actor, FindNamed(field, str(word)))
    except NotFound:
        return field if field in _needed(kind) else ""
    except CrmError:
        # It means something, so it was named; the request itself will ask or refuse.
        return ""
    return ""


def _needed(kind: type[Request] | None) -> list[str]:
    return [one.name for one in fields(kind) if one.default is MISSING] if kind else []


def _with(request: Request, field: str, value: str) -> Request:
    filled: dict[str, Any] = {field: value}
    return replace(request, **filled)


def _or_raise(said: Parsed | MissingFact) -> Parsed:
    if isinstance(said, MissingFact):
        raise said
    return said
