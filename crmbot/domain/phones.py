"""Phone numbers by their digits, whichever way they are typed."""

import re
import unicodedata

FEWEST_DIGITS = 6
"""Numbers with fewer are extensions of a house, which many houses have."""
_MOST_DIGITS = 40
# A plus begins another number.
_OTHERS = re.compile(r"[,;\n|]|(?<=\d)[^\d,;|]*?(?=\+)")
_WORDS = re.compile(r"[^\W\d_]{2,}")
_TRUNK = re.compile(r"\(\s*0\s*\)")
_TRUNK_ABROAD = re.compile(r"^(\W*(?:\+|00)(?!39|225|242|378)\d{1,3}[^\w+]+)0(?=\d)")
"""A nought that is dialled inland only; in Italy, San Marino, Congo and Ivory Coast it belongs to the number."""
_EXTENSION = re.compile(r"(?:ext|extension|x|dw|durchwahl|poste|#)[ .:=]*\d+\s*$", re.IGNORECASE)
_TYPED = re.compile(
    r"(?:tel|telefon|telephone|phone|fon|mobile?|mob|cell|handy)?[ .:]*[+\d\s()/.\-\u2010-\u2015]+", re.IGNORECASE
)
_DAY = re.compile(r"\d{4}([-./ ])(?:0?[1-9]|1[0-2])\1(?:0?[1-9]|[12]\d|3[01])|\d\d?([-./])\d\d?\2(?:\d\d|\d{4})")


def phone_words(text: str | None) -> tuple[str, ...]:
    """Return the digits of each number in a text from the last one on: the first ones are written in several ways.

    `+49 (0)30 1234567`, `0049 30 1234567`, `030/1234567` and `1234567` begin alike then. An extension is left out.
    """
    if not text:
        return ()
    parts = (_EXTENSION.sub("", part.strip()) for part in _OTHERS.split(text))
    numbers = (_digits(number) for part in parts for number in _WORDS.split(part))
    return tuple(dict.fromkeys(number for number in numbers if len(number) >= FEWEST_DIGITS))


def typed_phone(text: str) -> str:
    """Return the same of a text that is one number and nothing else; nothing of any other, a day for one."""
    number = _EXTENSION.sub("", text.strip()).rstrip("; ")
    words = phone_words(number) if _TYPED.fullmatch(number) and not _DAY.fullmatch(number) else ()
    return words[0] if len(words) == 1 else ""


def _digits(number: str) -> str:
    dialled = _TRUNK_ABROAD.sub(r"\1", _TRUNK.sub("", number))
    digits = "".join(str(unicodedata.decimal(sign)) for sign in dialled if sign.isdecimal())
    # Noughts lead abroad (00) or out of town (0).
    return digits.lstrip("0")[::-1][:_MOST_DIGITS]
