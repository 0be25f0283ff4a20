"""Directives: whether kin may ask after a member's death, and what of it holds for one who turned out to be two."""

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple


class Directive(StrEnum):
    """Whether kin may ask after the member's death."""

    KIN_MAY_ASK = "KIN_MAY_ASK"
    KIN_MAY_NOT_ASK = "KIN_MAY_NOT_ASK"


class Said(NamedTuple):
    """What was said under an id; ``epoch`` is the member's then."""

    epoch: int
    directive: Directive


def standing(own: Iterable[Said], joined: Iterable[Said]) -> Directive | None:
    """What stands for a survivor: the own words in their order, and what others brought, from their merge's epoch on.

    A no on either side wins; what is said after the merge counts as ever.
    """
    stands: Directive | None = None
    brought = sorted(joined)
    for word in own:
        while brought and brought[0].epoch <= word.epoch:
            stands = _weighed(stands, brought.pop(0).directive)
        stands = word.directive
    for word in brought:
        stands = _weighed(stands, word.directive)
    return stands


def _weighed(one: Directive | None, other: Directive) -> Directive:
    return Directive.KIN_MAY_NOT_ASK if Directive.KIN_MAY_NOT_ASK in (one, other) else other
