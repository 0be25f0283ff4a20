"""The door where members hears: what the other services did about erasures and merges, and withdrawals that erase."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from huiyuan.consent.v1 import events_pb2
from huiyuan.consent.v1.events_pb2 import ConsentEvent
from huiyuan.loyalty.v1.events_pb2 import LoyaltyEvent

from services.kit import clock, database, stream
from services.kit.refusal import Refusal
from services.members import events
from services.members.actions import erasures, merges, packages, statuses
from services.members.actions.statuses import OURSELVES
from services.members.rules.erasures import Action, Proof, Terms, Trigger
from services.members.rules.members import UnknownMember
from services.members.rules.statuses import Step
from services.members.storage import retention

CONSENT = "service:consent"
"""Who acts when members asked the consent service for it."""

_PRESENCE = frozenset(
    {
        "OrderRecorded",
        "PointsRedeemed",
        "PointsHeld",
        "PointsTransferred",
        "RewardRedeemed",
        "CouponUsed",
        "BenefitUsed",
        "MembershipRecorded",
    }
)
"""What somebody does in person; points that expire or come back say nothing of that."""


class Hearing:
    """What is done about other services' events; ``erasing_purposes`` are those whose withdrawal means erasure."""

    def __init__(self, terms: Terms, erasing_purposes: Collection[str] = ()) -> None:
        self._terms = terms
        self._erasing = frozenset(erasing_purposes)

    async def hear_loyalty(self, connection: database.Connection, heard: Sequence[stream.Event]) -> None:
        """Loyalty proved an erasure, followed a merge or its undoing, or somebody was there."""
        seen: dict[str, date] = {}
        for event in heard:
            if event.type in _PRESENCE:
                message = LoyaltyEvent.FromString(event.body)
                on = message.occurred_at.ToDatetime().date()
                seen[message.member_id] = max(on, seen.get(message.member_id, on))
            elif event.type == "MemberErasureDone":
                message = LoyaltyEvent.FromString(event.body)
                await self._prove(connection, "loyalty", message.member_id, message.member_erasure_done)
            elif event.type == "MemberMerged":
                message = LoyaltyEvent.FromString(event.body)
                # Told of both sides, and counted for who was merged.
                if message.member_id != message.member_merged.into_member_id:
                    await self._followed(connection, "loyalty", message.member_id, message.member_merged)
        if seen:
            await retention.see(connection, seen)

    async def hear_consent(self, connection: database.Connection, heard: Sequence[stream.Event]) -> None:
        """Consent proved an erasure, followed a merge, or a member withdrew what the membership rests on."""
        for event in heard:
            if event.type == "MemberErasureDone":
                message = ConsentEvent.FromString(event.body)
                await self._prove(connection, "consent", message.member_id, message.member_erasure_done)
            elif event.type == "MergeFollowed":
                message = ConsentEvent.FromString(event.body)
                await self._followed(connection, "consent", message.member_id, message.merge_followed)
            elif event.type == "ConsentWithdrawn" and self._erasing:
                message = ConsentEvent.FromString(event.body)
                withdrawn = message.consent_withdrawn
                # From one recipient alone: what we hold ourselves rests on another consent (PIPL 23).
                if not withdrawn.recipient_id and not self._erasing.isdisjoint(withdrawn.purposes):
                    await self._erase(connection, UUID(message.member_id))
            elif event.type == "RightsTaskAsked":
                message = ConsentEvent.FromString(event.body)
                await self._do(connection, UUID(message.member_id), message.rights_task_asked)

    async def _do(self, connection: database.Connection, member_id: UUID, asked: Any) -> None:
        """Our part of a rights request; what cannot be done is told, so that nobody waits for it."""
        now = clock.now()
        try:
            match asked.task:
                case events_pb2.RIGHTS_TASK_PACKAGE:
                    standing = await statuses.held(connection, member_id)
                    await packages.request(connection, standing.member_id, now)
                case events_pb2.RIGHTS_TASK_ERASURE:
                    reason = f"rights request {asked.request_id}"
                    await erasures.request(
                        connection, member_id, Trigger.MEMBER_REQUEST, CONSENT, reason, now
                    )
                case events_pb2.RIGHTS_TASK_CLOSING:
                    await statuses.change(connection, member_id, Step.CLOSE, self._terms, CONSENT, "", now)
        except Refusal as refusal:
            await events.rights_task_declined(connection, member_id, asked.request_id, refusal.code, now)

    async def _prove(self, connection: database.Connection, store: str, member_id: str, done: Any) -> None:
        proofs = [Proof(one.store, Action(one.action), one.count) for one in done.proof]
        await erasures.acknowledge(
            connection,
            UUID(done.erasure_id),
            [UUID(member_id)],
            store,
            proofs,
            self._terms,
            clock.now(),
        )

    async def _erase(self, connection: database.Connection, member_id: UUID) -> None:
        try:
            await erasures.request(
                connection, member_id, Trigger.CONSENT_WITHDRAWN, OURSELVES, "", clock.now()
            )
        except UnknownMember:
            return  # consent knows members that never finished registering

    async def _followed(
        self, connection: database.Connection, service: str, member_id: str, followed: Any
    ) -> None:
        await merges.acknowledge(
            connection, UUID(member_id), followed.merge_id, service, clock.now(), undone=followed.undone
        )
