"""Bad requests at both GraphQL sides: each gets an error with a name, and nothing in any database changes."""

from uuid import uuid4

import pytest

from tests.end_to_end.callers import Json, ago
from tests.end_to_end.place import Place

BAD_ADJUSTMENTS: dict[str, tuple[Json, str]] = {
    "of nothing": ({"points": 0}, "POINTS_OUT_OF_RANGE"),
    "of another currency": ({"currency": "GOLD"}, "UNKNOWN_CURRENCY"),
    "of a member nobody knows": ({"memberId": str(uuid4())}, "UNKNOWN_MEMBER"),
    "in an unknown programme": ({"programmeId": "nowhere"}, "UNKNOWN_PROGRAMME"),
    "without a reason": ({"reason": ""}, "REASON_MISSING"),
    "for a reason that tells a phone number": ({"reason": "ASK_13900001234"}, "REASON_HOLDS_PERSONAL_DATA"),
    "for a reason that is no code": ({"reason": "because"}, "ADJUSTMENT_NOT_UNDERSTOOD"),
    "without a key": ({"idempotencyKey": ""}, "ADJUSTMENT_NOT_UNDERSTOOD"),
}


@pytest.mark.parametrize("what", BAD_ADJUSTMENTS)
async def test_an_adjustment_is_refused_by_name_and_moves_nothing(place: Place, what: str) -> None:
    changed, code = BAD_ADJUSTMENTS[what]
    before = await place.unchanged()
    payload = place.staff.adjust(place.shopper.member_id, **({"points": 10} | changed))
    assert [error["code"] for error in payload["userErrors"]] == [code]
    assert (payload["entryId"], payload["balanceAfter"]) == (None, None)
    assert await place.unchanged() == before


async def test_a_used_key_brings_no_other_adjustment(place: Place) -> None:
    place.staff.adjust(place.shopper.member_id, 10, idempotencyKey="used")
    before = await place.unchanged()
    payload = place.staff.adjust(place.shopper.member_id, 11, idempotencyKey="used")
    assert payload["userErrors"][0]["code"] == "IDEMPOTENCY_KEY_REUSED"
    assert await place.unchanged() == before


BAD_REVISIONS: dict[str, tuple[Json, str]] = {
    "based on no version": ({"basedOnVersion": 0}, "REVISED_MEANWHILE"),
    "of an unknown programme": ({"programmeId": "nowhere"}, "UNKNOWN_PROGRAMME"),
    "in the past": ({"effectiveAt": ago(days=1)}, "EFFECTIVE_IN_THE_PAST"),
    "with thresholds that fall": (
        {
            "tiers": [
                {
                    "key": key,
                    "name": {"en": key, "zh": key},
                    "conditions": [{"metric": "GROWTH", "atLeast": at_least}],
                }
                for key, at_least in (("silver", 500), ("gold", 400))
            ]
        },
        "PROGRAMME_NOT_WELL_FORMED",
    ),
    "that earns in other money": (
        {
            "earnRules": [
                {
                    "key": "base",
                    "currency": "POINTS",
                    "points": 1,
                    "per": {"minorUnits": 100, "currency": "USD"},
                }
            ]
        },
        "PROGRAMME_NOT_WELL_FORMED",
    ),
    "without a reason": ({"reason": " "}, "REASON_MISSING"),
}


@pytest.mark.parametrize("what", BAD_REVISIONS)
async def test_a_revision_is_refused_by_name_and_publishes_nothing(place: Place, what: str) -> None:
    changed, code = BAD_REVISIONS[what]
    version = place.staff.data('{ programme(id: "demo") { version } }')["programme"]["version"]
    given = {"programmeId": "demo", "basedOnVersion": version, "reason": "new season"} | changed
    before = await place.unchanged()
    payload = place.staff.data(
        "mutation($i: ReviseProgrammeInput!) { reviseProgramme(input: $i) "
        "{ programme { version } userErrors { code } } }",
        i=given,
    )["reviseProgramme"]
    assert payload == {"programme": None, "userErrors": [{"code": code}]}
    assert await place.unchanged() == before


async def test_consent_that_was_not_an_act_on_a_served_notice_is_refused_by_name(place: Place) -> None:
    asked = place.shopper.data("{ consentPurposes(locale: EN) { key notices { id digest } } }")
    (notice,) = next(p["notices"] for p in asked["consentPurposes"] if p["key"] == "marketing_email")
    act = {
        "purposes": ["marketing_email"],
        "noticeId": notice["id"],
        "noticeDigest": notice["digest"],
        "affirmativeAct": True,
        "channel": "app",
        "idempotencyKey": "bad",
    }
    before = await place.unchanged()
    for changed, code in (
        ({"affirmativeAct": False}, "NOT_AFFIRMATIVE"),
        ({"preselected": True}, "PRESELECTED_BOX"),
        ({"noticeDigest": "0" * 64}, "NOTICE_NOT_SERVED"),
        ({"noticeId": "marketing_email.en.99"}, "NOTICE_NOT_SERVED"),
        ({"noticeId": str(uuid4())}, "ACT_MALFORMED"),
        ({"purposes": ["personalisation"]}, "NOTICE_DOES_NOT_TELL"),
        ({"purposes": ["world_peace"]}, "UNKNOWN_PURPOSE"),
        ({"idempotencyKey": ""}, "ACT_MALFORMED"),
    ):
        payload = place.shopper.data(
            "mutation($i: GiveConsentInput!) { giveConsent(input: $i) { consents { state } userErrors { code } } }",
            i=act | changed,
        )["giveConsent"]
        assert payload == {"consents": [], "userErrors": [{"code": code}]}
    payload = place.shopper.data(
        "mutation($i: GiveConsentInput!) { giveConsent(input: $i) { userErrors { code field } } }",
        i=act | {"childId": str(uuid4())},
    )["giveConsent"]
    assert payload == {"userErrors": [{"code": "NOT_ALLOWED", "field": ["input", "childId"]}]}
    assert await place.unchanged() == before


async def test_documents_that_are_wrong_or_too_much_are_refused_by_name(place: Place) -> None:
    before = await place.unchanged()
    for document, code in (
        ("{ me {", "PARSE_FAILED"),
        ("{ me { password } }", "VALIDATION_FAILED"),
        ('{ memberByPhone(phone: "1") { id } }', "VALIDATION_FAILED"),
        ("{ me { entries(first: 101) { nodes { id } } } }", "BAD_USER_INPUT"),
        ("{ me { entries(first: -1) { nodes { id } } } }", "BAD_USER_INPUT"),
        ('{ me { entries(first: 1, after: "zzz") { nodes { id } } } }', "BAD_USER_INPUT"),
        ("{ " + " ".join(f"a{n}: me {{ id }}" for n in range(40)) + " }", "LIMIT_EXCEEDED"),
    ):
        answer = place.shopper.ask(document)
        assert answer["errors"][0]["extensions"]["code"] == code, document
    assert await place.unchanged() == before
