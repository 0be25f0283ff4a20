"""Communications, asked: recorded by whatever sends, read by staff and by the member."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from huiyuan.members.v1 import communications_pb2 as wire

from services.kit import clock, rpc
from services.kit.refusal import Invalid, Refusal
from services.members.rpc.pages import after_of
from services.members.rpc.survivors import survivor_of
from services.members.rules import communications as rules
from services.members.rules.communications import Communication
from services.members.rules.keyrings import KeyRing
from services.members.rules.members import (
    MemberErased,
    MemberStatus,
    UnknownMember,
    member_id_of,
    new_member_id,
)
from services.members.storage import communications, members
from services.members.storage.databases import Databases


class TooManyCommunications(Invalid):
    """More communications than one call may hold."""


class Communications:
    """The handlers of ``CommunicationsService``."""

    def __init__(self, databases: Databases, ring: KeyRing) -> None:
        self._databases = databases
        self._ring = ring

    @rpc.allow(rpc.systems("communication_recorder"), rpc.staff("support", "operations"))
    async def record_communications(
        self, request: wire.RecordCommunicationsRequest, _: Any
    ) -> wire.RecordCommunicationsResponse:
        if len(request.communications) > rules.MOST_COMMUNICATIONS:
            raise TooManyCommunications(
                f"a call may hold {rules.MOST_COMMUNICATIONS} communications at the most",
                field="communications",
            )
        drafts = await self._drafts(request.communications, clock.now())
        new = [draft for draft in drafts if isinstance(draft, Communication)]
        async with self._databases.members.begin() as connection:
            added = await communications.add(connection, new)
        answer = wire.RecordCommunicationsResponse()
        for draft in drafts:
            result = answer.results.add()
            if isinstance(draft, Refusal):
                result.refusal.CopyFrom(rpc.wire_refusal(draft))
            else:
                result.recorded.replayed = draft.communication_id not in added
        return answer

    @rpc.allow(rpc.members, rpc.staff("support", "operations", "privacy_officer"))
    async def list_communications(
        self, request: wire.ListCommunicationsRequest, _: Any
    ) -> wire.ListCommunicationsResponse:
        rpc.be_member(request.member_id)
        after = after_of(request.first, request.after)
        own = rpc.caller().is_member(request.member_id)
        survivor = await survivor_of(self._databases, request.member_id)
        known_as = await members.merge_set(self._databases, survivor.member_id)
        page = await communications.newest(self._databases, known_as, after, request.first + 1)
        return wire.ListCommunicationsResponse(
            communications=[_communication(one, own=own) for one in page[: request.first]],
            has_next_page=len(page) > request.first,
        )

    async def _drafts(
        self, asked: Sequence[wire.NewCommunication], now: datetime
    ) -> list[Communication | Refusal]:
        ids = {member_id for one in asked if (member_id := member_id_of(one.member_id))}
        survivors = await members.survivors(self._databases, ids)
        drafts: list[Communication | Refusal] = []
        for one in asked:
            try:
                member_id = member_id_of(one.member_id)
                if member_id not in survivors:
                    raise UnknownMember
                if survivors[member_id].status is MemberStatus.ERASED:
                    raise MemberErased
                drafts.append(self._draft(one, survivors[member_id], now))
            except Refusal as refusal:
                drafts.append(refusal)
        return drafts

    def _draft(
        self, asked: wire.NewCommunication, survivor: members.Survivor, now: datetime
    ) -> Communication:
        try:
            sent_at = asked.sent_at.ToDatetime(UTC) if asked.HasField("sent_at") else now
        except (ValueError, OverflowError):
            raise rules.CommunicationNotValid("sent_at is not an instant", field="sent_at") from None
        # Two senders' ids do not meet: whose id it is belongs to it.
        recorder = rpc.caller().actor
        message = rules.message_id_of(asked.message_id) + b"\0" + recorder.encode()
        return Communication(
            survivor.member_id,
            new_member_id(now),
            self._ring.request_digest(message),
            rules.channel_of(asked.channel),
            rules.template_of(asked.template),
            rules.outcome_of(asked.outcome),
            rules.sent_at_of(sent_at, now),
            recorder,
        )


def _communication(one: Communication, *, own: bool) -> wire.Communication:
    return wire.Communication(
        communication_id=str(one.communication_id),
        channel=one.channel.value,  # type: ignore[arg-type]  # numbered as the contract's
        template=one.template,
        outcome=one.outcome.value,  # type: ignore[arg-type]
        sent_at=one.sent_at,
        recorded_by="" if own else one.recorded_by,
    )
