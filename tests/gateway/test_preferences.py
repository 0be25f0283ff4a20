"""Preferences and sending through the gateway: members set their own, staff look, suppress and publish."""

from typing import Any

from huiyuan.consent.v1 import preferences_pb2, suppressions_pb2, topics_pb2

from services.kit.refusal import Declined
from tests.gateway.gateway_client import Gateway
from tests.gateway.matrix import ONE

CHANGED = "{ preferences { topics { topic enabled } } replayed userErrors { code message } }"
SUPPRESS = """mutation($input: SuppressMemberInput!) {
  suppressMember(input: $input) { suppressions { channel cause since until actor } userErrors { code } }
}"""


class TopicNotSwitchable(Declined):
    """As the consent service says it."""


async def _set(gateway: Gateway, field: str, kind: str, **said: Any) -> Any:
    gateway.services.join(ONE)
    answer = await gateway.ask(
        f"mutation($input: {kind}!) {{ {field}(input: $input) {CHANGED} }}",
        gateway.issuer.member(ONE),
        variables={"input": {"idempotencyKey": "k", **said}},
    )
    return answer["data"][field]


async def test_what_a_member_sets_goes_out_under_their_own_name(gateway: Gateway) -> None:
    hours = {"startMinute": 1320, "endMinute": 480, "timeZone": "Asia/Shanghai"}
    sms = {"channel": "SMS"}
    wished = [
        ("setPreference", "SetPreferenceInput", {"topic": "new_products", **sms, "enabled": False}),
        ("setQuietHours", "SetQuietHoursInput", {"quietHours": hours}),
        ("setQuietHours", "SetQuietHoursInput", {"quietHours": None}),
        (
            "setFrequencyCaps",
            "SetFrequencyCapsInput",
            {"frequencyCaps": [{**sms, "periodS": 86400, "most": 2}]},
        ),
        ("refuseAutomatedDecisions", "AutomatedDecisionsInput", {}),
        ("allowAutomatedDecisions", "AutomatedDecisionsInput", {}),
    ]
    for field, kind, said in wished:
        payload = await _set(gateway, field, kind, **said)
        assert payload["preferences"] == {"topics": [{"topic": "new_products", "enabled": True}]}, field
        assert payload["userErrors"] == [], field
    day = topics_pb2.FrequencyCap(channel=topics_pb2.MESSAGE_CHANNEL_SMS, most=2)
    day.period.seconds = 86_400
    by = {"member_id": ONE, "idempotency_key": "k"}
    assert [request for _, request in gateway.services.requests] == [
        preferences_pb2.SetPreferenceRequest(
            topic="new_products", channel=topics_pb2.MESSAGE_CHANNEL_SMS, enabled=False, **by
        ),
        preferences_pb2.SetQuietHoursRequest(
            quiet_hours=topics_pb2.QuietHours(start_minute=1320, end_minute=480, time_zone="Asia/Shanghai"),
            **by,
        ),
        preferences_pb2.SetQuietHoursRequest(**by),
        preferences_pb2.SetFrequencyCapsRequest(caps=[day], **by),
        preferences_pb2.SetAutomatedDecisionsRequest(refused=True, **by),
        preferences_pb2.SetAutomatedDecisionsRequest(refused=False, **by),
    ]
    assert {caller.id for caller, _ in gateway.services.requests} == {ONE}


async def test_a_refused_change_is_told_as_data(gateway: Gateway) -> None:
    gateway.services.refusal = TopicNotSwitchable("it cannot be switched off", field="topic")
    payload = await _set(
        gateway, "setPreference", "SetPreferenceInput", topic="orders", channel="SMS", enabled=False
    )
    assert payload["preferences"] is None
    assert [error["code"] for error in payload["userErrors"]] == ["TOPIC_NOT_SWITCHABLE"]


async def test_staff_suppress_with_a_reason_that_the_audit_keeps(gateway: Gateway) -> None:
    said = {"memberId": ONE, "channel": "SMS", "cause": "COMPLAINT", "reason": "complained to the carrier"}
    support = gateway.issuer.staff("support")
    answer = await gateway.ask(SUPPRESS, support, path="/admin/graphql", variables={"input": said})
    payload = answer["data"]["suppressMember"]
    assert payload["userErrors"] == []
    assert payload["suppressions"] == [
        {
            "channel": "SMS",
            "cause": "COMPLAINT",
            "since": "2026-01-01T00:00:00Z",
            "until": None,
            "actor": "system:campaigns",
        }
    ]
    [(_, request)] = gateway.services.requests
    assert request == suppressions_pb2.SuppressMemberRequest(
        member_id=ONE,
        channel=topics_pb2.MESSAGE_CHANNEL_SMS,
        reason=suppressions_pb2.SUPPRESSION_REASON_COMPLAINT,
    )
    silent = await gateway.ask(
        SUPPRESS, support, path="/admin/graphql", variables={"input": {**said, "reason": " "}}
    )
    assert [one["code"] for one in silent["data"]["suppressMember"]["userErrors"]] == ["REASON_MISSING"]
    assert len(gateway.services.requests) == 1
    look = "{ adminActions(first: 2) { nodes { operation phase reason subject } } }"
    officer = gateway.issuer.staff("privacy_officer")
    rows = (await gateway.ask(look, officer, path="/admin/graphql"))["data"]["adminActions"]["nodes"]
    assert {row["operation"] for row in rows} == {"suppressMember"}
    assert rows[0]["subject"] == {"memberId": ONE, "channel": "SMS", "cause": "COMPLAINT"}


async def test_staff_see_why_a_message_would_not_go(gateway: Gateway) -> None:
    text = f"""{{ member(id: "{ONE}") {{ maySend(topic: "new_products", channel: SMS) {{
      maySend denials {{ gate reason article until }} retryAt nonPersonalised }} }} }}"""
    answer = await gateway.ask(text, gateway.issuer.staff("support"), path="/admin/graphql")
    until = "2026-04-01T00:00:00Z"
    assert answer["data"]["member"]["maySend"] == {
        "maySend": False,
        "denials": [{"gate": "WINDOW", "reason": "QUIET_HOURS", "article": None, "until": until}],
        "retryAt": until,
        "nonPersonalised": False,
    }
