"""One person with two memberships: proven by codes and merged, by themselves or by staff; everything follows."""

import time
from collections.abc import Callable

from tests.end_to_end.callers import Json, OrderSystem, Shopper, Staff, order
from tests.end_to_end.test_consent import give

REQUEST = """
mutation($input: RequestVerificationCodeInput!) {
  requestVerificationCode(input: $input) { verificationId userErrors { code } }
}"""
CONFIRM = """
mutation($input: ConfirmVerificationCodeInput!) {
  confirmVerificationCode(input: $input) { outcome choices userErrors { code } }
}"""
CLAIM = """
mutation($input: ClaimIdentityInput!) {
  claimIdentity(input: $input) { merged userErrors { code } }
}"""
UNMERGE = """
mutation($input: UnmergeMembersInput!) {
  unmergeMembers(input: $input) { intoMemberId userErrors { code } }
}"""
MERGES = "merges { id fromMemberId cause followers { service mergedAt undoneAt } }"


def prove(shopper: Shopper, kind: str, value: str) -> tuple[Json, Json]:
    """Ask for a code, read it where the development sender shows it, and confirm it."""
    asked = {"kind": kind, "value": value}
    sent = shopper.data(REQUEST, input=asked)["requestVerificationCode"]
    assert sent["userErrors"] == []
    log = shopper.house.installation.logs / "one-time-codes.log"
    known = {**asked, "verificationId": sent["verificationId"]}
    code = log.read_text().splitlines()[-1].split()[-1]
    return known, shopper.data(CONFIRM, input={**known, "code": code})["confirmVerificationCode"]


def until(reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_two_memberships_become_one_and_two_again_everywhere(shop: OrderSystem, staff: Staff) -> None:
    first, second = shop.register(), shop.register()
    shop.record(order(first.member_id, 10_000))
    shop.record(order(second.member_id, 5_000))
    points = first.points(), second.points()
    give(second, "marketing_sms")
    _, proven = prove(second, "EMAIL", f"{second.member_id[-12:]}@example.com")
    assert proven["outcome"] == "VERIFIED"
    known, held = prove(second, "PHONE", first.phone)
    assert (held["outcome"], held["choices"]) == ("HELD_BY_ANOTHER", ["DETACH", "MERGE"])
    assert second.data(CLAIM, input={**known, "choice": "MERGE"})["claimIdentity"]["merged"]

    def followed(step: str) -> bool:
        (merge,) = staff.member(first.member_id, MERGES)["merges"]
        return all(follower[step] for follower in merge["followers"])

    until(lambda: followed("mergedAt"))
    (merge,) = staff.member(second.member_id, MERGES)["merges"]
    assert (merge["fromMemberId"], merge["cause"]) == (second.member_id, "CLAIM")
    assert first.points() == second.points() == sum(points), "whichever of the two tokens asks"
    assert len(second.me("identities { id }")["identities"]) == 5
    states = {one["purpose"]: one["state"] for one in first.me("consents { purpose state }")["consents"]}
    assert states["marketing_sms"] == "GIVEN"
    shop.record(order(second.member_id, 1_000))
    assert first.points() > sum(points)

    undone = {"fromMemberId": second.member_id, "mergeId": merge["id"], "reason": "MISTAKE"}
    assert staff.data(UNMERGE, input=undone)["unmergeMembers"]["intoMemberId"] == first.member_id
    until(lambda: followed("undoneAt"))
    assert second.points() == points[1]
    states = {one["purpose"]: one["state"] for one in first.me("consents { purpose state }")["consents"]}
    assert states["marketing_sms"] == "NOT_ASKED"
