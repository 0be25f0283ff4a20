"""Whom a request means: ids and identities of members, resolved with the members service where needed."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from huiyuan.kit.v1.kit_pb2 import ExternalIdentity
from huiyuan.members.v1.identities_connect import IdentitiesServiceClient
from huiyuan.members.v1.identities_pb2 import MemberReference, ResolveMembersRequest

from services.kit import database
from services.loyalty.rules.orders.orders import UnknownMember
from services.loyalty.storage.members import members

_REMEMBERED = 200_000


class Membership:
    """Answers who is meant. Known ids are remembered, since members never cease to have been; identities are not."""

    def __init__(self, pool: database.Pool, identities: IdentitiesServiceClient) -> None:
        self._pool = pool
        self._identities = identities
        self._known: set[str] = set()
        self._wanted: set[str] = set()
        self._turn = asyncio.Lock()

    async def resolve(self, references: Sequence[str | ExternalIdentity]) -> list[str | None]:
        """The member's id for each id or identity, None for strangers."""
        resolved: list[str | None] = [
            reference if isinstance(reference, str) and reference in self._known else None
            for reference in references
        ]
        await self._look_here(references, resolved)
        await self._ask(references, resolved)
        return resolved

    async def one(self, reference: str | ExternalIdentity, field: str = "member_id") -> str:
        """The id of the member meant. Raises ``UnknownMember``."""
        (known,) = await self.resolve([reference])
        if known is None:
            message = "no member has this id or identity: register the member first"
            raise UnknownMember(message, field=field)
        return known

    async def _look_here(
        self, references: Sequence[str | ExternalIdentity], resolved: list[str | None]
    ) -> None:
        missing = {
            reference
            for reference, found in zip(references, resolved, strict=True)
            if found is None and isinstance(reference, str)
        }
        if missing:
            await self._look_up(missing)
            for nth, reference in enumerate(references):
                if isinstance(reference, str) and reference in self._known:
                    resolved[nth] = reference

    async def _look_up(self, missing: set[str]) -> None:
        """Remember which of them are members. What is asked for during one look goes together with the next."""
        self._wanted |= missing
        async with self._turn:
            if missing.isdisjoint(self._wanted):
                return  # whoever had the turn before looked them up as well
            wanted, self._wanted = self._wanted, set()
            try:
                self._remember(await members.known(self._pool, list(wanted)))
            except BaseException:
                self._wanted |= wanted
                raise

    async def _ask(self, references: Sequence[str | ExternalIdentity], resolved: list[str | None]) -> None:
        asked = [nth for nth, found in enumerate(resolved) if found is None]
        if not asked:
            return
        answer = await self._identities.resolve_members(
            ResolveMembersRequest(references=[_reference(references[nth]) for nth in asked])
        )
        strangers: dict[str, datetime] = {}
        for nth, member in zip(asked, answer.members, strict=True):
            if member.member_id:
                resolved[nth] = member.member_id
                if member.member_id not in self._known:
                    strangers[member.member_id] = datetime.fromisoformat(member.joined_at)
        if strangers:
            await members.enrol_many(self._pool, sorted(strangers.items()))
            self._remember(set(strangers))

    def _remember(self, member_ids: set[str]) -> None:
        if len(self._known) + len(member_ids) > _REMEMBERED:
            self._known.clear()
        self._known |= member_ids


def _reference(reference: str | ExternalIdentity) -> MemberReference:
    if isinstance(reference, str):
        return MemberReference(member_id=reference)
    return MemberReference(identity=reference)
