"""Editions: what rewards, missions, referral programmes and coupon templates do alike as they go from draft to published."""

from collections.abc import Iterator
from contextlib import contextmanager

from services.kit.refusal import Declined, Invalid


def next_edition(newest: int) -> int:
    """The number of a draft; ``newest`` is that of the newest edition, a draft that it takes the place of included.

    A draft that says something else has a number of its own, so that whoever publishes a number publishes what they
    looked at. Numbers that are left out were drafts that nobody published.
    """
    return newest + 1


@contextmanager
def as_drafted(field: str, *given: str) -> Iterator[None]:
    """While a draft is checked to be published: what is wrong with it is told of the ``field`` that named the draft.

    The message and the fact ``path`` say where in the draft it is. What is wrong with another field that was ``given``
    is told of that one.
    """
    try:
        yield
    except (Invalid, Declined) as fault:
        if fault.field in given:
            raise
        facts = {**fault.facts, "path": fault.field}
        raise type(fault)(fault.message, field=field, **facts) from None
