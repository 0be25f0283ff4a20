"""What tests of sending say to the service: topics, rules, wishes and sends, right unless told otherwise."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from google.protobuf.duration_pb2 import Duration
from huiyuan.consent.v1 import preferences_pb2, sends_pb2, suppressions_pb2, topics_pb2
from huiyuan.kit.v1.kit_pb2 import LocalizedText

from services.kit.rpc import Caller, CallerKind
from tests.consent import factories
from tests.consent.service import OFFICER, Consent, fresh, member

SMS, EMAIL, PUSH = (
    topics_pb2.MESSAGE_CHANNEL_SMS,
    topics_pb2.MESSAGE_CHANNEL_EMAIL,
    topics_pb2.MESSAGE_CHANNEL_PUSH,
)
LOYALTY = Caller(CallerKind.SERVICE, "loyalty")


def topic(key: str, purpose: str, **changes: Any) -> topics_pb2.Topic:
    """A topic sent by text message that keeps to everything."""
    said: dict[str, Any] = {
        "key": key,
        "name": LocalizedText(zh="新品", en="New products"),
        "description": LocalizedText(zh="新品上市的消息。", en="News of new products."),
        "channels": [topics_pb2.TopicChannel(channel=SMS, purpose=purpose)],
        "may_be_switched_off": True,
        "keeps_quiet_hours": True,
        "keeps_caps": True,
    }
    return topics_pb2.Topic(**{**said, **changes})


def hours(start: int, end: int, zone: str = "UTC") -> topics_pb2.QuietHours:
    """Quiet from one hour of the day up to another."""
    return topics_pb2.QuietHours(start_minute=start * 60, end_minute=end * 60, time_zone=zone)


def cap(most: int, *, channel: Any = SMS, period: timedelta = timedelta(days=1)) -> topics_pb2.FrequencyCap:
    wire = Duration()
    wire.FromTimedelta(period)
    return topics_pb2.FrequencyCap(channel=channel, period=wire, most=most)


@dataclass
class Senders:
    """The service as members with wishes and those who write to them meet it."""

    consent: Consent

    async def publish(self, said: topics_pb2.Topic, by: Caller = OFFICER) -> topics_pb2.PublishTopicResponse:
        request = topics_pb2.PublishTopicRequest(topic=said)
        return await self.consent.topics.publish_topic(request, headers=self.consent.by(by))

    async def rule(self, *caps: topics_pb2.FrequencyCap, quiet: topics_pb2.QuietHours | None = None) -> None:
        """Let these be the rules of all sending."""
        rules = topics_pb2.SendingRules(default_quiet_hours=quiet, caps=caps)
        request = topics_pb2.PublishSendingRulesRequest(rules=rules)
        await self.consent.topics.publish_sending_rules(request, headers=self.consent.by(OFFICER))

    async def marketing(self, *consenting: str, **changes: Any) -> str:
        """A topic that rests on the consent of these members."""
        purpose, key = fresh("marketing"), fresh("offers")
        shown = await self.consent.ask(factories.purpose(purpose, **changes))
        for member_id in consenting:
            await self.consent.give(factories.grant(member_id, shown, key=fresh("give")))
        await self.publish(topic(key, purpose))
        return key

    async def service(self, **changes: Any) -> str:
        """A topic that the contract needs."""
        purpose, key = fresh("service"), fresh("orders")
        await self.consent.publish(factories.contract_purpose(purpose))
        await self.publish(topic(key, purpose, **changes))
        return key

    async def may_send(
        self, member_id: str, about: str, channel: Any = SMS, **more: Any
    ) -> sends_pb2.SendAnswer:
        request = sends_pb2.MaySendRequest(member_id=member_id, channel=channel, topic=about, **more)
        return (await self.consent.sends.may_send(request, headers=self.consent.by(LOYALTY))).answer

    async def denied(self, member_id: str, about: str, channel: Any = SMS, **more: Any) -> list[str]:
        """The reasons of all who say no."""
        return [one.reason for one in (await self.may_send(member_id, about, channel, **more)).denials]

    async def claim(self, send_id: str, member_id: str, about: str) -> sends_pb2.ClaimSendResponse:
        request = sends_pb2.ClaimSendRequest(send_id=send_id, member_id=member_id, channel=SMS, topic=about)
        return await self.consent.sends.claim_send(request, headers=self.consent.by(LOYALTY))

    async def release(self, send_id: str, member_id: str) -> sends_pb2.ReleaseSendResponse:
        request = sends_pb2.ReleaseSendRequest(send_id=send_id, member_id=member_id)
        return await self.consent.sends.release_send(request, headers=self.consent.by(LOYALTY))

    async def switch(self, member_id: str, about: str, *, on: bool, key: str = "") -> Any:
        request = preferences_pb2.SetPreferenceRequest(
            member_id=member_id, channel=SMS, topic=about, enabled=on, idempotency_key=key or fresh("wish")
        )
        headers = self.consent.by(member(member_id))
        return await self.consent.preferences.set_preference(request, headers=headers)

    async def be_quiet(self, member_id: str, quiet: topics_pb2.QuietHours | None) -> Any:
        request = preferences_pb2.SetQuietHoursRequest(
            member_id=member_id, quiet_hours=quiet, idempotency_key=fresh("wish")
        )
        headers = self.consent.by(member(member_id))
        return await self.consent.preferences.set_quiet_hours(request, headers=headers)

    async def cap_own(self, member_id: str, *caps: topics_pb2.FrequencyCap) -> Any:
        request = preferences_pb2.SetFrequencyCapsRequest(
            member_id=member_id, caps=caps, idempotency_key=fresh("wish")
        )
        headers = self.consent.by(member(member_id))
        return await self.consent.preferences.set_frequency_caps(request, headers=headers)

    async def refuse_machines(self, member_id: str, *, refused: bool = True) -> preferences_pb2.Preferences:
        request = preferences_pb2.SetAutomatedDecisionsRequest(
            member_id=member_id, refused=refused, idempotency_key=fresh("wish")
        )
        headers = self.consent.by(member(member_id))
        return (await self.consent.preferences.set_automated_decisions(request, headers=headers)).preferences

    async def suppress(
        self, member_id: str, reason: str, channel: Any = 0, by: Caller = OFFICER, **more: Any
    ) -> suppressions_pb2.SuppressMemberResponse:
        request = suppressions_pb2.SuppressMemberRequest(
            member_id=member_id,
            channel=channel,
            reason=f"SUPPRESSION_REASON_{reason}",  # type: ignore[arg-type]
            **more,
        )
        return await self.consent.suppressions.suppress_member(request, headers=self.consent.by(by))

    async def unsuppress(self, member_id: str, reason: str, channel: Any = 0, by: Caller = OFFICER) -> Any:
        request = suppressions_pb2.UnsuppressMemberRequest(
            member_id=member_id,
            channel=channel,
            reason=f"SUPPRESSION_REASON_{reason}",  # type: ignore[arg-type]
        )
        return await self.consent.suppressions.unsuppress_member(request, headers=self.consent.by(by))

    async def preferences(
        self, member_id: str, by: Caller | None = None
    ) -> preferences_pb2.PreferencesResult:
        caller = self.consent.signer.sign("consent", by or member(member_id))
        request = preferences_pb2.BatchGetPreferencesRequest(
            members=[{"member_id": member_id, "caller": caller}]  # type: ignore[list-item]
        )
        headers = self.consent.by(LOYALTY)
        (result,) = (await self.consent.preferences.batch_get_preferences(request, headers=headers)).results
        return result
