"""What a form asks for: the request it will make, what is known of it, and where the answer goes."""

import json
from dataclasses import dataclass, field, replace
from typing import Any

from crmbot.crm.requests import Request, decode, decode_known, encode, encode_known
from crmbot.errors import BadInput
from crmbot.packing import packed
from crmbot.slack.blocks import limits
from crmbot.slack.blocks.primitives import button
from crmbot.slack.message import Element
from crmbot.slack.places import Place

_STALE = "This form was made by another version of crmbot; type the command instead."

_NOWHERE = Place()


@dataclass(frozen=True, slots=True)
class Asked:
    """A form that is asked, or about to be.

    `form` names it: a request's name, or a form of its own. `known` are the request's fields as far as they were said,
    `was` those that a form for changes began with. `draft` stands for `known` where that is too long. `then` is what
    lacked the record that the form makes, to be done with it as its `then_field`.
    """

    form: str
    known: dict[str, Any] = field(default_factory=dict)
    was: dict[str, Any] = field(default_factory=dict)
    place: Place = _NOWHERE
    draft: str = ""
    then: Request | None = None
    then_field: str = ""

    @property
    def value(self) -> str:
        """Return what a button carries that opens this form."""
        data: dict[str, Any] = {"form": encode_known(self.form, self.known)}
        if self.draft:
            data["draft"] = self.draft
        return packed(data | self._following() if self.then else data)

    @property
    def metadata(self) -> str:
        """Return what the form brings back when it is sent."""
        place = self.place
        data: dict[str, Any] = {"form": encode_known(self.form, self.known)}
        if self.was:
            data["was"] = encode_known(self.form, self.was)
        to = {"url": place.response_url, "channel": place.channel, "thread": place.thread, "replace": place.replace}
        data["to"] = {name: value for name, value in to.items() if value}
        return packed(data | self._following())

    def _following(self) -> dict[str, Any]:
        return {"then": encode(self.then), "then_field": self.then_field} if self.then else {}

    @classmethod
    def read(cls, text: str) -> "Asked":
        """Return what `value` or `metadata` was made of; BadInput when no version here knows it."""
        try:
            data: Any = json.loads(text)
            form = data["form"]
            name, to = str(form["do"]), data.get("to") or {}
        except (ValueError, TypeError, KeyError) as error:
            raise BadInput(_STALE) from error
        known = decode_known(form)[1] if len(form) > 1 else {}
        was = decode_known(data["was"])[1] if data.get("was") else {}
        place = Place(
            str(to.get("url") or ""),
            str(to.get("channel") or ""),
            str(to.get("thread") or ""),
            bool(to.get("replace")),
        )
        then = decode(data["then"]) if data.get("then") else None
        return cls(name, known, was, place, str(data.get("draft") or ""), then, str(data.get("then_field") or ""))

    def without(self, *names: str) -> "Asked":
        """Return it without what the form's own fields will say."""
        return replace(self, known={name: value for name, value in self.known.items() if name not in names})


def form_button(label: str, asked: Asked, action_id: str = "form.open", *, style: str | None = None) -> Element | None:
    """Return a button that opens a form; None when what is known is too long for it."""
    return button(label, action_id, asked.value, style=style)


def form_opener(label: str, form: str, action_id: str, *, style: str | None = None, **known: Any) -> Element | None:
    """Return a button that opens a form of which nothing but some of the request's fields is known."""
    return button(label, action_id, packed({"form": encode_known(form, known)}), style=style)


def fits_a_button(asked: Asked) -> bool:
    """Say whether a button can carry the form."""
    return len(asked.value) <= limits.BUTTON_VALUE
