"""Verifications: asking for a code and trying one, each one transaction of the keys' database."""

import hmac
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from services.kit.database import Connection
from services.members.rules import verifications as rules
from services.members.rules.keyrings import KeyRing, Place
from services.members.rules.verifications import (
    CodeWrong,
    TooManyCodes,
    Verification,
    VerificationNotOpen,
    VerificationState,
)
from services.members.storage import verifications


async def request(
    connection: Connection, ring: KeyRing, new: Verification, client_address: str, now: datetime
) -> None:
    """Keep a code that is about to be sent, and count it. Raises ``TooManyCodes``.

    Nobody's links are looked at: who asks learns nothing of whether anyone is known by the identity.
    """
    limits = rules.limits(new.place, new.member_id, client_address)
    subjects = {
        limit: ring.request_digest(b"limit\0" + limit.name.encode() + b"\0" + limit.subject).digest
        for limit in limits
    }
    # In the order of their digests, so that two requests never wait for each other.
    for subject in sorted(subjects.values()):
        await verifications.hold(connection, subject)
    last = await verifications.last_sent_at(connection, new.place)
    if last is not None and now < last + rules.RESEND_AFTER:
        raise TooManyCodes(
            "a code was sent a moment ago: wait before asking for another one",
            field="identity",
            retry_after_s=_seconds(last + rules.RESEND_AFTER - now),
        )
    for limit, subject in subjects.items():
        if not await verifications.spend(connection, subject, now.date(), limit.a_day):
            raise TooManyCodes(
                "too many codes were asked for today: try again tomorrow, or sign in another way",
                field="identity",
                limit=limit.name,
                a_day=limit.a_day,
            )
    await verifications.add(connection, new)


async def void(connection: Connection, verification_id: UUID) -> None:
    """The code never went out."""
    await verifications.note(connection, verification_id, VerificationState.FAILED, 0, None)


async def attempt(
    connection: Connection,
    ring: KeyRing,
    verification_id: UUID,
    place: Place,
    member_id: UUID | None,
    asked_by: str,
    code: str,
    now: datetime,
) -> Verification | CodeWrong | VerificationNotOpen:
    """Try a code and count it; the refusal is handed back, since the count is to be committed."""
    tried = ring.request_digest(rules.code_content(verification_id, place, code)).digest
    known = await verifications.lock(connection, verification_id)
    if known is None or not known.may_be_tried(place, member_id, asked_by, now):
        return VerificationNotOpen()
    attempts = known.attempts + 1
    if not hmac.compare_digest(tried, known.code_digest):
        left = rules.MOST_ATTEMPTS - attempts
        state = known.state if left else VerificationState.EXHAUSTED
        await verifications.note(connection, verification_id, state, attempts, known.proven_at)
        return CodeWrong("this is not the code that was sent", field="code", attempts_left=left)
    proven = replace(
        known, state=VerificationState.PROVEN, attempts=attempts, proven_at=known.proven_at or now
    )
    await verifications.note(connection, verification_id, proven.state, attempts, proven.proven_at)
    return proven


async def settle(connection: Connection, proven: Verification) -> bool:
    """The proof took effect, and is good for nothing more; False when it had taken effect before."""
    return await verifications.settle(connection, proven.verification_id)


def _seconds(wait: timedelta) -> int:
    return max(1, round(wait.total_seconds()))
