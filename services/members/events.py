"""Events: what happened to members, as messages in the outbox; none carries personal data."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID
from zlib import crc32

from google.protobuf.timestamp_pb2 import Timestamp
from huiyuan.members.v1 import events_pb2

from services.kit import outbox, stream
from services.kit.database import Connection
from services.members.rules.identities import IdentityKind
from services.members.rules.merges import Merge


async def members_registered(
    connection: Connection, joined: Iterable[tuple[UUID, datetime]], now: datetime
) -> None:
    """Members registered. Each event goes to its own member's lane, so that later ones follow it there."""
    occurred_at = Timestamp()
    occurred_at.FromDatetime(now)
    lanes: dict[int, list[outbox.NewEvent]] = defaultdict(list)
    for member_id, joined_at in joined:
        event = events_pb2.MembersEvent(
            member_id=str(member_id),
            occurred_at=occurred_at,
            member_registered=events_pb2.MemberRegistered(joined_at=joined_at),
        )
        lanes[crc32(event.member_id.encode()) % stream.LANES].append(_new("MemberRegistered", event))
    for lane in sorted(lanes):
        await outbox.append(connection, lanes[lane])


async def profile_updated(connection: Connection, member_id: UUID, revision: int, now: datetime) -> None:
    """A profile changed."""
    event = events_pb2.MembersEvent(
        member_id=str(member_id),
        occurred_at=now,
        profile_updated=events_pb2.ProfileUpdated(revision=revision),
    )
    await outbox.append(connection, [_new("ProfileUpdated", event)])


async def profile_unmasked(connection: Connection, member_id: UUID, access_id: UUID, now: datetime) -> None:
    """Someone saw a member's data in clear; the access log says who, what and why."""
    event = events_pb2.MembersEvent(
        member_id=str(member_id),
        occurred_at=now,
        profile_unmasked=events_pb2.ProfileUnmasked(access_id=str(access_id)),
    )
    await outbox.append(connection, [_new("ProfileUnmasked", event)])


async def identity_linked(
    connection: Connection, member_id: UUID, kind: IdentityKind, now: datetime, *, verified: bool
) -> None:
    """A member is known by something more."""
    told = events_pb2.IdentityLinked(kind=_kind(kind), is_verified=verified)
    await _tell(connection, _about(member_id, now, identifier_linked=told), "IdentityLinked")


async def identity_verified(
    connection: Connection, member_id: UUID, kind: IdentityKind, now: datetime
) -> None:
    """A member proved to be known by it."""
    told = events_pb2.IdentityVerified(kind=_kind(kind))
    await _tell(connection, _about(member_id, now, identifier_verified=told), "IdentityVerified")


async def identity_unlinked(
    connection: Connection, member_id: UUID, kind: IdentityKind, now: datetime
) -> None:
    """A member is not known by it any more, as someone wanted."""
    told = events_pb2.IdentityUnlinked(kind=_kind(kind))
    await _tell(connection, _about(member_id, now, identifier_unlinked=told), "IdentityUnlinked")


async def identity_detached(
    connection: Connection, member_id: UUID, kind: IdentityKind, now: datetime
) -> None:
    """A member is not known by it any more, since it is somebody else's."""
    told = events_pb2.IdentityDetached(kind=_kind(kind))
    await _tell(connection, _about(member_id, now, identifier_detached=told), "IdentityDetached")


async def members_merged(
    connection: Connection, merge: Merge, from_joined_at: datetime, into_joined_at: datetime
) -> None:
    """Two members turned out to be one."""
    told = events_pb2.MembersMerged(
        merge_id=merge.merge_id,
        into_member_id=str(merge.into_member),
        reason=merge.reason,
        from_joined_at=from_joined_at,
        into_joined_at=into_joined_at,
    )
    await _tell_all(
        connection, _about(merge.from_member, merge.merged_at, members_merged=told), "MembersMerged"
    )


async def merge_undone(connection: Connection, merge: Merge, now: datetime) -> None:
    """It was a mistake."""
    told = events_pb2.MergeUndone(
        merge_id=merge.merge_id, into_member_id=str(merge.into_member), reason=merge.undone_reason
    )
    await _tell_all(connection, _about(merge.from_member, now, merge_undone=told), "MergeUndone")


def _about(member_id: UUID, now: datetime, **what: Any) -> events_pb2.MembersEvent:
    return events_pb2.MembersEvent(member_id=str(member_id), occurred_at=now, **what)


async def _tell(connection: Connection, event: events_pb2.MembersEvent, kind: str) -> None:
    await outbox.append(connection, [_new(kind, event)])


async def _tell_all(connection: Connection, event: events_pb2.MembersEvent, kind: str) -> None:
    """Tell what must be heard in the order in which it happened, whoever it is about: all in nobody's lane."""
    await outbox.append(connection, [outbox.NewEvent(None, kind, event.SerializeToString())])


def _kind(kind: IdentityKind) -> Any:
    return int(kind)  # numbered as the contract's


def _new(kind: str, event: events_pb2.MembersEvent) -> outbox.NewEvent:
    return outbox.NewEvent(event.member_id, kind, event.SerializeToString())
