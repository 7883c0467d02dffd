"""What a writing request did."""

from collections.abc import Iterable
from dataclasses import dataclass

from crmbot.crm.answers.base import Answer
from crmbot.crm.answers.records import Record
from crmbot.crm.requests.base import Offer

_LONGEST_TOLD = 60


@dataclass(frozen=True, slots=True)
class Change:
    """One fact that changed, in words: "Stage", "Qualified", "Negotiation"; empty text for nothing."""

    record: str
    label: str
    before: str
    after: str


def told(changes: Iterable[Change]) -> str:
    """Return what facts are now, in a row: role CFO, phone none."""
    return ", ".join(f"{one.label[:1].lower()}{one.label[1:]} {_brief(one.after) or 'none'}" for one in changes)


def _brief(text: str) -> str:
    return text if len(text) <= _LONGEST_TOLD else f"{text[: _LONGEST_TOLD - 1]}…"


@dataclass(frozen=True)
class Outcome(Answer):
    """What a writing request did.

    `record` is what it was about, `also` what else was made or changed. `entry_id` is what undo takes (none for a dry
    run or when nothing changed). `repeated` tells that this very input had its effect before, so nothing was done
    now. `secret` is shown once, to the actor only (an API token); `link` is an address for others, to be passed on.
    `offer` is what to do next, `warnings` are sentences about what was done though it may be a slip.
    """

    record: Record | None = None
    also: tuple[Record, ...] = ()
    changes: tuple[Change, ...] = ()
    repeated: bool = False
    dry_run: bool = False
    secret: str | None = None
    link: str = ""
    learnt: str = ""
    offer: Offer | None = None
    warnings: tuple[str, ...] = ()
    entry_id: str | None = None

    def with_entry(self, entry_id: str) -> "Outcome":
        """Return the same with its entry; `replace` would take ten times as many steps, in every command."""
        same = object.__new__(Outcome)
        vars(same).update(vars(self), entry_id=entry_id)
        return same
