"""What a check is given, and what it finds."""

from dataclasses import dataclass
from typing import Literal

from crmbot.config import Settings
from crmbot.domain.clock import Clock
from crmbot.store import Store

State = Literal["ok", "failed", "skipped"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found: `detail` is a sentence about it, `todo` what a person does about it."""

    name: str
    state: State
    detail: str
    todo: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """What is looked at; `seconds` bounds each step of a conversation over the network."""

    settings: Settings
    store: Store
    clock: Clock
    seconds: float = 10.0
