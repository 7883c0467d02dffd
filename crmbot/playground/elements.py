"""Pressing and filling in: finding an element in blocks, and what Slack reports about it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from crmbot.playground.records import Json, View

_REPORTED = {
    "static_select": "selected_option",
    "external_select": "selected_option",
    "radio_buttons": "selected_option",
    "overflow": "selected_option",
    "multi_static_select": "selected_options",
    "multi_external_select": "selected_options",
    "checkboxes": "selected_options",
    "users_select": "selected_user",
    "multi_users_select": "selected_users",
    "conversations_select": "selected_conversation",
    "multi_conversations_select": "selected_conversations",
    "channels_select": "selected_channel",
    "multi_channels_select": "selected_channels",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    "rich_text_input": "rich_text_value",
}
_INITIAL = {
    "selected_option": "initial_option",
    "selected_options": "initial_options",
    "selected_user": "initial_user",
    "selected_users": "initial_users",
    "selected_conversation": "initial_conversation",
    "selected_conversations": "initial_conversations",
    "selected_channel": "initial_channel",
    "selected_channels": "initial_channels",
    "selected_date": "initial_date",
    "selected_time": "initial_time",
    "selected_date_time": "initial_date_time",
    "rich_text_value": "initial_value",
    "value": "initial_value",
}


@dataclass(frozen=True)
class Placed:
    """An interactive element and the block it stands in."""

    block_id: str
    element: Json

    @property
    def label(self) -> str:
        """Return the words on a button."""
        return str((self.element.get("text") or {}).get("text", ""))


def interactive(blocks: list[Json]) -> Iterator[Placed]:
    """Yield every element with an action id or a value, in the order shown."""
    for place, block in enumerate(blocks):
        yield from _inside(block, str(block.get("block_id", f"b{place}")))


def _inside(value: Any, block_id: str) -> Iterator[Placed]:
    if isinstance(value, list):
        for item in value:
            yield from _inside(item, block_id)
    elif isinstance(value, dict):
        if value.get("type") in _REPORTED or value.get("type") == "button" or "action_id" in value:
            yield Placed(block_id, value)
        for item in value.values():
            yield from _inside(item, block_id)


def find_element(blocks: list[Json], action: str, value: str | None = None) -> Placed:
    """Return the element with an action id, a button value or a label; LookupError unless there is one."""
    everything = list(interactive(blocks))
    found = [item for item in everything if item.element.get("action_id") == action]
    found = found or [item for item in everything if action in (item.element.get("value"), item.label)]
    if value is not None and len(found) > 1:
        found = [item for item in found if value in _values(item.element)]
    if len(found) != 1:
        there = [(item.element.get("action_id"), item.label, item.element.get("value")) for item in everything]
        raise LookupError(f"{len(found)} elements match {action!r} {value!r}; there are {there}")
    return found[0]


def _values(element: Json) -> list[str]:
    return [str(element.get("value"))] + [option["value"] for option in _options(element)]


def _options(element: Json) -> list[Json]:
    options = list(element.get("options") or [])
    for group in element.get("option_groups") or []:
        options.extend(group["options"])
    return options


def _chosen(element: Json, value: Any) -> Json:
    """Return the option a value stands for; external options come whole."""
    if isinstance(value, dict):
        return value
    for option in _options(element):
        if value in (option["value"], option["text"]["text"]):
            return dict(option)
    raise LookupError(f"no option {value!r} among {[option['value'] for option in _options(element)]}")


def report(element: Json, value: Any = None) -> Json:
    """Return what Slack reports of an element: its type and what was chosen, typed in or left as it was."""
    kind = element["type"]
    key = _REPORTED.get(kind, "value")
    if value is None:
        return {"type": kind, key: element.get(_INITIAL[key], [] if key.endswith("s") else None)}
    if key == "selected_option":
        value = _chosen(element, value)
    elif key == "selected_options":
        value = [_chosen(element, item) for item in value]
    return {"type": kind, key: value}


def _filled(element: Json, value: Any) -> Json:
    """Return what Slack reports of a field that was filled in; of an emptied one that there is nothing in it."""
    if value not in (None, "", []):
        return report(element, value)
    key = _REPORTED.get(element["type"], "value")
    return {"type": element["type"], key: [] if key.endswith("s") else None}


def action_report(placed: Placed, value: Any, at: float) -> Json:
    """Return one entry of `actions` for a press or a choice."""
    element = placed.element
    action: Json = {
        "action_id": element.get("action_id", ""),
        "block_id": placed.block_id,
        "type": element["type"],
        "action_ts": f"{at:.6f}",
    }
    if element["type"] == "button":
        action["text"] = element["text"]
        action.update({key: element[key] for key in ("value", "style", "url") if key in element})
    else:
        action.update(report(element, value))
    return action


def form_values(view: View, values: Json) -> Json:
    """Return `state.values` of a form filled in by block id, other fields as they were shown.

    Raises:
        ValueError: Slack would not send it.
    """
    unknown = set(values)
    filled: Json = {}
    for block in view.body["blocks"]:
        if block["type"] != "input":
            continue
        name = block["block_id"]
        unknown.discard(name)
        said = _filled(block["element"], values[name]) if name in values else report(block["element"])
        if not block.get("optional") and all(part in (None, "", []) for key, part in said.items() if key != "type"):
            raise ValueError(f"the form needs {name}: Slack would not send it")
        filled[name] = {block["element"].get("action_id", name): said}
    if unknown:
        raise ValueError(f"the form has no {sorted(unknown)}, only {sorted(filled)}")
    return filled
