"""Walks along a line and finds its facts; what is no fact is left as words."""

from dataclasses import dataclass
from typing import Any

from crmbot.errors import BadInput
from crmbot.language.context import Context
from crmbot.language.nearest import listed, meant, nearest, shortened
from crmbot.language.reading import Found, Reading
from crmbot.language.tokens import FIGURE, KEY, QUOTED, REFERENCE, USER, WORD, Token
from crmbot.language.verbs import Fact, Noun, Verb

PUNCTUATION = ",;.!?)"
DASHES = frozenset({"-", "\u2013", "\u2014"})
KEYED, BARE, INTRODUCED, SOFT = 4, 3, 2, 1
"""How sure a fact is; a surer one wins over another of the same field."""
_NAMES = frozenset({WORD, QUOTED, REFERENCE})
_NONE = frozenset({"none", "-", "nothing"})
_CLEARABLE = frozenset(
    {"expires_on", "value", "expected_close", "contact", "company", "forecast_category", "stale_after_days"}
)
_SHORTEST_SLIP = 4

KnownKeys = dict[str, tuple[tuple[Noun, Verb], ...]]


@dataclass(slots=True)
class Claim:
    """Tokens [first, last) that say a fact; text facts have their words from `words_from` on instead of a value."""

    fact: Fact
    value: Any
    first: int
    last: int
    rank: int
    words_from: int | None = None


class Reader:
    """One line being read as a verb; `claims` are its facts in order, `words` the tokens left over."""

    def __init__(
        self, text: str, tokens: list[Token], context: Context, noun: Noun, verb: Verb, keys: KnownKeys
    ) -> None:
        self.text, self.tokens, self.context = text, tokens, context
        self.noun, self.verb, self._keys = noun, verb, keys
        self.claims: list[Claim] = []
        self.words: list[int] = []
        self._open: Claim | None = None
        self._choices = [(f, f.bare.options(context)) for f in verb.choices if f.bare and f.bare.options]

    @property
    def example(self) -> str:
        """A line that works."""
        return self.noun.line(self.verb, self.verb.example)

    def read(self) -> None:
        """Find the facts and the words left over.

        Raises:
            BadInput: a fact cannot be read, or a key is unknown.
        """
        at, count = 0, len(self.tokens)
        while at < count:
            token = self.tokens[at]
            if token.kind is QUOTED:
                self._open = None
                end = 0
            else:
                end = self._keyed(at) if token.kind is KEY else self._plain(at)
            if end:
                at = end
                continue
            if self._open:
                self._open.last = at + 1
            else:
                self.words.append(at)
            at += 1

    def said(self, first: int, last: int) -> str:
        """Return what tokens [first, last) say, on one line, as typed."""
        if last - first == 1:
            token = self.tokens[first]
            return token.text if token.kind in (USER, QUOTED) else self.text[token.start : token.end]
        return " ".join(self.text[self.tokens[first].start : self.tokens[last - 1].end].split())

    def typed_as(self, claim: Claim) -> str:
        """Return the words of a claim exactly as typed."""
        return self.text[self.tokens[claim.first].start : self.tokens[claim.last - 1].end]

    def _plain(self, at: int) -> int:
        """Read a fact without a key at a token; return its end, 0 when there is none."""
        token, verb = self.tokens[at], self.verb
        facts = verb.by_kind[token.kind]
        if token.kind is WORD:
            low = token.text.lower().rstrip(PUNCTUATION)
            intros = (*verb.by_intro.get(low, ()), *self._key_in_words(low))
            for intro in intros:
                end = self._introduced(intro, at, alone=len(intros) == 1)
                if end:
                    return end
            facts = verb.by_word.get(low, facts)
            for fact, options in self._choices:
                if low in options:
                    facts = (*facts, fact)
        for fact in facts:
            end = self._bare(fact, at)
            if end:
                return end
        return 0

    def _key_in_words(self, word: str) -> tuple[Fact, ...]:
        """Return the fact whose key a word behind the record's name is, where facts are set: “set acme value 42k”."""
        fact = self.verb.by_key.get(word) if self.words and self.verb.wants else None
        return (fact,) if fact else ()

    def _bare(self, fact: Fact, at: int) -> int:
        if fact.bare is None or (fact.after and not self._follows(fact)):
            return 0
        found = self._look(fact, fact.bare, self.text, self.tokens[at].start)
        return self._claim(fact, found, at, at, SOFT if found and found.soft else BARE)

    def _follows(self, fact: Fact) -> bool:
        """Say whether what the fact belongs to was said, and the fact itself was not yet."""
        fields = {claim.fact.field for claim in self.claims}
        return fact.after in fields and fact.field not in fields

    def _introduced(self, fact: Fact, at: int, *, alone: bool) -> int:
        """Read what a word leads to, which is a name or text only when nothing else can follow that word."""
        value = at + 1
        if value >= len(self.tokens) or self.tokens[value].kind is KEY:
            return 0
        if fact.led:
            return self._led(fact, at)
        if fact.many and self._in_text():
            return 0
        if fact.asked.text or (alone and self.tokens[value].kind is QUOTED):
            return self._value(fact, at, value, INTRODUCED)
        found = self._look(fact, fact.asked, self.text, self.tokens[value].start)
        return self._claim(fact, found, at, value, INTRODUCED)

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
        end = self._token_end(value, found.end) if found else 0
        if found and end:
            self.claims.append(Claim(fact, found.value, at, end, rank))
            self._open = None
        return end

    def _token_end(self, at: int, offset: int) -> int:
        tokens = self.tokens
        if tokens[at].end == offset:
            return at + 1
        while at < len(tokens) and tokens[at].start < offset:
            at += 1
        rest = self.text[offset : tokens[at - 1].end]
        return 0 if rest and rest.strip(PUNCTUATION) else at

    def _keyed(self, at: int) -> int:
        """Read `key:value`; return its end, 0 when the word before the colon is no key but text."""
        key = self.tokens[at]
        value, fact = at + 1, self.verb.by_key.get(key.text.lower())
        glued = value < len(self.tokens) and self.tokens[value].start == key.end
        if fact is None:
            return self._unknown_key(at) if glued else 0
        if value >= len(self.tokens):
            raise self._empty(fact, key.text)
        if self._clears(fact) and self.tokens[value].text.lower() in _NONE:
            return self._value(fact, at, value, KEYED)
        spaced = fact.greedy or fact.rest or bool(self.verb.wants)
        if not glued and self.tokens[value].kind is not QUOTED and not spaced:
            found = None if fact.asked.text else self.asked(fact, self.text, self.tokens[value].start)
            return self._claim(fact, found, at, value, KEYED)
        return self._value(fact, at, value, KEYED)

    def _value(self, fact: Fact, at: int, value: int, rank: int) -> int:
        """Read the value of a key or an intro at token `value`; return its end."""
        reading, token = fact.asked, self.tokens[value]
        if self._clears(fact) and token.text.lower() in _NONE:
            self.claims.append(Claim(fact, None, at, value + 1, rank))
            return value + 1
        if token.kind is QUOTED:
            self.claims.append(Claim(fact, self._quoted(fact, token), at, value + 1, rank))
            self._open = None
            return value + 1
        found = None
        if not reading.text:
            found = self.asked(fact, self.text, token.start)
        elif reading.options or FIGURE in reading.kinds:
            found = self._look(fact, reading, self.text, token.start)
        end = self._claim(fact, found, at, value, rank)
        if end:
            return end
        if not reading.text:
            raise self.refused(fact, self.said(value, self._glued_end(value)))
        return self._text(fact, at, value, rank)

    def _clears(self, fact: Fact) -> bool:
        """Say whether the verb can empty the fact's field."""
        return "clear" in self.verb.takes and fact.field in _CLEARABLE

    def _empty(self, fact: Fact, key: str) -> BadInput:
        """Refuse a key with nothing after it; where the field can be emptied, say how."""
        hint = f" To empty it, write {key}:none." if self._clears(fact) else ""
        return BadInput(f"“{key}:” needs {fact.asked.what}.{hint}", field=fact.field, example=self.example)

    def _text(self, fact: Fact, at: int, value: int, rank: int) -> int:
        end = len(self.tokens) if fact.rest else self._glued_end(value)
        claim = Claim(fact, None, at, end, rank, words_from=value)
        self.claims.append(claim)
        self._open = claim if fact.greedy or self.words else None
        return end

    def _quoted(self, fact: Fact, token: Token) -> Any:
        inner = token.text.strip()
        return inner if fact.asked.text else self.typed(fact, inner)

    def asked(self, fact: Fact, text: str, at: int) -> Found | None:
        """Read the value that a key, a place or a question asked for."""
        return self._look(fact, fact.asked, text, at, asked=True)

    def _look(self, fact: Fact, reading: Reading, text: str, at: int, *, asked: bool = False) -> Found | None:
        try:
            return reading.read(text, at, self.context, asked)
        except BadInput as error:
            raise BadInput(str(error), field=fact.field, example=error.example) from error

    def typed(self, fact: Fact, text: str) -> Any:
        """Read a whole text as the value of a fact; BadInput when it is none."""
        found = self.asked(fact, text, 0) if text else None
        left = text[found.end :].strip(PUNCTUATION + " ") if found else ""
        if found is None or (left and fact.asked.options is None):
            raise self.refused(fact, text)
        if left:
            raise self.unknown(left)
        return found.value

    def unknown(self, said: str) -> BadInput:
        """Say that words mean nothing here, and which of the words that would is near."""
        readings = [fact.asked for fact in self.verb.facts if fact.asked.options]
        known = [
            form for one in readings if one.options for pairs in one.options(self.context).values() for form, _ in pairs
        ]
        near = nearest(said, known, likely=75)
        told = {claim.fact.field for claim in self.claims}
        left = [fact for fact in self.verb.facts if fact.asked.options and fact.field not in told]
        if not near and self.verb.wants and len(left) == 1:
            # Nothing but a value of this fact can be meant.
            return self.refused(left[0], said)
        hint = f" Did you mean “{near}”?" if near else ""
        return BadInput(
            f"I don't know what “{shortened(said)}” means in “{self.noun.line(self.verb, '')}”.{hint}",
            example=self.example,
        )

    def refused(self, fact: Fact, word: str) -> BadInput:
        """Say that a word is no value for a fact, and which one is near."""
        reading: Reading = fact.asked
        if reading.options:
            forms = [pair for pairs in reading.options(self.context).values() for pair in pairs]
            forms.sort(key=lambda pair: ("_" in pair[0], pair[0] != pair[1]), reverse=True)
            known = [form for value, form in {v: form for form, v in forms}.items() if value is not None]
            sentence = meant(word, known, kind=reading.what.removeprefix("a ").removeprefix("an "))
        else:
            sentence = f"“{shortened(word)}” is not {reading.what}. Write it like {reading.example}."
        return BadInput(sentence, field=fact.field, example=reading.example)

    def _glued_end(self, at: int) -> int:
        end = at + 1
        while end < len(self.tokens) and self.tokens[end].start == self.tokens[end - 1].end:
            end += 1
        return end

    def _unknown_key(self, at: int) -> int:
        """Refuse a key that another verb has or that is a slip; leave any other as text."""
        name = self.tokens[at].text.lower()
        line = self.noun.line(self.verb, "")
        others = self._keys.get(name)
        near = nearest(name, self.verb.by_key, likely=80) if len(name) >= _SHORTEST_SLIP else None
        if others or near:
            kin = sorted((v for noun, v in others or () if noun is self.noun), key=lambda verb: len(verb.facts))
            lines = listed(f"“{self.noun.line(verb, '')}”" for verb in kin) if kin else ""
            hint = f" Did you mean “{near}:”?" if near else f" {lines} take{'s' * (len(kin) == 1)} it." if kin else ""
            raise BadInput(
                f"“{name}:” does not belong to “{line}”.{hint} If it is part of the text, put it in quotes.",
                example=self.example,
            )
        self._open = None
        end = self._glued_end(at)
        self.words.extend(range(at, end))
        return end
