"""Packages: the signed-in member's own data, requested here and fetched from ``/my-data``."""

from datetime import datetime
from enum import Enum

import strawberry
from huiyuan.members.v1 import packages_pb2

from gateway.clients import MEMBERS
from gateway.context import Info
from gateway.errors import UserError, attempt
from gateway.scalars import instant, optional_instant


@strawberry.enum(description="How far a package is.")
class DataPackageState(Enum):
    GATHERING = packages_pb2.PACKAGE_STATE_GATHERING
    READY = packages_pb2.PACKAGE_STATE_READY
    # Destroyed, by its age or with the member's data.
    GONE = packages_pb2.PACKAGE_STATE_GONE


@strawberry.type(description="All that is held of the member, as a zip of JSON and CSV.")
class DataPackage:
    id: strawberry.ID
    state: DataPackageState
    requested_at: datetime
    ready_at: datetime | None = strawberry.field(description="Null until it is ready.")
    expires_at: datetime | None = strawberry.field(
        description="When it is destroyed; null until it is ready."
    )
    size_bytes: int
    downloaded_at: datetime | None = strawberry.field(description="The last download.")


@strawberry.type
class RequestMyDataPayload:
    package: DataPackage | None = strawberry.field(
        description="The package that is gathered now; an earlier one, while that is under way."
    )
    user_errors: list[UserError]


@strawberry.input(description="Which package to fetch.")
class IssueMyDataDownloadInput:
    package_id: strawberry.ID


@strawberry.type
class IssueMyDataDownloadPayload:
    token: str | None = strawberry.field(
        description="For one download: POST it with packageId as JSON to path, with the same bearer token."
    )
    path: str | None
    expires_at: datetime | None = strawberry.field(description="Until when the token can be used.")
    user_errors: list[UserError]


@strawberry.type
class PackageQueries:
    @strawberry.field(description="The packages that the signed-in member requested, newest first.")
    async def my_data_packages(self, info: Info) -> list[DataPackage] | None:
        context = info.context
        wire = await context.clients.packages.list_packages(
            packages_pb2.ListPackagesRequest(member_id=context.member_id()),
            headers=context.named(MEMBERS),
        )
        return [_package(one) for one in wire.packages]


@strawberry.type
class PackageMutations:
    @strawberry.mutation(
        description="Requests a package of all data that is held of the signed-in member. It is ready in minutes, "
        "which memberChanged tells, and kept for seven days."
    )
    async def request_my_data(self, info: Info) -> RequestMyDataPayload:
        context = info.context
        call = context.clients.packages.request_package(
            packages_pb2.RequestPackageRequest(member_id=context.member_id()),
            headers=context.named(MEMBERS),
        )
        wire, refused = await attempt(call, context.locale)
        return RequestMyDataPayload(package=_package(wire.package) if wire else None, user_errors=refused)

    @strawberry.mutation(description="Gives a token for one download of a package that is ready.")
    async def issue_my_data_download(
        self, info: Info, input: IssueMyDataDownloadInput
    ) -> IssueMyDataDownloadPayload:
        context = info.context
        call = context.clients.packages.issue_download(
            packages_pb2.IssueDownloadRequest(member_id=context.member_id(), package_id=input.package_id),
            headers=context.named(MEMBERS),
        )
        wire, refused = await attempt(call, context.locale)
        return IssueMyDataDownloadPayload(
            token=wire.token if wire else None,
            path=PATH if wire else None,
            expires_at=instant(wire.expires_at) if wire else None,
            user_errors=refused,
        )


PATH = "/my-data"
"""Where packages are fetched, by POST alone: neither the token nor that there is a package stands in an address."""


def _package(wire: packages_pb2.Package) -> DataPackage:
    return DataPackage(
        id=strawberry.ID(wire.package_id),
        state=DataPackageState(wire.state),
        requested_at=instant(wire.requested_at),
        ready_at=optional_instant(wire, "ready_at"),
        expires_at=optional_instant(wire, "expires_at"),
        size_bytes=wire.size_bytes,
        downloaded_at=optional_instant(wire, "downloaded_at"),
    )
