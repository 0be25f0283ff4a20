"""Events: what happened to members, as messages in the outbox; none carries personal data."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID
from zlib import crc32

from google.protobuf.timestamp_pb2 import Timestamp
from huiyuan.members.v1 import events_pb2

from services.kit import outbox, stream
from services.kit.database import Connection


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


async def sensitive_record_set(connection: Connection, member_id: UUID, now: datetime) -> None:
    """A member's identity document was put on file."""
    event = events_pb2.MembersEvent(
        member_id=str(member_id), occurred_at=now, sensitive_record_set=events_pb2.SensitiveRecordSet()
    )
    await outbox.append(connection, [_new("SensitiveRecordSet", event)])


async def sensitive_record_removed(connection: Connection, member_id: UUID, now: datetime) -> None:
    """A member's identity document was destroyed."""
    event = events_pb2.MembersEvent(
        member_id=str(member_id),
        occurred_at=now,
        sensitive_record_removed=events_pb2.SensitiveRecordRemoved(),
    )
    await outbox.append(connection, [_new("SensitiveRecordRemoved", event)])


def _new(kind: str, event: events_pb2.MembersEvent) -> outbox.NewEvent:
    return outbox.NewEvent(event.member_id, kind, event.SerializeToString())
