"""What the tests of the members service reach it by: its doors, its databases, and the consent service it asks."""

from base64 import b64encode
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
from connectrpc.code import Code
from connectrpc.errors import ConnectError
from huiyuan.consent.v1 import decisions_pb2, purposes_pb2
from huiyuan.consent.v1.decisions_connect import DecisionsService, DecisionsServiceASGIApplication
from huiyuan.consent.v1.purposes_connect import PurposesService, PurposesServiceASGIApplication
from huiyuan.kit.v1 import kit_pb2
from huiyuan.members.v1 import profiles_pb2
from huiyuan.members.v1.addresses_connect import AddressesServiceClient
from huiyuan.members.v1.analyses_connect import AnalysesServiceClient
from huiyuan.members.v1.birthdays_connect import BirthdaysServiceClient
from huiyuan.members.v1.communications_connect import CommunicationsServiceClient
from huiyuan.members.v1.erasures_connect import ErasuresServiceClient
from huiyuan.members.v1.identities_connect import IdentitiesServiceClient
from huiyuan.members.v1.identity_documents_connect import IdentityDocumentsServiceClient
from huiyuan.members.v1.links_connect import LinksServiceClient
from huiyuan.members.v1.merges_connect import MergesServiceClient
from huiyuan.members.v1.notes_connect import NotesServiceClient
from huiyuan.members.v1.packages_connect import PackagesServiceClient
from huiyuan.members.v1.profiles_connect import ProfilesServiceClient
from huiyuan.members.v1.retention_connect import RetentionServiceClient
from huiyuan.members.v1.searches_connect import SearchesServiceClient
from huiyuan.members.v1.statuses_connect import StatusesServiceClient
from huiyuan.members.v1.tags_connect import TagsServiceClient
from huiyuan.members.v1.verifications_connect import VerificationsServiceClient
from pyqwest.testing import ASGITransport
from starlette.applications import Starlette
from starlette.routing import Mount

from infra.local.databases import DatabaseUrls
from services.kit import rpc
from services.members.rules.keyrings import KeyRing
from services.members.settings import Settings
from services.members.storage import keyrings
from services.members.storage.databases import Databases
from services.members.storage.providers.choosing import provider_of
from tests.in_process import client

INSTALLATION = UUID("11111111-2222-4333-8444-555555555555")
KEYS = {"gateway": b"g" * 32, "loyalty": b"l" * 32, "consent": b"c" * 32}
OPERATIONS = rpc.Caller(rpc.CallerKind.STAFF, "ops-1", frozenset({"operations"}))
SUPPORT = rpc.Caller(rpc.CallerKind.STAFF, "care-1", frozenset({"support"}))
AUDITOR = rpc.Caller(rpc.CallerKind.STAFF, "audit-1", frozenset({"auditor"}))
OFFICER = rpc.Caller(rpc.CallerKind.STAFF, "privacy-1", frozenset({"privacy_officer"}))
IMPORTER = rpc.Caller(rpc.CallerKind.SYSTEM, "importer", frozenset({"member_registrar"}))
LOYALTY = rpc.Caller(rpc.CallerKind.SERVICE, "loyalty")
ADMIN = rpc.Caller(rpc.CallerKind.STAFF, "admin-1", frozenset({"program_admin"}))
SENDER = rpc.Caller(rpc.CallerKind.SYSTEM, "sender", frozenset({"communication_recorder"}))
ANYONE = rpc.Caller(rpc.CallerKind.ANYONE, "")

signer = rpc.CallerSigner("gateway", {"members": KEYS["gateway"]})


def new_agent() -> rpc.Caller:
    """A support agent with quotas of their own."""
    return rpc.Caller(rpc.CallerKind.STAFF, f"care-{uuid4().hex}", SUPPORT.roles)


def as_member(member_id: str) -> rpc.Caller:
    return rpc.Caller(rpc.CallerKind.MEMBER, member_id)


def by(caller: rpc.Caller) -> dict[str, str]:
    """The header that says who calls."""
    return {rpc.CALLER_HEADER: signer.sign("members", caller)}


EVERYTHING = (
    "name",
    "phone",
    "email",
    "account_id",
    "device_id",
    "birth_date",
    "gender",
    "address",
    "identity_document",
    "tags",
    "service_notes",
)


class Consents(DecisionsService, PurposesService):
    """A consent service that answers what a test says, and remembers what it was asked."""

    def __init__(self) -> None:
        self.answer: decisions_pb2.CheckResponse | ConnectError = decisions_pb2.CheckResponse(allow=True)
        self.asked: list[decisions_pb2.CheckRequest] = []
        self.batches = 0
        self.listed: tuple[str, ...] | None = EVERYTHING
        self.times_listed = 0
        self._callers = rpc.CallerVerifier("consent", {"members": KEYS["consent"]})

    async def check(self, request: decisions_pb2.CheckRequest, ctx: Any) -> decisions_pb2.CheckResponse:
        caller = self._callers.verify(ctx.request_headers[rpc.CALLER_HEADER])
        assert caller == rpc.Caller(rpc.CallerKind.SERVICE, "members")
        self.asked.append(request)
        if isinstance(self.answer, ConnectError):
            raise self.answer
        return self.answer

    async def check_many(
        self, request: decisions_pb2.CheckManyRequest, ctx: Any
    ) -> decisions_pb2.CheckManyResponse:
        self.batches += 1
        if isinstance(self.answer, ConnectError):
            raise self.answer
        asked = (
            decisions_pb2.CheckRequest(member_id=one, purpose=request.purpose, categories=request.categories)
            for one in request.member_ids
        )
        return decisions_pb2.CheckManyResponse(answers=[await self.check(one, ctx) for one in asked])

    async def list_purposes(
        self, request: purposes_pb2.ListPurposesRequest, ctx: Any
    ) -> purposes_pb2.ListPurposesResponse:
        self.times_listed += 1
        if self.listed is None:
            raise ConnectError(Code.UNAVAILABLE, "away")
        purpose = purposes_pb2.Purpose(key="membership_service", categories=self.listed)
        return purposes_pb2.ListPurposesResponse(purposes=[purpose])

    @property
    def application(self) -> Starlette:
        """Both doors of the consent service that are asked."""
        doors = (
            DecisionsServiceASGIApplication(self, compressions=[]),
            PurposesServiceASGIApplication(self, compressions=[]),
        )
        return Starlette(routes=[Mount(door.path, door) for door in doors])

    def allow(self) -> None:
        self.answer = decisions_pb2.CheckResponse(allow=True, reason="CONSENT_GIVEN", article="PIPL 13(1)")

    def deny(self, reason: str) -> None:
        self.answer = decisions_pb2.CheckResponse(allow=False, reason=reason, article="PIPL 13(1)")

    def fail(self) -> None:
        self.answer = ConnectError(Code.UNAVAILABLE, "away")


@dataclass
class Members:
    """The service in process."""

    profiles: ProfilesServiceClient
    identities: IdentitiesServiceClient
    documents: IdentityDocumentsServiceClient
    statuses: StatusesServiceClient
    erasures: ErasuresServiceClient
    retention: RetentionServiceClient
    links: LinksServiceClient
    verifications: VerificationsServiceClient
    merges: MergesServiceClient
    addresses: AddressesServiceClient
    birthdays: BirthdaysServiceClient
    communications: CommunicationsServiceClient
    notes: NotesServiceClient
    searches: SearchesServiceClient
    tags: TagsServiceClient
    packages: PackagesServiceClient
    analyses: AnalysesServiceClient
    consents: Consents
    databases: Databases
    ring: KeyRing
    members: DatabaseUrls
    keys: DatabaseUrls
    settings: Settings
    _numbers: list[int] = field(default_factory=lambda: [0])

    def phone(self) -> str:
        """An invented phone number that no earlier test had."""
        self._numbers[0] += 1
        return f"+86139{self._numbers[0]:08d}"

    async def register(self, request: profiles_pb2.RegisterMemberRequest | None = None) -> str:
        answer = await self.profiles.register_member(
            request or registration(self.phone()), headers=by(OPERATIONS)
        )
        return answer.member_id

    async def profile(self, member_id: str, reader: rpc.Caller) -> profiles_pb2.ProfileResult:
        key = kit_pb2.MemberKey(member_id=member_id, caller=signer.sign("members", reader))
        answer = await self.profiles.batch_get_profiles(
            profiles_pb2.BatchGetProfilesRequest(members=[key]), headers=by(ANYONE)
        )
        [result] = answer.results
        return result

    async def peek(self, query: str, *arguments: object, keys: bool = False) -> list[asyncpg.Record]:
        """What a database holds, under its owner's eyes."""
        connection = await asyncpg.connect((self.keys if keys else self.members).owner)
        try:
            return await connection.fetch(query, *arguments)
        finally:
            await connection.close()


def registration(
    phone: str = "",
    *,
    key: str = "",
    email: str = "",
    customer: str = "",
    display_name: str = "小明",
    **fields: str,
) -> profiles_pb2.RegisterMemberRequest:
    """A request to register someone invented."""
    wanted = [(1, "", phone), (2, "", email), (8, "demo-shop", customer)]
    identities = [
        profiles_pb2.NewIdentity(
            identity=kit_pb2.ExternalIdentity(kind=kind, scope=scope, value=value), verified=kind == 1
        )
        for kind, scope, value in wanted
        if value
    ]
    return profiles_pb2.RegisterMemberRequest(
        identities=identities,
        profile=profiles_pb2.NewProfile(display_name=display_name, **fields),
        idempotency_key=key or f"test-{phone}{email}{customer}{display_name}",
    )


def settings(
    members: DatabaseUrls, keys: DatabaseUrls, redis_url: str, ring: Path, consent: str, **more: str
) -> Settings:
    """What the service is told; ``more`` is as in the environment."""

    def encoded(name: str) -> str:
        return b64encode(KEYS[name]).decode()

    return Settings(
        HUIYUAN_MODE="development",
        REDIS_URL=redis_url,
        AUTH_JWKS="/nonexistent/jwks.json",
        AUTH_ISSUER="https://issuer.example",
        DATABASE_URL_MEMBERS=members.app,
        DATABASE_URL_MEMBER_KEYS=keys.app,
        MEMBERS_KEY_RING=str(ring),
        INSTALLATION_ID=str(INSTALLATION),
        CONSENT_URL=consent,
        CALLER_KEY_GATEWAY_MEMBERS=encoded("gateway"),
        CALLER_KEY_LOYALTY_MEMBERS=encoded("loyalty"),
        CALLER_KEY_MEMBERS_CONSENT=encoded("consent"),
        CALLER_KEY_MEMBERS_LOYALTY=encoded("loyalty"),
        MEMBERS_UNMASK_QUOTA=5,
        MEMBERS_CODES_LOG=str(ring.with_name("codes.log")),
        MEMBERS_SEARCH_QUOTA=4,
        **more,
    )


async def reached_by(
    transport: ASGITransport,
    settings: Settings,
    consents: Consents,
    members: DatabaseUrls,
    keys: DatabaseUrls,
) -> Members:
    return Members(
        client(ProfilesServiceClient, transport, "members"),
        client(IdentitiesServiceClient, transport, "members"),
        client(IdentityDocumentsServiceClient, transport, "members"),
        client(StatusesServiceClient, transport, "members"),
        client(ErasuresServiceClient, transport, "members"),
        client(RetentionServiceClient, transport, "members"),
        client(LinksServiceClient, transport, "members"),
        client(VerificationsServiceClient, transport, "members"),
        client(MergesServiceClient, transport, "members"),
        client(AddressesServiceClient, transport, "members"),
        client(BirthdaysServiceClient, transport, "members"),
        client(CommunicationsServiceClient, transport, "members"),
        client(NotesServiceClient, transport, "members"),
        client(SearchesServiceClient, transport, "members"),
        client(TagsServiceClient, transport, "members"),
        client(PackagesServiceClient, transport, "members"),
        client(AnalysesServiceClient, transport, "members"),
        consents,
        await Databases.open(members.app, keys.app),
        keyrings.open_ring(
            settings.key_ring,
            INSTALLATION,
            create=False,
            provider=provider_of(settings.choice),
            suite=settings.suite,
        ),
        members,
        keys,
        settings,
    )
