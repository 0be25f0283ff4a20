"""Touches: what operations are about, so that it is locked and read before they are folded."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, NamedTuple

from services.loyalty.rules.ledger.state import Place
from services.loyalty.storage.rewards.takings import RewardOf


class Touches(NamedTuple):
    """What one operation is about, so that it is locked and read.

    ``members`` are (member, programme number); ``keys`` are probed for what they posted; ``redemptions`` are keys
    whose reversals count too; ``spent_on`` are (member, order reference) whose redemptions count; ``merges`` are
    members whose merges into others count. ``placements`` are keys that placed members on tiers. ``wallets`` are
    (member, currency number) that are locked and read by themselves, where nothing but the wallet decides over what
    falls due in it. ``paid`` are (member, programme number, instant) of orders on their way in, over which limited
    earn rules may decide. ``rewards`` are those that members want one of, ``takings`` the keys under which they took
    one or want to.
    """

    members: tuple[tuple[str, int], ...] = ()
    orders: tuple[tuple[str, str], ...] = ()
    refunds: tuple[tuple[str, str, str], ...] = ()
    keys: tuple[Place, ...] = ()
    redemptions: tuple[Place, ...] = ()
    holds: tuple[tuple[str, str], ...] = ()
    spent_on: tuple[tuple[str, str], ...] = ()
    merges: tuple[str, ...] = ()
    wallets: tuple[tuple[str, int], ...] = ()
    rewards: tuple[RewardOf, ...] = ()
    takings: tuple[Place, ...] = ()
    placements: tuple[Place, ...] = ()
    paid: tuple[tuple[str, int, int], ...] = ()


@dataclass(slots=True)
class Touched:
    """What all operations of a batch are about."""

    members: set[tuple[str, int]] = field(default_factory=set)
    orders: set[tuple[str, str]] = field(default_factory=set)
    refunds: set[tuple[str, str, str]] = field(default_factory=set)
    keys: set[Place] = field(default_factory=set)
    redemptions: set[Place] = field(default_factory=set)
    holds: set[tuple[str, str]] = field(default_factory=set)
    spent_on: set[tuple[str, str]] = field(default_factory=set)
    merges: set[str] = field(default_factory=set)
    wallets: set[tuple[str, int]] = field(default_factory=set)
    rewards: set[RewardOf] = field(default_factory=set)
    takings: set[Place] = field(default_factory=set)
    placements: set[Place] = field(default_factory=set)
    paid: set[tuple[str, int, int]] = field(default_factory=set)

    @classmethod
    def of(cls, batch: Iterable[Touches]) -> "Touched":
        columns: Iterable[Iterable[Iterable[Any]]] = zip(*batch, strict=True)
        return cls(*(set(chain.from_iterable(column)) for column in columns))
