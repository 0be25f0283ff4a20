"""Chosen: a part of what a future brings, for several who wait for one answer and each want their own part of it."""

import asyncio
from collections.abc import Generator
from typing import Any, Generic, TypeVar

Value = TypeVar("Value")


class Chosen(Generic[Value]):
    """A part of what a future brings, as an awaitable: a future of its own would cost another turn of the loop."""

    __slots__ = ("_key", "future")

    def __init__(self, future: asyncio.Future[Any], key: object) -> None:
        self.future = future
        self._key = key

    def result(self) -> Value:
        """The part, once the future is done; raises it, where it is an exception."""
        value: Value | Exception = self.future.result()[self._key]
        if isinstance(value, Exception):
            raise value
        return value

    def __await__(self) -> Generator[Any, Any, Value]:
        yield from self.future.__await__()
        return self.result()
