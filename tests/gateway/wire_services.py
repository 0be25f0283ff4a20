"""The three services as the gateway meets them on the wire: real Connect servers with canned answers."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from huiyuan.consent.v1 import decisions_connect, decisions_pb2, purposes_connect, purposes_pb2
from huiyuan.kit.v1 import kit_pb2
from huiyuan.members.v1 import (
    analyses_connect,
    analyses_pb2,
    identities_connect,
    identities_pb2,
    packages_connect,
    packages_pb2,
    profiles_connect,
    profiles_pb2,
    rotations_connect,
    rotations_pb2,
)
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp

from services.kit import rpc
from services.kit.tokens import TokenVerifier
from tests.conftest import free_port
from tests.gateway import (
    answers,
    wire_campaigns,
    wire_consent,
    wire_coupons,
    wire_documents,
    wire_drafts,
    wire_entitlements,
    wire_history,
    wire_household,
    wire_lives,
    wire_loyalty,
    wire_members,
    wire_missions,
    wire_registers,
    wire_rewards,
)
from tests.gateway.doors import Door, Services

PHONE = "+8613900000001"

_PATIENT = {"timeout_keep_alive": 60}
"""Client and server share a loop here: one that stands still for seconds would close what is about to be used."""


class Profiles(Door):
    async def _unused(self, request: Any, _: Any) -> Any:
        raise NotImplementedError

    register_member = register_members = rpc.allow(rpc.services("nobody"))(_unused)

    @rpc.per_item
    async def batch_get_profiles(
        self, request: profiles_pb2.BatchGetProfilesRequest, _: Any
    ) -> profiles_pb2.BatchGetProfilesResponse:
        self.services.turn("members", "profiles")
        answer = profiles_pb2.BatchGetProfilesResponse()
        self.services.each(
            request.members,
            answer.results,
            "profile",
            lambda _, member: answers.profile(
                self.services.survivors.get(member, member), self.services.names[member]
            ),
        )
        return answer

    @rpc.allow(rpc.members)
    async def update_profile(
        self, request: profiles_pb2.UpdateProfileRequest, _: Any
    ) -> profiles_pb2.UpdateProfileResponse:
        self.services.change(request)
        rpc.be_member(request.member_id)
        self.services.names[request.member_id] = request.display_name
        return profiles_pb2.UpdateProfileResponse(
            profile=answers.profile(request.member_id, request.display_name)
        )

    @rpc.allow(rpc.staff("support", "operations", "privacy_officer"))
    async def unmask_profile(
        self, request: profiles_pb2.UnmaskProfileRequest, _: Any
    ) -> profiles_pb2.UnmaskProfileResponse:
        self.services.change(request)
        clear = profiles_pb2.ClearField(field=profiles_pb2.PERSONAL_FIELD_PHONE, value=PHONE)
        return profiles_pb2.UnmaskProfileResponse(fields=[clear], access_id="access-1")

    @rpc.allow(rpc.members, rpc.staff("privacy_officer", "auditor"))
    async def list_profile_accesses(
        self, request: profiles_pb2.ListProfileAccessesRequest, _: Any
    ) -> profiles_pb2.ListProfileAccessesResponse:
        rpc.be_member(request.member_id)
        return profiles_pb2.ListProfileAccessesResponse(accesses=[answers.ACCESS])


class Identities(Door):
    async def _unused(self, request: Any, _: Any) -> Any:
        raise NotImplementedError

    resolve_members = rpc.allow(rpc.services("nobody"))(_unused)

    @rpc.allow(rpc.staff("support", "operations", "program_admin", "privacy_officer"))
    async def find_member(
        self, request: identities_pb2.FindMemberRequest, _: Any
    ) -> identities_pb2.FindMemberResponse:
        known = request.identity == kit_pb2.ExternalIdentity(kind=kit_pb2.IDENTITY_KIND_PHONE, value=PHONE)
        return identities_pb2.FindMemberResponse(member_id=next(iter(self.services.names)) if known else "")


class Analyses(Door):
    async def _unused(self, request: Any, _: Any) -> Any:
        raise NotImplementedError

    get_analysis = read_analysis = rpc.allow(rpc.services("nobody"))(_unused)

    @rpc.allow(rpc.staff("privacy_officer"))
    async def create_analysis(
        self, request: analyses_pb2.CreateAnalysisRequest, _: Any
    ) -> analyses_pb2.CreateAnalysisResponse:
        self.services.change(request)
        return analyses_pb2.CreateAnalysisResponse(analysis=answers.ANALYSIS)

    @rpc.allow(rpc.staff("privacy_officer", "auditor"))
    async def list_analyses(
        self, request: analyses_pb2.ListAnalysesRequest, _: Any
    ) -> analyses_pb2.ListAnalysesResponse:
        return analyses_pb2.ListAnalysesResponse(analyses=[answers.ANALYSIS])


class Packages(Door):
    @rpc.allow(rpc.members, rpc.staff("privacy_officer"))
    async def request_package(
        self, request: packages_pb2.RequestPackageRequest, _: Any
    ) -> packages_pb2.RequestPackageResponse:
        self.services.change(request)
        return packages_pb2.RequestPackageResponse(package=answers.PACKAGE)

    @rpc.allow(rpc.members)
    async def list_packages(
        self, request: packages_pb2.ListPackagesRequest, _: Any
    ) -> packages_pb2.ListPackagesResponse:
        return packages_pb2.ListPackagesResponse(packages=[answers.PACKAGE])

    @rpc.allow(rpc.members)
    async def issue_download(
        self, request: packages_pb2.IssueDownloadRequest, _: Any
    ) -> packages_pb2.IssueDownloadResponse:
        self.services.change(request)
        return packages_pb2.IssueDownloadResponse(token="once", expires_at=answers.PACKAGE.expires_at)

    @rpc.allow(rpc.members)
    async def download_package(
        self, request: packages_pb2.DownloadPackageRequest, _: Any
    ) -> packages_pb2.DownloadPackageResponse:
        self.services.change(request)
        return packages_pb2.DownloadPackageResponse(content=b"PK the zip")


class Decisions(Door):
    async def _unused(self, request: Any, _: Any) -> Any:
        raise NotImplementedError

    check = check_many = rpc.allow(rpc.services("nobody"))(_unused)

    @rpc.allow(rpc.members)
    async def give_consent(
        self, request: decisions_pb2.GiveConsentRequest, _: Any
    ) -> decisions_pb2.GiveConsentResponse:
        self.services.change(request)
        return decisions_pb2.GiveConsentResponse(consents=[answers.CONSENT])

    @rpc.allow(rpc.members)
    async def withdraw_consent(
        self, request: decisions_pb2.WithdrawConsentRequest, _: Any
    ) -> decisions_pb2.WithdrawConsentResponse:
        self.services.change(request)
        return decisions_pb2.WithdrawConsentResponse(consents=[answers.CONSENT], replayed=True)

    @rpc.allow(rpc.members)
    async def refuse_consent(
        self, request: decisions_pb2.RefuseConsentRequest, _: Any
    ) -> decisions_pb2.RefuseConsentResponse:
        self.services.change(request)
        return decisions_pb2.RefuseConsentResponse(consents=[answers.CONSENT])

    @rpc.allow(rpc.staff("privacy_officer"))
    async def verify_signed_document(
        self, _: decisions_pb2.VerifySignedDocumentRequest, __: Any
    ) -> decisions_pb2.VerifySignedDocumentResponse:
        return decisions_pb2.VerifySignedDocumentResponse(
            signed_document=decisions_pb2.SignedDocument(digest="ab" * 32)
        )

    @rpc.per_item
    async def batch_get_consents(
        self, request: decisions_pb2.BatchGetConsentsRequest, _: Any
    ) -> decisions_pb2.BatchGetConsentsResponse:
        self.services.turn("consent", "consents")
        answer = decisions_pb2.BatchGetConsentsResponse()
        self.services.each(
            request.members,
            answer.results,
            "consents",
            lambda *_: decisions_pb2.MemberConsents(consents=[answers.CONSENT]),
        )
        return answer


class Purposes(Door):
    @rpc.allow(rpc.staff("privacy_officer"))
    async def publish_purpose(
        self, request: purposes_pb2.PublishPurposeRequest, _: Any
    ) -> purposes_pb2.PublishPurposeResponse:
        self.services.change(request)
        return purposes_pb2.PublishPurposeResponse(purpose=answers.purposes("zh").purposes[0])

    @rpc.allow(rpc.staff("privacy_officer"))
    async def publish_notice(
        self, request: purposes_pb2.PublishNoticeRequest, _: Any
    ) -> purposes_pb2.PublishNoticeResponse:
        self.services.change(request)
        return purposes_pb2.PublishNoticeResponse(notice=answers.purposes("zh").notices[0])

    @rpc.allow(rpc.anyone)
    async def get_notice(
        self, request: purposes_pb2.GetNoticeRequest, _: Any
    ) -> purposes_pb2.GetNoticeResponse:
        known = answers.purposes("zh").notices[0]
        return purposes_pb2.GetNoticeResponse(notice=known if known.notice_id == request.notice_id else None)

    @rpc.allow(rpc.anyone)
    async def list_purposes(
        self, request: purposes_pb2.ListPurposesRequest, _: Any
    ) -> purposes_pb2.ListPurposesResponse:
        self.services.turn("consent", "purposes")
        return answers.purposes(request.locale)


class Rotations(Door):
    async def _unused(self, request: Any, _: Any) -> Any:
        raise NotImplementedError

    get_rotation = rpc.allow(rpc.services("nobody"))(_unused)

    @rpc.allow(rpc.staff("privacy_officer", "operations", "auditor"))
    async def list_rotations(
        self, request: rotations_pb2.ListRotationsRequest, _: Any
    ) -> rotations_pb2.ListRotationsResponse:
        return rotations_pb2.ListRotationsResponse(rotations=[answers.ROTATION], has_next_page=True)

    async def _change(self, request: Any, _: Any) -> Any:
        self.services.change(request)
        return rotations_pb2.StartRotationResponse(rotation=answers.ROTATION)

    start_rotation = rpc.allow(rpc.staff("privacy_officer"))(_change)
    pause_rotation = resume_rotation = destroy_old_keys = start_rotation


_DOORS: dict[str, list[tuple[type[Door], Any]]] = {
    "loyalty": [
        *wire_loyalty.DOORS,
        *wire_entitlements.DOORS,
        *wire_coupons.DOORS,
        *wire_missions.DOORS,
        *wire_history.DOORS,
        *wire_drafts.DOORS,
        *wire_campaigns.DOORS,
        *wire_rewards.DOORS,
    ],
    "members": [
        (Profiles, profiles_connect.ProfilesServiceASGIApplication),
        (Identities, identities_connect.IdentitiesServiceASGIApplication),
        *wire_documents.DOORS,
        *wire_lives.DOORS,
        *wire_members.DOORS,
        *wire_household.DOORS,
        (Analyses, analyses_connect.AnalysesServiceASGIApplication),
        (Packages, packages_connect.PackagesServiceASGIApplication),
        (Rotations, rotations_connect.RotationsServiceASGIApplication),
    ],
    "consent": [
        (Decisions, decisions_connect.DecisionsServiceASGIApplication),
        (Purposes, purposes_connect.PurposesServiceASGIApplication),
        *wire_consent.DOORS,
        *wire_registers.DOORS,
    ],
}


def application(name: str, services: Services, key: bytes) -> ASGIApp:
    """One service, which believes callers that the gateway signs with ``key``."""
    gatekeeper = rpc.Gatekeeper(
        rpc.CallerVerifier(name, {"gateway": key}),
        TokenVerifier("/nowhere/jwks.json", "https://issuer.example", "huiyuan-services"),
    )
    doors = [gatekeeper.admit(door(services), wire) for door, wire in _DOORS[name]]
    return services.hear(Starlette(routes=[Mount(door.path, door) for door in doors]))


@asynccontextmanager
async def serving(app: Any, **also: Any) -> AsyncIterator[str]:
    """An application on a port of loopback, by real HTTP; yields its address."""
    port = free_port()
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            host="127.0.0.1",
            port=port,
            log_level="warning",
            timeout_graceful_shutdown=1,
            proxy_headers=False,
            **_PATIENT | also,
        )
    )
    server.config.load()
    task = asyncio.ensure_future(server._serve())
    while not server.started:
        await asyncio.sleep(0.005)
        if task.done():
            task.result()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await task
