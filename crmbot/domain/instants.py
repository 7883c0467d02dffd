"""How instants and days are written, remembered: an effect writes that of now in a dozen places."""

from collections.abc import Callable
from datetime import UTC
from typing import Any

_MOST = 1_000


class Written(dict[Any, Any]):
    """What `write` makes of an instant, a day or None; asking for one that is remembered takes no step of Python's.

    Only what is in UTC is remembered: of an hour that comes twice in a zone, both count as equal.
    """

    def __init__(self, write: Callable[[Any], Any]) -> None:
        super().__init__()
        self._write = write

    def __missing__(self, value: Any) -> Any:
        """Write it."""
        text = self._write(value)
        if getattr(value, "tzinfo", UTC) is UTC:
            if len(self) >= _MOST:
                self.clear()
            self[value] = text
        return text
