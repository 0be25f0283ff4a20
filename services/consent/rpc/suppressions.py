"""Suppressions asked: letting nothing be sent to a member, and ending that."""

from typing import Any

from connectrpc.request import RequestContext
from huiyuan.consent.v1 import suppressions_pb2

from services.consent.actions import suppressions as actions
from services.consent.rpc import sending_wire as wire
from services.consent.rpc.wire import uuid_of
from services.consent.rules.suppressions import Suppression
from services.consent.storage import merges, suppressions
from services.kit import rpc
from services.kit.clock import Clock
from services.kit.database import Engine

_SUPPRESSORS = (rpc.staff("privacy_officer", "support"), rpc.systems("message_sender"))
Context = RequestContext[Any, Any]


class Suppressions:
    """Serves ``SuppressionsService``."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    @rpc.allow(*_SUPPRESSORS)
    async def suppress_member(
        self, request: suppressions_pb2.SuppressMemberRequest, _: Context
    ) -> suppressions_pb2.SuppressMemberResponse:
        member_id = uuid_of(request.member_id)
        wanted = Suppression(
            wire.any_channel_of(request.channel),
            wire.reason_of(request.reason),
            self._clock(),
            wire.instant_of(request.until, "until") if request.HasField("until") else None,
            rpc.caller().actor,
        )
        async with self._engine.begin() as connection:
            done = await actions.suppress(connection, member_id, wanted)
        return suppressions_pb2.SuppressMemberResponse(
            suppressions=map(wire.wire_suppression, done.standing), replayed=done.replayed
        )

    @rpc.allow(rpc.staff("privacy_officer"))
    async def unsuppress_member(
        self, request: suppressions_pb2.UnsuppressMemberRequest, _: Context
    ) -> suppressions_pb2.UnsuppressMemberResponse:
        member_id = uuid_of(request.member_id)
        channel, reason = wire.any_channel_of(request.channel), wire.reason_of(request.reason)
        async with self._engine.begin() as connection:
            done = await actions.unsuppress(
                connection, member_id, channel, reason, rpc.caller().actor, self._clock()
            )
        return suppressions_pb2.UnsuppressMemberResponse(
            suppressions=map(wire.wire_suppression, done.standing), replayed=done.replayed
        )

    @rpc.allow(rpc.staff("privacy_officer", "support"))
    async def list_suppressions(
        self, request: suppressions_pb2.ListSuppressionsRequest, _: Context
    ) -> suppressions_pb2.ListSuppressionsResponse:
        async with self._engine.connect() as connection:
            survivor = await merges.survivor(connection, uuid_of(request.member_id))
            found = await suppressions.standing(connection, survivor)
        return suppressions_pb2.ListSuppressionsResponse(suppressions=map(wire.wire_suppression, found))
