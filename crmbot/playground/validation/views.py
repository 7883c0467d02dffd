"""What Slack accepts as a modal or a Home tab."""

from typing import Any

from crmbot.playground.validation.blocks import block_problems
from crmbot.playground.validation.checks import Check, flag, problem, shape, text
from crmbot.playground.validation.objects import plain


def _anything(_value: Any, _at: str) -> Any:
    return iter(())


_COMMON: dict[str, Check] = {
    "private_metadata": text(3000, 0),
    "callback_id": text(255, 0),
    "external_id": text(255, 0),
}
_VIEWS: dict[str, Check] = {
    "modal": shape(
        {"blocks": _anything, "title": plain(24)},
        {**_COMMON, "submit": plain(24), "close": plain(24), "clear_on_close": flag, "notify_on_close": flag},
    ),
    "home": shape({"blocks": _anything}, _COMMON),
}


def view_problems(view: Any, *kinds: str) -> list[str]:
    """Name everything Slack would refuse in a view of one of the kinds."""
    if not isinstance(view, dict):
        return [problem("must be an object", "/view")]
    kind = view.get("type")
    if kind not in (kinds or tuple(_VIEWS)):
        return [problem(f"unsupported type: {kind}", "/view/type")]
    found = list(_VIEWS[kind](view, "/view"))
    if not found:
        found = block_problems(view["blocks"], kind, "/view/blocks")
    if not found and kind == "modal" and not view.get("submit") and _has_inputs(view):
        found = [problem("missing required field: submit", "/view")]
    return found


def _has_inputs(view: dict[str, Any]) -> bool:
    return any(block["type"] == "input" for block in view["blocks"])
