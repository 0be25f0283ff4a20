"""What members' data comes in and goes out by: a file of members, a member's own package, rows for analysis."""

import csv
import io
import json
import subprocess
import sys
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

from infra.local import layout
from tests.end_to_end.callers import OrderSystem, Shopper, Staff, order
from tests.end_to_end.house import House
from tests.end_to_end.test_consent import WITHDRAW, give

REQUEST = "mutation { requestMyData { package { id state } userErrors { code } } }"
ISSUE = """
mutation($input: IssueMyDataDownloadInput!) {
  issueMyDataDownload(input: $input) { token path userErrors { code } }
}"""

PUT_DOCUMENT = """
mutation($input: SetIdentityDocumentInput!) {
  setIdentityDocument(input: $input) { onFile { kind } userErrors { code } }
}"""
REVEAL_DOCUMENT = """
mutation($input: RevealIdentityDocumentInput!) {
  revealIdentityDocument(input: $input) { document { number } userErrors { code } }
}"""


def command(house: House, *asked: str) -> tuple[int, str]:
    """What ``huiyuan`` ends with and says."""
    done = subprocess.run(
        [sys.executable, "-m", "infra.local", *asked],
        cwd=layout.ROOT,
        env=house.environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
    )
    return done.returncode, done.stdout + done.stderr


def test_a_file_of_members_comes_in_and_may_be_analysed(running: House, tmp_path: Path) -> None:
    lines = [f"c{n},张{n},1390009{n:04d},2024年3月{n % 28 + 1}日" for n in range(40)]
    lines += ["again,李,+86 139 0009 0000,", "wrong,王,139,"]
    file = tmp_path / "old-shop.csv"
    file.write_bytes("\n".join(["会员号,姓名,手机,入会日期", *lines]).encode("gb18030"))
    asked = ("import", "members", str(file), "--scope", "external_id=old-shop", "--verified", "phone")
    code, said = command(running, *asked)
    assert code == 1, said
    assert "CSV in GB18030" in said
    assert "40 of 42 rows imported (0 were there already)" in said
    rejects = (tmp_path / "old-shop.csv.rejects.csv").read_text("utf-8-sig").splitlines()
    assert [line.split(",")[:3] for line in rejects[1:]] == [
        ["42", "phone", "DUPLICATE_IN_FILE"],
        ["43", "phone", "IDENTITY_NOT_VALID"],
    ]

    out = tmp_path / "analysis.csv"
    asked = ("export", "members", str(out), "--reason", "yearly report", "--columns", "joined_month,tier")
    code, said = command(running, *asked, "--purpose", "membership_service")
    assert code == 0, said
    heading, *rows = csv.reader(io.StringIO(out.read_text()))
    assert heading == ["pseudonym", "joined_month", "tier"]
    assert len(rows) >= 40
    assert min(Counter(tuple(row[1:]) for row in rows).values()) >= 10
    code, said = command(running, *asked, "--purpose", "marketing_sms", "--k", "1000")
    assert (code, out.read_text().splitlines()) == (0, ["pseudonym,joined_month,tier"]), said


def test_a_member_fetches_all_that_is_held_and_nothing_of_another(shop: OrderSystem) -> None:
    shopper, other = shop.register("沈知微"), shop.register("别的人")
    mine = order(shopper.member_id, 60_000)
    shop.record(mine)
    shop.record(order(other.member_id, 1_234_500))
    give(shopper, "marketing_sms")
    with shopper.watching() as changes:
        requested = shopper.data(REQUEST)["requestMyData"]
        assert requested["userErrors"] == []
        changes.until("PACKAGE_READY")
    [package] = shopper.data("{ myDataPackages { id state sizeBytes } }")["myDataPackages"]
    assert (package["id"], package["state"]) == (requested["package"]["id"], "READY")
    issued = shopper.data(ISSUE, input={"packageId": package["id"]})["issueMyDataDownload"]
    body = {"packageId": package["id"], "token": issued["token"]}
    address = shopper.url.replace("/graphql", issued["path"])
    assert shopper.post(address, body, other.token).status_code == 403
    got = shopper.post(address, body)
    assert (got.status_code, len(got.content)) == (200, package["sizeBytes"]), got.text[:500]
    assert shopper.post(address, body).status_code == 403
    archive = zipfile.ZipFile(io.BytesIO(got.content))
    tables = json.loads(archive.read("member.json"))["tables"]
    assert set(tables) == {
        *(
            "profile",
            "identities",
            "accesses",
            "standings",
            "lots",
            "orders",
            "refunds",
            "rights_requests",
            "activities",
            "missions",
            "grants",
            "entries",
        ),
        *(
            "coupons",
            "memberships",
            "benefit_claims",
            "rewards",
            "invite_codes",
            "referrals",
            "birthday_months",
        ),
        *("consents", "purposes", "sending_preferences", "preference_changes", "sends", "suppressions"),
        *("restrictions", "directives", "guardian_changes", "signed_documents", "sent_abroad"),
        *("addresses", "preferences", "tags", "identity_documents", "notes", "communications"),
        "status_changes",
    }
    assert [one["value"] for one in tables["identities"] if one["kind"] == "PHONE"] == [shopper.phone]
    assert [one["order_id"] for one in tables["orders"]] == [mine["orderId"]]
    assert sum(one["points"] for one in tables["lots"] if one["currency"] == "POINTS") == shopper.points()
    assert [(one["purpose"], one["event_state"]) for one in tables["consents"]] == [
        ("marketing_sms", "GIVEN")
    ]
    whole = "".join(archive.read(name).decode() for name in archive.namelist())
    for theirs in (other.member_id, other.phone, "别的人", "1234500"):
        assert theirs not in whole


def test_an_identity_document_is_shown_for_the_purpose_that_the_member_consented_to_and_no_longer(
    shop: OrderSystem, staff: Staff
) -> None:
    shopper = shop.register("沈知微")
    # Invented, with the right check digit.
    number, purpose = "11010519491231002X", "real_name"
    said = {"kind": "RESIDENT_ID", "number": number, "name": "沈知微", "purpose": purpose, "reason": "hotel"}

    def put() -> tuple[Any, list[str]]:
        answer = staff.data(PUT_DOCUMENT, input={"memberId": shopper.member_id, **said})[
            "setIdentityDocument"
        ]
        return answer["onFile"], [error["code"] for error in answer["userErrors"]]

    def shown(purpose: str) -> tuple[str | None, list[str]]:
        asked = {"memberId": shopper.member_id, "purpose": purpose, "reason": "hotel booking"}
        answer = staff.data(REVEAL_DOCUMENT, input=asked)["revealIdentityDocument"]
        document = answer["document"]
        return document and document["number"], [error["code"] for error in answer["userErrors"]]

    assert put() == (None, ["CONSENT_MISSING"])
    give(shopper, purpose)
    assert put() == ({"kind": "RESIDENT_ID"}, [])
    assert shopper.me("identityDocument { kind }")["identityDocument"] == {"kind": "RESIDENT_ID"}
    assert shown(purpose) == (number, [])
    assert shown("membership_service") == (None, ["CONSENT_MISSING"])
    withdrawal = {"purposes": [purpose], "channel": "app", "idempotencyKey": "w-document"}
    shopper.data(WITHDRAW, input=withdrawal)
    assert shown(purpose) == (None, ["CONSENT_MISSING"])
    [seen] = [
        one
        for one in shopper.me("dataAccesses(first: 5) { nodes { purpose fields } }")["dataAccesses"]["nodes"]
        if one["purpose"] == purpose
    ]
    assert seen["fields"] == ["IDENTITY_DOCUMENT"]


def test_whoever_is_not_signed_in_fetches_nothing(running: House, shop: OrderSystem) -> None:
    shopper = shop.register()
    address = shopper.url.replace("/graphql", "/my-data")
    assert (
        Shopper(running, shopper.member_id).post(address, {"packageId": "x", "token": "y"}, "").status_code
        == 401
    )
