"""The rows of a digest: a record in two blocks, what is to be known of it and what can be done about it.

Both carry the row's name in their block ids, so that a press finds its row again whatever else the message shows.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from crmbot.crm.answers import ActivityView, DealView
from crmbot.crm.requests import (
    CompleteActivity,
    LoseDeal,
    NudgeOwner,
    Request,
    SetDeal,
    SnoozeActivity,
    Undo,
)
from crmbot.domain.stages import StageKind
from crmbot.slack.blocks import limits
from crmbot.slack.blocks.lines import record_line, show_request
from crmbot.slack.blocks.primitives import actions, menu, plain_text, section, stack
from crmbot.slack.message import Block, Element
from crmbot.slack.mrkdwn import Mrkdwn, join, one_line
from crmbot.slack.press import Press, press_button
from crmbot.slack.reader import Reader

_PROBABILITIES = (0, 25, 50, 75, 90)
_PREFIX = "row"
_TITLE, _DEEDS = "title", "do"


@dataclass(frozen=True, slots=True)
class RowName:
    """Which digest's row it is, and of which record (or owner) it tells."""

    kind: str
    reference: str

    def block_id(self, part: str) -> str:
        """Return the id of one of the row's blocks."""
        return f"{_PREFIX}.{self.kind}.{self.reference}.{part}"

    @property
    def prefix(self) -> str:
        """What the ids of all its blocks begin with."""
        return self.block_id("")

    @classmethod
    def read(cls, block_id: str) -> "RowName | None":
        """Return the name in a block's id, or None when it is no row's."""
        match block_id.split("."):
            case [prefix, kind, reference, _] if prefix == _PREFIX:
                return cls(kind, reference)
        return None


@dataclass(frozen=True, slots=True)
class Deed:
    """What the controls of a row need to know of its record."""

    reference: str
    owner_name: str = ""
    has_owner: bool = True
    expected_close: date | None = None
    lost_reasons: tuple[str, ...] = ()


def row(name: RowName, title: Any, deed: Deed) -> tuple[Block, ...]:
    """Return a row that waits to be acted on."""
    look = show_request(deed.reference)
    accessory = press_button("Open", look) if look else None
    return _row(name, title, accessory, _CONTROLS[name.kind](deed))


def row_after(
    name: RowName, record: ActivityView | DealView, reader: Reader, said: Mrkdwn, entry_id: str | None
) -> tuple[Block, ...]:
    """Return a row as it is after something was done: the record as it is now, who did what, and the way back."""
    title = join([record_line(record, reader), said], "\n")
    undo = press_button("Undo", Undo(entry_id), row=True, action_id="digest.undo") if entry_id else None
    look = show_request(record.reference)
    accessory = undo or (press_button("Open", look) if look else None)
    deed = Deed(
        record.reference,
        owner_name=record.owner.name if record.owner else "",
        has_owner=record.owner is not None,
        expected_close=record.expected_close if isinstance(record, DealView) else None,
        lost_reasons=reader.lost_reasons,
    )
    return _row(name, title, accessory, _CONTROLS[name.kind](deed) if _is_open(record) else ())


def owner_row(name: RowName, title: Any, user_id: str | None, user_name: str) -> Block:
    """Return the line above an owner's records, with the button that reminds them of all."""
    nudge = NudgeOwner(owner=user_id) if user_id else None
    label = f"Nudge {_first(user_name)}"
    button = press_button(label, nudge, row=True, action_id="digest.nudge") if nudge else None
    return section(title, accessory=button, block_id=name.block_id(_TITLE))


def replace_row(blocks: Sequence[Block], name: RowName, fresh: Sequence[Block]) -> tuple[Block, ...]:
    """Return the blocks with a row replaced; the others stay as they were posted."""
    found: list[Block] = []
    placed = False
    for block in blocks:
        if not str(block.get("block_id", "")).startswith(name.prefix):
            found.append(block)
        elif not placed:
            found.extend(fresh)
            placed = True
    return tuple(found)


def without_deeds(blocks: Sequence[Block], name: RowName) -> tuple[Block, ...]:
    """Return the blocks with nothing left to press in a row whose record is gone."""
    kept = [block for block in blocks if block.get("block_id") != name.block_id(_DEEDS)]
    return tuple(
        {key: value for key, value in block.items() if key != "accessory"}
        if block.get("block_id") == name.block_id(_TITLE)
        else block
        for block in kept
    )


def _row(name: RowName, title: Any, accessory: Element | None, deeds: Sequence[Element | None]) -> tuple[Block, ...]:
    told = section(title, accessory=accessory, block_id=name.block_id(_TITLE))
    return stack(told, actions(*deeds, block_id=name.block_id(_DEEDS)))


def _is_open(record: ActivityView | DealView) -> bool:
    if isinstance(record, ActivityView):
        return record.completed_at is None
    return record.outcome == StageKind.OPEN


def _of_activity(deed: Deed) -> list[Element | None]:
    return [
        _button("Done", "digest.done", CompleteActivity(deed.reference), style="primary"),
        _button("Snooze 1 day", "digest.snooze", SnoozeActivity(deed.reference)),
        _button("Next week", "digest.snooze_week", SnoozeActivity(deed.reference)),
        _people("Reassign to …"),
    ]


def _of_old_deal(deed: Deed) -> list[Element | None]:
    return [_nudge(deed), _people("Reassign to …"), _losing(deed), _closing(deed)]


def _of_forecast(deed: Deed) -> list[Element | None]:
    return [_chances(deed), _closing(deed), _nudge(deed)]


def _nudge(deed: Deed) -> Element | None:
    if not deed.has_owner:
        return None
    return _button(f"Nudge {_first(deed.owner_name)}", "digest.nudge", NudgeOwner(about=deed.reference))


def _losing(deed: Deed) -> Element | None:
    reasons = [(reason, LoseDeal(deed.reference, reason)) for reason in deed.lost_reasons]
    return _menu("Close as lost …", "digest.lose", [*reasons, ("Another reason …", LoseDeal(deed.reference))])


def _chances(deed: Deed) -> Element | None:
    chances = [(f"{percent} %", SetDeal(deed.reference, probability=percent)) for percent in _PROBABILITIES]
    own = ("As its stage says", SetDeal(deed.reference, automatic_probability=True))
    return _menu("Probability …", "digest.probability", [*chances, own])


def _closing(deed: Deed) -> Element:
    picker: Element = {
        "type": "datepicker",
        "action_id": "digest.close_on",
        "placeholder": plain_text("Expected close", limits.PLACEHOLDER),
    }
    if deed.expected_close is not None:
        picker["initial_date"] = deed.expected_close.isoformat()
    return picker


def _people(placeholder: str) -> Element:
    return {
        "type": "users_select",
        "action_id": "digest.assign",
        "placeholder": plain_text(placeholder, limits.PLACEHOLDER),
    }


def _button(label: str, action_id: str, request: Request, *, style: str | None = None) -> Element | None:
    return press_button(label, request, row=True, style=style, action_id=action_id)


def _menu(placeholder: str, action_id: str, choices: Sequence[tuple[str, Request]]) -> Element | None:
    return menu(placeholder, action_id, [(label, Press(request, row=True).value) for label, request in choices])


def _first(name: str) -> str:
    """Return a person's first name, for a button."""
    words = one_line(name, 20).split()
    return words[0] if words else "the owner"


_CONTROLS: Mapping[str, Callable[[Deed], Sequence[Element | None]]] = {
    "overdue": _of_activity,
    "aging": _of_old_deal,
    "forecast": _of_forecast,
}
