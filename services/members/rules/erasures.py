"""Erasures: why a member is erased, who has to prove it, and when backups are clean too."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from typing import NamedTuple
from uuid import UUID

from services.kit.refusal import Invalid, NotFound


class Trigger(IntEnum):
    """Why data is erased (PIPL 47). Numbered as the contract's."""

    MEMBER_REQUEST = 1
    CONSENT_WITHDRAWN = 2
    RETENTION_ENDED = 3
    ACCOUNT_CLOSED = 4
    STAFF = 5
    RESTORED = 6


class Action(IntEnum):
    """What became of rows. Numbered as the contract's."""

    DELETED = 1
    PSEUDONYMISED = 2
    KEPT = 3


class TriggerNotValid(Invalid):
    """The trigger is not one that somebody may ask by."""


class UnknownErasure(NotFound):
    """Nobody asked for this erasure."""

    def __init__(self) -> None:
        super().__init__("no such erasure was asked for", field="erasure")


OURS = ("members", "member_keys")
STORES = (*OURS, "loyalty", "consent")
"""Who proves: our two databases by ourselves, the other services by events of their own.

The gateway's database and Redis hold ids and numbers only; that they do is proved by a search for seeded data.
"""


class Proof(NamedTuple):
    """What became of the rows of one table."""

    store: str
    action: Action
    rows: int


class Tombstone(NamedTuple):
    """That a member was erased; it outlives every backup from before."""

    member_id: UUID
    erasure_id: UUID
    erased_at: datetime


@dataclass(frozen=True, slots=True)
class StoreState:
    """What one store says of one member; ``proved_at`` is None while that is awaited."""

    member_id: UUID
    store: str
    told_at: datetime
    proved_at: datetime | None
    proof: tuple[Proof, ...]


@dataclass(frozen=True, slots=True)
class Erasure:
    """An erasure and how far it came; ``stores`` is empty until profiles became unreadable."""

    erasure_id: UUID
    member_id: UUID
    trigger: Trigger
    requested_by: str
    reason: str
    requested_at: datetime
    erased_at: datetime | None = None
    completed_at: datetime | None = None
    backups_clean_at: datetime | None = None
    stores: tuple[StoreState, ...] = ()

    def is_overdue(self, now: datetime, patience: timedelta) -> bool:
        """True while a store is later with its proof, or the worker with beginning, than it may be."""
        if self.completed_at is not None:
            return False
        return self.requested_at + patience < now


@dataclass(frozen=True, slots=True)
class Terms:
    """What an operator sets: all of it in time.

    ``backups_kept`` is the longest that a backup or log of the keys is kept, and ``patience`` how long a store may
    take to prove.
    """

    cooling_off: timedelta = timedelta(days=7)
    closed_kept: timedelta = timedelta(0)
    backups_kept: timedelta = timedelta(days=35)
    patience: timedelta = timedelta(hours=24)


def trigger_of(number: int) -> Trigger:
    """The trigger that a request names. Raises ``TriggerNotValid``."""
    if number not in (Trigger.MEMBER_REQUEST, Trigger.CONSENT_WITHDRAWN, Trigger.STAFF):
        raise TriggerNotValid(
            "ask by MEMBER_REQUEST, CONSENT_WITHDRAWN or STAFF; the rest happens by itself", field="trigger"
        )
    return Trigger(number)


def is_complete(stores: Iterable[StoreState]) -> bool:
    """Whether every store has proved."""
    return all(store.proved_at is not None for store in stores)
