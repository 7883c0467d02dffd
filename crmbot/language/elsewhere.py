"""Words that people begin a line with for what another line does."""

import re
from collections.abc import Iterator

from crmbot.language.verbs import Noun

_LINES = {
    ("deal", "find"): "/crm find {rest} type:deal",
    ("deal", "search"): "/crm find {rest} type:deal",
    ("deal", "rename"): "/deal set {rest}",
    ("deal", "change"): "/deal set {rest}",
    ("deal", "stage"): "/deal move {rest}",
    ("deal", "advance"): "/deal move {rest}",
    ("deal", "closed"): "/deal won {rest}",
    ("deal", "delete"): "/deal lost {rest}",
    ("deal", "remove"): "/deal lost {rest}",
    ("deal", "archive"): "/deal lost {rest}",
    ("deal", "cancel"): "/deal lost {rest}",
    ("deal", "note"): "/log note {rest}",
    ("deal", "call"): "/log call {rest}",
    ("deal", "task"): "/task {rest}",
    ("lead", "find"): "/crm find {rest} type:lead",
    ("lead", "search"): "/crm find {rest} type:lead",
    ("lead", "delete"): "/lead disqualify {rest}",
    ("lead", "remove"): "/lead disqualify {rest}",
    ("contact", "find"): "/crm find {rest} type:contact",
    ("contact", "search"): "/crm find {rest} type:contact",
    ("contact", "call"): "/log call {rest}",
    ("company", "find"): "/crm find {rest} type:company",
    ("company", "search"): "/crm find {rest} type:company",
    ("log", "task"): "/task {rest}",
    ("log", "todo"): "/task {rest}",
    ("log", "demo"): "/log meeting {rest} demo",
    ("log", "visit"): "/log meeting {rest} visit",
    ("log", "lunch"): "/log meeting {rest} lunch",
    ("log", "meet"): "/log meeting {rest}",
    ("log", "met"): "/log meeting {rest}",
    ("digest", "delete"): "/digest pause {rest}",
    ("digest", "remove"): "/digest pause {rest}",
    ("digest", "stop"): "/digest pause {rest}",
    ("digest", "start"): "/digest resume {rest}",
    ("digest", "show"): "/digest preview {rest}",
    ("user", "remove"): "/crm user off {rest}",
    ("user", "delete"): "/crm user off {rest}",
    ("user", "invite"): "/crm user add {rest}",
    ("user", "make"): "/crm user role {rest}",
    ("crm", "redo"): "/crm undo",
    ("crm", "commands"): "/crm help",
    ("crm", "hi"): "/crm help",
    ("crm", "hello"): "/crm help",
    ("crm", "thanks"): "/crm help",
    ("crm", "remind"): "/task {rest}",
    ("crm", "todo"): "/task {rest}",
}
_FILLED = re.compile(r"^(?:me\s+)?to\s+(?=\w)", re.IGNORECASE)
_RENAMED = re.compile(r"\s+(?:to|as|into)\s+", re.IGNORECASE)
_SAYS_NOTHING = frozenset(
    "what what's whats who who's whose how many much where which when why is are was do does did has have had i we you "
    "me my mine our us the a an of for in on at to about with please can could would show tell give get see list open "
    "all any value owns owner status new add create make called named worth".split()
)


def elsewhere(noun: Noun, word: str, rest: str) -> str | None:
    """Return the line that does what a word asks for which is no verb of the noun; None when none is known."""
    line = _LINES.get((noun.name, word.rstrip("!?.,:")))
    if word == "rename":
        rest = _RENAMED.sub(" title:", rest, count=1)
    return line.format(rest=_FILLED.sub("", rest)).rstrip() if line else None


def swapped(noun: Noun, said: str) -> Iterator[str]:
    """Yield a line whose verb stands behind the record's name as it should be: “acme renewal won”."""
    name, _, last = said.rpartition(" ")
    verb = noun.by_word.get(last.lower()) if name else None
    if verb is not None:
        yield f"{noun.command} {verb.name} {name}"


def essence(line: str) -> str:
    """Return the words of a question that name something: “what is the value of acme renewal?” says acme renewal."""
    words = [word.strip("?!.,") for word in line.split()]
    return " ".join(word for word in words if word and word.lower() not in _SAYS_NOTHING)
