"""Claiming sends: judged and counted under the member's lock, so that exactly what a cap lets through goes."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from services.consent.rules.channels import Channel
from services.consent.rules.merging import MembersMergedMeanwhile
from services.consent.rules.sending import SendAnswer, judge
from services.consent.storage import sends
from services.consent.storage.gate import GateReads
from services.consent.storage.gate_limits import GateLimits
from services.consent.storage.sends import Claim
from services.kit.clock import Clock
from services.kit.database import RawConnection
from services.kit.refusal import Conflict, Invalid, NotFound


class SendNotValid(Invalid):
    """The send's id or instant is not as it must be; the message says how."""


class SendIdReused(Conflict):
    """The member has a send of this id about another topic, or by another channel."""


class UnknownSend(NotFound):
    """The member has no send of this id."""


class Sender(NamedTuple):
    """Who sends; ``processor`` is its name in the register where it may be one (PIPL 21), empty for ourselves."""

    actor: str
    processor: str


class Claimed(NamedTuple):
    """What a claim came to: the answer with its epoch and purpose, and whether the send was counted before."""

    answer: SendAnswer
    epoch: int
    purpose: str
    replayed: bool
    claimed_at: datetime | None


async def claim(
    connection: RawConnection,
    reads: GateReads,
    limits: GateLimits,
    member_id: UUID,
    send_id: str,
    channel: Channel,
    topic: str,
    sender: Sender,
    clock: Clock,
) -> Claimed:
    """Judge now and count on a yes. A claim that is made again is judged again, since it may be sent only now."""
    about = channel, topic
    survivor = await sends.lock(connection, member_id)
    # Not before the lock is held: waiting takes time, and this is the moment of sending.
    now = clock()
    known = _same(await _of_person(connection, member_id, send_id, survivor), member_id, about)
    if known is not None and (known.channel, known.topic) != about:
        raise SendIdReused("this id is another send's: give each message its own", field="send_id")
    kept_under = member_id if known is None else known.member_id
    matter = await sends.matter(connection, reads, topic, channel)
    found = await sends.situations(connection, reads, matter, [member_id], now, (kept_under, send_id))
    situation = found[member_id]
    answer = judge(matter, situation, now)
    if answer.may_send and matter.purpose is not None:
        uncovered = await limits.uncovered(connection, matter.purpose, sender.processor, member_id, now)
        answer = answer if uncovered is None else answer.uncovered(*uncovered)
    if answer.may_send:
        await sends.claim(connection, kept_under, send_id, matter, now, sender.actor)
    replayed = known is not None and not known.released
    return Claimed(
        answer,
        situation.epoch,
        matter.purpose.key if matter.purpose else "",
        replayed,
        now if answer.may_send else None,
    )


async def release(connection: RawConnection, member_id: UUID, send_id: str, clock: Clock) -> bool:
    """Count a send no more; True when it was so already. Raises ``UnknownSend``."""
    survivor = await sends.lock(connection, member_id)
    claims = await _of_person(connection, member_id, send_id, survivor)
    if not claims:
        raise UnknownSend("this member has no send of this id", field="send_id")
    await sends.release(connection, claims[0].member_id, send_id, clock())
    return claims[0].released


async def _of_person(connection: RawConnection, member_id: UUID, send_id: str, locked: UUID) -> list[Claim]:
    """The sends of this id of whoever the member is. Raises ``MembersMergedMeanwhile``."""
    survivor, claims = await sends.claimed(connection, member_id, send_id)
    if survivor != locked:
        raise MembersMergedMeanwhile
    return claims


def _same(claims: Sequence[Claim], member_id: UUID, about: tuple[Channel, str]) -> Claim | None:
    """The send that was claimed before: under this very id, or under another of the person and about the same."""
    for one in claims:
        if one.member_id == member_id or (one.channel, one.topic) == about:
            return one
    return None
