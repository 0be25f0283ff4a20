"""The door where members hears: how far the other services followed a merge."""

from collections.abc import Sequence
from uuid import UUID

from huiyuan.consent.v1.events_pb2 import ConsentEvent
from huiyuan.loyalty.v1.events_pb2 import LoyaltyEvent

from services.kit import clock, database, stream
from services.members.actions import merges


class Hearing:
    """What is done about other services' events."""

    async def hear_loyalty(self, connection: database.Connection, heard: Sequence[stream.Event]) -> None:
        """Loyalty moved what a merge brings, or gave it back; told of both sides, and counted for who was merged."""
        for event in heard:
            if event.type == "MemberMerged":
                message = LoyaltyEvent.FromString(event.body)
                merged = message.member_merged
                if message.member_id != merged.into_member_id:
                    await self._followed(
                        connection, "loyalty", message.member_id, merged.merge_id, undone=merged.undone
                    )

    async def hear_consent(self, connection: database.Connection, heard: Sequence[stream.Event]) -> None:
        """Consent weighed what both sides decided, or let each have their own again."""
        for event in heard:
            if event.type == "MergeFollowed":
                message = ConsentEvent.FromString(event.body)
                followed = message.merge_followed
                await self._followed(
                    connection, "consent", message.member_id, followed.merge_id, undone=followed.undone
                )

    async def _followed(
        self, connection: database.Connection, service: str, member_id: str, merge_id: str, *, undone: bool
    ) -> None:
        await merges.acknowledge(connection, UUID(member_id), merge_id, service, clock.now(), undone=undone)
