"""Seeding: brings the demo into an installation on its first run, through the same RPCs that operators use.

Every step is idempotent, so a first run that was cut short is simply taken up again.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from huiyuan.consent.v1.purposes_connect import PurposesServiceClient
from huiyuan.consent.v1.purposes_pb2 import PublishNoticeRequest, PublishPurposeRequest
from huiyuan.consent.v1.registers_connect import RegistersServiceClient
from huiyuan.consent.v1.registers_pb2 import RegisterAssessmentRequest
from huiyuan.consent.v1.topics_connect import TopicsServiceClient
from huiyuan.consent.v1.topics_pb2 import PublishSendingRulesRequest, PublishTopicRequest
from huiyuan.loyalty.v1.orders_connect import OrdersServiceClient
from huiyuan.loyalty.v1.programmes_connect import ProgrammesServiceClient
from huiyuan.loyalty.v1.programmes_pb2 import CreateProgrammeRequest
from huiyuan.members.v1.profiles_connect import ProfilesServiceClient

from infra.local import officers
from infra.local.demo import members, programme, purposes, topics
from infra.local.installation import Installation
from infra.local.issuer import Issuer
from infra.local.layout import Ports
from infra.local.seeds import OFFICER, SeededMember, Seeds
from services.kit import rpc
from services.kit.refusal import Refusal

_ROLES = ("programme_seeder", "member_registrar", "order_recorder")
_TIMEOUT_MS = 15_000


class SeedRefused(Exception):
    """A service refused a part of the demo; the message carries its reason."""


def seed(installation: Installation, ports: Ports, officer: str, tell: Callable[[str], None]) -> Seeds:
    """Seed the demo unless an earlier run did, and have its notices name the officer's contact, where one is given.

    Raises ``SeedRefused``.
    """
    seeder = _Seeder(installation, ports, officer or OFFICER)
    seeds = Seeds.kept(installation)
    try:
        if seeds is None:
            tell("seeding the demo programme, purposes, notices and members")
            seeds = asyncio.run(seeder.seed())
        elif officer and officer != seeds.officer:
            seeds = asyncio.run(seeder.tell_of_officer(seeds, tell))
        else:
            return seeds
    except Refusal as refusal:
        raise SeedRefused(f"the demo could not be seeded: {refusal.code}: {refusal.message}") from refusal
    seeds.keep(installation)
    return seeds


Client = TypeVar("Client")


class _Seeder:
    def __init__(self, installation: Installation, ports: Ports, officer: str) -> None:
        self._founded_at = installation.founded_at
        self._ports = ports
        self._officer = officer
        self._headers = {"authorization": f"Bearer {Issuer(installation).system('huiyuan-up', _ROLES)}"}

    async def seed(self) -> Seeds:
        await self._publish_purposes()
        await self._publish_topics()
        await self._found_programme()
        registered = await self._register_members()
        order = members.order(registered[0].member_id, self._founded_at)
        await self._client(OrdersServiceClient, "loyalty").record_order(order, headers=self._headers)
        return Seeds(registered, self._officer)

    async def tell_of_officer(self, seeds: Seeds, tell: Callable[[str], None]) -> Seeds:
        """Have the notices in force name this contact instead of the one before, which is remembered until all do."""
        client = self._client(PurposesServiceClient, "consent")
        told = await officers.tell(client, self._headers, seeds.officer, self._officer)
        if told.published:
            tell(
                f"the officer's contact changed: new versions of the notices {', '.join(told.published)} say it"
            )
        if told.silent:
            tell(
                f"these notices do not say the officer's contact, publish them anew: {', '.join(told.silent)}"
            )
        if told.refused:
            tell(f"these could not be told anew, the next start tries again: {', '.join(told.refused)}")
            return seeds
        return replace(seeds, officer=self._officer)

    async def _publish_purposes(self) -> None:
        register = self._client(RegistersServiceClient, "consent")
        for assessment in purposes.assessments(self._founded_at):
            request = RegisterAssessmentRequest(assessment=assessment)
            await register.register_assessment(request, headers=self._headers)
        client = self._client(PurposesServiceClient, "consent")
        for purpose in purposes.PURPOSES:
            await client.publish_purpose(PublishPurposeRequest(purpose=purpose), headers=self._headers)
        for notice in purposes.notices(self._officer):
            await client.publish_notice(PublishNoticeRequest(notice=notice), headers=self._headers)

    async def _publish_topics(self) -> None:
        client = self._client(TopicsServiceClient, "consent")
        for topic in topics.TOPICS:
            await client.publish_topic(PublishTopicRequest(topic=topic), headers=self._headers)
        rules = PublishSendingRulesRequest(rules=topics.RULES)
        await client.publish_sending_rules(rules, headers=self._headers)

    async def _found_programme(self) -> None:
        request = CreateProgrammeRequest(
            programme=programme.programme(self._founded_at), make_default=True, reason="DEMO"
        )
        client = self._client(ProgrammesServiceClient, "loyalty")
        await client.create_programme(request, headers=self._headers)

    async def _register_members(self) -> list[SeededMember]:
        client = self._client(ProfilesServiceClient, "members")
        seeded = []
        for request in members.registrations(self._founded_at):
            registered = await client.register_member(request, headers=self._headers)
            seeded.append(SeededMember(registered.member_id, request.profile.display_name))
        return seeded

    def _client(self, wire: Callable[..., Client], service: str) -> Client:
        unsigned = rpc.CallerSigner("huiyuan-up", {})
        return rpc.client(wire, self._ports.url(service), service, unsigned, timeout_ms=_TIMEOUT_MS)
