"""Analyses, asked: an export is requested, looked after, and read by portions."""

from typing import Any
from uuid import UUID

from huiyuan.members.v1 import analyses_pb2 as wire

from services.kit import clock, rpc
from services.kit.refusal import Invalid
from services.members.rpc.consents import ConsentGate
from services.members.rules import anonymity
from services.members.rules.accesses import purpose_of, reason_of
from services.members.rules.analyses import (
    PORTION_BYTES,
    Analysis,
    AnalysisNotReady,
    Ask,
    UnknownAnalysis,
)
from services.members.rules.members import member_id_of, new_member_id
from services.members.storage import analyses
from services.members.storage.databases import Databases

_EXPORTERS = (rpc.systems("analysis_exporter"), rpc.staff("privacy_officer"))
_WATCHERS = (*_EXPORTERS, rpc.staff("auditor"))


class OffsetNotValid(Invalid):
    """The offset lies before the beginning."""


class Analyses:
    """The handlers of ``AnalysesService``."""

    def __init__(self, databases: Databases, consents: ConsentGate) -> None:
        self._databases = databases
        self._consents = consents

    @rpc.allow(*_EXPORTERS)
    async def create_analysis(
        self, request: wire.CreateAnalysisRequest, _: Any
    ) -> wire.CreateAnalysisResponse:
        columns = anonymity.columns_of(request.columns)
        ask = Ask(
            anonymity.k_of(request.k),
            tuple(column.name for column in columns),
            purpose_of(request.purpose),
            reason_of(request.reason),
        )
        await self._consents.be_published(ask.purpose)
        now = clock.now()
        analysis_id = new_member_id(now)
        async with self._databases.members.begin() as connection:
            await analyses.add(connection, analysis_id, ask, rpc.caller().actor, now)
        return wire.CreateAnalysisResponse(analysis=await self._found(str(analysis_id)))

    @rpc.allow(*_WATCHERS)
    async def get_analysis(self, request: wire.GetAnalysisRequest, _: Any) -> wire.GetAnalysisResponse:
        return wire.GetAnalysisResponse(analysis=await self._found(request.analysis_id))

    @rpc.allow(*_WATCHERS)
    async def list_analyses(self, _: wire.ListAnalysesRequest, __: Any) -> wire.ListAnalysesResponse:
        return wire.ListAnalysesResponse(
            analyses=[_analysis(one) for one in await analyses.newest(self._databases)]
        )

    @rpc.allow(*_EXPORTERS)
    async def read_analysis(self, request: wire.ReadAnalysisRequest, _: Any) -> wire.ReadAnalysisResponse:
        found = await self._found(request.analysis_id)
        if not 0 <= request.offset < 2**31 - 1:
            raise OffsetNotValid("go on where the last portion ended", field="offset")
        content = await analyses.portion(
            self._databases, _id(found.analysis_id), request.offset, PORTION_BYTES
        )
        if content is None:
            raise AnalysisNotReady
        return wire.ReadAnalysisResponse(content=content)

    async def _found(self, asked: str) -> wire.Analysis:
        analysis = await analyses.find(self._databases, _id(asked))
        if analysis is None:
            raise UnknownAnalysis
        return _analysis(analysis)


def _id(text: str) -> UUID:
    named = member_id_of(text)
    if named is None:
        raise UnknownAnalysis
    return named


def _analysis(analysis: Analysis) -> wire.Analysis:
    ask, result = analysis.ask, analysis.result
    return wire.Analysis(
        analysis_id=str(analysis.analysis_id),
        state=analysis.state.value,  # type: ignore[arg-type]  # numbered as the contract's
        k=ask.k,
        columns=ask.columns,
        purpose=ask.purpose,
        reason=ask.reason,
        requested_by=analysis.requested_by,
        requested_at=analysis.requested_at,
        ready_at=analysis.ready_at,
        expires_at=analysis.expires_at,
        rows=result.rows,
        suppressed=result.suppressed,
        not_consented=result.not_consented,
        levels=result.levels,
        refusal_code=analysis.refusal_code,
    )
