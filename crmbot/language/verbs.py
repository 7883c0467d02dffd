"""The shape of the grammar: nouns have verbs, verbs take facts, facts fill the fields of a request."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from functools import cached_property
from typing import Any

from crmbot.crm.requests import Request
from crmbot.language.context import Context
from crmbot.language.reading import Options, Reading
from crmbot.language.tokens import Kind

SHORT_COMMANDS = frozenset("lead deal contact log task pipeline report digest".split())
"""Nouns with a slash command of their own; the others follow `/crm`."""
RECORDS = frozenset({"deal", "lead", "contact", "company", "activity", "proposal", "target", "digest", "user"})
"""Fields that the name or number of a record fills."""
_CLEARABLE = frozenset(
    {"expires_on", "value", "expected_close", "contact", "company", "forecast_category", "stale_after_days"}
)
_NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Fact:
    """One thing a verb takes.

    Args:
        field: the request's field it fills.
        bare: how it is recognised where it stands without a key; None when it needs one.
        keyed: how the value after a key or an intro is read; as `bare` unless said.
        keys: what may stand before a colon; the first is the one shown.
        intros: words that lead to it: “from referral”, “because too expensive”.
        echo: how it is told back, with {} for the value; "" when it is not.
        many: the field takes several.
        greedy: words without quotes after the key go on to the next fact; else only when words stand before the key.
        rest: everything up to the end belongs to it.
        after: the fact means this one only once that field was given.
        led: the value keeps the word that led to it, and comes after a name's word: “for Globex”.
        place: where a bare one must stand: at the “end” of the words, or at an “edge” of them; anywhere unless said.
    """

    field: str
    bare: Reading | None = None
    keyed: Reading | None = None
    keys: tuple[str, ...] = ()
    intros: tuple[str, ...] = ()
    echo: str = ""
    many: bool = False
    greedy: bool = False
    rest: bool = False
    after: str = ""
    place: str = ""
    led: bool = False

    @cached_property
    def asked(self) -> Reading:
        """How the value is read when it was asked for."""
        reading = self.keyed or self.bare
        if reading is None:
            raise TypeError(self.field)
        return reading


Start = tuple[Fact, Reading]
"""A fact, and how it is recognised where it stands without a key."""


@dataclass(frozen=True)
class Verb:
    """One thing that can be done to a noun.

    Args:
        name: the word.
        request: what it makes.
        meaning: one line for the help.
        example: what could follow the verb; the help shows it and a test runs it.
        facts: what it takes, in the order they are tried.
        words: the fields that the words left over fill: one, or a record's name and the text about it.
        fixed: fields with values of their own.
        aliases: other words for it.
        named: the words are a name, so that a weekday or a stage between them belongs to it.
        wants: the question to ask when nothing but the record was given.
        first_word: the first of two `words` takes one word only.
        begins: how the second of two `words` begins, where nothing else parts it from the first.
        more: further examples for the help.
    """

    name: str
    request: type[Request]
    meaning: str
    example: str = ""
    facts: tuple[Fact, ...] = ()
    words: tuple[str, ...] = ()
    fixed: Mapping[str, Any] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()
    named: bool = False
    wants: str = ""
    first_word: bool = False
    begins: re.Pattern[str] | None = None
    more: tuple[str, ...] = ()

    @cached_property
    def takes(self) -> frozenset[str]:
        """The request's fields."""
        return frozenset(f.name for f in fields(self.request))

    @cached_property
    def required(self) -> tuple[str, ...]:
        """The request's fields that must be given."""
        return tuple(
            f.name
            for f in fields(self.request)
            if f.default is MISSING and f.default_factory is MISSING and f.name not in self.fixed
        )

    @cached_property
    def by_key(self) -> dict[str, Fact]:
        """The facts by the keys before a colon."""
        return {key: fact for fact in self.facts for key in fact.keys}

    @cached_property
    def by_intro(self) -> dict[str, tuple[Fact, ...]]:
        """The facts by the words that lead to them."""
        intros = {intro for fact in self.facts for intro in fact.intros}
        return {intro: tuple(fact for fact in self.facts if intro in fact.intros) for intro in intros}

    @cached_property
    def starts(self) -> tuple[Start, ...]:
        """The facts that need no key."""
        return tuple((fact, fact.bare) for fact in self.facts if fact.bare)

    @cached_property
    def by_kind(self) -> dict[Kind, tuple[Start, ...]]:
        """The facts that may begin at a token of a kind."""
        return {kind: tuple(start for start in self.starts if kind in start[1].kinds) for kind in Kind}

    @cached_property
    def by_word(self) -> dict[str, tuple[Start, ...]]:
        """The facts that may begin at a word."""
        words = {word for _, bare in self.starts for word in bare.words}
        return {word: tuple(start for start in self.starts if word in start[1].words) for word in words}

    @cached_property
    def openers(self) -> frozenset[str]:
        """The words that may begin a fact, or lead to one, in every workspace."""
        # “set acme value 42k”: where facts are set, a key without its colon leads to one too.
        return frozenset((*self.by_word, *self.by_intro, *(self.by_key if self.wants else ())))

    @cached_property
    def choices(self) -> tuple[tuple[Start, Callable[[Context], Options]], ...]:
        """The facts that begin with the first word of one of their options."""
        return tuple((start, start[1].options) for start in self.starts if start[1].options)

    @cached_property
    def chosen(self) -> dict[str, Fact]:
        """The facts that the words left over must be, by field, where only some words will do."""
        free = {fact.field for fact in self.facts if fact.asked.text}
        return {fact.field: fact for fact in self.facts if fact.field in self.words and fact.field not in free}

    @cached_property
    def clears(self) -> frozenset[str]:
        """The fields it can empty."""
        return _CLEARABLE if "clear" in self.takes else _NOTHING

    @cached_property
    def subject(self) -> str:
        """The field that the first words fill: a record's name, as a rule."""
        return self.words[0] if self.words else ""

    @cached_property
    def phrase(self) -> str:
        """The field that all words left over fill as they stand; "" where they are divided, or stand for something."""
        free = len(self.words) == 1 and self.subject not in RECORDS | {"owner"} and self.subject not in self.chosen
        return self.subject if free and not self.first_word else ""


@dataclass(frozen=True)
class Noun:
    """A word that lines begin with, and its verbs.

    Args:
        name: the word.
        meaning: what it stands for, in a few words.
        verbs: what can be done to it.
        default: the verb of a line whose first word is none of `reserved`; "" when every line needs a verb.
        reserved: the only first words that are verbs, where there is a default.
        shows: the verb for a line that is just a record's number.
        empty: the verb of an empty line; "" for the help.
    """

    name: str
    meaning: str
    verbs: tuple[Verb, ...]
    default: str = ""
    reserved: tuple[str, ...] = ()
    shows: str = ""
    empty: str = ""

    @cached_property
    def by_word(self) -> dict[str, Verb]:
        """The verbs by their words."""
        words = {word: verb for verb in self.verbs for word in (verb.name, *verb.aliases)}
        return {word: words[word] for word in self.reserved} if self.default else words

    @cached_property
    def by_name(self) -> dict[str, Verb]:
        """The verbs by their names."""
        return {verb.name: verb for verb in self.verbs}

    @property
    def command(self) -> str:
        """How a line about it begins."""
        return f"/{self.name}" if self.name in SHORT_COMMANDS or self.name == "crm" else f"/crm {self.name}"

    def line(self, verb: Verb, example: str) -> str:
        """Return an example as it is typed."""
        said = "" if self.default and verb.name not in self.reserved else verb.name
        return " ".join(part for part in (self.command, said, example) if part)


def known_keys(nouns: Iterable[Noun]) -> dict[str, tuple[tuple[Noun, Verb], ...]]:
    """Return every key of a grammar with the verbs that take it."""
    found: dict[str, list[tuple[Noun, Verb]]] = {}
    for noun in nouns:
        for verb in noun.verbs:
            for key in verb.by_key:
                found.setdefault(key, []).append((noun, verb))
    return {key: tuple(verbs) for key, verbs in found.items()}
