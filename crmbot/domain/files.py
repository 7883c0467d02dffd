"""A file that a mail carries, ready to be kept, and the name under which it is given out."""

import unicodedata
from dataclasses import dataclass

_LONGEST_NAME = 150


@dataclass(frozen=True, slots=True)
class MailFile:
    """`type` is what its bytes show; `digest` their SHA-256. Without `content` it was too large, and only listed."""

    name: str
    type: str
    size: int
    digest: str
    content: bytes | None


def download_name(name: str) -> str:
    """Return a name that is safe on every system: no path, nothing that can't be seen, not too long."""
    shown = "".join(
        " " if unicodedata.category(letter)[0] in "CZ" or letter in '/\\<>:"|?*' else letter for letter in name
    )
    return " ".join(shown.split()).strip(". ")[:_LONGEST_NAME] or "attachment"
