"""Claims: what becomes of an identity that a member proved, when nobody, the member, or another is known by it."""

from collections.abc import Sequence
from datetime import datetime
from enum import IntEnum
from typing import NamedTuple
from uuid import UUID

from services.members.actions import merges as merging
from services.members.actions import verifications as actions
from services.members.rpc.linking import Linking, new_link
from services.members.rules import links as link_rules
from services.members.rules import merges as merge_rules
from services.members.rules import verifications as rules
from services.members.rules.identities import Identity
from services.members.rules.keyrings import KeyRing
from services.members.rules.links import IdentitySource, Link, UnlinkCause
from services.members.rules.merges import Merge, MergeCause, MergeNotProven
from services.members.rules.verifications import Verification, VerificationNotOpen
from services.members.storage import links, verifications
from services.members.storage.databases import Databases


class ClaimChoice(IntEnum):
    """What a member may do about an identity of somebody else's; numbered as the contract's."""

    DETACH = 1
    MERGE = 2


class Found(NamedTuple):
    """The member's link, or what the member may choose from when another one holds it."""

    link: Link | None
    choices: Sequence[ClaimChoice] = ()


class Claimed(NamedTuple):
    """What a choice came to."""

    link: Link | None
    merge: Merge | None


class Claims:
    """What the doors do with what was proven."""

    def __init__(self, databases: Databases, ring: KeyRing, doors: Linking) -> None:
        self._databases = databases
        self._ring = ring
        self._links = doors

    async def take(self, proven: Verification, member_id: UUID, identity: Identity, now: datetime) -> Found:
        """Let a member be known by what the member proved, unless it is another's by proof as well."""
        holder = await self._links.holder(identity)
        survivor = await self._links.survivor(member_id)
        if (
            holder is not None
            and holder.verified
            and await self._links.survivor(holder.member_id) != survivor
        ):
            return Found(None, await self._choices(survivor, holder, now))
        link = await self.take_over(member_id, identity, IdentitySource.CODE, f"member:{survivor}", now)
        await self._settle(proven)
        return Found(link)

    async def take_over(
        self, member_id: UUID, identity: Identity, source: IdentitySource, actor: str, now: datetime
    ) -> Link:
        """Link an identity that was proven, after taking it from whoever else is known by it.

        Raises what ``link`` does, and then nobody lost anything.
        """
        await self._links.admit(identity)  # before another one loses it
        holder = await self._links.holder(identity)
        if holder is not None and await self._is_anothers(holder, member_id):
            link_rules.be_linkable(*await self._links.known(member_id))
            await self._links.unlink(holder, UnlinkCause.DETACHED, actor, now)
        new = new_link(self._ring, identity, source, verified=True)
        return (await self._links.link(member_id, new, now))[0]

    async def _is_anothers(self, holder: Link, member_id: UUID) -> bool:
        return await self._links.survivor(holder.member_id) != await self._links.survivor(member_id)

    async def claim(
        self,
        verification_id: UUID,
        member_id: UUID,
        identity: Identity,
        choice: int,
        actor: str,
        now: datetime,
    ) -> Claimed:
        """Do what a member chose. Raises ``VerificationNotOpen``, ``MergeNotProven``."""
        async with self._databases.keys.begin() as connection:
            proven = await verifications.lock(connection, verification_id)
        if proven is None or not proven.may_be_claimed(self._ring.find(identity), member_id, now):
            raise VerificationNotOpen
        survivor = await self._links.survivor(member_id)
        if choice == ClaimChoice.MERGE:
            claimed = Claimed(None, await self._merge(proven, survivor, identity, actor, now))
        elif choice == ClaimChoice.DETACH:
            link = await self.take_over(member_id, identity, IdentitySource.CODE, actor, now)
            claimed = Claimed(link, None)
        else:
            raise MergeNotProven("choose DETACH or MERGE", field="choice")
        await self._settle(proven)
        return claimed

    async def _merge(
        self, proven: Verification, survivor: UUID, identity: Identity, actor: str, now: datetime
    ) -> Merge:
        holder = await self._links.holder(identity)
        if holder is None or ClaimChoice.MERGE not in await self._choices(survivor, holder, now):
            raise MergeNotProven(
                "two members are one only when an identifier of each was verified within one login: detach the "
                "number, or ask support",
                field="choice",
            )
        other = await self._links.survivor(holder.member_id)
        async with self._databases.members.begin() as connection:
            merge = await merging.merge_proven(
                connection,
                survivor,
                other,
                f"claim:{proven.verification_id}",
                MergeCause.CLAIM,
                actor,
                now,
            )
        async with self._databases.keys.begin() as connection:
            await links.prove(
                connection, self._ring.places(holder.identity), holder.member_id, IdentitySource.CODE, now
            )
        return merge

    async def _choices(self, survivor: UUID, holder: Link, now: datetime) -> list[ClaimChoice]:
        """To detach is always possible; to merge takes something of the member's own, proven in the same login."""
        async with self._databases.keys.begin() as connection:
            proven = await verifications.proven_places(connection, survivor, now - rules.ONE_LOGIN)
        _, known = await self._links.known(survivor)
        ours = [link for link in known if link.place in proven and link.place != holder.place]
        if merge_rules.proves_one_person(ours, [holder], now):
            return [ClaimChoice.DETACH, ClaimChoice.MERGE]
        return [ClaimChoice.DETACH]

    async def _settle(self, proven: Verification) -> None:
        async with self._databases.keys.begin() as connection:
            await actions.settle(connection, proven)
