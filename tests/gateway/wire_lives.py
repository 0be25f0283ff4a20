"""How memberships end, as the gateway meets the members service on the wire: canned standings and erasures."""

from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp
from huiyuan.kit.v1 import erasures_pb2 as kit
from huiyuan.members.v1 import (
    erasures_connect,
    erasures_pb2,
    profiles_pb2,
    retention_connect,
    retention_pb2,
    statuses_connect,
    statuses_pb2,
)

from services.kit import rpc
from tests.gateway.doors import Door

SINCE, CLOSES_AT = Timestamp(seconds=1_770_000_000), Timestamp(seconds=1_770_604_800)
_STAFF = rpc.staff("support", "operations", "privacy_officer")
_READERS = rpc.staff("support", "operations", "program_admin", "privacy_officer", "auditor")
_WATCHERS = rpc.staff("privacy_officer", "auditor")


def standing(member_id: str, status: profiles_pb2.MemberStatus) -> statuses_pb2.MemberStanding:
    closing = status == profiles_pb2.MEMBER_STATUS_CLOSING
    return statuses_pb2.MemberStanding(
        member_id=member_id, status=status, since=SINCE, closes_at=CLOSES_AT if closing else None
    )


ERASURE = erasures_pb2.Erasure(
    erasure_id="5f0d6e0a-0000-4000-8000-0000000000e1",
    member_id="5f0d6e0a-0000-4000-8000-000000000001",
    trigger=erasures_pb2.ERASURE_TRIGGER_STAFF,
    requested_by="staff:privacy-1",
    reason="letter 12",
    requested_at=SINCE,
    erased_at=SINCE,
    stores=[
        erasures_pb2.ErasedStore(
            store="member_keys",
            member_id="5f0d6e0a-0000-4000-8000-000000000001",
            proved_at=SINCE,
            proof=[kit.StoreProof(store="keys", action=kit.STORE_ACTION_DELETED, count=2)],
        ),
        erasures_pb2.ErasedStore(store="consent", member_id="5f0d6e0a-0000-4000-8000-000000000001"),
    ],
)


class Statuses(Door):
    @rpc.allow(_STAFF)
    async def freeze_member(
        self, request: statuses_pb2.FreezeMemberRequest, _: Any
    ) -> statuses_pb2.FreezeMemberResponse:
        self.services.change(request)
        frozen = standing(request.member_id, profiles_pb2.MEMBER_STATUS_FROZEN)
        return statuses_pb2.FreezeMemberResponse(standing=frozen)

    @rpc.allow(_STAFF)
    async def unfreeze_member(
        self, request: statuses_pb2.UnfreezeMemberRequest, _: Any
    ) -> statuses_pb2.UnfreezeMemberResponse:
        self.services.change(request)
        active = standing(request.member_id, profiles_pb2.MEMBER_STATUS_ACTIVE)
        return statuses_pb2.UnfreezeMemberResponse(standing=active)

    @rpc.allow(rpc.members, _STAFF)
    async def close_member(
        self, request: statuses_pb2.CloseMemberRequest, _: Any
    ) -> statuses_pb2.CloseMemberResponse:
        self.services.change(request)
        rpc.be_member(request.member_id)
        closing = standing(request.member_id, profiles_pb2.MEMBER_STATUS_CLOSING)
        return statuses_pb2.CloseMemberResponse(standing=closing)

    @rpc.allow(rpc.members, _STAFF)
    async def cancel_closing(
        self, request: statuses_pb2.CancelClosingRequest, _: Any
    ) -> statuses_pb2.CancelClosingResponse:
        self.services.change(request)
        rpc.be_member(request.member_id)
        active = standing(request.member_id, profiles_pb2.MEMBER_STATUS_ACTIVE)
        return statuses_pb2.CancelClosingResponse(standing=active)

    @rpc.allow(rpc.members, _READERS)
    async def get_status(
        self, request: statuses_pb2.GetStatusRequest, _: Any
    ) -> statuses_pb2.GetStatusResponse:
        rpc.be_member(request.member_id)
        change = statuses_pb2.StatusChange(
            status=profiles_pb2.MEMBER_STATUS_CLOSING,
            changed_at=SINCE,
            actor=f"member:{request.member_id}",
        )
        closing = standing(request.member_id, profiles_pb2.MEMBER_STATUS_CLOSING)
        return statuses_pb2.GetStatusResponse(standing=closing, changes=[change])


class Erasures(Door):
    @rpc.allow(rpc.staff("privacy_officer"))
    async def request_erasure(
        self, request: erasures_pb2.RequestErasureRequest, _: Any
    ) -> erasures_pb2.RequestErasureResponse:
        self.services.change(request)
        return erasures_pb2.RequestErasureResponse(erasure=ERASURE)

    @rpc.allow(_WATCHERS)
    async def get_erasure(
        self, request: erasures_pb2.GetErasureRequest, _: Any
    ) -> erasures_pb2.GetErasureResponse:
        return erasures_pb2.GetErasureResponse(erasure=ERASURE)

    @rpc.allow(_WATCHERS)
    async def list_erasures(
        self, request: erasures_pb2.ListErasuresRequest, _: Any
    ) -> erasures_pb2.ListErasuresResponse:
        return erasures_pb2.ListErasuresResponse(erasures=[ERASURE], has_next_page=request.first == 1)


class Retention(Door):
    @rpc.allow(_WATCHERS)
    async def get_retention(
        self, request: retention_pb2.GetRetentionRequest, _: Any
    ) -> retention_pb2.GetRetentionResponse:
        return retention_pb2.GetRetentionResponse(
            rules=[
                retention_pb2.RetentionRule(
                    category="access_log",
                    lawful_basis="PIPL 56",
                    period_days=1_095,
                    action=retention_pb2.RETENTION_ACTION_DELETE,
                    due=7,
                ),
                retention_pb2.RetentionRule(
                    category="inactive_members",
                    lawful_basis="PIPL 19",
                    action=retention_pb2.RETENTION_ACTION_ERASE,
                ),
            ]
        )


DOORS: list[tuple[type[Door], Any]] = [
    (Statuses, statuses_connect.StatusesServiceASGIApplication),
    (Erasures, erasures_connect.ErasuresServiceASGIApplication),
    (Retention, retention_connect.RetentionServiceASGIApplication),
]
