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
    Requester,
    TooManyCodes,
    Verification,
    VerificationNotOpen,
    VerificationState,
)
from services.members.storage import verifications


async def request(
    connection: Connection, ring: KeyRing, new: Verification, requester: Requester, now: datetime
) -> datetime:
    """Keep a code that is about to be sent, and count it; when the next may be. Raises ``TooManyCodes``.

    Who proved the identity before has turns of their own, which no stranger uses up; all strangers together are
    cooled down once they had as many as a day gives.

    Nobody's links are looked at: who asks learns nothing of whether anyone is known by the identity.
    """
    requesters = [
        ring.request_digest(rules.requester_content(new.place, name)).digest for name in requester.names()
    ]
    proved = await verifications.known(connection, new.place, requesters, now - rules.KNOWN_FOR)
    known = next((one for one in requesters if one in proved), None)
    subjects = {
        limit: _subject(ring, limit) for limit in rules.limits(new.place, requester, requesters, known)
    }
    # Of those who proved the identity each has turns of its own, and one code a minute goes to all of them.
    place = _subject(ring, rules.strangers(new.place))
    # In the order of their digests, so that two requests never wait for each other.
    for subject in sorted({place, *subjects.values()}):
        await verifications.hold(connection, subject)
    asked_before = 0
    if known is None:
        asked_before = await verifications.spent(connection, place, now.date())
    wait = rules.wait_after(asked_before)
    # A sender that fails late may have sent, so that strangers who are cooled down wait for that, too.
    last = await verifications.last_sent_at(
        connection, new.place, known=known is not None, or_tried=wait == rules.COOL_DOWN
    )
    next_at = None if last is None else last + wait
    if next_at is not None and now < next_at:
        raise TooManyCodes(
            "a code was sent a moment ago, or many were today: wait before asking for another one",
            field="identity",
            retry_after_s=_seconds(next_at - now),
        )
    for limit, subject in subjects.items():
        if not await verifications.spend(connection, subject, now.date(), limit.a_day):
            raise TooManyCodes(
                "too many codes were asked for today: try again tomorrow, or sign in another way",
                field="identity",
                limit=limit.name,
                a_day=limit.a_day,
            )
    await verifications.add(connection, replace(new, requesters=tuple(requesters), known=known is not None))
    return now + rules.wait_after(asked_before + 1 if known is None else 0)


async def void(connection: Connection, ring: KeyRing, verification_id: UUID) -> None:
    """The code never went out: a stranger's few turns are not used up by it. All else that counted stays counted."""
    await verifications.note(connection, verification_id, VerificationState.FAILED, 0, None)
    asked = await verifications.lock(connection, verification_id)
    if asked is not None and not asked.known:
        subjects = sorted(_subject(ring, rules.stranger(one)) for one in asked.requesters)
        for subject in subjects:  # as requests do
            await verifications.hold(connection, subject)
        await verifications.give_back(connection, subjects, asked.requested_at.date())


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


def _subject(ring: KeyRing, limit: rules.Limit) -> bytes:
    return ring.request_digest(b"limit\0" + limit.name.encode() + b"\0" + limit.subject).digest


def _seconds(wait: timedelta) -> int:
    return max(1, round(wait.total_seconds()))
