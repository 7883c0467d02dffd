"""Where an answer goes that rides in no ack."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Where an answer goes: an address for answers, else a channel; `replace` puts it in the asking card's place."""

    response_url: str = ""
    channel: str = ""
    thread: str = ""
    replace: bool = False
