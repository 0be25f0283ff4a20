"""Sends asked: whether a member may be written to, and claiming and releasing what is sent."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from connectrpc.request import RequestContext
from huiyuan.consent.v1 import sends_pb2

from services.consent.actions import sends as actions
from services.consent.actions.sends import Sender, SendNotValid
from services.consent.rpc import sending_wire as wire
from services.consent.rpc.gate import EpochNotReached, at_most
from services.consent.rpc.wire import uuid_of
from services.consent.rules.purposes import KEY
from services.consent.rules.sending import SendAnswer, judge
from services.consent.rules.topics import UnknownTopic
from services.consent.storage import sends
from services.consent.storage.gate import GateReads
from services.consent.storage.gate_limits import GateLimits, Uncovered
from services.kit import database, rpc
from services.kit.clock import Clock

_SENDERS = (rpc.systems("message_sender"), rpc.services("loyalty", "members", "gateway"))
_ASKERS = (*_SENDERS, rpc.staff("privacy_officer", "support"))
_SEND_ID = re.compile(r"[\x21-\x7e]{1,100}")
_MOST = 10_000
_FURTHEST = timedelta(days=366)
_SKEW = timedelta(minutes=1)
_WAIT_S = 5.0
Context = RequestContext[Any, Any]


class Sends:
    """Serves ``SendsService``."""

    def __init__(self, pool: database.Pool, reads: GateReads, limits: GateLimits, clock: Clock) -> None:
        self._pool = pool
        self._reads = reads
        self._limits = limits
        self._clock = clock

    @rpc.allow(*_ASKERS)
    async def may_send(self, request: sends_pb2.MaySendRequest, _: Context) -> sends_pb2.MaySendResponse:
        [answer] = await self._judge([uuid_of(request.member_id)], request, self._at(request))
        if answer.epoch < request.min_epoch:
            raise EpochNotReached(
                "the demanded epoch is not known here yet: try again",
                field="min_epoch",
                epoch=answer.epoch,
                min_epoch=request.min_epoch,
            )
        return sends_pb2.MaySendResponse(answer=answer)

    @rpc.allow(*_SENDERS)
    async def may_send_many(
        self, request: sends_pb2.MaySendManyRequest, _: Context
    ) -> sends_pb2.MaySendManyResponse:
        at_most(_MOST, len(request.member_ids), "member_ids")
        members = [uuid_of(one, f"member_ids[{place}]") for place, one in enumerate(request.member_ids)]
        answers = await self._judge(members, request, self._at(request))
        return sends_pb2.MaySendManyResponse(answers=answers)

    @rpc.allow(*_SENDERS)
    async def claim_send(
        self, request: sends_pb2.ClaimSendRequest, _: Context
    ) -> sends_pb2.ClaimSendResponse:
        member_id, send_id = uuid_of(request.member_id), _send_id(request.send_id)
        channel, topic = wire.channel_of(request.channel), _topic(request.topic)
        async with self._pool.acquire(timeout=_WAIT_S) as connection, connection.transaction():
            claimed = await actions.claim(
                connection,
                self._reads,
                self._limits,
                member_id,
                send_id,
                channel,
                topic,
                _sender(),
                self._clock,
            )
        return sends_pb2.ClaimSendResponse(
            answer=wire.wire_answer(claimed.answer, claimed.epoch, claimed.purpose),
            replayed=claimed.replayed,
            claimed_at=claimed.claimed_at,
        )

    @rpc.allow(*_SENDERS)
    async def release_send(
        self, request: sends_pb2.ReleaseSendRequest, _: Context
    ) -> sends_pb2.ReleaseSendResponse:
        member_id, send_id = uuid_of(request.member_id), _send_id(request.send_id)
        async with self._pool.acquire(timeout=_WAIT_S) as connection, connection.transaction():
            replayed = await actions.release(connection, member_id, send_id, self._clock)
        return sends_pb2.ReleaseSendResponse(replayed=replayed)

    async def _judge(
        self,
        members: Sequence[UUID],
        request: sends_pb2.MaySendRequest | sends_pb2.MaySendManyRequest,
        at: datetime,
    ) -> list[sends_pb2.SendAnswer]:
        """What is answered about each member, all of the same moment."""
        channel, topic = wire.channel_of(request.channel), _topic(request.topic)
        async with database.snapshot(self._pool) as connection:
            matter = await sends.matter(connection, self._reads, topic, channel)
            found = await sends.situations(connection, self._reads, matter, list(set(members)), self._clock())
            # As of now, whatever is asked of later: the ceiling is for claims to reach.
            uncovered = None
            if matter.purpose is not None:
                uncovered = await self._limits.uncovered(
                    connection, matter.purpose, _sender().processor, None, self._clock()
                )
        purpose = matter.purpose.key if matter.purpose else ""
        judged = {
            member_id: wire.wire_answer(
                _heeding(judge(matter, situation, at), uncovered), situation.epoch, purpose
            )
            for member_id, situation in found.items()
        }
        return [judged[member_id] for member_id in members]

    def _at(self, request: sends_pb2.MaySendRequest | sends_pb2.MaySendManyRequest) -> datetime:
        now = self._clock()
        if not request.HasField("at"):
            return now
        at = wire.instant_of(request.at, "at")
        if not now - _SKEW <= at <= now + _FURTHEST:
            raise SendNotValid("at lies ahead, by a year at the most: the past is not judged", field="at")
        return max(at, now)


def _sender() -> Sender:
    """Who sends: a system is in the register of processors under its own name, if it is in there."""
    who = rpc.caller()
    return Sender(who.actor, who.id if who.kind is rpc.CallerKind.SYSTEM else "")


def _heeding(answer: SendAnswer, uncovered: Uncovered | None) -> SendAnswer:
    return answer.uncovered(*uncovered) if answer.may_send and uncovered is not None else answer


def _send_id(text: str) -> str:
    if not _SEND_ID.fullmatch(text):
        raise SendNotValid("send_id takes 1 to 100 visible ASCII characters", field="send_id")
    return text


def _topic(text: str) -> str:
    if not KEY.fullmatch(text):
        raise UnknownTopic("no such topic was published", field="topic")
    return text
