"""Drafts through the admin schema: what staff write reaches the service, and is shown as it answers."""

from tests.gateway.gateway_client import Gateway
from tests.gateway.wire_drafts import DRAFT_ID

CREATE = """
mutation ($input: CreateProgrammeDraftInput!) {
  createProgrammeDraft(input: $input) {
    replayed userErrors { field code }
    draft { id edition state programme { version twoPersons } faults{path code} }
  }
}
"""
LOOK = """
query ($draft: UUID!) {
  programmeDraft(id: $draft) { basedOnVersion changedBy publishedVersion }
  programmeDiff(toDraftId: $draft) { path kind before after }
  programmeHistory(first: 1) { nodes { kind by version changes { path } } pageInfo { hasNextPage } }
}
"""
PREVIEW = """
query ($id: UUID!) {
  draftPreview(id: $id) {
    state membersSeen
    findings {
      moves { fromTier toTier members }
      sample { conditions { metric required actual } }
      costs { tier costAfter { minorUnits } unlimited }
    }
  }
}
"""


async def test_only_the_parts_that_are_given_reach_the_service_empty_ones_too(gateway: Gateway) -> None:
    gateway.services.requests.clear()
    written = {"earnRules": [], "twoPersons": False, "reason": "June", "idempotencyKey": "k1"}
    answer = await gateway.admin(CREATE, variables={"input": written})
    shown = answer["data"]["createProgrammeDraft"]
    ((_, request),) = gateway.services.requests
    assert list(request.update_mask.paths) == ["earn_rules", "two_persons"]
    assert (request.programme.ByteSize(), request.idempotency_key) == (0, "k1")
    assert (shown["replayed"], shown["userErrors"]) == (True, [])
    assert shown["draft"] == {
        "id": DRAFT_ID,
        "edition": 3,
        "state": "DRAFT",
        "programme": {"version": 2, "twoPersons": False},
        "faults": [{"path": "tiers[1].couponTemplate", "code": "PROGRAMME_NOT_WELL_FORMED"}],
    }


async def test_what_is_wrong_with_a_draft_is_told_in_the_askers_language(gateway: Gateway) -> None:
    asked = "query ($draft: UUID!) { programmeDraft(id: $draft) { faults { message } } }"
    for language, message in (("zh-CN", "计划规则有误，请查看所指字段（no）"), ("en", "no")):
        headers = {"Accept-Language": language}
        answer = await gateway.admin(asked, variables={"draft": DRAFT_ID}, headers=headers)
        assert answer["data"]["programmeDraft"]["faults"] == [{"message": message}]


async def test_changes_are_shown_as_values_and_not_as_text(gateway: Gateway) -> None:
    answer = await gateway.admin(LOOK, variables={"draft": DRAFT_ID})
    shown = answer["data"]
    assert shown["programmeDraft"] == {
        "basedOnVersion": 2,
        "changedBy": "staff:bob",
        "publishedVersion": None,
    }
    assert shown["programmeDiff"] == [
        {"path": "tiers[gold].multiplier", "kind": "CHANGED", "before": "1.2", "after": "1.5"},
        {
            "path": "tiers[jade]",
            "kind": "ADDED",
            "before": None,
            "after": {"key": "jade", "conditions": []},
        },
    ]
    (told,) = shown["programmeHistory"]["nodes"]
    assert (told["kind"], told["by"], told["version"], len(told["changes"])) == (
        "PUBLISHED",
        "staff:cid",
        2,
        2,
    )
    assert shown["programmeHistory"]["pageInfo"]["hasNextPage"] is True


async def test_who_is_not_there_is_null(gateway: Gateway) -> None:
    answer = await gateway.admin('{ programmeDraft(id: "00000000-0000-0000-0000-000000000001") { id } }')
    assert answer["data"] == {"programmeDraft": None}


async def test_a_preview_is_shown_with_its_matrix_its_reasons_and_its_costs(gateway: Gateway) -> None:
    answer = await gateway.admin(PREVIEW, variables={"id": DRAFT_ID})
    assert answer["data"]["draftPreview"] == {
        "state": "DONE",
        "membersSeen": 2**40,
        "findings": {
            "moves": [{"fromTier": None, "toTier": "silver", "members": 2}],
            "sample": [{"conditions": [{"metric": "GROWTH", "required": 300, "actual": 350}]}],
            "costs": [{"tier": "silver", "costAfter": {"minorUnits": 18000}, "unlimited": ["freight"]}],
        },
    }


async def test_a_version_of_before_is_restored_and_one_to_come_canceled(gateway: Gateway) -> None:
    gateway.services.requests.clear()
    undo = {"restoredVersion": 1, "reason": "undo", "idempotencyKey": "k2"}
    await gateway.admin(CREATE, variables={"input": undo})
    assert gateway.services.requests[-1][1].restored_version == 1
    cancel = """mutation ($input: CancelProgrammeVersionInput!) { cancelProgrammeVersion(input: $input) {
      programme { version state canceledAt } replayed userErrors { code } } }"""
    asked = {"version": 3, "reason": "not yet"}
    answer = await gateway.admin(cancel, "program_publisher", variables={"input": asked})
    assert answer["data"]["cancelProgrammeVersion"] == {
        "programme": {"version": 2, "state": "PUBLISHED", "canceledAt": None},
        "replayed": False,
        "userErrors": [],
    }
    ((_, _), (caller, request)) = gateway.services.requests
    assert (caller.roles, request.version, request.reason) == ({"program_publisher"}, 3, "not yet")
