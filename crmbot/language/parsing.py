"""The way in: a line of chat to the request it asks for."""

from collections.abc import Iterable, Iterator

from crmbot.crm.requests import ShowHelp
from crmbot.errors import BadInput
from crmbot.language.context import Context, Parsed
from crmbot.language.elsewhere import elsewhere, essence, swapped
from crmbot.language.examples import own_lines
from crmbot.language.filling import fill
from crmbot.language.grammar import NOUNS
from crmbot.language.line import PUNCTUATION
from crmbot.language.nearest import meant
from crmbot.language.reader import Reader
from crmbot.language.tokens import FIGURE, KEY, QUOTED, REFERENCE, WORD, Token, clean, cut
from crmbot.language.verbs import Noun, Verb

_PLURALS = {f"{name}s": noun for name, noun in NOUNS.items()} | {"companies": NOUNS["company"]}
_DRY_RUN = frozenset({"--dry-run", "\u2014dry-run", "\u2013dry-run", "--dryrun"})
_CRM = NOUNS["crm"]
_LETTERED = {"L": "lead", "C": "contact", "O": "company", "D": "deal", "A": "task", "P": "proposal"}
_LETTERS = {letter: NOUNS[name] for letter, name in _LETTERED.items()}
"""The noun of a record by the letter of its number."""
_FIRST_WORDS = "Begin with deal, lead, contact, company, log, task, pipeline, today or report; “help” tells all."
_SETTINGS = NOUNS["settings"]
_BELOW_SETTINGS = {"stage", "stages", "reason", "reasons", "digest", "digests", "user", "users"}
_ROLE = {"role", "roles"}
_LEFT_OUT = frozenset({"note", "show"})
_LIKELY_VERB = 70.0
"""How near a verb or noun must be to be meant, out of 100: what is suggested would be done."""
_TEXTS = frozenset({"text", "title", "outcome", "words", "topic"})
"""Fields of words in which a question mark at the end is part of what is said."""


def parse(text: str, context: Context, *, command: str = "crm", examples: bool = True) -> Parsed:
    """Return what a line asks for; `command` is the slash command it came by, without slash and prefix.

    A refusal's example is the line itself with what was wrong put right, where that can be told; with `examples` off
    that is not tried.

    Raises:
        MissingFact: a fact that only the person can give is missing.
        BadInput: anything else that cannot be understood, with an example that can.
    """
    line = clean(text)
    tokens = cut(line)
    dry_run = False
    marked = bool(tokens) and tokens[-1].text[-1:] in PUNCTUATION
    if marked or "dry" in line.lower():
        dry_run, tokens = _without_marks(tokens)
    noun = NOUNS.get(command)
    if noun is None or noun is _CRM:
        noun, tokens = _noun(command.strip("/ ").lower(), tokens, line, context)
    verb = noun.by_word.get(tokens[0].text) if len(tokens) > 1 and tokens[0].kind is WORD else None
    if verb is not None:
        del tokens[0]
    else:
        verb, tokens = _verb(noun, tokens, line, context)
    if verb is None:
        return Parsed(ShowHelp(None if noun is _CRM else noun.name), (), dry_run)
    if marked and tokens and _asks(verb, tokens[-1]):
        dry_run, tokens[-1] = True, tokens[-1]._replace(end=tokens[-1].end - 1, text=tokens[-1].text[:-1])
    reader = Reader(line, tokens, context, noun, verb)
    try:
        reader.read()
        request, echoes = fill(reader)
    except BadInput as refusal:
        if examples:
            refusal.example = _working(own_lines(reader, refusal), reader.example, context)
        raise
    return Parsed(request, echoes, dry_run)


def _without_marks(tokens: list[Token]) -> tuple[bool, list[Token]]:
    """Take signs off the end of a line; say whether one of them, or `--dry-run`, asks what would happen."""
    asks = tokens[-1].text == "?"
    kept = tokens[: len(tokens) - asks]
    said = [token for token in kept if token.text.lower() not in _DRY_RUN or token.kind is QUOTED]
    asks = asks or len(said) < len(kept)
    if len(said) == 1 and said[0].kind is WORD and said[0].text.rstrip("?").lower() in {*_CRM.by_word, *NOUNS}:
        said = [said[0]._replace(text=said[0].text.rstrip("?"))]
    if len(said) > 1 and said[-1].kind is WORD and not said[-1].text.strip(PUNCTUATION):
        said.pop()
    return asks, said


def _working(lines: Iterable[str], otherwise: str, context: Context, *, further: bool = False) -> str:
    """Return the first of some lines that can be understood; `further` also one with its next mistake put right."""
    for line in lines:
        command, _, text = line.removeprefix("/").partition(" ")
        try:
            parse(text, context, command=command, examples=further)
        except BadInput as refusal:
            if further and refusal.example:
                return refusal.example
        else:
            return line
    return otherwise


def _asks(verb: Verb, last: Token) -> bool:
    """Say whether the question mark at a line's last word asks what would happen, and is no part of a text."""
    if last.kind is QUOTED or not last.text.endswith("?"):
        return False
    return not _TEXTS.intersection(verb.words) or (last.kind is FIGURE and "title" in verb.words)


def _first(tokens: list[Token]) -> str:
    return tokens[0].text.lower().lstrip("/") if tokens and tokens[0].kind is WORD else ""


def _noun(command: str, tokens: list[Token], line: str, context: Context) -> tuple[Noun, list[Token]]:
    """Return the noun of a command, or with `crm` the one that the first word names, or the place of the line."""
    noun = NOUNS.get(command) or _PLURALS.get(command)
    if noun is None:
        raise _no_noun(meant(command, NOUNS, kind="command"), tokens, line, context)
    while noun is _CRM and _first(tokens) == _CRM.name:
        tokens = tokens[1:]
    first = _first(tokens)
    if noun is not _CRM or not first or first in _CRM.by_word:
        return noun, tokens
    if first == _SETTINGS.name:
        return _setting(tokens[1:])
    if first in NOUNS or first in _PLURALS:
        return NOUNS.get(first) or _PLURALS[first], tokens[1:]
    if first in NOUNS["log"].by_word:
        return NOUNS["log"], tokens
    shown = _LETTERS.get((context.about or "")[:1].upper())
    if shown is not None and first in shown.by_word:
        return shown, tokens
    raise _no_noun(
        meant(first, (*_CRM.by_word, *NOUNS), (*_CRM.by_name, *NOUNS), likely=_LIKELY_VERB), tokens[1:], line, context
    )


def _no_noun(sentence: str, tokens: list[Token], line: str, context: Context) -> BadInput:
    """Return the refusal of a line's first word, with the line as it was probably meant."""
    near = sentence.rpartition("\u201c")[2].partition("\u201d")[0]
    rest = line[tokens[0].start :] if tokens else ""
    command = NOUNS[near].command if near in NOUNS else f"/crm {near}"
    if not sentence.endswith("?"):
        sentence = f"{sentence.partition('. ')[0]}. {_FIRST_WORDS}"
    named = essence(line)
    own = [f"{command} {rest}".rstrip()] if sentence.endswith("?") else [f"/crm find {named}"] if named else []
    own[:0] = _otherwise(line)
    return BadInput(sentence, example=_working(own, "/crm help", context, further=sentence.endswith("?")))


def _otherwise(line: str) -> Iterator[str]:
    """Yield the lines that one without a noun at its beginning may stand for: “new deal Roof 40k”, “my tasks”."""
    first, _, rest = line.strip().partition(" ")
    other = elsewhere(_CRM, first.lower(), rest)
    if other is not None:
        yield other
    words = rest.split()
    while words and words[0].lower() in {"a", "an", "the", "new", "me", "my", "all"}:
        del words[0]
    for at, word in enumerate((first, *words)):
        noun = NOUNS.get(word.lower().strip("?!.,")) or _PLURALS.get(word.lower().strip("?!.,"))
        if noun is None or noun is _CRM:
            continue
        verb = noun.by_name.get("new" if first.lower() == "create" else first.lower()) or noun.by_word.get(
            first.lower()
        )
        if at == 1 and verb is not None:
            yield noun.line(verb, " ".join(words[at + (words[at:][:1] in (["called"], ["named"])) :]))
        yield noun.line(noun.by_name.get("list") or noun.verbs[0], "") if "list" in noun.by_name else noun.command
        return


def _setting(tokens: list[Token]) -> tuple[Noun, list[Token]]:
    """Return what of the settings is meant: stages, reasons, people and digests are nouns of their own."""
    first = _first(tokens)
    if first in _ROLE:
        return NOUNS["user"], tokens if len(tokens) > 1 else []
    if first in _BELOW_SETTINGS:
        return NOUNS.get(first) or _PLURALS[first], tokens[1:]
    return _SETTINGS, tokens


def _verb(noun: Noun, tokens: list[Token], line: str, context: Context) -> tuple[Verb | None, list[Token]]:
    """Return the verb of a line and the tokens after it; None for the noun's help."""
    first = _first(tokens)
    if first in noun.by_word and (len(tokens) > 1 or first != "help"):
        return noun.by_word[first], tokens[1:]
    if not tokens or (first == "help" and len(tokens) == 1):
        return (noun.by_name.get(noun.empty) if not tokens else None), []
    if tokens[0].kind is REFERENCE:
        if len(tokens) == 1 and (shown := _shown(noun, tokens[0].text)) is not None:
            return shown, tokens
        second = _first(tokens[1:])
        if second in noun.by_word:
            # “D-2 won”: a number is a record wherever it stands.
            return noun.by_word[second], [tokens[0], *tokens[2:]]
    if noun.default:
        return noun.by_name[noun.default], tokens
    if tokens[0].kind is KEY and tokens[0].text.lower() in noun.by_word:
        # “/crm settings zone:Asia/Tokyo”: where no fact can come first, it is the verb.
        return noun.by_word[tokens[0].text.lower()], tokens[1:]
    near = meant(tokens[0].text, noun.by_word, noun.by_name, likely=_LIKELY_VERB)
    best = next((verb for word, verb in noun.by_word.items() if near.endswith(f"“{word}”?")), noun.verbs[0])
    usual = noun.line(best, best.example)
    own = [noun.line(best, line[tokens[1].start :])] if len(tokens) > 1 and near.endswith("?") else []
    other = elsewhere(noun, first, line[tokens[1].start :] if len(tokens) > 1 else "")
    if other is not None:
        own.insert(0, other)
    if not near.endswith("?"):
        # “/log acme wants a quote” and “/deal acme” name their record and leave the verb out.
        rest = line[tokens[0].start :]
        own += swapped(noun, rest)
        left_out = _LEFT_OUT | ({"new"} if _tells_of_new(noun, rest, context) else set())
        own += [noun.line(verb, rest) for verb in noun.verbs if verb.name in left_out]
    raise BadInput(near, example=_working(own, usual, context, further=near.endswith("?")))


def _tells_of_new(noun: Noun, rest: str, context: Context) -> bool:
    """Say whether a line without its verb has a value or a close: those of a deal that is to be opened."""
    if "new" not in noun.by_name or "expected_close" not in noun.by_name["new"].takes:
        return False
    try:
        request = parse(f"new {rest}", context, command=noun.name, examples=False).request
    except BadInput:
        return False
    return any(getattr(request, field, None) is not None for field in ("value", "expected_close"))


def _shown(noun: Noun, record: str) -> Verb | None:
    """Return the verb that shows a record by its number: the noun's own, or with `crm` the one of its letter."""
    if noun is _CRM:
        owner = _LETTERS.get(record.lstrip("#")[:1].upper())
        return owner.by_name.get(owner.shows) if owner else None
    return noun.by_name.get(noun.shows)
