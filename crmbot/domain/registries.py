"""Registries of what other modules define: each entry is loaded when first asked for, or all at once by a server."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import TypeVar, cast

Key = TypeVar("Key")
Value = TypeVar("Value")


class Registry(Mapping[Key, Value]):
    """What keys stand for, told by its place: `{"lost": "reports.lost_reasons.compute"}` within the package `crmbot`.

    A command in a terminal needs one entry of a hundred, and loading the others takes longer than the command itself.
    """

    def __init__(self, package: str, places: Mapping[Key, str]) -> None:
        self._package = package
        self._places = places
        self._loaded: dict[Key, Value] = {}

    def __getitem__(self, key: Key) -> Value:
        if key not in self._loaded:
            module, _, name = f"{self._package}.{self._places[key]}".rpartition(".")
            self._loaded[key] = cast("Value", getattr(import_module(module), name))
        return self._loaded[key]

    def __iter__(self) -> Iterator[Key]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def load(self) -> None:
        """Load every entry, so that nobody who asks waits for it."""
        for key in self:
            self[key]
