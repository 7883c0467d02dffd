"""Attributes that are computed when first asked for, by several threads at once."""

from functools import cached_property
from typing import Any, Self, TypeVar, cast, overload

Value = TypeVar("Value")


class lazy(cached_property[Value]):  # noqa: N801 - reads as the decorator it is
    """What `functools.cached_property` is from Python 3.12 on: without a lock.

    Python 3.11 holds one for the attribute of all objects while it computes that of any, so who waits for the database
    there would wait for whoever else asks, even for one who waits for them.
    """

    @overload
    def __get__(self, instance: None, owner: type[Any] | None = None) -> Self: ...

    @overload
    def __get__(self, instance: object, owner: type[Any] | None = None) -> Value: ...

    def __get__(self, instance: object | None, owner: type[Any] | None = None) -> Self | Value:
        """Compute the value and leave it in the object, where it is found from then on."""
        if instance is None:
            return self
        value = instance.__dict__[cast("str", self.attrname)] = self.func(instance)
        return value
