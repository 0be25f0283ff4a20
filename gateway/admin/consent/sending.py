"""Sending as staff see it: whether a message would go to a member, and whom nothing may be sent."""

from datetime import datetime
from enum import Enum
from uuid import UUID

import strawberry
from huiyuan.consent.v1 import sends_pb2, suppressions_pb2

from gateway.admin.audit import audited
from gateway.admin.permissions import SUPPRESSORS, Role, to
from gateway.clients import CONSENT
from gateway.context import Info
from gateway.errors import UserError
from gateway.scalars import instant, optional_instant, timestamp
from gateway.views.messaging import MessageChannel


@strawberry.enum(description="Who may say no to a message.")
class SendGate(Enum):
    TOPIC = sends_pb2.SEND_GATE_TOPIC
    CONSENT = sends_pb2.SEND_GATE_CONSENT
    PREFERENCE = sends_pb2.SEND_GATE_PREFERENCE
    SUPPRESSION = sends_pb2.SEND_GATE_SUPPRESSION
    WINDOW = sends_pb2.SEND_GATE_WINDOW
    CAP = sends_pb2.SEND_GATE_CAP


@strawberry.type(description="A no, and whose.")
class SendDenial:
    gate: SendGate
    reason: str = strawberry.field(description="A plain fact, for instance QUIET_HOURS.")
    article: str | None = strawberry.field(description="The article it rests on; null where it is no law's.")
    until: datetime | None = strawberry.field(description="When it passes by itself; null: not by itself.")


@strawberry.type(description="Whether a message would go to a member.")
class SendAnswer:
    may_send: bool
    denials: list[SendDenial]
    retry_at: datetime | None = strawberry.field(description="When it would go if nothing else happens.")
    non_personalised: bool = strawberry.field(
        description="True when only what is the same for all may go (PIPL 24)."
    )
    purpose: str | None = strawberry.field(description="The purpose that the topic rests on.")
    record_id: str | None = strawberry.field(
        description="The record that proves the consent, if one is needed."
    )


@strawberry.enum(description="Why nothing may be sent.")
class SuppressionCause(Enum):
    HARD_BOUNCE = suppressions_pb2.SUPPRESSION_REASON_HARD_BOUNCE
    COMPLAINT = suppressions_pb2.SUPPRESSION_REASON_COMPLAINT
    REGULATOR = suppressions_pb2.SUPPRESSION_REASON_REGULATOR
    DECEASED = suppressions_pb2.SUPPRESSION_REASON_DECEASED


@strawberry.type(description="Nothing may be sent to a member, on a channel or on all.")
class Suppression:
    channel: MessageChannel | None = strawberry.field(description="Null: every channel.")
    cause: SuppressionCause
    since: datetime
    until: datetime | None = strawberry.field(description="Null: until it is ended.")
    actor: str = strawberry.field(description="Who set it.")


@strawberry.input(description="Whom nothing may be sent, and why.")
class SuppressMemberInput:
    member_id: UUID
    channel: MessageChannel | None = strawberry.field(default=None, description="Null: every channel.")
    cause: SuppressionCause
    until: datetime | None = strawberry.field(default=None, description="Null: until it is ended.")
    reason: str = strawberry.field(description="What the audit keeps: 1 to 200 characters, in one line.")


@strawberry.input(description="A suppression to end, and why.")
class UnsuppressMemberInput:
    member_id: UUID
    channel: MessageChannel | None = strawberry.field(
        default=None, description="Null: that of every channel."
    )
    cause: SuppressionCause
    reason: str = strawberry.field(description="What the audit keeps: 1 to 200 characters, in one line.")


@strawberry.type
class SuppressionsPayload:
    suppressions: list[Suppression]
    replayed: bool = strawberry.field(description="True when it was so already.")
    user_errors: list[UserError]


@strawberry.type
class SendingMutations:
    @strawberry.mutation(
        metadata=to(SUPPRESSORS),
        description="Lets nothing be sent to a member. A complaint stops what rests on consent, the rest everything.",
    )
    async def suppress_member(self, info: Info, input: SuppressMemberInput) -> SuppressionsPayload:
        clients = info.context.clients
        request = suppressions_pb2.SuppressMemberRequest(
            member_id=str(input.member_id),
            channel=input.channel.value if input.channel else None,
            reason=input.cause.value,
            until=timestamp(input.until),
        )
        done, refused = await audited(
            info,
            "suppressMember",
            _subject(input),
            input.reason,
            lambda: clients.suppressions.suppress_member(request, headers=info.context.named(CONSENT)),
        )
        return _payload(done, refused)

    @strawberry.mutation(
        metadata=to(frozenset({Role.PRIVACY_OFFICER})), description="Ends a suppression of a member."
    )
    async def unsuppress_member(self, info: Info, input: UnsuppressMemberInput) -> SuppressionsPayload:
        clients = info.context.clients
        request = suppressions_pb2.UnsuppressMemberRequest(
            member_id=str(input.member_id),
            channel=input.channel.value if input.channel else None,
            reason=input.cause.value,
        )
        done, refused = await audited(
            info,
            "unsuppressMember",
            _subject(input),
            input.reason,
            lambda: clients.suppressions.unsuppress_member(request, headers=info.context.named(CONSENT)),
        )
        return _payload(done, refused)


async def suppressions(info: Info, member_id: str) -> list[Suppression]:
    """What stands against writing to a member."""
    request = suppressions_pb2.ListSuppressionsRequest(member_id=member_id)
    wire = await info.context.clients.suppressions.list_suppressions(
        request, headers=info.context.named(CONSENT)
    )
    return [_suppression(one) for one in wire.suppressions]


async def may_send(
    info: Info, member_id: str, topic: str, channel: MessageChannel, at: datetime | None
) -> SendAnswer:
    """Whether a message would go to a member."""
    request = sends_pb2.MaySendRequest(
        member_id=member_id, channel=channel.value, topic=topic, at=timestamp(at)
    )
    wire = (await info.context.clients.sends.may_send(request, headers=info.context.named(CONSENT))).answer
    return SendAnswer(
        may_send=wire.may_send,
        denials=[
            SendDenial(
                gate=SendGate(one.gate),
                reason=one.reason,
                article=one.article or None,
                until=optional_instant(one, "until"),
            )
            for one in wire.denials
        ],
        retry_at=optional_instant(wire, "retry_at"),
        non_personalised=wire.non_personalised,
        purpose=wire.purpose or None,
        record_id=wire.record_id or None,
    )


def _subject(input: SuppressMemberInput | UnsuppressMemberInput) -> dict[str, object]:
    return {
        "memberId": str(input.member_id),
        "channel": input.channel.name if input.channel else "",
        "cause": input.cause.name,
    }


def _payload(
    done: suppressions_pb2.SuppressMemberResponse | suppressions_pb2.UnsuppressMemberResponse | None,
    refused: list[UserError],
) -> SuppressionsPayload:
    return SuppressionsPayload(
        suppressions=[_suppression(one) for one in done.suppressions] if done else [],
        replayed=done is not None and done.replayed,
        user_errors=refused,
    )


def _suppression(wire: suppressions_pb2.Suppression) -> Suppression:
    return Suppression(
        channel=MessageChannel(wire.channel) if wire.channel else None,
        cause=SuppressionCause(wire.reason),
        since=instant(wire.since),
        until=optional_instant(wire, "until"),
        actor=wire.actor,
    )
