"""What is said of words that mean nothing where they stand, and of values that are none."""

from collections.abc import Collection

from crmbot.errors import BadInput
from crmbot.language.context import Context
from crmbot.language.grammar import KEYS
from crmbot.language.nearest import listed, meant, nearest, shortened
from crmbot.language.verbs import Fact, Noun, Verb

_SHORTEST_SLIP = 4


def example_of(noun: Noun, verb: Verb) -> str:
    """Return a line that works."""
    return noun.line(verb, verb.example)


def misread(fact: Fact, error: BadInput) -> BadInput:
    """Return what a reading refused as what is wrong with the fact it was read for."""
    return BadInput(str(error), field=fact.field, example=error.example)


def empty(fact: Fact, key: str, noun: Noun, verb: Verb) -> BadInput:
    """Refuse a key with nothing after it; where the field can be emptied, say how."""
    hint = f" To empty it, write {key}:none." if fact.field in verb.clears else ""
    return BadInput(f"“{key}:” needs {fact.asked.what}.{hint}", field=fact.field, example=example_of(noun, verb))


def unknown(said: str, told: Collection[str], context: Context, noun: Noun, verb: Verb) -> BadInput:
    """Say that words mean nothing here, and which of those that would is near; `told` are the fields already said."""
    choices = [(fact, fact.asked.options) for fact in verb.facts if fact.asked.options]
    known = [form for _, options in choices for pairs in options(context).values() for form, _ in pairs]
    near = nearest(said, known, likely=75)
    left = [fact for fact, _ in choices if fact.field not in told]
    if not near and verb.wants and len(left) == 1:
        # Nothing but a value of this fact can be meant.
        return refused(left[0], said, context)
    hint = f" Did you mean “{near}”?" if near else ""
    return BadInput(
        f"I don't know what “{shortened(said)}” means in “{noun.line(verb, '')}”.{hint}",
        example=example_of(noun, verb),
    )


def refused(fact: Fact, word: str, context: Context) -> BadInput:
    """Say that a word is no value for a fact, and which one is near."""
    reading = fact.asked
    if reading.options:
        forms = [pair for pairs in reading.options(context).values() for pair in pairs]
        plainest_last = sorted(forms, key=lambda pair: ("_" not in pair[0], pair[0] == pair[1]))
        plain = {value: form for form, value in plainest_last}
        known = [plain[value] for value in dict.fromkeys(value for _, value in forms) if value is not None]
        sentence = meant(word, known, kind=reading.what.removeprefix("a ").removeprefix("an "))
    else:
        sentence = f"“{shortened(word)}” is not {reading.what}. Write it like {reading.example}."
    return BadInput(sentence, field=fact.field, example=reading.example)


def stray_key(name: str, noun: Noun, verb: Verb) -> BadInput | None:
    """Refuse a key that only another verb has, or that is a slip; None for any other, which is text."""
    others = KEYS.get(name)
    near = nearest(name, verb.by_key, likely=80) if len(name) >= _SHORTEST_SLIP else None
    if not others and not near:
        return None
    kin = sorted((v for owner, v in others or () if owner is noun), key=lambda verb: len(verb.facts))
    lines = listed(f"“{noun.line(one, '')}”" for one in kin) if kin else ""
    hint = f" Did you mean “{near}:”?" if near else f" {lines} take{'s' * (len(kin) == 1)} it." if kin else ""
    return BadInput(
        f"“{name}:” does not belong to “{noun.line(verb, '')}”.{hint} If it is part of the text, put it in quotes.",
        example=example_of(noun, verb),
    )
