"""Decisions asked: giving, withdrawing, the gate, and what each member decided."""

from datetime import datetime
from typing import Any
from uuid import UUID

from connectrpc.request import RequestContext
from huiyuan.consent.v1 import decisions_pb2

from services.consent.actions import decisions as actions
from services.consent.actions import guardians
from services.consent.rpc import overviews, wire
from services.consent.rpc.gate import Gate, at_most
from services.consent.storage import documents
from services.consent.storage.gate import NOTHING, GateReads
from services.consent.storage.gate_limits import GateLimits
from services.consent.storage.standings import KeptStandings
from services.kit import rpc
from services.kit.clock import Clock
from services.kit.database import Engine
from services.kit.refusal import Refusal

_GATE_CALLERS = (rpc.services("members", "loyalty", "gateway"), rpc.staff("privacy_officer"))
_READ_MOST = 500
Context = RequestContext[Any, Any]


class Decisions:
    """Serves ``DecisionsService``; ``controllers`` answer for the processing and stand in each record."""

    def __init__(
        self,
        engine: Engine,
        reads: GateReads,
        kept: KeptStandings,
        limits: GateLimits,
        controllers: tuple[str, ...],
        clock: Clock,
    ) -> None:
        self._engine = engine
        self._reads = reads
        self._kept = kept
        self._limits = limits
        self._gate = Gate(reads, kept, limits, clock)
        self._controllers = controllers
        self._clock = clock

    @rpc.allow(rpc.members)
    async def give_consent(
        self, request: decisions_pb2.GiveConsentRequest, _: Context
    ) -> decisions_pb2.GiveConsentResponse:
        grant, now = wire.grant_of(request), self._clock()
        by = wire.uuid_of(rpc.caller().id)
        async with self._engine.begin() as connection:
            decided = await actions.give(connection, grant, self._controllers, now, by)
        self._kept.decided(grant.member_id, decided.epoch)
        return decisions_pb2.GiveConsentResponse(
            consents=await self._consents(grant.member_id, decided, now),
            epoch=decided.epoch,
            replayed=decided.replayed,
        )

    @rpc.allow(rpc.members)
    async def withdraw_consent(
        self, request: decisions_pb2.WithdrawConsentRequest, _: Context
    ) -> decisions_pb2.WithdrawConsentResponse:
        withdrawal, now = wire.withdrawal_of(request), self._clock()
        by = wire.uuid_of(rpc.caller().id)
        async with self._engine.begin() as connection:
            decided = await actions.withdraw(connection, withdrawal, self._controllers, now, by)
        self._kept.decided(withdrawal.member_id, decided.epoch)
        return decisions_pb2.WithdrawConsentResponse(
            consents=await self._consents(withdrawal.member_id, decided, now),
            epoch=decided.epoch,
            replayed=decided.replayed,
        )

    @rpc.allow(rpc.members)
    async def refuse_consent(
        self, request: decisions_pb2.RefuseConsentRequest, _: Context
    ) -> decisions_pb2.RefuseConsentResponse:
        rpc.be_member(request.member_id)
        rejection, now = wire.rejection_of(request), self._clock()
        async with self._engine.begin() as connection:
            decided = await actions.reject(connection, rejection, self._controllers, now)
        self._kept.decided(rejection.member_id, decided.epoch)
        return decisions_pb2.RefuseConsentResponse(
            consents=await self._consents(rejection.member_id, decided, now),
            epoch=decided.epoch,
            replayed=decided.replayed,
        )

    @rpc.allow(rpc.staff("privacy_officer"))
    async def verify_signed_document(
        self, request: decisions_pb2.VerifySignedDocumentRequest, _: Context
    ) -> decisions_pb2.VerifySignedDocumentResponse:
        record_id, digest = (
            wire.uuid_of(request.record_id, "record_id"),
            wire.sha256_of(request.digest, "digest"),
        )
        async with self._engine.connect() as connection:
            document = await documents.of_record(connection, record_id)
        return decisions_pb2.VerifySignedDocumentResponse(
            matches=document.digest == digest, signed_document=wire.wire_document(document)
        )

    def kept(self, request: decisions_pb2.CheckRequest) -> decisions_pb2.CheckResponse | None:
        """What the gate answers without reading anything."""
        return self._gate.kept(request)

    @rpc.allow(*_GATE_CALLERS, at_once=kept)
    async def check(self, request: decisions_pb2.CheckRequest, _: Context) -> decisions_pb2.CheckResponse:
        return await self._gate.check(request)

    def kept_many(self, request: decisions_pb2.CheckManyRequest) -> decisions_pb2.CheckManyResponse | None:
        """The same of a batch that may be answered so."""
        return self._gate.kept_many(request)

    @rpc.allow(*_GATE_CALLERS, at_once=kept_many)
    async def check_many(
        self, request: decisions_pb2.CheckManyRequest, _: Context
    ) -> decisions_pb2.CheckManyResponse:
        return await self._gate.check_many(request)

    @rpc.per_item
    async def batch_get_consents(
        self, request: decisions_pb2.BatchGetConsentsRequest, _: Context
    ) -> rpc.Encoded:
        at_most(_READ_MOST, len(request.members), "members")
        admitted = [await self._readable(item.member_id, item.caller) for item in request.members]
        wanted = {member_id for member_id in admitted if isinstance(member_id, UUID)}
        purposes, found = await self._reads.all(list(wanted))
        consented = await self._reads.consented(d for one in found.values() for d in one.decisions)
        now = self._clock()
        shown = overviews.overviews(purposes, found, consented, wanted, now)
        await overviews.heed(self._limits, shown, now)
        return overviews.answer(admitted, shown, found)

    async def _consents(
        self, member_id: UUID, decided: actions.Decided, now: datetime
    ) -> list[decisions_pb2.Consent]:
        """What was decided just now."""
        _, found = await self._reads.all([member_id])
        stands = found.get(member_id, NOTHING)
        shown = {
            member_id: [
                overviews.consent(purpose, decision.recipient_id, decision, purpose, stands, now)
                for decision, purpose in decided.decisions
            ]
        }
        await overviews.heed(self._limits, shown, now)
        return [consent.said for consent in shown[member_id]]

    async def _readable(self, member_id: str, assertion: str) -> UUID | Refusal:
        """The member whom the item's caller may read, as itself, its guardian or staff; or why not."""
        admitted = admit(member_id, assertion)
        if not isinstance(admitted, rpc.NotAllowed):
            return admitted
        try:
            who, child_id = rpc.caller_of_item(assertion), wire.uuid_of(member_id)
        except Refusal as refusal:
            return refusal
        if who.kind is rpc.CallerKind.MEMBER:
            async with self._engine.connect() as connection:
                if await guardians.may_read(connection, child_id, wire.uuid_of(who.id)):
                    return child_id
        return admitted


def admit(member_id: str, assertion: str) -> UUID | Refusal:
    """The member whom the item's own caller may read, or why not."""
    try:
        who = rpc.caller_of_item(assertion)
        officer = who.kind is rpc.CallerKind.STAFF and who.has("support", "privacy_officer")
        if not (officer or who.is_member(member_id)):
            raise rpc.NotAllowed("this caller may not read this member's consents", field="member_id")
        return wire.uuid_of(member_id)
    except Refusal as refusal:
        return refusal
