"""Erasures, asked: the privacy officer has a member erased, and sees each store's proof."""

from typing import Any
from uuid import UUID

from huiyuan.kit.v1 import erasures_pb2 as kit
from huiyuan.members.v1 import erasures_pb2 as wire

from services.kit import clock, rpc
from services.members.actions import erasures as actions
from services.members.rpc.pages import after_of
from services.members.rules import statuses as reasons
from services.members.rules.erasures import Erasure, StoreState, Terms, UnknownErasure, trigger_of
from services.members.rules.members import UnknownMember, member_id_of
from services.members.storage import erasures
from services.members.storage.databases import Databases

_READERS = rpc.staff("privacy_officer", "auditor")


class Erasures:
    """The handlers of ``ErasuresService``."""

    def __init__(self, databases: Databases, terms: Terms) -> None:
        self._databases = databases
        self._terms = terms

    @rpc.allow(rpc.staff("privacy_officer"))
    async def request_erasure(
        self, request: wire.RequestErasureRequest, _: Any
    ) -> wire.RequestErasureResponse:
        trigger = trigger_of(request.trigger)
        reason = reasons.reason_of(request.reason)
        member_id = member_id_of(request.member_id)
        if member_id is None:
            raise UnknownMember
        async with self._databases.members.begin() as connection:
            erasure_id = await actions.request(
                connection, member_id, trigger, rpc.caller().actor, reason, clock.now()
            )
        return wire.RequestErasureResponse(erasure=await self._found(erasure_id=erasure_id))

    @rpc.allow(_READERS)
    async def get_erasure(self, request: wire.GetErasureRequest, _: Any) -> wire.GetErasureResponse:
        found = await self._found(
            erasure_id=member_id_of(request.erasure_id), member_id=member_id_of(request.member_id)
        )
        return wire.GetErasureResponse(erasure=found)

    @rpc.allow(_READERS)
    async def list_erasures(self, request: wire.ListErasuresRequest, _: Any) -> wire.ListErasuresResponse:
        after = after_of(request.first, request.after)
        page = await erasures.newest(self._databases, request.first + 1, after, open_only=request.open_only)
        return wire.ListErasuresResponse(
            erasures=[self._message(one) for one in page[: request.first]],
            has_next_page=len(page) > request.first,
        )

    async def _found(self, *, erasure_id: UUID | None = None, member_id: UUID | None = None) -> wire.Erasure:
        found = await erasures.find(self._databases, erasure_id=erasure_id, member_id=member_id)
        if found is None:
            raise UnknownErasure
        return self._message(found)

    def _message(self, erasure: Erasure) -> wire.Erasure:
        return wire.Erasure(
            erasure_id=str(erasure.erasure_id),
            member_id=str(erasure.member_id),
            trigger=erasure.trigger.value,  # type: ignore[arg-type]  # numbered as the contract's
            requested_by=erasure.requested_by,
            reason=erasure.reason,
            requested_at=erasure.requested_at,
            erased_at=erasure.erased_at,
            completed_at=erasure.completed_at,
            backups_clean_at=erasure.backups_clean_at,
            overdue=erasure.is_overdue(clock.now(), self._terms.patience),
            stores=[_store(one) for one in erasure.stores],
        )


def _store(state: StoreState) -> wire.ErasedStore:
    return wire.ErasedStore(
        store=state.store,
        member_id=str(state.member_id),
        proved_at=state.proved_at,
        proof=[
            kit.StoreProof(store=proof.store, action=proof.action.value, count=proof.rows)  # type: ignore[arg-type]
            for proof in state.proof
        ],
    )
