"""Rotations of keys through the admin schema: who may, what is told of them, and what the audit keeps."""

import pytest
from huiyuan.members.v1 import rotations_pb2

from tests.gateway.gateway_client import Gateway

ID = "00000000-0000-7000-8000-000000000001"
ROTATIONS = """
{ keyRotations(first: 1) {
  nodes { id kind stage paused startedBy startedAt oldKeys newKey indexKinds rowsTotal rowsDone rowsLeft
          rowsPerSecond secondsLeft waitingFor proof provedAt finishedAt }
  pageInfo { hasNextPage endCursor }
} }
"""


async def test_staff_watch_how_a_rotation_gets_on(gateway: Gateway) -> None:
    answer = await gateway.admin(ROTATIONS, "auditor")
    page = answer["data"]["keyRotations"]
    assert page["pageInfo"]["hasNextPage"]
    assert page["nodes"] == [
        {
            "id": ID,
            "kind": "KEK",
            "stage": "WORKING",
            "paused": False,
            "startedBy": "staff:privacy-1",
            "startedAt": "2026-07-01T00:00:00Z",
            "oldKeys": ["1/1"],
            "newKey": "1/2",
            "indexKinds": [],
            "rowsTotal": 2**40,
            "rowsDone": 600,
            "rowsLeft": 400,
            "rowsPerSecond": 200.5,
            "secondsLeft": 2.0,
            "waitingFor": None,
            "proof": None,
            "provedAt": None,
            "finishedAt": None,
        }
    ]


@pytest.mark.parametrize(
    ("field", "kind", "given", "heard"),
    [
        (
            "startKeyRotation",
            "StartKeyRotationInput",
            {"kind": "INDEX_KEY", "indexKinds": [1, 2]},
            rotations_pb2.StartRotationRequest(
                kind=rotations_pb2.ROTATION_KIND_INDEX_KEY, index_kinds=[1, 2], reason="yearly"
            ),
        ),
        (
            "pauseKeyRotation",
            "KeyRotationInput",
            {"rotationId": ID},
            rotations_pb2.PauseRotationRequest(rotation_id=ID),
        ),
        (
            "resumeKeyRotation",
            "KeyRotationInput",
            {"rotationId": ID},
            rotations_pb2.ResumeRotationRequest(rotation_id=ID),
        ),
        (
            "destroyOldKeys",
            "KeyRotationInput",
            {"rotationId": ID},
            rotations_pb2.DestroyOldKeysRequest(rotation_id=ID),
        ),
    ],
)
async def test_privacy_officers_alone_change_rotations_and_the_audit_says_so(
    gateway: Gateway, field: str, kind: str, given: dict[str, object], heard: object
) -> None:
    document = f"mutation($i: {kind}!) {{ {field}(input: $i) {{ rotation {{ id }} userErrors {{ code }} }} }}"
    variables = {"i": {**given, "reason": "yearly"}}
    answer = await gateway.admin(document, "privacy_officer", variables=variables)
    assert answer["data"][field] == {"rotation": {"id": ID}, "userErrors": []}
    assert gateway.services.requests[-1][1] == heard
    seen = len(gateway.services.requests)
    refused = await gateway.admin(document, "operations", variables=variables)
    assert refused["errors"][0]["extensions"]["code"] == "ROLE_NEEDED"
    assert len(gateway.services.requests) == seen
    audit = await gateway.admin("{ adminActions(first: 1) { nodes { operation phase reason } } }", "auditor")
    assert audit["data"]["adminActions"]["nodes"] == [
        {"operation": field, "phase": "SUCCEEDED", "reason": "yearly"}
    ]
