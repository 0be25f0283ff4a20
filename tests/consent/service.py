"""The consent service as tests meet it: its callers, its clients, and a clock that can be set."""

import base64
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from huiyuan.consent.v1 import decisions_pb2, purposes_pb2, registers_pb2
from huiyuan.consent.v1.decisions_connect import DecisionsServiceClient
from huiyuan.consent.v1.exports_connect import ExportsServiceClient
from huiyuan.consent.v1.guardians_connect import GuardiansServiceClient
from huiyuan.consent.v1.handlers_connect import HandlersServiceClient
from huiyuan.consent.v1.preferences_connect import PreferencesServiceClient
from huiyuan.consent.v1.purposes_connect import PurposesServiceClient
from huiyuan.consent.v1.receipts_connect import ReceiptsServiceClient
from huiyuan.consent.v1.registers_connect import RegistersServiceClient
from huiyuan.consent.v1.rights_connect import RightsServiceClient
from huiyuan.consent.v1.sends_connect import SendsServiceClient
from huiyuan.consent.v1.suppressions_connect import SuppressionsServiceClient
from huiyuan.consent.v1.topics_connect import TopicsServiceClient
from huiyuan.members.v1 import events_pb2
from pyqwest.testing import ASGITransport

from infra.local.databases import DatabaseUrls
from services.consent.consumers import hear_members
from services.consent.settings import Settings
from services.kit import database, rpc, stream
from services.kit.rpc import CALLER_HEADER, Caller, CallerKind, CallerSigner, RemoteRefusal
from tests.consent import factories
from tests.in_process import client

OFFICER = Caller(CallerKind.STAFF, "officer-1", frozenset({"privacy_officer"}))
SUPPORT = Caller(CallerKind.STAFF, "support-1", frozenset({"support"}))
MEMBERS = Caller(CallerKind.SERVICE, "members")
GATEWAY_KEY = secrets.token_bytes(32)
INSTALLATION = uuid4()

ACTS = frozenset(
    {
        "CONSENT_NOT_ASKED",
        "GUARDIAN_NEEDED",
        "GUARDIAN_NOT_ELIGIBLE",
        "GUARDIAN_NOT_VERIFIED",
        "NOTICE_DOES_NOT_TELL",
        "NOTICE_NOT_SERVED",
        "NOTICE_OUTDATED",
        "NOT_AFFIRMATIVE",
        "PRESELECTED_BOX",
        "RECIPIENT_NOT_LISTED",
        "REFUSAL_NOT_REASONED",
        "SEPARATE_CONSENT_NEEDED",
        "SIGNED_DOCUMENT_NEEDED",
        "WITHDRAWN_SINCE",
    }
)
"""What the law has refused: the article is a fact of it."""

_numbers = count(1)


def fresh(name: str) -> str:
    """A name that no other test uses."""
    return f"{name}_{next(_numbers)}"


def member(member_id: str) -> Caller:
    return Caller(CallerKind.MEMBER, member_id)


@contextmanager
def refused(code: str, article: str = "") -> Iterator[None]:
    """Expect a refusal of this code that names this article."""
    with pytest.raises(RemoteRefusal) as caught:
        yield
    assert caught.value.code == code
    assert article in caught.value.message
    if code in ACTS and article.startswith("PIPL"):
        assert article in caught.value.facts["article"], (
            "told as a fact too, in whatever language the message is"
        )


@dataclass
class SettableClock:
    """Shows real time, shifted as told."""

    shift: timedelta = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.shift


@dataclass
class Consent:
    """The service as its callers see it."""

    decisions: DecisionsServiceClient
    purposes: PurposesServiceClient
    receipts: ReceiptsServiceClient
    exports: ExportsServiceClient
    topics: TopicsServiceClient
    preferences: PreferencesServiceClient
    suppressions: SuppressionsServiceClient
    sends: SendsServiceClient
    rights: RightsServiceClient
    guardians: GuardiansServiceClient
    registers: RegistersServiceClient
    handlers: HandlersServiceClient
    clock: SettableClock = field(default_factory=SettableClock)
    signer: CallerSigner = field(default_factory=lambda: CallerSigner("gateway", {"consent": GATEWAY_KEY}))

    def by(self, caller: Caller) -> dict[str, str]:
        return {CALLER_HEADER: self.signer.sign("consent", caller)}

    async def publish(self, purpose: purposes_pb2.Purpose) -> purposes_pb2.Purpose:
        request = purposes_pb2.PublishPurposeRequest(purpose=purpose)
        if purpose.assessment_id:
            request.purpose.assessment_id = await self.assess(
                f"{purpose.assessment_id}-{purpose.key}", purpose.key
            )
        return (await self.purposes.publish_purpose(request, headers=self.by(OFFICER))).purpose

    async def assess(self, assessment_id: str, purpose: str) -> str:
        """Register that a purpose's impact was assessed."""
        said = registers_pb2.Assessment(
            assessment_id=assessment_id,
            purposes=[purpose],
            concluded_at=datetime(2025, 1, 1, tzinfo=UTC),
            reference="file 11",
        )
        request = registers_pb2.RegisterAssessmentRequest(assessment=said)
        await self.registers.register_assessment(request, headers=self.by(OFFICER))
        return assessment_id

    async def tell(self, notice: purposes_pb2.Notice) -> purposes_pb2.Notice:
        request = purposes_pb2.PublishNoticeRequest(notice=notice)
        return (await self.purposes.publish_notice(request, headers=self.by(OFFICER))).notice

    async def ask(self, *purposes: purposes_pb2.Purpose) -> purposes_pb2.Notice:
        """Publish purposes and the notice that tells of them."""
        published = [await self.publish(purpose) for purpose in purposes]
        return await self.tell(factories.notice(*(purpose.key for purpose in published)))

    async def give(self, request: decisions_pb2.GiveConsentRequest) -> decisions_pb2.GiveConsentResponse:
        return await self.decisions.give_consent(request, headers=self.by(member(request.member_id)))

    async def withdraw(
        self, request: decisions_pb2.WithdrawConsentRequest
    ) -> decisions_pb2.WithdrawConsentResponse:
        return await self.decisions.withdraw_consent(request, headers=self.by(member(request.member_id)))

    async def check(self, member_id: str, purpose: str, **more: object) -> decisions_pb2.CheckResponse:
        request = decisions_pb2.CheckRequest(member_id=member_id, purpose=purpose, **more)  # type: ignore[arg-type]
        return await self.decisions.check(request, headers=self.by(MEMBERS))

    async def in_use(self, member_id: str, purpose: str, recipient_id: str = "") -> bool:
        """Whether the member is told that data is in use for it."""
        (shown,) = [
            one
            for one in (await self.consents(member_id)).consents
            if (one.purpose, one.recipient_id) == (purpose, recipient_id)
        ]
        return shown.in_use

    async def consents(self, member_id: str) -> decisions_pb2.MemberConsents:
        (found,) = await self.consents_of(member_id)
        return found

    async def consents_of(self, *member_ids: str) -> list[decisions_pb2.MemberConsents]:
        """What each is shown, all of them asked for in one call."""
        keys = [{"member_id": one, "caller": self.signer.sign("consent", member(one))} for one in member_ids]
        request = decisions_pb2.BatchGetConsentsRequest(members=keys)  # type: ignore[arg-type]
        answer = await self.decisions.batch_get_consents(request, headers=self.by(MEMBERS))
        return [result.consents for result in answer.results]


async def hear_merge(
    engine: database.Engine, old: str, new: str, merge_id: str = "m", *, undone: bool = False
) -> None:
    """Tell the service of a merge, or of its undoing, as its worker would hear of it."""
    event = events_pb2.MembersEvent(member_id=old, occurred_at=datetime.now(UTC))
    if undone:
        event.merge_undone.MergeFrom(events_pb2.MergeUndone(merge_id=merge_id, into_member_id=new))
    else:
        event.members_merged.MergeFrom(events_pb2.MembersMerged(merge_id=merge_id, into_member_id=new))
    kind = "MergeUndone" if undone else "MembersMerged"
    async with engine.begin() as connection:
        heard = stream.Event("huiyuan:members:0", 1, 0, "", kind, event.SerializeToString())
        await hear_members(connection, [heard])


def told(urls: DatabaseUrls, redis_url: str, **more: str) -> dict[str, str]:
    """The environment of a process."""
    key = base64.b64encode(GATEWAY_KEY).decode()
    return {
        "REDIS_URL": redis_url,
        "DATABASE_URL_CONSENT": urls.app,
        "DATABASE_OWNER_URL_CONSENT": urls.owner,
        "INSTALLATION_ID": str(INSTALLATION),
        "AUTH_JWKS": str(Path("/nowhere/jwks.json")),
        "AUTH_ISSUER": "https://issuer.example",
        "CALLER_KEY_GATEWAY_CONSENT": key,
        "CALLER_KEY_LOYALTY_CONSENT": key,
        "CALLER_KEY_MEMBERS_CONSENT": key,
        **more,
    }


def settings(urls: DatabaseUrls, redis_url: str, **more: str) -> Settings:
    return Settings.model_validate(told(urls, redis_url, **more))


_CLIENTS: tuple[Any, ...] = (
    DecisionsServiceClient,
    PurposesServiceClient,
    ReceiptsServiceClient,
    ExportsServiceClient,
    TopicsServiceClient,
    PreferencesServiceClient,
    SuppressionsServiceClient,
    SendsServiceClient,
    RightsServiceClient,
    GuardiansServiceClient,
    RegistersServiceClient,
    HandlersServiceClient,
)


def reached_by(transport: ASGITransport, clock: SettableClock) -> Consent:
    """Clients of the service behind an in-process transport."""
    return Consent(*(client(one, transport, "consent") for one in _CLIENTS), clock)


def reached_at(url: str, *, timeout_ms: int = 3000) -> Consent:
    """Clients of a process, as our services have them."""
    signer = CallerSigner("gateway", {"consent": GATEWAY_KEY})
    return Consent(*(rpc.client(one, url, "consent", signer, timeout_ms=timeout_ms) for one in _CLIENTS))
