"""Activities: what members did besides ordering."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

import msgpack

from services.kit.refusal import Conflict, Declined, Invalid
from services.loyalty.rules.ledger.expiry import local_day
from services.loyalty.rules.missions.activity_types import CHECK_IN, ActivityType
from services.loyalty.rules.orders.orders import FUTURE_TOLERANCE_US

CHECK_IN_SOURCE = "check-in"
"""Where check-ins come from: the member, by the storefront. No system is believed under this name."""

_DAY_US = timedelta(days=1) // timedelta(microseconds=1)


class ActivityAlreadyRecorded(Conflict):
    """The same source and activity id were recorded with another body."""


class ActivityInTheFuture(Invalid):
    """Occurred_at lies ahead of our clock by more than five minutes."""


class ActivityTooOld(Declined):
    """The activity occurred longer ago than activities of its type are kept."""


class SourceNotTaken(Invalid):
    """A system tells activities under a name of its own, and never check-ins."""


@dataclass(frozen=True, slots=True)
class Activity:
    """Something a member did. ``occurred_at`` is in microseconds since 1970, ``day`` the local day of it."""

    member_id: str
    source: str
    activity_id: str
    type: str
    occurred_at: int
    day: date
    attributes: Mapping[str, Any]
    forget_at: int

    @property
    def fingerprint(self) -> bytes:
        """A digest of what was told; equal activities have equal ones."""
        body = (self.member_id, self.type, self.occurred_at, sorted(self.attributes.items()))
        return sha256(msgpack.packb(body)).digest()[:16]


def activity(
    type: ActivityType,
    member_id: str,
    name: tuple[str, str],
    occurred_at: int,
    attributes: Mapping[str, Any],
    zone: str,
    now: int,
) -> Activity:
    """An activity as told, when it can be one; ``name`` is its source and id there.

    Raises ``ActivityInTheFuture``, ``ActivityTooOld``, ``AttributesNotAsDeclared``, ``SourceNotTaken``.
    """
    source, activity_id = name
    if source == CHECK_IN_SOURCE or type.key == CHECK_IN:
        raise SourceNotTaken("members check in themselves: tell an activity of your own", field="type")
    if occurred_at > now + FUTURE_TOLERANCE_US:
        raise ActivityInTheFuture("it lies ahead of our clock: set yours", field="occurred_at")
    forget_at = occurred_at + type.retention_days * _DAY_US
    if forget_at <= now:
        message = f"activities of type {type.key} are told within {type.retention_days} days"
        raise ActivityTooOld(message, field="occurred_at", most=type.retention_days)
    day = local_day(occurred_at, zone)
    checked = type.checked(attributes)
    return Activity(member_id, source, activity_id, type.key, occurred_at, day, checked, forget_at)


def check_in(type: ActivityType, member_id: str, zone: str, now: int) -> Activity:
    """The member's check-in of the local day of an instant, which there is one of."""
    day = local_day(now, zone)
    return Activity(
        member_id,
        CHECK_IN_SOURCE,
        f"{member_id}:{day}",
        type.key,
        now,
        day,
        {},
        now + type.retention_days * _DAY_US,
    )
