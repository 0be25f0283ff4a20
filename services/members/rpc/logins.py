"""Logins, told by the operator's login system: who signed in, what is new about them, and whether two are one."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from uuid import UUID

from huiyuan.members.v1 import verifications_pb2 as wire

from services.kit.refusal import Invalid, Refusal
from services.members.actions import merges as merging
from services.members.rpc import activities
from services.members.rpc.claims import Claims
from services.members.rpc.identities import identity_of
from services.members.rpc.linking import Linking
from services.members.rpc.merges import merge_view
from services.members.rules import merges as rules
from services.members.rules.identities import Identity, IdentityKind, IdentityNotValid
from services.members.rules.keyrings import KeyRing
from services.members.rules.links import IdentitySource, Link, TooManyLinks
from services.members.rules.members import MemberNotActive
from services.members.rules.merges import Merge, MergeCause
from services.members.storage.databases import Databases

MOST_IDENTITIES = 5


class LoginNotValid(Invalid):
    """A login names 1 to 5 identities that it verified."""

    code = "IDENTITY_NOT_VALID"


class Logins:
    """What the door does with a login."""

    def __init__(self, databases: Databases, ring: KeyRing, links: Linking, claims: Claims) -> None:
        self._databases = databases
        self._ring = ring
        self._links = links
        self._claims = claims

    async def record(
        self, request: wire.RecordLoginRequest, actor: str, now: datetime
    ) -> wire.RecordLoginResponse:
        """Who signed in. Links what is new to them; merges two whom this login proves to be one."""
        merge_id = rules.merge_id_of(f"login:{request.login_id}") if request.login_id else ""
        if not merge_id or not 1 <= len(request.identities) <= MOST_IDENTITIES:
            raise LoginNotValid(
                f"a login has an id, and 1 to {MOST_IDENTITIES} identities that it verified",
                field="identities",
            )
        asked = _identities(request)
        held = [await self._links.holder(identity) for identity in asked]
        # What was never verified, and a device, tell nobody from anybody.
        speaking = [
            link if link and link.verified and link.identity.kind is not IdentityKind.DEVICE else None
            for link in held
        ]
        whose = [await self._links.survivor(link.member_id) if link else None for link in speaking]
        people = list(dict.fromkeys(one for one in whose if one is not None))
        if not people:
            return wire.RecordLoginResponse(outcome=wire.LOGIN_OUTCOME_UNKNOWN)
        if len(people) == 1:
            new = await self._know(people[0], asked, actor, now)
            return wire.RecordLoginResponse(
                outcome=wire.LOGIN_OUTCOME_KNOWN, member_id=str(people[0]), linked=new
            )
        merge = await self._merge(people, speaking, whose, merge_id, actor, now)
        if merge is None:
            conflicts = [n for n, one in enumerate(whose) if one is not None and one != people[0]]
            return wire.RecordLoginResponse(
                outcome=wire.LOGIN_OUTCOME_CONFLICT, member_id=str(people[0]), conflicts=conflicts
            )
        new = await self._know(merge.into_member, asked, actor, now)
        return wire.RecordLoginResponse(
            outcome=wire.LOGIN_OUTCOME_MERGED,
            member_id=str(merge.into_member),
            linked=new,
            merge=merge_view(merge, {}),
        )

    async def _merge(
        self,
        people: Sequence[UUID],
        links: Sequence[Link | None],
        whose: Sequence[UUID | None],
        merge_id: str,
        actor: str,
        now: datetime,
    ) -> Merge | None:
        """Merge two members, when the login proves them to be one; None when it does not."""
        of_each = [
            [link for link, one in zip(links, whose, strict=True) if link is not None and one == person]
            for person in people
        ]
        if len(people) != 2 or not rules.proves_one_person(of_each[0], of_each[1], now):
            return None
        try:
            async with self._databases.members.begin() as connection:
                return await merging.merge_proven(
                    connection, people[0], people[1], merge_id, MergeCause.LOGIN, actor, now
                )
        except Refusal as refusal:
            if refusal.retryable:
                raise
            return None  # frozen or closing: staff decide

    async def _know(self, member_id: UUID, asked: Sequence[Identity], actor: str, now: datetime) -> int:
        """Note that the member was there, and link all that the login verified or note that it was proven; how many are new.

        Who may be known by nothing more signs in all the same: with many devices, or to take a closing back.
        """
        await activities.note(self._databases, member_id, now)
        _, known = await self._links.known(member_id)
        places = {link.place for link in known}
        new = 0
        for identity in asked:
            with suppress(TooManyLinks, MemberNotActive):
                await self._claims.take_over(member_id, identity, IdentitySource.LOGIN, actor, now)
                new += self._ring.find(identity) not in places
        return new


def _identities(request: wire.RecordLoginRequest) -> list[Identity]:
    found = []
    for number, one in enumerate(request.identities):
        try:
            found.append(identity_of(one))
        except IdentityNotValid as refusal:
            refusal.field = f"identities[{number}].{refusal.field.removeprefix('identity.')}"
            raise
    return list(dict.fromkeys(found))
