"""Phone numbers by their digits, whichever way they are typed."""

import re
import unicodedata

FEWEST_DIGITS = 6
"""Numbers with fewer are extensions of a house, which many houses have."""
_MOST_DIGITS = 40
_OTHERS = re.compile(r"[,;\n|]")
_TRUNK = re.compile(r"\(\s*0\s*\)")
_EXTENSION = re.compile(r"(?:ext|extension|x|dw|durchwahl|poste|#)[ .:=]*\d+\s*$", re.IGNORECASE)
_TYPED = re.compile(r"(?:tel|phone)?[ .:]*[+\d\s()/.\-\u2010-\u2015]+", re.IGNORECASE)


def phone_words(text: str | None) -> tuple[str, ...]:
    """Return the digits of each number in a text from the last one on: the first ones are written in several ways.

    `+49 (0)30 1234567`, `0049 30 1234567`, `030/1234567` and `1234567` begin alike then. An extension is left out.
    """
    if not text:
        return ()
    numbers = (_digits(_EXTENSION.sub("", _TRUNK.sub("", part.strip()))) for part in _OTHERS.split(text))
    return tuple(dict.fromkeys(number for number in numbers if len(number) >= FEWEST_DIGITS))


def typed_phone(text: str) -> str:
    """Return the same of a text that is one number and nothing else; nothing of any other."""
    number = _EXTENSION.sub("", text.strip())
    words = phone_words(number) if _TYPED.fullmatch(number) else ()
    return words[0] if len(words) == 1 else ""


def _digits(number: str) -> str:
    digits = "".join(str(unicodedata.decimal(sign)) for sign in number if sign.isdecimal())
    # Noughts lead abroad (00) or out of town (0).
    return digits.lstrip("0")[::-1][:_MOST_DIGITS]
