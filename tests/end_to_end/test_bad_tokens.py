"""Wrong tokens at every door, and the way to other members' data: refused by name, and nothing changes."""

import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from infra.local import issuer
from tests.end_to_end.callers import Shopper, Staff, code_of, order
from tests.end_to_end.place import Place, key_id, signed

RECORD = "OrdersService/RecordOrder"


def tokens(place: Place, good: Callable[..., str], audience: str) -> dict[str, tuple[str, str]]:
    """Tokens that are wrong for a door, with the name of the error that each gets."""
    other_key = Ed25519PrivateKey.generate()
    now = int(time.time())
    member = place.shopper.member_id
    wrong = {
        "no JWT": ("x", "TOKEN_REFUSED"),
        "expired": (good(iat=now - 700, exp=now - 60), "TOKEN_EXPIRED"),
        "of another issuer": (good(iss="somebody"), "TOKEN_REFUSED"),
        "living too long": (good(exp=now + 90_000), "TOKEN_REFUSED"),
        "forged": (
            signed(member, audience, key=other_key, key_id=key_id(place.house)),
            "TOKEN_REFUSED",
        ),
        "signed by a stranger": (signed(member, audience, key=other_key, key_id="mine"), "TOKEN_REFUSED"),
        "unsigned": (
            jwt.encode({"sub": member, "aud": audience, "exp": now + 60}, None, algorithm="none"),
            "TOKEN_REFUSED",
        ),
    }
    for elsewhere, token in {
        issuer.STOREFRONT: place.shopper.token,
        issuer.ADMIN: place.staff.token,
        issuer.SERVICES: place.shop.token,
    }.items():
        if elsewhere != audience:
            wrong[f"for {elsewhere}"] = token, "WRONG_AUDIENCE"
    return wrong


async def test_the_services_refuse_wrong_tokens(place: Place) -> None:
    def good(**claims: Any) -> str:
        return place.token("tea-shop", issuer.SERVICES, "order_recorder", **claims)

    before = await place.unchanged()
    paid = order(place.shopper.member_id, 1_000)
    for what, (token, code) in tokens(place, good, issuer.SERVICES).items():
        answer = place.shop.call(RECORD, paid, token)
        assert (answer.status_code, code_of(answer)) == (401, code), what
    answer = place.shop.call(RECORD, paid, token="")
    assert (answer.status_code, code_of(answer)) == (401, "NOT_SIGNED_IN")
    answer = place.shop.call(RECORD, paid, place.token("tea-shop", issuer.SERVICES, "member_registrar"))
    assert (answer.status_code, code_of(answer)) == (403, "NOT_ALLOWED")
    assert await place.unchanged() == before
    place.shop.record(order(place.stranger.member_id, 100))


async def test_the_storefront_refuses_wrong_tokens(place: Place) -> None:
    def good(**claims: Any) -> str:
        return place.token(place.shopper.member_id, issuer.STOREFRONT, **claims)

    rename = (
        'mutation { updateProfile(input: {displayName: "Mallory", idempotencyKey: "m"}) { member { id } } }'
    )
    before = await place.unchanged()
    for what, (token, code) in tokens(place, good, issuer.STOREFRONT).items():
        answer = place.shopper.post(place.shopper.url, {"query": rename}, token)
        assert answer.status_code == 401, what
        assert answer.json()["errors"][0]["extensions"]["code"] == code, what
        assert "data" not in answer.json()
    answer = place.shopper.ask(rename, token="")
    assert answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert await place.unchanged() == before


async def test_the_admin_side_refuses_wrong_tokens_and_wrong_roles(place: Place) -> None:
    def good(**claims: Any) -> str:
        return place.token("ops-7", issuer.ADMIN, "operations", **claims)

    given = {"memberId": place.shopper.member_id, "currency": "POINTS", "points": 9, "reason": "X"}
    body = {
        "query": "mutation($i: AdjustPointsInput!) { adjustPoints(input: $i) { entryId } }",
        "variables": {"i": given | {"idempotencyKey": "wrong-token"}},
    }
    before = await place.unchanged()
    for what, (token, code) in tokens(place, good, issuer.ADMIN).items():
        answer = place.staff.post(place.staff.url, body, token)
        assert answer.status_code == 401, what
        assert answer.json()["errors"][0]["extensions"]["code"] == code, what
    answer = place.staff.ask(body["query"], token="", **body["variables"])
    assert answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    answer = Staff(place.house, "support").ask(body["query"], **body["variables"])
    assert answer["errors"][0]["extensions"]["code"] == "ROLE_NEEDED"
    assert "data" not in answer
    assert await place.unchanged() == before


# --- another member's data -------------------------------------------------------------------------------


async def test_nobody_reads_members_through_the_services_without_their_name(place: Place) -> None:
    forged = "gateway.member." + place.stranger.member_id + "..9999999999." + "0" * 64
    for method, answered in (
        ("PointsService/BatchGetBalances", "balances"),
        ("ProfilesService/BatchGetProfiles", "profile"),
    ):
        for claim in ("", forged, place.shopper.token):
            keys = {"members": [{"memberId": place.stranger.member_id, "caller": claim}]}
            (result,) = place.shop.done(method, keys)["results"]
            assert answered not in result
            assert result["refusal"]["code"] == "CALLER_NOT_PROVEN"


async def test_another_members_entries_and_cursors_open_nothing(place: Place) -> None:
    page = "entries(first: 100) { edges { cursor node { orderRef } } }"
    others = place.stranger.me(page)["entries"]["edges"]
    own = {edge["node"]["orderRef"] for edge in place.shopper.me(page)["entries"]["edges"]}
    document = "query($after: String) { me { entries(first: 100, after: $after) { nodes { orderRef } } } }"
    seen = place.shopper.data(document, after=others[0]["cursor"])["me"]["entries"]["nodes"]
    assert {entry["orderRef"] for entry in seen} <= own
    assert others
    assert own.isdisjoint(edge["node"]["orderRef"] for edge in others)


async def test_a_token_of_no_member_shows_nobody(place: Place) -> None:
    ghost = Shopper(place.house, str(uuid4()))
    answer = ghost.ask("{ me { displayName phoneMasked } }")
    assert answer["data"]["me"]["displayName"] is None
    assert answer["errors"][0]["extensions"]["code"] == "UNKNOWN_MEMBER"
