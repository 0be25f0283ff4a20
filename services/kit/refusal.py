"""Refusals: why a request is turned down, as a plain fact with a code, a family and the numbers behind it.

A refusal is defined beside its raiser as a subclass named after the fact, for instance
``class NotEnoughPoints(Declined)``; its code on the wire is then ``NOT_ENOUGH_POINTS``.
"""

import re
from enum import Enum
from typing import ClassVar


class Kind(Enum):
    """The family a refusal belongs to; the doors translate it to their protocol."""

    INVALID = 1
    UNAUTHENTICATED = 2
    FORBIDDEN = 3
    NOT_FOUND = 4
    CONFLICT = 5
    DECLINED = 6
    UNAVAILABLE = 7


class Refusal(Exception):
    """A request was turned down; nothing was changed.

    ``message`` says what was wrong and what would be right, without personal data; ``field`` is the path
    of the request's field that was wrong; ``facts`` are the numbers that led to it.
    """

    kind: ClassVar[Kind]
    code: ClassVar[str]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "code" not in cls.__dict__:
            cls.code = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", cls.__name__).upper()

    def __init__(self, message: str, *, field: str = "", **facts: object) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.facts = {name: str(value) for name, value in facts.items()}

    @property
    def retryable(self) -> bool:
        """True when the same request may succeed later, unchanged."""
        return self.kind is Kind.UNAVAILABLE


class Invalid(Refusal):
    """The request itself is wrong; sending it again changes nothing."""

    kind = Kind.INVALID


class Unauthenticated(Refusal):
    """Nobody we know is asking."""

    kind = Kind.UNAUTHENTICATED


class Forbidden(Refusal):
    """The caller may not do this."""

    kind = Kind.FORBIDDEN


class NotFound(Refusal):
    """What the request names is not there."""

    kind = Kind.NOT_FOUND


class Conflict(Refusal):
    """The request contradicts what is already recorded."""

    kind = Kind.CONFLICT


class Declined(Refusal):
    """The request is well-formed and allowed, but the rules say no."""

    kind = Kind.DECLINED


class Unavailable(Refusal):
    """Something we need is away; the same request may succeed later."""

    kind = Kind.UNAVAILABLE
