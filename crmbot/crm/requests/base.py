"""What all requests share: they are frozen values that say what is wanted, never how."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from crmbot.errors import BadInput

REQUESTS: dict[str, type["Request"]] = {}
"""Every kind of request by its name; buttons and drafts carry the name."""


@dataclass(frozen=True)
class Request:
    """Something a person asks for.

    Fields that name a record hold what the person typed, a number ("D-17") or an id; the door resolves them.
    `None` means "not said" and changes nothing.
    """

    NAME: ClassVar[str] = ""
    PERMISSION: ClassVar[str] = ""
    WRITES: ClassVar[bool] = True

    @classmethod
    def __init_subclass__(cls, name: str = "", permission: str = "", *, writes: bool = True) -> None:
        """Register the request under its name, `noun.verb`."""
        if name:
            cls.NAME, cls.PERMISSION, cls.WRITES = name, permission, writes
            REQUESTS[name] = cls


@dataclass(frozen=True, slots=True)
class Offer:
    """What may be done next: a question, and a finished request for each answer to it."""

    label: str
    choices: tuple[tuple[str, Request], ...]


@dataclass(frozen=True)
class Due:
    """When something is due: an instant, or a day without an hour."""

    at: datetime | None = None
    on: date | None = None


_is_text = str.__instancecheck__


def refuse_unstorable(request: Request) -> None:
    """Refuse text that no database keeps: NUL characters, halves of characters."""
    # What is printed holds neither; few texts need a closer look.
    if "".join(filter(_is_text, vars(request).values())).isprintable():
        return
    for name, value in vars(request).items():
        if isinstance(value, str) and ("\0" in value or not _is_whole(value)):
            raise BadInput(f"The {name.replace('_', ' ')} has characters that can't be kept.", field=name)


def _is_whole(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


NOBODY = "nobody"
"""The owner of what nobody owns, where a list is narrowed by it."""
EVERYBODY = "everybody"
"""The owner of a report about the whole team, where that was asked for by its name."""
ME = "me"
"""The word for the person who asks, wherever a user is named."""
