"""Events: what happened to members, as messages in the outbox; none carries personal data."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from google.protobuf.timestamp_pb2 import Timestamp
from huiyuan.members.v1 import events_pb2

from services.kit import outbox
from services.kit.database import Connection


async def members_registered(
    connection: Connection, joined: Iterable[tuple[UUID, datetime]], now: datetime
) -> None:
    """Members registered. Each event goes to its own member's lane, so that later ones follow it there."""
    occurred_at = Timestamp()
    occurred_at.FromDatetime(now)
    told = []
    for member_id, joined_at in joined:
        registered = events_pb2.MemberRegistered(joined_at=joined_at)
        told.append(
            _new(
                "MemberRegistered",
                events_pb2.MembersEvent(
                    member_id=str(member_id), occurred_at=occurred_at, member_registered=registered
                ),
            )
        )
    await outbox.append_many(connection, told)


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


async def package_ready(connection: Connection, member_id: UUID, package_id: UUID, now: datetime) -> None:
    """A member's own package can be fetched."""
    event = events_pb2.MembersEvent(
        member_id=str(member_id),
        occurred_at=now,
        package_ready=events_pb2.PackageReady(package_id=str(package_id)),
    )
    await outbox.append(connection, [_new("PackageReady", event)])


def _new(kind: str, event: events_pb2.MembersEvent) -> outbox.NewEvent:
    return outbox.NewEvent(event.member_id, kind, event.SerializeToString())
