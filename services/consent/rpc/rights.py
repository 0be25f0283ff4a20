"""Rights asked: members ask, verify, take back and appeal; staff note, accept, refuse and conclude."""

from datetime import datetime
from typing import Any
from uuid import UUID

from connectrpc.request import RequestContext
from huiyuan.consent.v1 import rights_pb2

from services.consent.actions import rights as actions
from services.consent.actions.rights import MEMBER, Desk
from services.consent.rpc import rights_wire as wire
from services.consent.rpc.wire import uuid_of
from services.consent.rules.rights import check_reference, signed_in_lately
from services.consent.storage import decisions, directives, rights, rights_queue
from services.consent.storage.standings import KeptStandings
from services.kit import rpc
from services.kit.clock import Clock
from services.kit.database import Connection, Engine

_OFFICER = rpc.staff("privacy_officer")
_NOTERS = rpc.staff("privacy_officer", "support")
Context = RequestContext[Any, Any]


class Rights:
    """Serves ``RightsService``."""

    def __init__(self, engine: Engine, desk: Desk, kept: KeptStandings, clock: Clock) -> None:
        self._engine = engine
        self._desk = desk
        self._kept = kept
        self._clock = clock

    @rpc.allow(rpc.members, _NOTERS)
    async def ask_right(self, request: rights_pb2.AskRightRequest, _: Context) -> rights_pb2.AskRightResponse:
        rpc.be_member(request.member_id)
        now = self._clock()
        asking = wire.asking_of(request, by_staff=_mine() is None)
        proof = self._proof(request, now)
        async with self._engine.begin() as connection:
            asked = await actions.ask(connection, self._desk, asking, proof, _actor(), now)
            epoch = await _epoch(connection, asked.request.member_id)
        self._kept.decided(asked.request.member_id, epoch)
        return rights_pb2.AskRightResponse(
            request=wire.wire_request(asked.request, now, _mine()), replayed=asked.replayed
        )

    @rpc.allow(rpc.members, _OFFICER)
    async def verify_rights_request(
        self, request: rights_pb2.VerifyRightsRequestRequest, _: Context
    ) -> rights_pb2.VerifyRightsRequestResponse:
        now = self._clock()
        async with self._engine.begin() as connection:
            held = await actions.held(connection, wire.request_id_of(request.request_id), _mine())
            done = await actions.verify(
                connection, self._desk, held, self._proof(request, now), _actor(), now
            )
            epoch = await _epoch(connection, done.member_id)
        self._kept.decided(done.member_id, epoch)
        return rights_pb2.VerifyRightsRequestResponse(request=wire.wire_request(done, now, _mine()))

    @rpc.allow(rpc.members, _OFFICER)
    async def cancel_rights_request(
        self, request: rights_pb2.CancelRightsRequestRequest, _: Context
    ) -> rights_pb2.CancelRightsRequestResponse:
        now = self._clock()
        async with self._engine.begin() as connection:
            held = await actions.held(connection, wire.request_id_of(request.request_id), _mine())
            done = await actions.cancel(connection, held, _actor(), now)
        return rights_pb2.CancelRightsRequestResponse(request=wire.wire_request(done, now, _mine()))

    @rpc.allow(rpc.members)
    async def appeal_rights_request(
        self, request: rights_pb2.AppealRightsRequestRequest, _: Context
    ) -> rights_pb2.AppealRightsRequestResponse:
        now = self._clock()
        async with self._engine.begin() as connection:
            sent_as = uuid_of(rpc.caller().id)
            held = await actions.held(connection, wire.request_id_of(request.request_id), sent_as)
            asked = await actions.appeal(connection, self._desk, held, sent_as, request.idempotency_key, now)
        return rights_pb2.AppealRightsRequestResponse(
            request=wire.wire_request(asked.request, now, _mine()), replayed=asked.replayed
        )

    @rpc.allow(_OFFICER)
    async def accept_rights_request(
        self, request: rights_pb2.AcceptRightsRequestRequest, _: Context
    ) -> rights_pb2.AcceptRightsRequestResponse:
        now = self._clock()
        async with self._engine.begin() as connection:
            held = await actions.held(connection, wire.request_id_of(request.request_id))
            done = await actions.accept(connection, self._desk, held, _actor(), now)
            epoch = await _epoch(connection, done.member_id)
        self._kept.decided(done.member_id, epoch)
        return rights_pb2.AcceptRightsRequestResponse(request=wire.wire_request(done, now))

    @rpc.allow(_OFFICER)
    async def refuse_rights_request(
        self, request: rights_pb2.RefuseRightsRequestRequest, _: Context
    ) -> rights_pb2.RefuseRightsRequestResponse:
        now, refused = self._clock(), wire.refused_of(request.refusal)
        async with self._engine.begin() as connection:
            held = await actions.held(connection, wire.request_id_of(request.request_id))
            done = await actions.refuse(connection, held, refused, _actor(), now)
        return rights_pb2.RefuseRightsRequestResponse(request=wire.wire_request(done, now))

    @rpc.allow(_OFFICER)
    async def conclude_rights_request(
        self, request: rights_pb2.ConcludeRightsRequestRequest, _: Context
    ) -> rights_pb2.ConcludeRightsRequestResponse:
        now, state = self._clock(), wire.state_of(request.state)
        refused = wire.refused_of(request.refusal) if request.HasField("refusal") else None
        async with self._engine.begin() as connection:
            held = await actions.held(connection, wire.request_id_of(request.request_id))
            done = await actions.conclude(connection, held, state, request.evidence, refused, _actor(), now)
            epoch = await _epoch(connection, done.member_id)
        self._kept.decided(done.member_id, epoch)
        return rights_pb2.ConcludeRightsRequestResponse(request=wire.wire_request(done, now))

    @rpc.allow(rpc.members, _NOTERS)
    async def list_rights_requests(
        self, request: rights_pb2.ListRightsRequestsRequest, _: Context
    ) -> rights_pb2.ListRightsRequestsResponse:
        rpc.be_member(request.member_id)
        member_id, first = uuid_of(request.member_id), wire.page_of(request.first)
        async with self._engine.connect() as connection:
            found = await rights.of_member(connection, member_id, wire.number_of(request.after), first + 1)
        shown, now = found[:first], self._clock()
        return rights_pb2.ListRightsRequestsResponse(
            requests=[wire.wire_request(one, now, _mine()) for one in shown],
            cursors=[str(one.number) for one in shown],
            has_next_page=len(found) > first,
        )

    @rpc.allow(_NOTERS)
    async def list_rights_queue(
        self, request: rights_pb2.ListRightsQueueRequest, _: Context
    ) -> rights_pb2.ListRightsQueueResponse:
        now = self._clock()
        asked = wire.queue_of(request, now)
        async with self._engine.connect() as connection:
            found = await rights_queue.page(connection, asked)
        shown = found[: request.first]
        return rights_pb2.ListRightsQueueResponse(
            requests=[wire.wire_request(one, now) for one in shown],
            cursors=[wire.queue_cursor(one) for one in shown],
            has_next_page=len(found) > request.first,
        )

    @rpc.allow(rpc.members)
    async def set_directive(
        self, request: rights_pb2.SetDirectiveRequest, _: Context
    ) -> rights_pb2.SetDirectiveResponse:
        rpc.be_member(request.member_id)
        directive = wire.directive_of(request.directive)
        async with self._engine.begin() as connection:
            await actions.set_directive(connection, uuid_of(request.member_id), directive, self._clock())
        return rights_pb2.SetDirectiveResponse(directive=wire.wire_directive(directive))

    @rpc.allow(rpc.members, _NOTERS)
    async def get_directive(
        self, request: rights_pb2.GetDirectiveRequest, _: Context
    ) -> rights_pb2.GetDirectiveResponse:
        if _mine() is not None:
            rpc.be_member(request.member_id)
        async with self._engine.connect() as connection:
            stands = await directives.of_person(connection, uuid_of(request.member_id))
        return rights_pb2.GetDirectiveResponse(directive=wire.wire_directive(stands) if stands else None)

    def _proof(self, said: Any, now: datetime) -> str:
        """By what it is known who asks: staff looked, or the member signed in a moment ago; empty when neither."""
        if _mine() is None:
            return check_reference(said.verification, "verification") if said.verification else ""
        return "SIGNED_IN" if signed_in_lately(wire.instant_of(said, "authenticated_at"), now) else ""


def _mine() -> UUID | None:
    """The member who calls; None when staff do."""
    who = rpc.caller()
    return uuid_of(who.id) if who.kind is rpc.CallerKind.MEMBER else None


def _actor() -> str:
    return MEMBER if _mine() else rpc.caller().actor


async def _epoch(connection: Connection, member_id: UUID) -> int:
    """The member's epoch after what was just done, so that this process answers by it at once."""
    return (await decisions.lock_member(connection, member_id)).epoch
