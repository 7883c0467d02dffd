"""The parts of forms: a modal, its inputs, and what a person put into them. Each input is named by its block id."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from crmbot.slack.blocks import limits
from crmbot.slack.blocks.primitives import plain_text
from crmbot.slack.message import Block, Element
from crmbot.slack.mrkdwn import plain, trim

SEARCH = "record.search"
"""The action id of every menu whose choices are looked up while a person types."""

_SAID = (
    "value",
    "selected_option",
    "selected_date",
    "selected_time",
    "selected_user",
    "selected_conversation",
    "selected_options",
)
Option = tuple[str, str]
"""What is shown and what it means."""


@dataclass(frozen=True, slots=True)
class Modal:
    """A form, or a card in a window when it has nothing to submit.

    `callback_id` names what takes the form; `metadata` comes back with it, at most `limits.METADATA` characters.
    """

    title: str
    blocks: tuple[Block, ...]
    submit: str | None = None
    close: str = "Cancel"
    callback_id: str = ""
    metadata: str = ""

    @property
    def view(self) -> dict[str, Any]:
        """Return the view as Slack takes it, within its limits; ValueError when the metadata does not fit."""
        if len(self.metadata) > limits.METADATA:
            raise ValueError("the metadata of a modal is too long")
        view: dict[str, Any] = {
            "type": "modal",
            "title": plain_text(self.title, limits.MODAL_TITLE),
            "blocks": limits.fit_blocks(self.blocks, limits.VIEW_BLOCKS),
            "close": plain_text(self.close, limits.MODAL_TITLE),
            "callback_id": self.callback_id,
            "private_metadata": self.metadata,
        }
        if self.submit:
            view["submit"] = plain_text(self.submit, limits.MODAL_TITLE)
        return view


def text_input(
    name: str,
    label: str,
    *,
    initial: str | None = None,
    hint: str | None = None,
    placeholder: str | None = None,
    multiline: bool = False,
    optional: bool = False,
) -> Block:
    """Return a field to type in."""
    element: Element = {"type": "plain_text_input", "action_id": name, "multiline": multiline}
    start = trim(plain_lines(initial or ""), limits.INPUT_TEXT)
    if start:
        element["initial_value"] = start
    return _input(name, label, _with_hint(element, placeholder), hint=hint, optional=optional)


def choice_input(
    name: str,
    label: str,
    options: Sequence[Option],
    *,
    initial: str | None = None,
    optional: bool = False,
    hint: str | None = None,
) -> Block | None:
    """Return a menu of (label, value); None when there is nothing to choose."""
    choices = _options(options)
    if not choices:
        return None
    element: Element = {"type": "static_select", "action_id": name, "options": choices}
    return _input(name, label, _chosen(element, choices, initial), optional=optional, hint=hint)


def date_input(
    name: str, label: str, *, initial: date | None = None, optional: bool = False, hint: str | None = None
) -> Block:
    """Return a field for a day."""
    element: Element = {"type": "datepicker", "action_id": name}
    if initial is not None:
        element["initial_date"] = initial.isoformat()
    return _input(name, label, element, optional=optional, hint=hint)


def time_input(name: str, label: str, *, initial: time | None = None, optional: bool = False) -> Block:
    """Return a field for an hour of the day."""
    element: Element = {"type": "timepicker", "action_id": name}
    if initial is not None:
        element["initial_time"] = f"{initial:%H:%M}"
    return _input(name, label, element, optional=optional)


def person_input(name: str, label: str, *, initial: str | None = None, optional: bool = False) -> Block:
    """Return a menu of the workspace's people; `initial` is a Slack user id."""
    element: Element = {"type": "users_select", "action_id": name}
    if initial:
        element["initial_user"] = initial
    return _input(name, label, element, optional=optional)


def channel_input(name: str, label: str, *, initial: str | None = None, optional: bool = False) -> Block:
    """Return a menu of channels; `initial` is a channel's id."""
    element: Element = {
        "type": "conversations_select",
        "action_id": name,
        "filter": {"include": ["public", "private"], "exclude_bot_users": True},
    }
    if initial:
        element["initial_conversation"] = initial
    return _input(name, label, element, optional=optional)


def record_input(
    name: str, label: str, *, initial: Option | None = None, optional: bool = False, hint: str | None = None
) -> Block:
    """Return a menu that searches records while a person types; `initial` is (title, number or the typed name)."""
    element: Element = {
        "type": "external_select",
        "action_id": SEARCH,
        "min_query_length": 1,
        "placeholder": plain_text("Type a name or a number", limits.PLACEHOLDER),
    }
    if initial and 0 < len(initial[1]) <= limits.OPTION_VALUE:
        element["initial_option"] = option(*initial)
    return _input(name, label, element, optional=optional, hint=hint)


def option(label: str, value: str) -> Element:
    """Return one choice of a menu."""
    return {"text": plain_text(label, limits.OPTION_TEXT), "value": value}


def said_in(state: Mapping[str, Any]) -> dict[str, str | list[str]]:
    """Return what a person put into each field, by its name; empty fields are left out.

    `state` is `view.state.values` of a submitted form: {block: {action: what the element says}}.
    """
    said: dict[str, str | list[str]] = {}
    for name, elements in state.items():
        for element in elements.values():
            value = _value(element)
            if value:
                said[name] = value
    return said


def one_said(said: Mapping[str, str | list[str]], name: str) -> str:
    """Return what a field with one value says, empty when it says nothing."""
    value = said.get(name, "")
    return value if isinstance(value, str) else (value[0] if value else "")


def errors_at(errors: Mapping[str, str], first: str) -> dict[str, Any]:
    """Return the answer that keeps a form open with a sentence at each field; `first` takes what has no field."""
    return {
        "response_action": "errors",
        "errors": {name or first: plain(sentence, limits.ERROR_TEXT) for name, sentence in errors.items()},
    }


def plain_lines(text: str) -> str:
    """Return text for a field to type in: lines stay, what cannot be shown goes."""
    return "\n".join(plain(line, limits.INPUT_TEXT) for line in text.splitlines()).strip()


def _value(element: Mapping[str, Any]) -> str | list[str]:
    for key in _SAID:
        value = element.get(key)
        if isinstance(value, Mapping):
            return str(value.get("value") or "")
        if isinstance(value, list):
            return [str(one.get("value") if isinstance(one, Mapping) else one) for one in value]
        if value:
            return str(value).strip()
    return ""


def _options(options: Sequence[Option]) -> list[Element]:
    fitting = {value: label for label, value in options if 0 < len(value) <= limits.OPTION_VALUE}
    return [option(label, value) for value, label in fitting.items()][: limits.OPTIONS]


def _chosen(element: Element, choices: list[Element], initial: str | None) -> Element:
    chosen = next((choice for choice in choices if choice["value"] == initial), None)
    return {**element, "initial_option": chosen} if chosen else element


def _with_hint(element: Element, placeholder: str | None) -> Element:
    return {**element, "placeholder": plain_text(placeholder, limits.PLACEHOLDER)} if placeholder else element


def _input(name: str, label: str, element: Element, *, optional: bool = False, hint: str | None = None) -> Block:
    block: Block = {
        "type": "input",
        "block_id": name,
        "label": plain_text(label, limits.INPUT_LABEL),
        "element": element,
        "optional": optional,
    }
    if hint:
        block["hint"] = plain_text(hint, limits.INPUT_LABEL)
    return block
