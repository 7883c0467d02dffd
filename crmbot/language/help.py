"""Help, generated from the grammar, so that it can never tell of something that does not work."""

from functools import lru_cache

from crmbot.crm.answers import Help
from crmbot.errors import BadInput
from crmbot.language.grammar import NOUNS
from crmbot.language.grammar.workspace import DIGESTS, REPORTS
from crmbot.language.nearest import meant
from crmbot.language.verbs import Noun, Verb

_MOST_KEPT = 200
"""Topics as they were typed, whose texts never change."""
Group = tuple[str, tuple[tuple[str, str], ...]]

_FIRST: Group = (
    "To begin with",
    (
        ("/deal new Acme renewal $40k fri", "open a deal, with its value and the day it should close"),
        ('/log call acme renewal "wants 40 seats" 25m next:"send contract" fri', "say what happened, and what is next"),
        ("/task call Jane tomorrow 3pm", "plan something to do"),
        ("/crm today", "show what waits for you"),
        ("/crm find acme", "search everything"),
        ("/crm undo", "take back what you did last"),
        ("/crm help deal", "show all of one word"),
    ),
)
_FACTS: Group = (
    "Facts, in any order",
    (
        ("$40k, 1.2m EUR, CHF 1'200.50", "an amount"),
        ("fri, tomorrow 3pm, 15 dec, +2w, end of march", "a date, in your own zone"),
        ("60%", "a probability"),
        ("@jo", "a user"),
        ('key:value, key:"several words"', "any fact by its name"),
        ('"in quotes"', "text that is never read as anything else"),
        ("? or --dry-run at the end", "show what would change, and change nothing"),
    ),
)
_EXTRA: dict[str, Group] = {
    "report": ("Reports", tuple(REPORTS.items())),
    "digest": ("Digests tell", (*DIGESTS.items(), *REPORTS.items())),
}


@lru_cache(maxsize=_MOST_KEPT)
def help_for(topic: str | None) -> Help:
    """Return what can be typed: one example a verb, or all of one noun's with the facts each takes.

    Raises:
        BadInput: there is no such topic.
    """
    word, _, rest = (topic or "").strip().lower().lstrip("/").partition(" ")
    if not word:
        return Help("This is what you can type.", (_FIRST, _FACTS, *(_overview(noun) for noun in NOUNS.values())))
    noun = NOUNS.get(word) or NOUNS.get(word.removesuffix("s"))
    if noun is None:
        raise BadInput(meant(word, NOUNS), example="/crm help deal")
    verbs = [noun.by_name[rest]] if rest in noun.by_name else noun.verbs
    groups = tuple((verb.name, tuple(_lines(noun, verb))) for verb in verbs)
    extra = (_EXTRA[noun.name],) if noun.name in _EXTRA else ()
    return Help(f"{noun.command}: {noun.meaning}.", (*groups, *extra, _FACTS))


def _overview(noun: Noun) -> Group:
    lines = tuple((noun.line(verb, verb.example), verb.meaning) for verb in noun.verbs)
    return f"{noun.name}: {noun.meaning}", lines


def _lines(noun: Noun, verb: Verb) -> list[tuple[str, str]]:
    keys = [f"{fact.keys[0]}:" for fact in verb.facts if fact.keys]
    meaning = f"{verb.meaning}; takes {' '.join(dict.fromkeys(keys))}" if keys else verb.meaning
    return [(noun.line(verb, verb.example), meaning), *((noun.line(verb, more), "") for more in verb.more)]
