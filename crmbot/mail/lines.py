"""Single lines for headers and sentences, out of text that anybody may have written."""

import smtplib
import unicodedata

_LONGEST_ANSWER = 300


def one_line(text: str) -> str:
    """Return text that is safe in a header: no control characters, line ends or halves of characters.

    Nor anything that looks like an encoded word: the library would decode it, and line ends with it.
    """
    text = text.replace("=?", "= ?")
    kept = ["" if unicodedata.category(letter) in {"Cs", "Cf"} else letter for letter in text]
    return " ".join("".join(" " if unicodedata.category(c)[0:1] in "CZ" else c for c in "".join(kept)).split())


def answer_line(code: int, words: bytes | str) -> str:
    """Return a mail server's answer as its code and the beginning of its words."""
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return f"{code} {one_line(text)[:_LONGEST_ANSWER]}"


def error_line(error: smtplib.SMTPResponseException) -> str:
    """Return the answer that an error of the library came of."""
    return answer_line(error.smtp_code, error.smtp_error)
