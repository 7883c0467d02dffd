"""Small checks of JSON values that add up to a description of Block Kit, in the words of Slack."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

Check = Callable[[Any, str], Iterator[str]]
"""Yields one sentence for each fault of a value found at a JSON pointer."""


def problem(reason: str, at: str) -> str:
    """Word one fault the way Slack does."""
    return f"[ERROR] {reason} [json-pointer:{at}]"


def text(most: int, least: int = 1) -> Check:
    """Accept a string of so many characters."""

    def check(value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, str):
            yield problem("must be a string", at)
        elif len(value) < least:
            yield problem(f"must be more than {least - 1} characters", at)
        elif len(value) > most:
            yield problem(f"must be less than {most + 1} characters", at)

    return check


def link(*schemes: str) -> Check:
    """Accept an address of at most 3,000 characters with one of the schemes."""
    allowed = schemes or ("https://", "http://")
    size = text(3000)

    def check(value: Any, at: str) -> Iterator[str]:
        faults = list(size(value, at))
        yield from faults
        if not faults and not value.startswith(allowed):
            yield problem("must be a valid URL", at)

    return check


def flag(value: Any, at: str) -> Iterator[str]:
    """Accept true and false only."""
    if not isinstance(value, bool):
        yield problem("must be a boolean", at)


def whole(least: int, most: int) -> Check:
    """Accept an integer between two bounds, both included."""

    def check(value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, int) or isinstance(value, bool):
            yield problem("must be an integer", at)
        elif not least <= value <= most:
            yield problem(f"must be between {least} and {most}", at)

    return check


def number(*, positive: bool = False) -> Check:
    """Accept a number, above zero when asked for."""

    def check(value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, int | float) or isinstance(value, bool):
            yield problem("must be a number", at)
        elif positive and value <= 0:
            yield problem("must be greater than 0", at)

    return check


def choice(*allowed: str) -> Check:
    """Accept one of the listed words."""

    def check(value: Any, at: str) -> Iterator[str]:
        if value not in allowed:
            yield problem(f"must be one of: {', '.join(allowed)}", at)

    return check


def items(each: Check, most: int, least: int = 1) -> Check:
    """Accept a list of so many values that each pass."""

    def check(value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield problem("must be an array", at)
            return
        if len(value) < least:
            yield problem(f"no fewer than {least} items allowed", at)
        if len(value) > most:
            yield problem(f"no more than {most} items allowed", at)
            return
        for place, item in enumerate(value):
            yield from each(item, f"{at}/{place}")

    return check


def shape(required: Mapping[str, Check], optional: Mapping[str, Check] | None = None, *also: Check) -> Check:
    """Accept an object with exactly these keys (`type` is always known), and further rules once they pass."""
    known = {**required, **(optional or {})}

    def check(value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield problem("must be an object", at)
            return
        faults = [problem(f"missing required field: {key}", at) for key in required if value.get(key) is None]
        for key, item in value.items():
            if key in known and item is not None:
                faults.extend(known[key](item, f"{at}/{key}"))
            elif key not in known and key != "type":
                faults.append(problem(f"invalid additional property: {key}", at))
        yield from faults
        if not faults:
            for rule in also:
                yield from rule(value, at)

    return check


def typed(**kinds: Check) -> Check:
    """Accept an object whose `type` names the check it has to pass."""

    def check(value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield problem("must be an object", at)
        elif "type" not in value:
            yield problem("missing required field: type", at)
        elif value["type"] not in kinds:
            yield problem(f"unsupported type: {value['type']}", f"{at}/type")
        else:
            yield from kinds[value["type"]](value, at)

    return check


def rule(holds: Callable[[Any], bool], reason: str) -> Check:
    """Accept what the predicate accepts."""

    def check(value: Any, at: str) -> Iterator[str]:
        if not holds(value):
            yield problem(reason, at)

    return check


def exactly_one(*keys: str) -> Check:
    """Accept an object with one of the keys and no second one."""
    return rule(
        lambda value: sum(value.get(key) is not None for key in keys) == 1,
        f"exactly one of {', '.join(keys)} is required",
    )


def at_least_one(*keys: str) -> Check:
    """Accept an object with at least one of the keys."""
    return rule(
        lambda value: any(value.get(key) is not None for key in keys),
        f"missing required field: {' or '.join(keys)}",
    )
