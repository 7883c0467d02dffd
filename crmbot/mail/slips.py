"""Slips of the pen in a mail's command, which would otherwise become the name of something new."""

from crmbot.errors import BadInput
from crmbot.language.grammar import NOUNS
from crmbot.language.nearest import nearest

_SHORTEST_SLIP = 4
_LIKE_A_VERB = 85


def refuse_slip(noun: str, rest: str) -> None:
    """Refuse a line whose first word is a verb mistyped.

    A short word with a capital is a name sooner than a slip of “add” or “set”.

    Raises:
        BadInput: with the verb that was probably meant, and the line that says it is a name.
    """
    word = rest.split(None, 1)[0]
    verbs = NOUNS[noun].by_word
    if word.lower() in verbs or (len(word) < _SHORTEST_SLIP and not word.islower()):
        return
    near = nearest(word, verbs, likely=_LIKE_A_VERB)
    if near is not None:
        raise BadInput(
            f"I don't know “{word}”. Did you mean “{near}”? For something new of that name: /{noun} new {rest}",
            example=f"/{noun} {near}{rest[len(word) :]}",
        )
