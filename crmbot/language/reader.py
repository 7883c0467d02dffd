"""Walks along a line and finds its facts; what is no fact is left as words."""

from collections.abc import Iterable
from typing import Any

from crmbot.errors import BadInput
from crmbot.language.claims import BARE, INTRODUCED, KEYED, SOFT, Claim
from crmbot.language.context import Context
from crmbot.language.line import PUNCTUATION, Line
from crmbot.language.reading import Found
from crmbot.language.refusals import empty, example_of, misread, refused, stray_key, unknown
from crmbot.language.tokens import FIGURE, KEY, QUOTED, REFERENCE, WORD, Token
from crmbot.language.verbs import Fact, Noun, Start, Verb

DASHES = frozenset({"-", "\u2013", "\u2014"})
_NAMES = frozenset({WORD, QUOTED, REFERENCE})
_LINKS = frozenset({"to", "is", "=", "than", "date", "of", "about", "around"})
"""What may stand between a word that leads to a fact and its value: “value to 51k”, “close date 15 jan”."""
_NONE = frozenset({"none", "-", "nothing"})


class Reader(Line):
    """One line being read as a verb; `claims` are its facts in order, `words` the tokens left over."""

    def __init__(self, text: str, tokens: list[Token], context: Context, noun: Noun, verb: Verb) -> None:
        self.text, self.tokens, self.context = text, tokens, context
        self.noun, self.verb = noun, verb
        self.claims: list[Claim] = []
        self.words: list[int] = []
        self._open: Claim | None = None
        self._choices = [(start, options(context)) for start, options in verb.choices] if verb.choices else ()

    @property
    def example(self) -> str:
        """A line that works."""
        return example_of(self.noun, self.verb)

    def read(self) -> None:
        """Find the facts and the words left over.

        Raises:
            BadInput: a fact cannot be read, or a key is unknown.
        """
        end = 0
        for at, token in enumerate(self.tokens):
            if at < end:
                continue
            if token.kind is QUOTED:
                self._open = None
            else:
                end = self._keyed(at, token) if token.kind is KEY else self._plain(at, token)
                if end:
                    continue
            if self._open is None:
                self.words.append(at)
            else:
                self._open.last = at + 1

    def typed_as(self, claim: Claim) -> str:
        """Return the words of a claim exactly as typed."""
        return self.text[self.tokens[claim.first].start : self.tokens[claim.last - 1].end]

    def _plain(self, at: int, token: Token) -> int:
        """Read a fact without a key at a token; return its end, 0 when there is none."""
        kind, offset, _, text = token
        verb = self.verb
        starts = verb.by_kind[kind]
        if kind is WORD:
            low = text.lower().rstrip(PUNCTUATION)
            if low in verb.openers:
                end = self._led_to(low, at)
                if end:
                    return end
                starts = verb.by_word.get(low, starts)
            for start, options in self._choices:
                if low in options:
                    starts = (*starts, start)
        return self._first_found(starts, at, offset) if starts else 0

    def _first_found(self, starts: Iterable[Start], at: int, offset: int) -> int:
        """Read the first fact that can be read where a token begins; return its end, 0 when there is none."""
        for fact, reading in starts:
            if fact.after and not self._follows(fact):
                continue
            try:
                found = reading.read(self.text, offset, self.context, False)  # noqa: FBT003 - as `Read` has it
            except BadInput as error:
                raise misread(fact, error) from error
            end = self._claim(fact, found, at, at, SOFT if found.soft else BARE) if found else 0
            if end:
                return end
        return 0

    def _led_to(self, word: str, at: int) -> int:
        """Read the fact that a word leads to; return its end, 0 when there is none."""
        verb = self.verb
        intros = verb.by_intro.get(word, ())
        # A key without its colon, behind the record's name.
        keyed = verb.by_key.get(word) if verb.wants else None
        if keyed is not None and (self.words or not keyed.asked.text):
            intros = (*intros, keyed)
        for intro in intros:
            end = self._introduced(intro, at, alone=len(intros) == 1, asked=intro is keyed)
            if end:
                return end
        return 0

    def _follows(self, fact: Fact) -> bool:
        """Say whether what the fact belongs to was said, and the fact itself was not yet."""
        fields = {claim.fact.field for claim in self.claims}
        return fact.after in fields and fact.field not in fields

    def _introduced(self, fact: Fact, at: int, *, alone: bool, asked: bool) -> int:
        """Read what a word leads to, which is a name or text only when nothing else can follow that word."""
        value = at + 1
        if value >= len(self.tokens) or self.tokens[value].kind is KEY:
            return 0
        if fact.led:
            return self._led(fact, at)
        if self.tokens[value].text.lower() in _LINKS:
            value = self._beyond_links(value)
        if fact.many and self._in_text():
            return 0
        if fact.asked.text or (alone and self.tokens[value].kind is QUOTED):
            return self._value(fact, at, value, INTRODUCED)
        if asked and self._emptied(fact, self.tokens[value]):
            self.claims.append(Claim(fact, None, at, value + 1, KEYED))
            return value + 1
        found = self._look(fact, self.text, self.tokens[value].start, asked=asked)
        return self._claim(fact, found, at, value, INTRODUCED)

    def _beyond_links(self, value: int) -> int:
        """Return where the value begins behind words that only link to it; without one, they are the value."""
        at, last = value, len(self.tokens) - 1
        while at < last and self.tokens[at].text.lower() in _LINKS:
            at += 1
        return value if self.tokens[at].kind is KEY or self.tokens[at].text.lower() in _LINKS else at

    def _led(self, fact: Fact, at: int) -> int:
        """Read a word that leads to a name, and the name, as one value; only behind a name or a fact."""
        if self.tokens[at + 1].kind not in _NAMES or not (self.words or self.claims):
            return 0
        claim = Claim(fact, None, at, at + 2, INTRODUCED, words_from=at)
        self.claims.append(claim)
        self._open = claim
        return at + 2

    def _in_text(self) -> bool:
        """Say whether the words so far go beyond a record's name: a text has begun that people are part of."""
        words = [self.tokens[at] for at in self.words]
        text_open = self._open is not None and self._open.fact.field == "text"
        numbered = len(words) > 1 and words[0].kind is REFERENCE
        return text_open or numbered or any(token.kind is KEY or token.text in DASHES for token in words)

    def _claim(self, fact: Fact, found: Found | None, at: int, value: int, rank: int) -> int:
        """Keep a value when it ends where a token does; return its end in tokens, else 0."""
        if found is None:
            return 0
        end = value + 1 if self.tokens[value].end == found.end else self.token_end(value, found.end)
        if end:
            self.claims.append(Claim(fact, found.value, at, end, rank))
            self._open = None
        return end

    def _keyed(self, at: int, key: Token) -> int:
        """Read `key:value`; return its end, 0 when the word before the colon is no key but text."""
        tokens, verb, value = self.tokens, self.verb, at + 1
        fact = verb.by_key.get(key.text.lower())
        glued = value < len(tokens) and tokens[value].start == key.end
        if fact is None:
            return self._unknown_key(at) if glued else 0
        if value >= len(tokens):
            raise empty(fact, key.text, self.noun, verb)
        spaced = glued or fact.greedy or fact.rest or verb.wants or tokens[value].kind is QUOTED
        if spaced or self._emptied(fact, tokens[value]):
            return self._value(fact, at, value, KEYED)
        found = None if fact.asked.text else self.asked(fact, self.text, tokens[value].start)
        return self._claim(fact, found, at, value, KEYED)

    def _value(self, fact: Fact, at: int, value: int, rank: int) -> int:
        """Read the value of a key or an intro at token `value`; return its end."""
        reading, token = fact.asked, self.tokens[value]
        if self.verb.clears and self._emptied(fact, token):
            self.claims.append(Claim(fact, None, at, value + 1, rank))
            return value + 1
        if token.kind is QUOTED:
            self.claims.append(Claim(fact, self._quoted(fact, token), at, value + 1, rank))
            self._open = None
            return value + 1
        likely = not reading.text or reading.options or FIGURE in reading.kinds
        found = self._look(fact, self.text, token.start, asked=not reading.text) if likely else None
        end = self._claim(fact, found, at, value, rank)
        if end:
            return end
        if not reading.text:
            raise refused(fact, self.said(value, self.glued_end(value)), self.context)
        return self._text(fact, at, value, rank)

    def _emptied(self, fact: Fact, token: Token) -> bool:
        """Say whether the verb can empty the fact's field, and the value says that it should."""
        return fact.field in self.verb.clears and token.text.lower() in _NONE

    def _text(self, fact: Fact, at: int, value: int, rank: int) -> int:
        end = len(self.tokens) if fact.rest else self.glued_end(value)
        claim = Claim(fact, None, at, end, rank, words_from=value)
        self.claims.append(claim)
        self._open = claim if fact.greedy or self.words else None
        return end

    def _quoted(self, fact: Fact, token: Token) -> Any:
        inner = token.text.strip()
        return inner if fact.asked.text else self.typed(fact, inner)

    def asked(self, fact: Fact, text: str, at: int) -> Found | None:
        """Read the value that a key, a place or a question asked for."""
        return self._look(fact, text, at, asked=True)

    def _look(self, fact: Fact, text: str, at: int, *, asked: bool = False) -> Found | None:
        try:
            return fact.asked.read(text, at, self.context, asked)
        except BadInput as error:
            raise misread(fact, error) from error

    def typed(self, fact: Fact, text: str) -> Any:
        """Read a whole text as the value of a fact; BadInput when it is none."""
        found = self.asked(fact, text, 0) if text else None
        left = text[found.end :].strip(PUNCTUATION + " ") if found else ""
        if found is None or (left and fact.asked.options is None):
            raise refused(fact, text, self.context)
        if left:
            raise self.unknown(left)
        return found.value

    def unknown(self, said: str) -> BadInput:
        """Say that words mean nothing here, and which of the words that would is near."""
        told = {claim.fact.field for claim in self.claims}
        return unknown(said, told, self.context, self.noun, self.verb)

    def _unknown_key(self, at: int) -> int:
        """Refuse a key that another verb has or that is a slip; leave any other as text."""
        refusal = stray_key(self.tokens[at].text.lower(), self.noun, self.verb)
        if refusal is not None:
            raise refusal
        self._open = None
        end = self.glued_end(at)
        self.words.extend(range(at, end))
        return end
