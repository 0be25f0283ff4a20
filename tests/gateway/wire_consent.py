"""The consent service's doors beyond decisions and purposes, with canned answers: receipts, topics, preferences, sends."""

from typing import Any

from huiyuan.consent.v1 import (
    guardians_connect,
    guardians_pb2,
    preferences_connect,
    preferences_pb2,
    receipts_connect,
    receipts_pb2,
    rights_connect,
    rights_pb2,
    sends_connect,
    sends_pb2,
    suppressions_connect,
    suppressions_pb2,
    topics_connect,
    topics_pb2,
)
from huiyuan.kit.v1 import kit_pb2

from services.kit import rpc
from tests.gateway.answers import at
from tests.gateway.doors import CHILD, Door

_SMS = topics_pb2.MESSAGE_CHANNEL_SMS
_NAME = kit_pb2.LocalizedText(zh="新品", en="New products")
_HOURS = topics_pb2.QuietHours(start_minute=1320, end_minute=480, time_zone="Asia/Shanghai")
_CAP = topics_pb2.FrequencyCap(channel=_SMS, most=1)
_CAP.period.seconds = 86_400
_PREFERENCE = preferences_pb2.TopicPreference(
    topic="new_products", channel=_SMS, enabled=True, may_be_switched_off=True, name=_NAME, description=_NAME
)
PREFERENCES = preferences_pb2.Preferences(
    topics=[_PREFERENCE], quiet_hours_in_force=_HOURS, quiet_hours_besides=[_HOURS], caps=[_CAP], epoch=3
)
_CHANGE = preferences_pb2.PreferenceChange(
    cursor="3",
    changed_at=at(2026, 3),
    actor="staff:1",
    kind="SUPPRESSED",
    content_json='{"reason": "COMPLAINT"}',
)
_TOPIC = topics_pb2.Topic(
    key="new_products",
    version=1,
    name=_NAME,
    description=_NAME,
    channels=[topics_pb2.TopicChannel(channel=_SMS, purpose="marketing_sms")],
    digest="00" * 32,
    effective_at=at(2026),
)
_RULES = topics_pb2.SendingRules(
    version=1, default_quiet_hours=_HOURS, caps=[_CAP], digest="00" * 32, effective_at=at(2026)
)
SUPPRESSION = suppressions_pb2.Suppression(
    channel=_SMS,
    reason=suppressions_pb2.SUPPRESSION_REASON_COMPLAINT,
    since=at(2026),
    actor="system:campaigns",
)
DENIAL = sends_pb2.SendDenial(gate=sends_pb2.SEND_GATE_WINDOW, reason="QUIET_HOURS", until=at(2026, 4))
_RECORD = receipts_pb2.ConsentRecord(
    record_id="record-1",
    cursor="1.0",
    purpose="marketing_sms",
    purpose_version=1,
    event_state="GIVEN",
    event_time=at(2026),
    channel="app",
)


WARD = guardians_pb2.Ward(child_id=CHILD, linked_at=at(2026))
RIGHTS_REQUEST = rights_pb2.RightsRequest(
    request_id="5f0d6e0a-0000-4000-8000-0000000000b1",
    kind=rights_pb2.RIGHTS_KIND_POSTHUMOUS,
    wanted=rights_pb2.RIGHTS_KIND_DELETE,
    state=rights_pb2.RIGHTS_STATE_PARTIAL,
    received_at=at(2026),
    due_at=at(2026, 2),
    due_source="by the book",
    channel="letter",
    refusal=rights_pb2.RightsRefusal(
        ground=rights_pb2.REFUSAL_GROUND_RETENTION_BY_LAW, article="PIPL 47", remedy="Appeal."
    ),
    steps=[rights_pb2.RightsStep(state=rights_pb2.RIGHTS_STATE_RECEIVED, at=at(2026), actor="member")],
    proofs=[
        rights_pb2.RightsProof(store="loyalty/orders", action="DELETED", count=2**40, proved_at=at(2026))
    ],
)


async def _unused(_: Door, __: Any, ___: Any) -> Any:
    raise NotImplementedError


class Receipts(Door):
    @rpc.allow(rpc.members, rpc.staff("privacy_officer", "support"))
    async def list_records(
        self, request: receipts_pb2.ListRecordsRequest, _: Any
    ) -> receipts_pb2.ListRecordsResponse:
        self.services.be_reader(rpc.caller(), request.member_id)
        return receipts_pb2.ListRecordsResponse(records=[_RECORD])

    @rpc.allow(rpc.members, rpc.staff("privacy_officer", "support"))
    async def get_receipt(
        self, request: receipts_pb2.GetReceiptRequest, _: Any
    ) -> receipts_pb2.GetReceiptResponse:
        self.services.be_reader(rpc.caller(), request.member_id)
        return receipts_pb2.GetReceiptResponse(receipt="a.b.c")

    @rpc.allow(rpc.anyone)
    async def get_log(self, _: receipts_pb2.GetLogRequest, __: Any) -> receipts_pb2.GetLogResponse:
        return receipts_pb2.GetLogResponse(size=1)

    @rpc.allow(rpc.anyone)
    async def get_consistency_proof(
        self, _: receipts_pb2.GetConsistencyProofRequest, __: Any
    ) -> receipts_pb2.GetConsistencyProofResponse:
        return receipts_pb2.GetConsistencyProofResponse(newer_size=1)


class Topics(Door):
    @rpc.allow(rpc.staff("privacy_officer", "program_admin"))
    async def publish_topic(
        self, request: topics_pb2.PublishTopicRequest, _: Any
    ) -> topics_pb2.PublishTopicResponse:
        self.services.change(request)
        return topics_pb2.PublishTopicResponse(topic=_TOPIC)

    @rpc.allow(rpc.anyone)
    async def list_topics(self, _: topics_pb2.ListTopicsRequest, __: Any) -> topics_pb2.ListTopicsResponse:
        return topics_pb2.ListTopicsResponse(topics=[_TOPIC])

    @rpc.allow(rpc.staff("privacy_officer", "program_admin"))
    async def publish_sending_rules(
        self, request: topics_pb2.PublishSendingRulesRequest, _: Any
    ) -> topics_pb2.PublishSendingRulesResponse:
        self.services.change(request)
        return topics_pb2.PublishSendingRulesResponse(rules=_RULES)

    @rpc.allow(rpc.anyone)
    async def get_sending_rules(
        self, _: topics_pb2.GetSendingRulesRequest, __: Any
    ) -> topics_pb2.GetSendingRulesResponse:
        return topics_pb2.GetSendingRulesResponse(rules=_RULES)


class Preferences(Door):
    batch_get_automated_decisions = rpc.allow(rpc.services("nobody"))(_unused)

    @rpc.allow(rpc.members)
    async def set_preference(
        self, request: preferences_pb2.SetPreferenceRequest, _: Any
    ) -> preferences_pb2.SetPreferenceResponse:
        return preferences_pb2.SetPreferenceResponse(preferences=self._changed(request))

    @rpc.allow(rpc.members)
    async def set_quiet_hours(
        self, request: preferences_pb2.SetQuietHoursRequest, _: Any
    ) -> preferences_pb2.SetQuietHoursResponse:
        return preferences_pb2.SetQuietHoursResponse(preferences=self._changed(request))

    @rpc.allow(rpc.members)
    async def set_frequency_caps(
        self, request: preferences_pb2.SetFrequencyCapsRequest, _: Any
    ) -> preferences_pb2.SetFrequencyCapsResponse:
        return preferences_pb2.SetFrequencyCapsResponse(preferences=self._changed(request))

    @rpc.allow(rpc.members)
    async def set_automated_decisions(
        self, request: preferences_pb2.SetAutomatedDecisionsRequest, _: Any
    ) -> preferences_pb2.SetAutomatedDecisionsResponse:
        return preferences_pb2.SetAutomatedDecisionsResponse(preferences=self._changed(request))

    @rpc.per_item
    async def batch_get_preferences(
        self, request: preferences_pb2.BatchGetPreferencesRequest, _: Any
    ) -> preferences_pb2.BatchGetPreferencesResponse:
        self.services.turn("consent", "preferences")
        answer = preferences_pb2.BatchGetPreferencesResponse()
        self.services.each(request.members, answer.results, "preferences", lambda *_: PREFERENCES)
        return answer

    @rpc.allow(rpc.members, rpc.staff("privacy_officer", "support"))
    async def list_preference_changes(
        self, request: preferences_pb2.ListPreferenceChangesRequest, _: Any
    ) -> preferences_pb2.ListPreferenceChangesResponse:
        rpc.be_member(request.member_id)
        return preferences_pb2.ListPreferenceChangesResponse(changes=[_CHANGE])

    def _changed(self, request: Any) -> preferences_pb2.Preferences:
        self.services.change(request)
        rpc.be_member(request.member_id)
        return PREFERENCES


class Suppressions(Door):
    @rpc.allow(rpc.staff("privacy_officer", "support"))
    async def suppress_member(
        self, request: suppressions_pb2.SuppressMemberRequest, _: Any
    ) -> suppressions_pb2.SuppressMemberResponse:
        self.services.change(request)
        return suppressions_pb2.SuppressMemberResponse(suppressions=[SUPPRESSION])

    @rpc.allow(rpc.staff("privacy_officer"))
    async def unsuppress_member(
        self, request: suppressions_pb2.UnsuppressMemberRequest, _: Any
    ) -> suppressions_pb2.UnsuppressMemberResponse:
        self.services.change(request)
        return suppressions_pb2.UnsuppressMemberResponse(suppressions=[SUPPRESSION])

    @rpc.allow(rpc.staff("privacy_officer", "support"))
    async def list_suppressions(
        self, _: suppressions_pb2.ListSuppressionsRequest, __: Any
    ) -> suppressions_pb2.ListSuppressionsResponse:
        return suppressions_pb2.ListSuppressionsResponse(suppressions=[SUPPRESSION])


class Sends(Door):
    may_send_many = claim_send = release_send = rpc.allow(rpc.services("nobody"))(_unused)

    @rpc.allow(rpc.staff("privacy_officer", "support"))
    async def may_send(self, _: sends_pb2.MaySendRequest, __: Any) -> sends_pb2.MaySendResponse:
        return sends_pb2.MaySendResponse(answer=sends_pb2.SendAnswer(denials=[DENIAL], retry_at=at(2026, 4)))


class Rights(Door):
    @rpc.allow(rpc.members, rpc.staff("privacy_officer", "support"))
    async def ask_right(self, request: rights_pb2.AskRightRequest, _: Any) -> rights_pb2.AskRightResponse:
        rpc.be_member(request.member_id)
        self.services.change(request)
        return rights_pb2.AskRightResponse(request=RIGHTS_REQUEST)

    @rpc.allow(rpc.members, rpc.staff("privacy_officer"))
    async def verify_rights_request(
        self, request: rights_pb2.VerifyRightsRequestRequest, _: Any
    ) -> rights_pb2.VerifyRightsRequestResponse:
        self.services.change(request)
        return rights_pb2.VerifyRightsRequestResponse(request=RIGHTS_REQUEST)

    @rpc.allow(rpc.members, rpc.staff("privacy_officer"))
    async def cancel_rights_request(
        self, request: rights_pb2.CancelRightsRequestRequest, _: Any
    ) -> rights_pb2.CancelRightsRequestResponse:
        self.services.change(request)
        return rights_pb2.CancelRightsRequestResponse(request=RIGHTS_REQUEST)

    @rpc.allow(rpc.members)
    async def appeal_rights_request(
        self, request: rights_pb2.AppealRightsRequestRequest, _: Any
    ) -> rights_pb2.AppealRightsRequestResponse:
        self.services.change(request)
        return rights_pb2.AppealRightsRequestResponse(request=RIGHTS_REQUEST)

    @rpc.allow(rpc.staff("privacy_officer"))
    async def accept_rights_request(
        self, request: rights_pb2.AcceptRightsRequestRequest, _: Any
    ) -> rights_pb2.AcceptRightsRequestResponse:
        self.services.change(request)
        return rights_pb2.AcceptRightsRequestResponse(request=RIGHTS_REQUEST)

    @rpc.allow(rpc.staff("privacy_officer"))
    async def refuse_rights_request(
        self, request: rights_pb2.RefuseRightsRequestRequest, _: Any
    ) -> rights_pb2.RefuseRightsRequestResponse:
        self.services.change(request)
        return rights_pb2.RefuseRightsRequestResponse(request=RIGHTS_REQUEST)

    @rpc.allow(rpc.staff("privacy_officer"))
    async def conclude_rights_request(
        self, request: rights_pb2.ConcludeRightsRequestRequest, _: Any
    ) -> rights_pb2.ConcludeRightsRequestResponse:
        self.services.change(request)
        return rights_pb2.ConcludeRightsRequestResponse(request=RIGHTS_REQUEST)

    @rpc.allow(rpc.members)
    async def list_rights_requests(
        self, request: rights_pb2.ListRightsRequestsRequest, _: Any
    ) -> rights_pb2.ListRightsRequestsResponse:
        rpc.be_member(request.member_id)
        return rights_pb2.ListRightsRequestsResponse(requests=[RIGHTS_REQUEST], cursors=["7"])

    @rpc.allow(rpc.staff("privacy_officer", "support"))
    async def list_rights_queue(
        self, _: rights_pb2.ListRightsQueueRequest, __: Any
    ) -> rights_pb2.ListRightsQueueResponse:
        return rights_pb2.ListRightsQueueResponse(requests=[RIGHTS_REQUEST], cursors=["1.7"])

    @rpc.allow(rpc.members, rpc.staff("privacy_officer", "support"))
    async def get_directive(
        self, request: rights_pb2.GetDirectiveRequest, _: Any
    ) -> rights_pb2.GetDirectiveResponse:
        if rpc.caller().kind is rpc.CallerKind.MEMBER:
            rpc.be_member(request.member_id)
        return rights_pb2.GetDirectiveResponse(directive=rights_pb2.DIRECTIVE_KIN_MAY_NOT_ASK)

    @rpc.allow(rpc.members)
    async def set_directive(
        self, request: rights_pb2.SetDirectiveRequest, _: Any
    ) -> rights_pb2.SetDirectiveResponse:
        rpc.be_member(request.member_id)
        self.services.change(request)
        return rights_pb2.SetDirectiveResponse(directive=request.directive)


class Guardians(Door):
    @rpc.allow(rpc.staff("privacy_officer"))
    async def link_guardian(
        self, request: guardians_pb2.LinkGuardianRequest, _: Any
    ) -> guardians_pb2.LinkGuardianResponse:
        self.services.change(request)
        return guardians_pb2.LinkGuardianResponse(ward=WARD)

    @rpc.allow(rpc.staff("privacy_officer"))
    async def unlink_guardian(
        self, request: guardians_pb2.UnlinkGuardianRequest, _: Any
    ) -> guardians_pb2.UnlinkGuardianResponse:
        self.services.change(request)
        return guardians_pb2.UnlinkGuardianResponse(ward=WARD)

    @rpc.allow(rpc.staff("privacy_officer", "support"))
    async def get_ward(self, _: guardians_pb2.GetWardRequest, __: Any) -> guardians_pb2.GetWardResponse:
        return guardians_pb2.GetWardResponse(ward=WARD)

    @rpc.allow(rpc.members)
    async def list_wards(
        self, request: guardians_pb2.ListWardsRequest, _: Any
    ) -> guardians_pb2.ListWardsResponse:
        rpc.be_member(request.guardian_id)
        return guardians_pb2.ListWardsResponse(wards=[WARD])


DOORS: list[tuple[type[Door], Any]] = [
    (Receipts, receipts_connect.ReceiptsServiceASGIApplication),
    (Topics, topics_connect.TopicsServiceASGIApplication),
    (Preferences, preferences_connect.PreferencesServiceASGIApplication),
    (Suppressions, suppressions_connect.SuppressionsServiceASGIApplication),
    (Sends, sends_connect.SendsServiceASGIApplication),
    (Guardians, guardians_connect.GuardiansServiceASGIApplication),
    (Rights, rights_connect.RightsServiceASGIApplication),
]
