"""Linking: what a member is known by, and how that grows and shrinks over two databases."""

from datetime import datetime
from functools import partial
from typing import NamedTuple
from uuid import UUID

from huiyuan.members.v1 import links_pb2 as wire

from services.members import events
from services.members.actions import links as actions
from services.members.rpc.collecting import Collecting
from services.members.rules import collecting
from services.members.rules import links as rules
from services.members.rules.identities import Identity
from services.members.rules.keyrings import KeyRing, Place
from services.members.rules.links import (
    IdentityTaken,
    Link,
    LinkRaced,
    NewLink,
    UnknownIdentity,
    UnlinkCause,
)
from services.members.rules.members import Member, ProfileRaced, UnknownMember, new_member_id
from services.members.storage import keys, links, members, profiles
from services.members.storage.databases import Databases

_ATTEMPTS = 8


class Known(NamedTuple):
    """A member with all that is known of who they are: the survivor, and the links of all who were merged into it."""

    member: Member
    links: list[Link]


class Linking:
    """What the doors do with links; ``now`` comes with every request."""

    def __init__(self, databases: Databases, ring: KeyRing, listed: Collecting) -> None:
        self._databases = databases
        self._ring = ring
        self._listed = listed

    async def known(self, member_id: UUID) -> Known:
        """A member and all links of the merge set. Raises ``UnknownMember``, ``Unreadable``."""
        survivor = await self.survivor(member_id)
        everyone = await members.merge_set(self._databases, survivor)
        found = await profiles.read(self._databases, self._ring, everyone)
        identities: dict[tuple[UUID, Place], Identity] = {}
        for one, read in found.items():
            if not isinstance(read, Member):
                raise read
            for identity in read.profile.identities if read.profile else ():
                identities[one, self._ring.find(identity)] = identity
        rows = await links.of_members(self._databases, everyone)
        believed = [
            _link(row, identities[row.member_id, row.place])
            for row in rows
            if (row.member_id, row.place) in identities
        ]
        member = found.get(survivor)
        if not isinstance(member, Member):
            raise UnknownMember
        return Known(member, believed)

    async def survivor(self, member_id: UUID) -> UUID:
        """Who answers to a member id now. Raises ``UnknownMember``."""
        survivors = await members.survivors(self._databases, [member_id])
        if member_id not in survivors:
            raise UnknownMember
        return survivors[member_id].member_id

    async def holder(self, identity: Identity) -> Link | None:
        """Whose an identity is, by the index and then by the member's own record.

        Raises ``LinkRaced`` while a change of it is under way that may still come to nothing.
        """
        row = await links.at(self._databases, self._ring.find(identity))
        if row is None:
            return None
        found = (await profiles.read(self._databases, self._ring, [row.member_id])).get(row.member_id)
        if found is not None and not isinstance(found, Member):
            raise found
        if found and found.profile and identity in found.profile.identities:
            return _link(row, identity)
        raise LinkRaced

    async def link(self, member_id: UUID, new: NewLink, now: datetime) -> tuple[Link, bool]:
        """Let a member be known by an identity; True when the member was, and as well.

        Raises ``IdentityTaken``, ``LinkRaced``, ``FieldWithoutPurpose``, and what ``be_linkable`` does.
        """
        await self.admit(new.identity)
        change_id = new_member_id(now)
        for attempt in range(_ATTEMPTS):
            member, known = await self.known(member_id)
            theirs = next((link for link in known if link.place == new.place), None)
            if theirs is not None:
                if attempt:
                    await self._settle(theirs, change_id)
                return await self._proven_again(theirs, new, now)
            rules.be_linkable(member, known)
            try:
                await self._link(member, new, change_id, now)
            except ProfileRaced:
                continue
            proven_at = now if new.verified else None
            made = Link(member.member_id, new.identity, new.place, new.verified, proven_at, now, new.source)
            return made, False
        raise LinkRaced

    async def admit(self, identity: Identity) -> None:
        """Refuse what no purpose lists. Raises ``FieldWithoutPurpose``."""
        await self._listed.admit(collecting.of_identity(identity.kind))

    async def unlink(self, link: Link, cause: UnlinkCause, actor: str, now: datetime) -> bool:
        """End a link; False when it was gone already. Raises ``LinkRaced``, ``LastVerifiedIdentity``."""
        change_id = new_member_id(now)
        for attempt in range(_ATTEMPTS):
            member, known = await self.known(link.member_id)
            theirs = next((one for one in known if one.place == link.place), None)
            if theirs is None:
                if attempt:
                    await self._end(link, change_id, cause, actor, now)
                return False
            if cause is UnlinkCause.UNLINKED:
                rules.be_unlinkable(theirs, known, member.status)
            holder = await self._holding(theirs)
            try:
                await self._unlink(holder, theirs, change_id, cause, actor, now)
            except ProfileRaced:
                continue
            except UnknownIdentity:
                return False
            return True
        raise LinkRaced

    async def _proven_again(self, theirs: Link, new: NewLink, now: datetime) -> tuple[Link, bool]:
        if not new.verified:
            return theirs, True
        if not theirs.verified:
            # Told first: a crash between tells it twice, and never not at all.
            async with self._databases.members.begin() as connection:
                await events.identity_verified(connection, theirs.member_id, theirs.identity.kind, now)
        async with self._databases.keys.begin() as connection:
            await links.prove(
                connection, self._ring.places(theirs.identity), theirs.member_id, new.source, now
            )
        source = theirs.source if theirs.proven else new.source
        proven = Link(theirs.member_id, theirs.identity, theirs.place, True, now, theirs.linked_at, source)
        return proven, theirs.verified

    async def _link(self, member: Member, new: NewLink, change_id: UUID, now: datetime) -> None:
        async with self._databases.keys.begin() as connection:
            claimed = await actions.claim(connection, self._ring, member, new, change_id, now)
        if claimed is None:
            await self.holder(new.identity)
            raise IdentityTaken
        dek_gen, blob = claimed
        tell = partial(
            events.identity_linked,
            member_id=member.member_id,
            kind=new.identity.kind,
            now=now,
            verified=new.verified,
        )
        await self._rewrite(member, blob, dek_gen, tell)
        async with self._databases.keys.begin() as connection:
            await links.settle(connection, change_id)
            await keys.drop_older(connection, [member.member_id], [dek_gen])

    async def _unlink(
        self, holder: Member, link: Link, change_id: UUID, cause: UnlinkCause, actor: str, now: datetime
    ) -> None:
        async with self._databases.keys.begin() as connection:
            dek_gen, blob = await actions.begin_to_end(connection, self._ring, holder, link, change_id, now)
        told = events.identity_unlinked if cause is UnlinkCause.UNLINKED else events.identity_detached
        tell = partial(told, member_id=holder.member_id, kind=link.identity.kind, now=now)
        await self._rewrite(holder, blob, dek_gen, tell)
        async with self._databases.keys.begin() as connection:
            await links.end(connection, link.place, change_id, cause, actor, now)
            await keys.drop_older(connection, [holder.member_id], [dek_gen])

    async def _rewrite(self, seen: Member, blob: bytes, dek_gen: int, tell: actions.Tell) -> None:
        """Replace the record. When another change came first the index stays marked, for the next attempt."""
        try:
            async with self._databases.members.begin() as connection:
                await actions.rewrite(connection, seen, blob, dek_gen, tell)
        except ProfileRaced:
            async with self._databases.keys.begin() as connection:
                await keys.drop(connection, seen.member_id, dek_gen)
            raise

    async def _settle(self, link: Link, change_id: UUID) -> None:
        async with self._databases.keys.begin() as connection:
            await links.settle(connection, change_id)

    async def _end(self, link: Link, change_id: UUID, cause: UnlinkCause, actor: str, now: datetime) -> None:
        async with self._databases.keys.begin() as connection:
            await links.end(connection, link.place, change_id, cause, actor, now)

    async def _holding(self, link: Link) -> Member:
        found = (await profiles.read(self._databases, self._ring, [link.member_id])).get(link.member_id)
        if found is None:
            raise UnknownMember
        if not isinstance(found, Member):
            raise found
        return found


def new_link(ring: KeyRing, identity: Identity, source: rules.IdentitySource, *, verified: bool) -> NewLink:
    """What is to be linked."""
    place = ring.find(identity)
    also = tuple(other for other in ring.places(identity) if other != place)
    return NewLink(identity, place, verified, source, also)


def identity_id(ring: KeyRing, link: Link) -> str:
    """What names a link to its member without telling it, and means nothing to any other member."""
    return ring.request_digest(
        b"identity\0" + link.member_id.bytes + bytes(link.place[:1]) + link.place.digest
    ).digest.hex()


def linked(ring: KeyRing, link: Link) -> wire.LinkedIdentity:
    """A link as anyone may see it who may see that it is there."""
    answer = wire.LinkedIdentity(
        identity_id=identity_id(ring, link),
        kind=int(link.identity.kind),  # type: ignore[arg-type]  # numbered as the contract's
        scope=link.identity.scope,
        value_masked=rules.masked(link.identity),
        verified=link.verified,
        linked_at=link.linked_at,
        source=int(link.source),  # type: ignore[arg-type]  # numbered as the contract's
        member_id=str(link.member_id),
    )
    if link.verified_at is not None:
        answer.verified_at.FromDatetime(link.verified_at)
    return answer


def _link(row: links.Row, identity: Identity) -> Link:
    return Link(row.member_id, identity, row.place, row.verified, row.verified_at, row.linked_at, row.source)
