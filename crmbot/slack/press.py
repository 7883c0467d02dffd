"""What a button carries: a finished request, and how the card changes once it is done."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from crmbot.crm.aliases import Picked
from crmbot.crm.requests import Request, decode, encode
from crmbot.errors import BadInput
from crmbot.packing import packed
from crmbot.slack.blocks.primitives import button, menu
from crmbot.slack.message import Element

_STALE = "This button was made by another version of crmbot; type the command instead."


@dataclass(frozen=True, slots=True)
class Press:
    """A press of a button.

    `then` is a look at the data that replaces the card afterwards (a list the button stands in); with `row` only the
    button's own row of the message changes. Otherwise the outcome's card takes the message's place. `picked` is the
    choice that the button stands for, which is remembered as the person's own word.
    """

    request: Request
    then: Request | None = None
    row: bool = False
    picked: Picked | None = None

    @property
    def value(self) -> str:
        """Return what the button carries."""
        return _value(self.request, self.then, self.picked, row=self.row)

    @classmethod
    def read(cls, value: str) -> "Press":
        """Return the press that made this value; BadInput when no version here knows it."""
        try:
            data: Any = json.loads(value)
        except ValueError as error:
            raise BadInput(_STALE) from error
        if not isinstance(data, dict):
            raise BadInput(_STALE)
        row, then, picked = bool(data.pop("row", False)), data.pop("then", None), _picked(data.pop("as", None))
        return cls(decode(data), decode(then) if isinstance(then, dict) else None, row, picked)


def _value(request: Request, then: Request | None = None, picked: Picked | None = None, *, row: bool = False) -> str:
    data = encode(request)
    if then is not None:
        data["then"] = encode(then)
    if row:
        data["row"] = 1
    if picked is not None:
        data["as"] = [picked.word, picked.record]
    return packed(data)


def _picked(data: Any) -> Picked | None:
    match data:
        case [str(word), str(record)]:
            return Picked(word, record)
    return None


def press_button(
    label: str,
    request: Request,
    *,
    then: Request | None = None,
    row: bool = False,
    style: str | None = None,
    confirm: Element | None = None,
    action_id: str | None = None,
    picked: Picked | None = None,
) -> Element | None:
    """Return a button that does `request`; its action id is the request's name unless given."""
    value = _value(request, then, picked, row=row)
    return button(label, action_id or request.NAME, value, style=style, confirm=confirm)


def press_menu(
    placeholder: str, action_id: str, choices: Sequence[tuple[str, Request]], *, then: Request | None = None
) -> Element | None:
    """Return a menu whose every choice does its own request."""
    return menu(placeholder, action_id, [(label, _value(request, then)) for label, request in choices])
