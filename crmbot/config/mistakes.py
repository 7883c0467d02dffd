"""Mistakes of a configuration, collected so that one message names all of them."""

from crmbot.errors import ConfigError


class Mistakes:
    """What is wrong so far, as lines of "section.key: what and what to do"."""

    def __init__(self) -> None:
        self._lines: list[str] = []

    def add(self, where: str, sentence: str) -> None:
        """Note one mistake at a key, a section or a variable."""
        self._lines.append(f"{where}: {sentence}")

    def raise_if_any(self, source: str) -> None:
        """Raise one ConfigError that lists everything noted.

        Raises:
            ConfigError: something was noted.
        """
        if self._lines:
            count = "one mistake" if len(self._lines) == 1 else f"{len(self._lines)} mistakes"
            raise ConfigError("\n  ".join([f"{source} has {count}:", *self._lines]))
