"""Kept: what is made of things that never change, made once for each, such as the wire's form of what was published."""

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Thing = TypeVar("Thing")
Made = TypeVar("Made")


class Kept(Generic[Thing, Made]):
    """What ``make`` made of the last so many things, each told by its identity: to hash what was published takes long.

    A thing stays as long as what was made of it, so that no other takes its identity meanwhile. Whoever is given what
    was made does not change it.
    """

    def __init__(self, make: Callable[..., Made], *, most: int = 1000) -> None:
        self._make = make
        self._most = most
        self._made: dict[tuple[int, Hashable], tuple[Thing, Made]] = {}

    def of(self, thing: Thing, also: Hashable) -> Made:
        """What is made of a thing and of what else is told with it."""
        key = id(thing), also
        known = self._made.get(key)
        if known is None:
            if len(self._made) >= self._most:
                del self._made[next(iter(self._made))]
            known = self._made[key] = thing, self._make(thing, also)
        return known[1]
