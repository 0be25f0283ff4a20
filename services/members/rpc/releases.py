"""Releases: what is shown in clear is asked of the consent gate, counted, logged, and then shown soon or not at all."""

import time
from collections.abc import Awaitable, Callable
from typing import NamedTuple
from uuid import UUID

from services.kit import clock, rpc
from services.kit.refusal import Refusal
from services.members.actions import accesses as accessing
from services.members.rules.accesses import Access, ConsentUnavailable, PersonalField, UnmaskQuotaExhausted
from services.members.rules.members import new_member_id
from services.members.storage.databases import Databases

ANSWER_HOLDS_S = 2.0
"""How long the gate's answer holds, from when it was asked: whoever withdrew since is not shown."""


RELEASED_TO = ("support", "operations", "privacy_officer")
"""The roles that may see data in clear, the one that reaches least first."""


class Attempt(NamedTuple):
    """Whose data is asked for, and what the access log will say of it."""

    member_id: UUID
    purpose: str
    reason: str
    fields: tuple[PersonalField, ...]


class Release(NamedTuple):
    """A leave to show, under the access log's entry that tells of it."""

    access_id: UUID
    asked_at: float

    def check(self) -> None:
        """Call before showing. Raises ``ConsentUnavailable`` when the answer grew old on the way."""
        if time.monotonic() - self.asked_at > ANSWER_HOLDS_S:
            raise ConsentUnavailable("the consent was checked too long ago to still count: try again")


async def released(
    databases: Databases, ask: Callable[[], Awaitable[Refusal | None]], attempt: Attempt, quota: int
) -> Release:
    """Ask the gate anew and log the attempt, in a transaction of its own. Raises why nothing may be shown."""
    asked_at = time.monotonic()
    refusal = await ask()
    now = clock.now()
    access = Access(
        attempt.member_id,
        new_member_id(now),
        rpc.caller().actor,
        attempt.purpose,
        attempt.reason,
        attempt.fields,
        now,
        refusal.code if refusal else "",
        role_of(rpc.caller()),
    )
    async with databases.members.begin() as connection:
        access = await accessing.record(connection, access, quota, now)
    if refusal is not None:
        raise refusal
    if access.refusal_code:
        raise UnmaskQuotaExhausted(
            "this actor has seen as many profiles in clear today as anyone may in a day", quota=quota
        )
    return Release(access.access_id, asked_at)


def role_of(actor: rpc.Caller) -> str:
    """The role under which staff see data in clear; of several, the one that reaches least."""
    return next((role for role in RELEASED_TO if actor.has(role)), "")
