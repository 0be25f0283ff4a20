"""What the members service answers about identities, codes and merges on the wire: canned, and noted."""

from typing import Any

from huiyuan.members.v1 import (
    links_connect,
    links_pb2,
    merges_connect,
    merges_pb2,
    verifications_connect,
    verifications_pb2,
)

from services.kit import rpc
from tests.gateway import answers
from tests.gateway.doors import Door


class Links(Door):
    @rpc.allow(rpc.members, rpc.staff("support", "operations", "privacy_officer"))
    async def list_identities(
        self, request: links_pb2.ListIdentitiesRequest, _: Any
    ) -> links_pb2.ListIdentitiesResponse:
        rpc.be_member(request.member_id)
        answer = links_pb2.ListIdentitiesResponse(identities=[answers.LINKED])
        answer.identities[0].member_id = request.member_id
        return answer

    @rpc.allow(rpc.staff("support", "operations"))
    async def link_identity(
        self, request: links_pb2.LinkIdentityRequest, _: Any
    ) -> links_pb2.LinkIdentityResponse:
        self.services.change(request)
        return links_pb2.LinkIdentityResponse(identity=answers.LINKED)

    @rpc.allow(rpc.members, rpc.staff("support", "operations"))
    async def unlink_identity(
        self, request: links_pb2.UnlinkIdentityRequest, _: Any
    ) -> links_pb2.UnlinkIdentityResponse:
        self.services.change(request)
        rpc.be_member(request.member_id)
        return links_pb2.UnlinkIdentityResponse(replayed=True)

    @rpc.allow(rpc.staff("operations"))
    async def detach_identity(
        self, request: links_pb2.DetachIdentityRequest, _: Any
    ) -> links_pb2.DetachIdentityResponse:
        self.services.change(request)
        return links_pb2.DetachIdentityResponse(member_id="5f0d6e0a-0000-4000-8000-000000000001")


class Verifications(Door):
    async def _unused(self, request: Any, _: Any) -> Any:
        raise NotImplementedError

    record_login = rpc.allow(rpc.services("nobody"))(_unused)

    @rpc.allow(rpc.members)
    async def request_verification_code(
        self, request: verifications_pb2.RequestVerificationCodeRequest, _: Any
    ) -> verifications_pb2.RequestVerificationCodeResponse:
        self.services.change(request)
        return answers.CODE_SENT

    @rpc.allow(rpc.members)
    async def confirm_verification_code(
        self, request: verifications_pb2.ConfirmVerificationCodeRequest, _: Any
    ) -> verifications_pb2.ConfirmVerificationCodeResponse:
        self.services.change(request)
        return answers.CONFIRMED if request.code == "123456" else answers.HELD_BY_ANOTHER

    @rpc.allow(rpc.members)
    async def claim_identity(
        self, request: verifications_pb2.ClaimIdentityRequest, _: Any
    ) -> verifications_pb2.ClaimIdentityResponse:
        self.services.change(request)
        if request.choice == verifications_pb2.CLAIM_CHOICE_MERGE:
            return verifications_pb2.ClaimIdentityResponse(merge=answers.MEMBER_MERGE)
        return verifications_pb2.ClaimIdentityResponse(identity=answers.LINKED)


class Merges(Door):
    @rpc.allow(rpc.staff("operations"))
    async def merge_members(
        self, request: merges_pb2.MergeMembersRequest, _: Any
    ) -> merges_pb2.MergeMembersResponse:
        self.services.change(request)
        return merges_pb2.MergeMembersResponse(merge=answers.MEMBER_MERGE)

    @rpc.allow(rpc.staff("operations"))
    async def undo_merge(self, request: merges_pb2.UndoMergeRequest, _: Any) -> merges_pb2.UndoMergeResponse:
        self.services.change(request)
        return merges_pb2.UndoMergeResponse(merge=answers.MEMBER_MERGE, replayed=True)

    @rpc.allow(rpc.staff("support", "operations", "privacy_officer", "auditor"))
    async def list_merges(
        self, request: merges_pb2.ListMergesRequest, _: Any
    ) -> merges_pb2.ListMergesResponse:
        return merges_pb2.ListMergesResponse(merges=[answers.MEMBER_MERGE])


DOORS: list[tuple[type[Door], Any]] = [
    (Links, links_connect.LinksServiceASGIApplication),
    (Verifications, verifications_connect.VerificationsServiceASGIApplication),
    (Merges, merges_connect.MergesServiceASGIApplication),
]
