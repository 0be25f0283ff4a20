"""Preferences: how the signed-in member wants to be written to, and that no machine decides alone."""

from collections.abc import Awaitable
from typing import Any

import strawberry
from huiyuan.consent.v1 import preferences_pb2

from gateway.clients import CONSENT
from gateway.context import Info
from gateway.errors import UserError, attempt
from gateway.views.messaging import (
    FrequencyCapInput,
    MessageChannel,
    MessagePreferences,
    QuietHoursInput,
    shown,
)


@strawberry.input(description="A topic to switch on or off on one channel.")
class SetPreferenceInput:
    topic: str
    channel: MessageChannel
    enabled: bool
    idempotency_key: str = strawberry.field(description="1 to 100 characters; a retry sends the same.")


@strawberry.input(description="The member's own quiet hours.")
class SetQuietHoursInput:
    quiet_hours: QuietHoursInput | None = strawberry.field(
        default=None, description="Null goes back to the operator's."
    )
    idempotency_key: str = strawberry.field(description="1 to 100 characters; a retry sends the same.")


@strawberry.input(description="All of the member's own caps.")
class SetFrequencyCapsInput:
    frequency_caps: list[FrequencyCapInput] = strawberry.field(description="Empty: none of one's own.")
    idempotency_key: str = strawberry.field(description="1 to 100 characters; a retry sends the same.")


@strawberry.input(description="A decision about automated decisions; no reason is needed.")
class AutomatedDecisionsInput:
    idempotency_key: str = strawberry.field(description="1 to 100 characters; a retry sends the same.")


@strawberry.type
class PreferencesPayload:
    preferences: MessagePreferences | None
    replayed: bool = strawberry.field(description="True when the same was sent before.")
    user_errors: list[UserError]


@strawberry.type
class PreferenceMutations:
    @strawberry.mutation(
        description="Switches a topic on or off. What rests on consent takes that consent besides."
    )
    async def set_preference(self, info: Info, input: SetPreferenceInput) -> PreferencesPayload:
        request = preferences_pb2.SetPreferenceRequest(
            member_id=info.context.member_id(),
            channel=input.channel.value,
            topic=input.topic,
            enabled=input.enabled,
            idempotency_key=input.idempotency_key,
        )
        return await _payload(
            info,
            info.context.clients.preferences.set_preference(request, headers=info.context.named(CONSENT)),
        )

    @strawberry.mutation(description="Sets the hours in which the member wants to be left alone.")
    async def set_quiet_hours(self, info: Info, input: SetQuietHoursInput) -> PreferencesPayload:
        request = preferences_pb2.SetQuietHoursRequest(
            member_id=info.context.member_id(),
            quiet_hours=input.quiet_hours.wire() if input.quiet_hours else None,
            idempotency_key=input.idempotency_key,
        )
        return await _payload(
            info,
            info.context.clients.preferences.set_quiet_hours(request, headers=info.context.named(CONSENT)),
        )

    @strawberry.mutation(description="Sets how much the member wants to get at the most.")
    async def set_frequency_caps(self, info: Info, input: SetFrequencyCapsInput) -> PreferencesPayload:
        request = preferences_pb2.SetFrequencyCapsRequest(
            member_id=info.context.member_id(),
            caps=[one.wire() for one in input.frequency_caps],
            idempotency_key=input.idempotency_key,
        )
        return await _payload(
            info,
            info.context.clients.preferences.set_frequency_caps(request, headers=info.context.named(CONSENT)),
        )

    @strawberry.mutation(
        description="Refuses decisions by machines alone, from this moment: what is shown and sent is the same for "
        "all, and prices stay the same (PIPL 24)."
    )
    async def refuse_automated_decisions(
        self, info: Info, input: AutomatedDecisionsInput
    ) -> PreferencesPayload:
        return await _decide(info, input, refused=True)

    @strawberry.mutation(description="Takes the refusal of automated decisions back.")
    async def allow_automated_decisions(
        self, info: Info, input: AutomatedDecisionsInput
    ) -> PreferencesPayload:
        return await _decide(info, input, refused=False)


async def _decide(info: Info, input: AutomatedDecisionsInput, *, refused: bool) -> PreferencesPayload:
    request = preferences_pb2.SetAutomatedDecisionsRequest(
        member_id=info.context.member_id(), refused=refused, idempotency_key=input.idempotency_key
    )
    return await _payload(
        info,
        info.context.clients.preferences.set_automated_decisions(
            request, headers=info.context.named(CONSENT)
        ),
    )


async def _payload(info: Info, call: Awaitable[Any]) -> PreferencesPayload:
    done, refused = await attempt(call, info.context.locale)
    return PreferencesPayload(
        preferences=shown(done.preferences, info.context.locale) if done else None,
        replayed=done is not None and done.replayed,
        user_errors=refused,
    )
