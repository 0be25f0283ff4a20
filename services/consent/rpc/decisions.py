"""Decisions asked: giving, withdrawing, the gate, and what each member decided."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from connectrpc.request import RequestContext
from huiyuan.consent.v1 import decisions_pb2

from services.consent.actions import decisions as actions
from services.consent.rpc import wire
from services.consent.rules.decisions import Decision
from services.consent.rules.gate import Question, judge
from services.consent.rules.purposes import Purpose
from services.consent.storage import documents
from services.consent.storage.gate import GateReads
from services.consent.storage.gate_limits import GateLimits
from services.consent.storage.standings import KeptStandings
from services.kit import rpc
from services.kit.clock import Clock
from services.kit.database import Engine
from services.kit.refusal import Invalid, Refusal, Unavailable

_GATE_CALLERS = (rpc.services("members", "loyalty", "gateway"), rpc.staff("privacy_officer"))
_CHECK_MOST = 10_000
_READ_MOST = 500
Context = RequestContext[Any, Any]


class TooMany(Invalid):
    """A batch asks about more members than one call answers."""


class EpochNotReached(Unavailable):
    """The demanded epoch is not known here yet; the question must not be answered from the past."""


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
            consents=_consents(decided, now), epoch=decided.epoch, replayed=decided.replayed
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
            consents=_consents(decided, now), epoch=decided.epoch, replayed=decided.replayed
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
            consents=_consents(decided, now), epoch=decided.epoch, replayed=decided.replayed
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

    @rpc.allow(*_GATE_CALLERS)
    async def check(self, request: decisions_pb2.CheckRequest, _: Context) -> decisions_pb2.CheckResponse:
        member_id = wire.uuid_of(request.member_id)
        about = member_id, wire.purpose_key(request.purpose), wire.recipient(request.recipient_id)
        known = await self._kept.one(*about, request.min_epoch)
        question = await self._question(request, known.in_force)
        if question.fresh_only and known.is_kept:
            known = await self._kept.fresh(*about)
            question = await self._question(request, known.in_force)
        standing = known.standing
        if standing.epoch < request.min_epoch:
            raise EpochNotReached(
                "the demanded epoch is not known here yet: try again",
                field="min_epoch",
                epoch=standing.epoch,
                min_epoch=request.min_epoch,
            )
        consented = await self._consented(standing.decision)
        answer = judge(
            question,
            standing.decision,
            consented,
            self._clock(),
            known.read_at,
            automated_refused=standing.automated_refused,
            restricted=standing.restricted,
        )
        answer = await self._limits.heed(question, answer, member_id, self._clock())
        return wire.wire_answer(answer, standing.epoch)

    @rpc.allow(*_GATE_CALLERS)
    async def check_many(
        self, request: decisions_pb2.CheckManyRequest, _: Context
    ) -> decisions_pb2.CheckManyResponse:
        at_most(_CHECK_MOST, len(request.member_ids), "member_ids")
        members = [wire.uuid_of(one, f"member_ids[{at}]") for at, one in enumerate(request.member_ids)]
        read_at = self._clock()
        in_force, standings = await self._reads.many(
            members, wire.purpose_key(request.purpose), wire.recipient(request.recipient_id)
        )
        question = Question(in_force, in_force, frozenset(request.categories), request.recipient_id)
        decided = [standing.decision for standing in standings.values() if standing.decision is not None]
        consented = await self._reads.consented(decided)
        now = self._clock()
        unknown = judge(question, None, None, now, read_at)
        answers = []
        for member_id in members:
            standing = standings.get(member_id)
            if standing is None or standing.says_nothing:
                answer = await self._limits.heed(question, unknown, member_id, now)
                answers.append(wire.wire_answer(answer, standing.epoch if standing else 0))
            else:
                decision = standing.decision
                on = consented[decision.purpose, decision.purpose_version] if decision else None
                answer = judge(
                    question,
                    decision,
                    on,
                    now,
                    read_at,
                    automated_refused=standing.automated_refused,
                    restricted=standing.restricted,
                )
                answer = await self._limits.heed(question, answer, member_id, now)
                answers.append(wire.wire_answer(answer, standing.epoch))
        return decisions_pb2.CheckManyResponse(answers=answers)

    @rpc.per_item
    async def batch_get_consents(
        self, request: decisions_pb2.BatchGetConsentsRequest, _: Context
    ) -> decisions_pb2.BatchGetConsentsResponse:
        at_most(_READ_MOST, len(request.members), "members")
        admitted = [admit(item.member_id, item.caller) for item in request.members]
        wanted = {member_id for member_id in admitted if isinstance(member_id, UUID)}
        found = await self._reads.all(list(wanted))
        in_force = {purpose.key: purpose for purpose in await self._reads.in_force()}
        consented = await self._reads.consented(d for _, decisions in found.values() for d in decisions)
        now = self._clock()
        results = []
        for member_id in admitted:
            if isinstance(member_id, Refusal):
                refusal = rpc.wire_refusal(member_id)
                results.append(decisions_pb2.ConsentsResult(refusal=refusal))
            else:
                epoch, decisions = found.get(member_id, (0, []))
                consents = _overview(in_force, decisions, consented, now)
                results.append(
                    decisions_pb2.ConsentsResult(
                        consents=decisions_pb2.MemberConsents(consents=consents, epoch=epoch)
                    )
                )
        return decisions_pb2.BatchGetConsentsResponse(results=results)

    async def _question(self, request: decisions_pb2.CheckRequest, in_force: Purpose) -> Question:
        asked = in_force
        if request.purpose_version not in (0, in_force.version):
            asked = await self._reads.version(request.purpose, request.purpose_version)
        return Question(asked, in_force, frozenset(request.categories), request.recipient_id)

    async def _consented(self, decision: Decision | None) -> Purpose | None:
        if decision is None:
            return None
        return await self._reads.version(decision.purpose, decision.purpose_version)


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


def _consents(decided: actions.Decided, now: datetime) -> list[decisions_pb2.Consent]:
    return [
        wire.wire_consent(purpose, decision.recipient_id, decision, purpose, now)
        for decision, purpose in decided.decisions
    ]


def _overview(
    in_force: Mapping[str, Purpose],
    decisions: Iterable[Decision],
    consented: Mapping[tuple[str, int], Purpose],
    now: datetime,
) -> list[decisions_pb2.Consent]:
    """Every purpose in force with each recipient it names, and whatever else was decided, by key."""
    decided = {(decision.purpose, decision.recipient_id): decision for decision in decisions}
    asked = {(key, to) for key, purpose in in_force.items() for to in ("", *purpose.terms.recipients)}
    consents = []
    for key, recipient_id in sorted(asked | {one for one in decided if one[0] in in_force}):
        decision = decided.get((key, recipient_id))
        on = consented[key, decision.purpose_version] if decision else None
        consents.append(wire.wire_consent(in_force[key], recipient_id, decision, on, now))
    return consents


def at_most(most: int, count: int, field: str) -> None:
    """Refuse a batch about more members than one call answers."""
    if count > most:
        raise TooMany(f"one call takes at most {most:,} members", field=field, asked=count, most=most)
