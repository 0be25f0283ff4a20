"""Members change their profile, say what their data may be used for, and prove what they said."""

import stat
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from infra.local import layout
from tests.end_to_end.callers import Json, OrderSystem, Shopper, Staff
from tests.end_to_end.house import House

RECEIPT_WITHIN_S = 20.0

PROFILE = """
mutation($input: UpdateProfileInput!) {
  updateProfile(input: $input) { member { displayName language } userErrors { code } }
}"""
UNMASK = """
mutation($input: UnmaskProfileInput!) {
  unmaskProfile(input: $input) { fields { field value } accessId userErrors { field code facts { name value } } }
}"""
GIVE = """
mutation($input: GiveConsentInput!) {
  giveConsent(input: $input) { consents { purpose state } replayed userErrors { code } }
}"""
WITHDRAW = """
mutation($input: WithdrawConsentInput!) {
  withdrawConsent(input: $input) { consents { purpose state } replayed userErrors { code } }
}"""


def test_a_member_changes_the_profile(shop: OrderSystem) -> None:
    shopper = shop.register("沈知微")
    change = {"displayName": "小满", "language": "en-GB", "idempotencyKey": "rename"}
    payload = shopper.data(PROFILE, input=change)["updateProfile"]
    assert payload == {"member": {"displayName": "小满", "language": "en-GB"}, "userErrors": []}
    assert shopper.me("displayName") == {"displayName": "小满"}
    assert shopper.data(PROFILE, input=change)["updateProfile"] == payload


def test_a_phone_is_shown_for_marketing_only_while_there_is_consent_and_each_look_is_logged(
    shop: OrderSystem, staff: Staff
) -> None:
    shopper = shop.register()

    def look() -> Json:
        asked = {
            "memberId": shopper.member_id,
            "fields": ["PHONE"],
            "purpose": "marketing_sms",
            "reason": "spring campaign",
        }
        payload: Json = staff.data(UNMASK, input=asked)["unmaskProfile"]
        return payload

    def refused(payload: Json, because: str) -> bool:
        (error,) = payload["userErrors"]
        facts = {fact["name"]: fact["value"] for fact in error["facts"]}
        return (payload["fields"], error["code"], facts["reason"]) == ([], "CONSENT_MISSING", because)

    assert refused(look(), "NOT_ASKED")
    give(shopper, "marketing_sms")
    shown = look()
    assert (shown["fields"], shown["userErrors"]) == ([{"field": "PHONE", "value": shopper.phone}], [])
    withdrawal = {"purposes": ["marketing_sms"], "channel": "app", "idempotencyKey": "w-1"}
    withdrawn = shopper.data(WITHDRAW, input=withdrawal)["withdrawConsent"]
    assert withdrawn["consents"] == [{"purpose": "marketing_sms", "state": "WITHDRAWN"}]
    assert refused(look(), "CONSENT_WITHDRAWN")

    log = staff.member(
        shopper.member_id,
        "accesses(first: 10) { nodes { id actor purpose reason fields allowed refusalCode } }",
    )["accesses"]["nodes"]
    assert [(row["allowed"], row["refusalCode"]) for row in log] == [
        (False, "CONSENT_MISSING"),
        (True, None),
        (False, "CONSENT_MISSING"),
    ]
    same = {
        "actor": "staff:ops-7",
        "purpose": "marketing_sms",
        "reason": "spring campaign",
        "fields": ["PHONE"],
    }
    assert all(same.items() <= row.items() for row in log)
    assert log[1]["id"] == shown["accessId"]
    consents = {
        each["purpose"]: each["state"] for each in shopper.me("consents { purpose state }")["consents"]
    }
    assert consents["marketing_sms"] == "WITHDRAWN"


def test_a_member_proves_a_consent_offline_and_the_operator_all_of_them(
    running: House, shop: OrderSystem
) -> None:
    shopper = shop.register()
    give(shopper, "marketing_sms")
    (record,) = shopper.me("consentRecords(first: 5) { nodes { id purpose state } }")["consentRecords"][
        "nodes"
    ]
    assert (record["purpose"], record["state"]) == ("marketing_sms", "GIVEN")
    receipt = receipt_of(shopper, record["id"])
    (key,) = shopper.data("{ consentLog { publicKeys } }")["consentLog"]["publicKeys"]
    assert running.say("consent", "keys") == (0, f"{key}\n")
    code, said = running.say("consent", "verify", receipt)
    assert code == 0, said
    assert record["id"] in said
    code, said = running.say("consent", "verify", receipt[:-8], "--key", key)
    assert (code, "proves" in said) == (1, False), said
    by_a_stranger = subprocess.run(
        [sys.executable, "examples/verify-receipt/verify_receipt.py", "--key", key, "-"],
        input=receipt,
        cwd=layout.ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert by_a_stranger.returncode == 0, by_a_stranger.stderr
    assert record["id"] in by_a_stranger.stdout
    code, said = running.say("consent", "verify-log")
    assert code == 0, said
    assert "everything agrees" in said
    assert "NOT PROVED" not in said
    assert stat.S_IMODE((running.home / "consent-signing-key.pem").stat().st_mode) == 0o600


def test_a_message_goes_only_while_the_member_wants_it_and_staff_see_why_not(
    shop: OrderSystem, staff: Staff
) -> None:
    shopper = shop.register()
    noon = f"{datetime.now(UTC) + timedelta(days=1):%Y-%m-%d}T04:00:00Z"  # in Shanghai

    def denied(at: str = noon, topic: str = "new_products") -> list[tuple[str, str | None]]:
        fields = f'maySend(topic: "{topic}", channel: SMS, at: "{at}") {{ denials {{ reason until }} }}'
        found = staff.member(shopper.member_id, fields)["maySend"]["denials"]
        return [(one["reason"], one["until"]) for one in found]

    def wish(field: str, kind: str, **said: Any) -> Json:
        document = (
            f"mutation($input: {kind}!) {{ {field}(input: $input) {{ replayed userErrors {{ code }} }} }}"
        )
        payload: Json = shopper.data(document, input=said)[field]
        return payload

    assert denied() == [("NOT_ASKED", None)]
    give(shopper, "marketing_sms")
    assert denied() == []
    midnight = noon.replace("T04", "T16")
    assert [reason for reason, _ in denied(midnight)] == ["QUIET_HOURS"]
    assert denied(midnight, "security") == []
    off = {"topic": "new_products", "channel": "SMS", "enabled": False, "idempotencyKey": "off"}
    done = {"replayed": False, "userErrors": []}
    assert wish("setPreference", "SetPreferenceInput", **off) == done
    assert wish("setPreference", "SetPreferenceInput", **off) == done | {"replayed": True}
    assert denied() == [("SWITCHED_OFF", None)]
    never = wish("setPreference", "SetPreferenceInput", **off | {"topic": "security", "idempotencyKey": "no"})
    assert never["userErrors"] == [{"code": "TOPIC_NOT_SWITCHABLE"}]
    assert wish("refuseAutomatedDecisions", "AutomatedDecisionsInput", idempotencyKey="refuse") == done
    seen = shopper.me(
        "messagePreferences { automatedDecisionsRefused } preferenceChanges(first: 5) { nodes { kind } }"
    )
    assert seen["messagePreferences"] == {"automatedDecisionsRefused": True}
    assert [one["kind"] for one in seen["preferenceChanges"]["nodes"]] == [
        "AUTOMATED_DECISIONS_SET",
        "TOPIC_SWITCHED",
    ]


def receipt_of(shopper: Shopper, record_id: str) -> str:
    """The receipt, once the log's next checkpoint covers the record."""
    deadline = time.monotonic() + RECEIPT_WITHIN_S
    while True:
        answer = shopper.ask("query($id: ID!) { me { consentReceipt(recordId: $id) } }", id=record_id)
        if receipt := answer["data"]["me"]["consentReceipt"]:
            return str(receipt)
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["RECEIPT_NOT_READY"]
        assert time.monotonic() < deadline
        time.sleep(0.5)


def give(shopper: Shopper, purpose: str) -> None:
    """Give consent as a screen does: read the notice, and name it by its digest."""
    asked = shopper.data("{ consentPurposes(locale: EN) { key notices { id digest locale } } }")
    (notice,) = next(p["notices"] for p in asked["consentPurposes"] if p["key"] == purpose)
    act = {
        "purposes": [purpose],
        "noticeId": notice["id"],
        "noticeDigest": notice["digest"],
        "affirmativeAct": True,
        "channel": "app",
        "idempotencyKey": f"give-{purpose}",
    }
    given = shopper.data(GIVE, input=act)["giveConsent"]
    assert given == {
        "consents": [{"purpose": purpose, "state": "GIVEN"}],
        "replayed": False,
        "userErrors": [],
    }
    assert shopper.data(GIVE, input=act)["giveConsent"] == given | {"replayed": True}
