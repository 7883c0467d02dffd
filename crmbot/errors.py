"""Everything crmbot refuses, as errors whose text is a sentence for people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


class CrmError(Exception):
    """A refusal: nothing was changed, and the text says why and what to do."""

    code = "refused"


class ConfigError(CrmError):
    """The configuration has mistakes; the text lists all of them."""

    code = "config"


class BadInput(CrmError):
    """Something given cannot be used.

    Args:
        sentence: what was wrong and what to do, for people.
        field: the request's field or parameter at fault, for forms and the API.
        example: a line that would work.
    """

    code = "invalid"

    def __init__(self, sentence: str, *, field: str | None = None, example: str | None = None) -> None:
        super().__init__(sentence)
        self.field = field
        self.example = example


class MissingFact(BadInput):
    """A fact that only the person can give is missing; surfaces ask for it instead of refusing.

    `request` is the name of what was asked for and `known` its fields as far as they were said, to fill a form with.
    """

    code = "missing"

    def __init__(
        self,
        sentence: str,
        *,
        field: str | None = None,
        example: str | None = None,
        request: str = "",
        known: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(sentence, field=field, example=example)
        self.request = request
        self.known = dict(known or {})


class TooMany(CrmError):
    """Somebody asks too often; in `retry_after` seconds they may ask again."""

    code = "too_many"

    def __init__(self, sentence: str, *, retry_after: int) -> None:
        super().__init__(sentence)
        self.retry_after = retry_after


class NotFound(CrmError):
    """No record answers to that name or id; `nearest` are the closest ones.

    `request` is the name of what would make it and `known` its fields as far as they can be told, to fill a form with.
    """

    code = "not_found"

    def __init__(
        self,
        sentence: str,
        *,
        nearest: Sequence["Candidate"] = (),
        field: str | None = None,
        request: str = "",
        known: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(sentence)
        self.nearest = tuple(nearest)
        self.field = field
        self.request = request
        self.known = dict(known or {})


class NotAllowed(CrmError):
    """The actor lacks the permission."""

    code = "forbidden"


class Conflict(CrmError):
    """Somebody else changed it first, or it was done already."""

    code = "conflict"


class Busy(CrmError):
    """The store did not answer in time; nothing was done and it can be tried again.

    `uncertain`: the connection was lost while saving, so nobody knows; the input's delivery key tells.
    """

    code = "busy"

    def __init__(self, sentence: str, *, uncertain: bool = False) -> None:
        super().__init__(sentence)
        self.uncertain = uncertain


class Unauthenticated(CrmError):
    """Nobody known is asking."""

    code = "unauthenticated"


class SendFailed(Exception):
    """A message or call that the other side did not take, or nobody knows whether it did.

    Args:
        reason: a sentence for people.
        permanent: trying again changes nothing until a person acts.
        retry_after: seconds that the other side asks to wait.
        unknown: it may have been carried out all the same.
        code: the other side's code, or a word for what happened on the way.
    """

    def __init__(
        self,
        reason: str,
        *,
        permanent: bool = False,
        retry_after: float | None = None,
        unknown: bool = False,
        code: str = "",
    ) -> None:
        super().__init__(f"{reason} ({code})" if code else reason)
        self.reason = str(self)
        self.permanent = permanent
        self.retry_after = retry_after
        self.unknown = unknown
        self.code = code


@dataclass(frozen=True, slots=True)
class Candidate:
    """One record that a word may mean: what a person needs to tell it from its neighbours.

    `reference` ("D-17") put in place of the word makes the request unambiguous. `facts` are short words for people:
    owner, stage, value, last touch. `text` goes along as the request's text, or as the reason of a loss, `attendees` as
    who was there. With `field`, that is the field it belongs in rather than the question's own.
    """

    reference: str
    title: str
    facts: tuple[str, ...] = ()
    text: str = ""
    field: str = ""
    attendees: tuple[str, ...] = ()


class Ambiguous(CrmError):
    """A word means several records; nothing was done, and the person picks.

    `field` is the request's field that `candidate.reference` belongs in; `sentence` is said in place of how many fit.
    """

    code = "ambiguous"

    def __init__(self, word: str, field: str, candidates: Sequence[Candidate], *, sentence: str = "") -> None:
        super().__init__(sentence or f"“{word}” could be {len(candidates)} records. Which one?")
        self.word = word
        self.field = field
        self.candidates = tuple(candidates)
