"""Packages, asked: a member requests their own data, sees how far it is, and fetches it once per token."""

from typing import Any
from uuid import UUID

from huiyuan.members.v1 import packages_pb2 as wire

from services.kit import clock, rpc
from services.members.actions import packages as actions
from services.members.rules import packages as rules
from services.members.rules.blobs import BlobKind, Unreadable
from services.members.rules.keyrings import KeyRing
from services.members.rules.members import MemberErased, MemberStatus, UnknownMember, member_id_of
from services.members.rules.packages import (
    DownloadTokenNotValid,
    Package,
    PackageNotReady,
    PackageState,
    UnknownPackage,
)
from services.members.storage import members, packages
from services.members.storage.databases import Databases
from services.members.storage.packages import Waiting


class Packages:
    """The handlers of ``PackagesService``."""

    def __init__(self, databases: Databases, ring: KeyRing) -> None:
        self._databases = databases
        self._ring = ring

    @rpc.allow(rpc.members, rpc.staff("privacy_officer"))
    async def request_package(
        self, request: wire.RequestPackageRequest, _: Any
    ) -> wire.RequestPackageResponse:
        member_id = await self._member(request.member_id)
        async with self._databases.members.begin() as connection:
            await actions.request(connection, member_id, clock.now())
        newest = await packages.of_member(self._databases, member_id)
        return wire.RequestPackageResponse(package=_package(newest[0]))

    @rpc.allow(rpc.members, rpc.staff("privacy_officer"))
    async def list_packages(self, request: wire.ListPackagesRequest, _: Any) -> wire.ListPackagesResponse:
        member_id = await self._member(request.member_id)
        found = await packages.of_member(self._databases, member_id)
        return wire.ListPackagesResponse(packages=[_package(one) for one in found])

    @rpc.allow(rpc.members)
    async def issue_download(self, request: wire.IssueDownloadRequest, _: Any) -> wire.IssueDownloadResponse:
        place = await self._place(request.member_id, request.package_id)
        now = clock.now()
        token, digest = rules.new_token()
        until = now + rules.TOKEN_HOLDS
        async with self._databases.members.begin() as connection:
            issued = await packages.issue(connection, place, digest, until, now)
        if not issued:
            raise await self._not_ready(place)
        return wire.IssueDownloadResponse(token=token, expires_at=until)

    @rpc.allow(rpc.members)
    async def download_package(
        self, request: wire.DownloadPackageRequest, _: Any
    ) -> wire.DownloadPackageResponse:
        place = await self._place(request.member_id, request.package_id)
        async with self._databases.members.begin() as connection:
            sealed = await packages.use(connection, place, rules.token_digest(request.token), clock.now())
        if sealed is None:
            raise DownloadTokenNotValid
        wrapped = await packages.key(self._databases, place.member_id, sealed.dek_gen)
        if wrapped is None:
            # A renewal that ended between the two took the old key along: the package lies under the new one.
            sealed = dict(await packages.live(self._databases, place.member_id)).get(place.package_id, sealed)
            wrapped = await packages.key(self._databases, place.member_id, sealed.dek_gen)
        if wrapped is None:
            raise Unreadable
        where = self._ring.where(place.member_id, BlobKind.PACKAGE)
        return wire.DownloadPackageResponse(content=self._ring.open(sealed.content, wrapped, where))

    async def _member(self, asked: str) -> UUID:
        """The member, or who they were merged into, when there is data to give."""
        rpc.be_member(asked)
        member_id = member_id_of(asked)
        survivors = await members.survivors(self._databases, [member_id]) if member_id else {}
        if member_id not in survivors:
            raise UnknownMember
        if survivors[member_id].status is MemberStatus.ERASED:
            raise MemberErased
        return survivors[member_id].member_id

    async def _place(self, member_id: str, package_id: str) -> Waiting:
        member, named = await self._member(member_id), member_id_of(package_id)
        if named is None:
            raise UnknownPackage
        return Waiting(member, named)

    async def _not_ready(self, place: Waiting) -> UnknownPackage | PackageNotReady:
        for package in await packages.of_member(self._databases, place.member_id):
            if package.package_id == place.package_id:
                gone = package.state is not PackageState.GATHERING
                return PackageNotReady(PackageState.GONE if gone else PackageState.GATHERING)
        return UnknownPackage()


def _package(package: Package) -> wire.Package:
    return wire.Package(
        package_id=str(package.package_id),
        state=package.state.value,  # type: ignore[arg-type]  # numbered as the contract's
        requested_at=package.requested_at,
        ready_at=package.ready_at,
        expires_at=package.expires_at,
        size_bytes=package.size_bytes,
        downloaded_at=package.downloaded_at,
    )
