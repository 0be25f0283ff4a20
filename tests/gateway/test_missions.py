"""Missions through both schemas: what members see and do, and how staff keep them, with what was promised."""

from typing import Any

from google.protobuf.json_format import MessageToDict
from huiyuan.loyalty.v1 import activities_pb2, grants_pb2, missions_pb2

from tests.gateway.gateway_client import Gateway, code
from tests.gateway.wire_missions import GRANT

MISSION = (
    "key name description task { type count countedBy period times } award { kind points currency template }"
)
SHOWN: dict[str, Any] = {
    "key": "three-shares",
    "name": "三次分享",
    "description": "三次分享",
    "task": {"type": "share", "count": 3, "countedBy": "ACTIVITY", "period": "EVER", "times": 1},
    "award": {"kind": "POINTS", "points": 200, "currency": None, "template": None},
}
PROGRESS = {"missionKey": "three-shares", "progress": 2, "required": 3, "completed": 0, "state": "OPEN"}


async def test_anyone_sees_what_there_is_to_do(gateway: Gateway) -> None:
    answer = await gateway.ask(f"{{ missions {{ {MISSION} }} }}")
    assert answer["data"]["missions"] == [SHOWN]
    english = await gateway.ask("{ missions(locale: EN) { name } }")
    assert english["data"]["missions"] == [{"name": "Three shares"}]
    assert code(await gateway.ask("mutation { checkIn { replayed } }")) == "UNAUTHENTICATED"


async def test_a_member_sees_how_far_it_is_done_and_checks_in(gateway: Gateway) -> None:
    member_id, token = gateway.join()
    progress = "missionKey progress required completed state periodEndsAt"
    asked = f"{{ me {{ missions {{ mission {{ key }} progress {{ {progress} }} }} }} }}"
    answer = await gateway.ask(asked, token)
    shown = {"mission": {"key": "three-shares"}, "progress": PROGRESS | {"periodEndsAt": None}}
    assert answer["data"]["me"]["missions"] == [shown]
    document = f"mutation {{ checkIn {{ checkIn {{ day streak missions {{ {progress} }} }} replayed userErrors {{ code }} }} }}"
    done = await gateway.ask(document, token)
    assert done["data"]["checkIn"] == {
        "checkIn": {"day": "2026-11-22", "streak": 3, "missions": [PROGRESS | {"periodEndsAt": None}]},
        "replayed": False,
        "userErrors": [],
    }
    caller, request = gateway.services.requests[-1]
    assert (caller.actor, request) == (f"member:{member_id}", activities_pb2.CheckInRequest())


async def test_staff_draft_publish_and_stop_with_a_reason(gateway: Gateway) -> None:
    text = {"zh": "回来", "en": "Come back"}
    shown = "mission { key edition state lifecycle { kind days } purpose activities { type } budget } replayed userErrors { code field }"
    body: dict[str, Any] = {
        "mission": {
            "key": "come-back",
            "name": text,
            "description": text,
            "lifecycle": {"kind": "NO_ORDER_FOR", "days": 30},
            "award": {"couponTemplate": "win-back"},
            "purpose": "personalisation",
            "budget": 100,
        },
        "reason": "spring",
    }
    draft = f"mutation($input: DraftMissionInput!) {{ draftMission(input: $input) {{ {shown} }} }}"
    drafted = await gateway.admin(draft, "program_admin", variables={"input": body})
    assert drafted["data"]["draftMission"] == {
        "mission": {
            "key": "come-back",
            "edition": 1,
            "state": "DRAFT",
            "lifecycle": {"kind": "NO_ORDER_FOR", "days": 30},
            "purpose": "personalisation",
            "activities": None,
            "budget": 100,
        },
        "replayed": False,
        "userErrors": [],
    }
    _, request = gateway.services.requests[-1]
    assert MessageToDict(request) == {
        "mission": {
            "key": "come-back",
            "name": text,
            "description": text,
            "lifecycle": {"kind": "LIFECYCLE_KIND_NO_ORDER_FOR", "days": 30},
            "award": {"couponTemplate": "win-back"},
            "purpose": "personalisation",
            "budget": "100",
        },
        "reason": "spring",
    }
    both = body["mission"] | {"award": {"couponTemplate": "win-back", "benefit": "lounge"}}
    await gateway.admin(draft, "program_admin", variables={"input": body | {"mission": both}})
    assert not gateway.services.requests[-1][1].mission.award.WhichOneof("award"), "the service refuses none"
    publish = f"mutation($input: PublishMissionInput!) {{ publishMission(input: $input) {{ {shown} }} }}"
    published = {"key": "three-shares", "edition": 2, "reason": "go"}
    answer = await gateway.admin(publish, "program_admin", variables={"input": published})
    assert answer["data"]["publishMission"]["mission"]["state"] == "PUBLISHED"
    assert gateway.services.requests[-1][1] == missions_pb2.PublishMissionRequest(**published)
    stop = f"mutation($input: StopMissionInput!) {{ stopMission(input: $input) {{ {shown} }} }}"
    stopped = {"key": "three-shares", "reason": "over"}
    assert (await gateway.admin(stop, "program_admin", variables={"input": stopped}))["data"]["stopMission"][
        "replayed"
    ]
    before = len(gateway.services.requests)
    assert code(await gateway.admin(stop, "support", variables={"input": stopped})) == "ROLE_NEEDED"
    silent = await gateway.admin(stop, "program_admin", variables={"input": stopped | {"reason": ""}})
    assert silent["data"]["stopMission"]["userErrors"] == [
        {"code": "REASON_MISSING", "field": ["input", "reason"]}
    ]
    assert len(gateway.services.requests) == before, "nothing was asked for"


async def test_staff_see_types_and_declare_them_and_what_a_member_did(gateway: Gateway) -> None:
    member_id, _ = gateway.join()
    answer = await gateway.admin(
        """query($id: UUID!) {
          activityTypes { key edition retentionDays attributes { key type required oneOf } }
          missions { key edition awarded activities { type } }
          member(id: $id) {
            activities(first: 1) { nodes { source activityId type attributes } pageInfo { hasNextPage } }
            missions { missionKey progress }
          }
        }""",
        "auditor",
        variables={"id": member_id},
    )
    data = answer["data"]
    attribute = {"key": "course", "type": "STRING", "required": True, "oneOf": ["tea"]}
    assert data["activityTypes"] == [
        {"key": "lesson", "edition": 1, "retentionDays": 30, "attributes": [attribute]}
    ]
    assert data["missions"][1] == {
        "key": "three-shares",
        "edition": 2,
        "awarded": 7,
        "activities": {"type": "share"},
    }
    assert data["member"] == {
        "activities": {
            "nodes": [
                {"source": "app", "activityId": "a-1", "type": "lesson", "attributes": {"course": "tea"}}
            ],
            "pageInfo": {"hasNextPage": True},
        },
        "missions": [{"missionKey": "three-shares", "progress": 2}],
    }
    declare = "mutation($input: DeclareActivityTypeInput!) { declareActivityType(input: $input) { type { key } userErrors { code } } }"
    attributes = [{"key": "course", "type": "STRING", "oneOf": ["tea"]}]
    type = {"key": "lesson", "name": {"zh": "课", "en": "L"}, "attributes": attributes, "retentionDays": 30}
    body = {"type": type, "reason": "a course"}
    declared = await gateway.admin(declare, "program_admin", variables={"input": body})
    assert declared["data"]["declareActivityType"] == {"type": {"key": "lesson"}, "userErrors": []}
    assert gateway.services.requests[-1][1].type.attributes[0].one_of == ["tea"]


async def test_staff_see_what_was_promised_and_have_what_was_refused_tried_again(gateway: Gateway) -> None:
    answer = await gateway.admin(
        "{ grants(first: 1, state: REFUSED) { nodes { memberId key kind points state outcome } pageInfo { endCursor } } }",
        "operations",
    )
    page = answer["data"]["grants"]
    assert page["nodes"] == [
        {
            "memberId": GRANT.member_id,
            "key": GRANT.key,
            "kind": "POINTS",
            "points": 200,
            "state": "REFUSED",
            "outcome": "MEMBER_CLOSED",
        }
    ]
    after = page["pageInfo"]["endCursor"]
    await gateway.admin(f'{{ grants(first: 1, after: "{after}") {{ nodes {{ key }} }} }}', "operations")
    assert gateway.services.requests[-1][1] == grants_pb2.ListGrantsRequest(first=1, after="7")
    retry = "mutation($input: RetryGrantInput!) { retryGrant(input: $input) { grant { key } replayed userErrors { code } } }"
    body = {"memberId": GRANT.member_id, "key": GRANT.key, "reason": "REOPENED"}
    answer = await gateway.admin(retry, "operations", variables={"input": body})
    assert answer["data"]["retryGrant"] == {"grant": {"key": GRANT.key}, "replayed": True, "userErrors": []}


async def test_staff_try_a_mission_on_samples(gateway: Gateway) -> None:
    document = """query($input: TestMissionInput!) { testMission(input: $input) {
      mission { key } awards userErrors { code field }
      verdicts { occurredAt counts awards progress required checks { kind holds actual required } }
    } }"""
    samples = [
        {
            "activity": {"type": "share", "attributes": {"channel": "wechat"}},
            "occurredAt": "2026-11-01T00:00:00Z",
        },
        {"occasion": {"kind": "TIER_RAISED", "tier": "gold"}},
    ]
    asked = {"key": "three-shares", "samples": samples, "tier": "gold", "allowsPurpose": False, "awarded": 6}
    told = (await gateway.admin(document, variables={"input": asked}))["data"]["testMission"]
    check = {"kind": "BUDGET", "holds": False, "actual": "7", "required": "less than 7"}
    verdict = {"counts": True, "awards": 0, "progress": 2, "required": 3, "checks": [check]}
    assert told == {
        "mission": {"key": "three-shares"},
        "awards": 0,
        "userErrors": [],
        "verdicts": [verdict | {"occurredAt": "2027-01-15T08:00:00Z"}],
    }
    _, request = gateway.services.requests[-1]
    sent = MessageToDict(request)
    assert sent["samples"] == [
        {
            "activity": {"type": "share", "attributes": {"channel": "wechat"}},
            "occurredAt": "2026-11-01T00:00:00Z",
        },
        {"occasion": {"kind": "LIFECYCLE_KIND_TIER_RAISED", "tier": "gold"}},
    ]
    assert (sent["key"], sent["tier"], sent["purposeRefused"], sent["awarded"]) == (
        "three-shares",
        "gold",
        True,
        "6",
    )
    wrong = asked | {"samples": [{"activity": {"type": "share", "attributes": [1]}}]}
    refused = (await gateway.admin(document, variables={"input": wrong}))["data"]["testMission"]
    assert refused["userErrors"] == [
        {"code": "ATTRIBUTES_NOT_AS_DECLARED", "field": ["input", "samples", "0", "activity", "attributes"]}
    ]
