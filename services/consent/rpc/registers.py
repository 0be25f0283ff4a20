"""Registers asked: the officer enters what covers the processing, and sees what is processed and whom a breach is about."""

from typing import Any
from uuid import UUID

from connectrpc.request import RequestContext
from huiyuan.consent.v1 import registers_pb2

from services.consent.actions import registers as actions
from services.consent.rpc import registers_wire as wire
from services.consent.rpc.wire import uuid_of
from services.consent.rules.registers import CEILINGS_FROM, Ceilings, EntryNotValid, UnknownEntry
from services.consent.storage import purposes, registers
from services.kit import rpc
from services.kit.clock import Clock
from services.kit.database import Engine

_OFFICER = rpc.staff("privacy_officer")
_READERS = rpc.staff("privacy_officer", "auditor")
_AFFECTED_MOST = 1_000
Context = RequestContext[Any, Any]


class Registers:
    """Serves ``RegistersService``."""

    def __init__(self, engine: Engine, ceilings: Ceilings, clock: Clock) -> None:
        self._engine = engine
        self._ceilings = ceilings
        self._clock = clock

    @rpc.allow(_READERS)
    async def list_processing_records(
        self, _: registers_pb2.ListProcessingRecordsRequest, __: Context
    ) -> registers_pb2.ListProcessingRecordsResponse:
        async with self._engine.connect() as connection:
            in_force = await purposes.in_force(connection)
            assessed = {one.assessment_id for one in await registers.assessments(connection)}
            terms = await registers.agreements(connection)
            routes = await registers.routes(connection)
        now = self._clock()
        return registers_pb2.ListProcessingRecordsResponse(
            records=[
                wire.processing_record(purpose, recipient_id, assessed, terms, routes, self._ceilings, now)
                for purpose in in_force.values()
                for recipient_id in ("", *purpose.terms.recipients)
            ]
        )

    # Who may publish a purpose may say first what it was assessed by.
    @rpc.allow(_OFFICER, rpc.systems("programme_seeder"))
    async def register_assessment(
        self, request: registers_pb2.RegisterAssessmentRequest, _: Context
    ) -> registers_pb2.RegisterAssessmentResponse:
        entry = wire.assessment_of(request.assessment)
        entry.check(self._clock())
        async with self._engine.begin() as connection:
            added = await registers.add_assessment(connection, entry, rpc.caller().actor)
        return registers_pb2.RegisterAssessmentResponse(
            assessment=wire.wire_assessment(entry), replayed=not added
        )

    @rpc.allow(_OFFICER)
    async def delete_assessment(
        self, request: registers_pb2.DeleteAssessmentRequest, _: Context
    ) -> registers_pb2.DeleteAssessmentResponse:
        async with self._engine.begin() as connection:
            await actions.delete_assessment(connection, request.assessment_id, self._clock())
        return registers_pb2.DeleteAssessmentResponse()

    @rpc.allow(_READERS)
    async def list_assessments(
        self, _: registers_pb2.ListAssessmentsRequest, __: Context
    ) -> registers_pb2.ListAssessmentsResponse:
        async with self._engine.connect() as connection:
            found = await registers.assessments(connection)
        return registers_pb2.ListAssessmentsResponse(assessments=map(wire.wire_assessment, found))

    @rpc.allow(_OFFICER)
    async def register_agreement(
        self, request: registers_pb2.RegisterAgreementRequest, _: Context
    ) -> registers_pb2.RegisterAgreementResponse:
        entry = wire.agreement_of(request.agreement)
        entry.check()
        async with self._engine.begin() as connection:
            added = await registers.add_agreement(connection, entry, rpc.caller().actor)
        return registers_pb2.RegisterAgreementResponse(
            agreement=wire.wire_agreement(entry), replayed=not added
        )

    @rpc.allow(_READERS)
    async def list_agreements(
        self, _: registers_pb2.ListAgreementsRequest, __: Context
    ) -> registers_pb2.ListAgreementsResponse:
        async with self._engine.connect() as connection:
            found = await registers.agreements(connection)
        return registers_pb2.ListAgreementsResponse(agreements=map(wire.wire_agreement, found))

    @rpc.allow(_OFFICER)
    async def register_export_route(
        self, request: registers_pb2.RegisterExportRouteRequest, _: Context
    ) -> registers_pb2.RegisterExportRouteResponse:
        entry = wire.route_of(request.route)
        entry.check()
        async with self._engine.begin() as connection:
            added = await actions.register_route(connection, entry, rpc.caller().actor)
        return registers_pb2.RegisterExportRouteResponse(route=wire.wire_route(entry), replayed=not added)

    @rpc.allow(_READERS)
    async def list_export_routes(
        self, _: registers_pb2.ListExportRoutesRequest, __: Context
    ) -> registers_pb2.ListExportRoutesResponse:
        async with self._engine.connect() as connection:
            found, counted = await registers.routes(connection), await registers.exported(connection)
        return registers_pb2.ListExportRoutesResponse(
            routes=map(wire.wire_route, found),
            counters=[wire.wire_counter(*one, self._ceilings) for one in counted],
            source=CEILINGS_FROM,
        )

    @rpc.allow(_OFFICER)
    async def open_breach(
        self, request: registers_pb2.OpenBreachRequest, _: Context
    ) -> registers_pb2.OpenBreachResponse:
        entry, now = wire.breach_of(request), self._clock()
        entry.check(now)
        async with self._engine.begin() as connection:
            found, replayed = await actions.open_breach(connection, entry, rpc.caller().actor)
            affected = await registers.count_affected(connection, found.categories)
        return registers_pb2.OpenBreachResponse(
            breach=wire.wire_breach(found, affected, now), replayed=replayed
        )

    @rpc.allow(_OFFICER)
    async def record_breach_notice(
        self, request: registers_pb2.RecordBreachNoticeRequest, _: Context
    ) -> registers_pb2.RecordBreachNoticeResponse:
        now = self._clock()
        notice = wire.notice_of(request, now)
        async with self._engine.begin() as connection:
            found = await actions.record_notice(connection, request.breach_id, notice, rpc.caller().actor)
            affected = await registers.count_affected(connection, found.categories)
        return registers_pb2.RecordBreachNoticeResponse(breach=wire.wire_breach(found, affected, now))

    @rpc.allow(_READERS)
    async def list_breaches(
        self, _: registers_pb2.ListBreachesRequest, __: Context
    ) -> registers_pb2.ListBreachesResponse:
        now = self._clock()
        async with self._engine.connect() as connection:
            found = await registers.breaches(connection)
            counted = [await registers.count_affected(connection, one.categories) for one in found]
        return registers_pb2.ListBreachesResponse(
            breaches=[wire.wire_breach(one, count, now) for one, count in zip(found, counted, strict=True)]
        )

    @rpc.allow(_OFFICER)
    async def list_affected_members(
        self, request: registers_pb2.ListAffectedMembersRequest, _: Context
    ) -> registers_pb2.ListAffectedMembersResponse:
        if not 1 <= request.first <= _AFFECTED_MOST:
            raise EntryNotValid(f"first must be between 1 and {_AFFECTED_MOST}", field="first")
        after: UUID | None = uuid_of(request.after, "after") if request.after else None
        async with self._engine.connect() as connection:
            breach = await registers.breach(connection, request.breach_id)
            if breach is None:
                raise UnknownEntry("there is no such breach", field="breach_id")
            found = await registers.affected(connection, breach.categories, after, request.first + 1)
        return registers_pb2.ListAffectedMembersResponse(
            member_ids=map(str, found[: request.first]), has_next_page=len(found) > request.first
        )
