"""Bad input at every door: each gets an error with a name, and nothing in any database changes."""

import time
from base64 import b64decode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import jwt
import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from infra.local import issuer
from tests.end_to_end import books
from tests.end_to_end.callers import Json, OrderSystem, Shopper, Staff, ago, cny, code_of, order, written
from tests.end_to_end.conftest import House

RECORD, REFUND = "OrdersService/RecordOrder", "OrdersService/RecordRefund"


class Place:
    """A member with one paid order, and everybody who may come by with bad input."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.shop, self.staff = OrderSystem(house), Staff(house)
        self.shopper, self.stranger = self.shop.register(), self.shop.register()
        self.paid = order(self.shopper.member_id, 10_000, 30_000)
        self.named = {"source": self.paid["source"], "orderId": self.paid["orderId"]}
        self.shop.record(self.paid)
        self.shop.record(order(self.stranger.member_id, 5_000))
        self.shop.done(REFUND, {**self.named, "refundId": "part", "amount": cny(25_000)})

    def token(self, subject: str, audience: str, *roles: str, **claims: Any) -> str:
        """A token of the issuer's own key; ``claims`` replace what it would say."""
        kept = self.house.installation
        key = Ed25519PrivateKey.from_private_bytes(b64decode(kept.issuer_key))
        return signed(subject, audience, *roles, key=key, key_id=key_id(self.house), **claims)

    async def unchanged(self) -> dict[str, books.Content]:
        """What no refusal may change: every table but the logs of who tried what."""
        found = await books.contents(self.house, "loyalty", "members", "consent")
        return {table: content for table, content in found.items() if table != "members.accesses"}


def key_id(house: House) -> str:
    (key,) = orjson.loads(house.installation.jwks.read_bytes())["keys"]
    found: str = key["kid"]
    return found


def signed(
    subject: str, audience: str, *roles: str, key: Ed25519PrivateKey, key_id: str, **claims: Any
) -> str:
    now = int(time.time())
    said = {"iss": issuer.NAME, "sub": subject, "aud": audience, "iat": now, "exp": now + 600}
    return jwt.encode(said | {"roles": list(roles)} | claims, key, algorithm="EdDSA", headers={"kid": key_id})


@pytest.fixture(scope="module")
def place(running: House) -> Place:
    return Place(running)


# --- orders ----------------------------------------------------------------------------------------------


def tea(quantity: object = "1", fen: int = 1_000, line_id: str = "1", **other: Any) -> Json:
    return {"lineId": line_id, "sku": "puer", "quantity": quantity, "money": cny(fen)} | other


def dollars(minor: int) -> Json:
    return {"minorUnits": str(minor), "currency": "USD"}


def unknown_money(minor: int) -> Json:
    return {"minorUnits": str(minor), "currency": "QQQ"}


BAD_ORDERS: dict[str, tuple[Json, int, str]] = {
    "of a member nobody knows": ({"memberId": str(uuid4())}, 404, "UNKNOWN_MEMBER"),
    "of no member's id": ({"memberId": "7"}, 400, "MALFORMED_ID"),
    "in an unknown programme": ({"programmeId": "nowhere"}, 404, "UNKNOWN_PROGRAMME"),
    "without lines": ({"lines": [], "total": cny(0)}, 400, "ORDER_NOT_WELL_FORMED"),
    "of too many lines": (
        {"lines": [tea(line_id=str(n)) for n in range(201)], "total": cny(201_000)},
        400,
        "ORDER_NOT_WELL_FORMED",
    ),
    "with a line twice": ({"lines": [tea(), tea()], "total": cny(2_000)}, 400, "ORDER_NOT_WELL_FORMED"),
    "of a negative quantity": ({"lines": [tea("-1")]}, 400, "ORDER_NOT_WELL_FORMED"),
    "of no quantity": ({"lines": [tea("0")]}, 400, "ORDER_NOT_WELL_FORMED"),
    "of an absurd quantity": ({"lines": [tea("1000001")]}, 400, "ORDER_NOT_WELL_FORMED"),
    "of a quantity no number holds": ({"lines": [tea("9" * 30)]}, 400, "invalid_argument"),
    "of a quantity in words": ({"lines": [tea("many")]}, 400, "invalid_argument"),
    "of half a piece": ({"lines": [tea(0.5)]}, 400, "invalid_argument"),
    "with negative money": ({"lines": [tea(fen=-1_000)], "total": cny(-1_000)}, 400, "ORDER_NOT_WELL_FORMED"),
    "with absurd money": ({"lines": [tea(fen=2**60)], "total": cny(2**60)}, 400, "ORDER_NOT_WELL_FORMED"),
    "whose lines do not sum": ({"total": cny(1_001)}, 400, "ORDER_NOT_WELL_FORMED"),
    "in other money": (
        {"lines": [tea(money=dollars(1_000))], "total": dollars(1_000)},
        400,
        "CURRENCY_NOT_ACCEPTED",
    ),
    "in unknown money": (
        {"lines": [tea(money=unknown_money(1_000))], "total": unknown_money(1_000)},
        400,
        "CURRENCY_NOT_ACCEPTED",
    ),
    "in two kinds of money": ({"total": dollars(1_000)}, 400, "ORDER_NOT_WELL_FORMED"),
    "without money": ({"lines": [{"lineId": "1", "quantity": "1"}]}, 400, "ORDER_NOT_WELL_FORMED"),
    "paid in the future": (
        {"paidAt": written(datetime.now(UTC) + timedelta(hours=1))},
        400,
        "PAID_IN_THE_FUTURE",
    ),
    "paid years ago": ({"paidAt": ago(days=800)}, 400, "ORDER_TOO_OLD"),
    "paid before the programme began": ({"paidAt": ago(days=200)}, 400, "PROGRAMME_NOT_IN_FORCE"),
    "paid at no time": ({"paidAt": None}, 400, "MALFORMED_INSTANT"),
    "paid yesterday in words": ({"paidAt": "yesterday"}, 400, "invalid_argument"),
    "without an id": ({"orderId": ""}, 400, "ORDER_NOT_WELL_FORMED"),
    "with an endless id": ({"orderId": "x" * 101}, 400, "ORDER_NOT_WELL_FORMED"),
    "without a source": ({"source": ""}, 400, "ORDER_NOT_WELL_FORMED"),
}


@pytest.mark.parametrize("what", BAD_ORDERS)
async def test_an_order_is_refused_by_name_and_posts_nothing(place: Place, what: str) -> None:
    changed, status, code = BAD_ORDERS[what]
    bad = order(place.shopper.member_id, 1_000) | changed
    before = await place.unchanged()
    answer = place.shop.call(RECORD, bad)
    assert (answer.status_code, code_of(answer)) == (status, code), answer.text
    assert await place.unchanged() == before


async def test_a_batch_refuses_each_bad_order_by_name_and_one_too_long_as_a_whole(place: Place) -> None:
    bad = [
        order(place.shopper.member_id, 1_000) | changed
        for changed, _, code in BAD_ORDERS.values()
        if code != "invalid_argument"
    ]
    before = await place.unchanged()
    results = place.shop.done("OrdersService/RecordOrders", {"orders": bad})["results"]
    assert [result["refusal"]["code"] for result in results] == [
        code for _, _, code in BAD_ORDERS.values() if code != "invalid_argument"
    ]
    answer = place.shop.call("OrdersService/RecordOrders", {"orders": [bad[0]] * 1_001})
    assert (answer.status_code, code_of(answer)) == (400, "BATCH_TOO_LARGE")
    assert await place.unchanged() == before


async def test_the_importer_may_bring_old_orders_and_no_other_bad_ones(place: Place) -> None:
    importer = place.token("history", issuer.SERVICES, "order_importer")
    before = await place.unchanged()
    for changed, code in (
        ({"paidAt": ago(days=800)}, "PROGRAMME_NOT_IN_FORCE"),
        ({"paidAt": written(datetime.now(UTC) + timedelta(hours=1))}, "PAID_IN_THE_FUTURE"),
        ({"memberId": str(uuid4())}, "UNKNOWN_MEMBER"),
        ({"total": cny(1)}, "ORDER_NOT_WELL_FORMED"),
    ):
        answer = place.shop.call(RECORD, order(place.shopper.member_id, 1_000) | changed, importer)
        assert code_of(answer) == code
    assert await place.unchanged() == before


async def test_an_order_id_is_used_once(place: Place) -> None:
    before = await place.unchanged()
    for changed, code in (
        ({"lines": [tea(fen=40_000)]}, "ORDER_ALREADY_RECORDED"),
        ({"paidAt": ago(minutes=1)}, "ORDER_ALREADY_RECORDED"),
        ({"channel": "web"}, "ORDER_ALREADY_RECORDED"),
        ({"memberId": place.stranger.member_id}, "ORDER_BELONGS_ELSEWHERE"),
    ):
        answer = place.shop.call(RECORD, place.paid | changed)
        assert (answer.status_code, code_of(answer)) == (409, code)
    assert await place.unchanged() == before


BAD_REFUNDS: dict[str, tuple[Json, int, str]] = {
    "of more than is left": ({"amount": cny(15_001)}, 400, "REFUND_EXCEEDS_ORDER"),
    "of more than is left of a line": (
        {"lines": {"lines": [{"lineId": "1", "money": cny(9_999)}]}},
        400,
        "REFUND_EXCEEDS_ORDER",
    ),
    "of nothing": ({"amount": cny(0)}, 400, "REFUND_NOT_WELL_FORMED"),
    "of negative money": ({"amount": cny(-100)}, 400, "REFUND_NOT_WELL_FORMED"),
    "of other money": ({"amount": dollars(100)}, 400, "CURRENCY_NOT_ACCEPTED"),
    "of a line that is not there": (
        {"lines": {"lines": [{"lineId": "9"}]}},
        400,
        "REFUND_NOT_WELL_FORMED",
    ),
    "of I know not what": ({}, 400, "REFUND_NOT_WELL_FORMED"),
    "of an unknown order": ({"orderId": "never", "amount": cny(1)}, 404, "UNKNOWN_ORDER"),
    "under a used id": ({"refundId": "part", "amount": cny(1)}, 409, "REFUND_ALREADY_RECORDED"),
    "in the future": (
        {"amount": cny(1), "refundedAt": written(datetime.now(UTC) + timedelta(hours=1))},
        400,
        "REFUND_NOT_WELL_FORMED",
    ),
}


@pytest.mark.parametrize("what", BAD_REFUNDS)
async def test_a_refund_is_refused_by_name_and_takes_nothing_back(place: Place, what: str) -> None:
    changed, status, code = BAD_REFUNDS[what]
    before = await place.unchanged()
    answer = place.shop.call(REFUND, {**place.named, "refundId": "bad"} | changed)
    assert (answer.status_code, code_of(answer)) == (status, code), answer.text
    assert await place.unchanged() == before


async def test_only_recorded_orders_are_completed(place: Place) -> None:
    answer = place.shop.call("OrdersService/CompleteOrder", {"source": "tea-shop", "orderId": "never"})
    assert (answer.status_code, code_of(answer)) == (404, "UNKNOWN_ORDER")


async def test_broken_json_is_refused_at_every_door(place: Place) -> None:
    before = await place.unchanged()
    whole = orjson.dumps(order(place.shopper.member_id, 1_000))
    for broken in (b"", b"{", whole[:-1], whole + b"}", b"\xff\xfe", b"[]", b'"order"'):
        answer = place.shop.call(RECORD, broken)
        assert answer.status_code == 400, answer.text
        assert code_of(answer) in ("invalid_argument", "ORDER_NOT_WELL_FORMED")
        for asker in (place.shopper, place.staff):
            answer = asker.post(asker.url, broken)
            assert answer.status_code == 400
            assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_REQUEST"
    assert await place.unchanged() == before


# --- tokens ----------------------------------------------------------------------------------------------


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


# --- GraphQL ---------------------------------------------------------------------------------------------

BAD_ADJUSTMENTS: dict[str, tuple[Json, str]] = {
    "of nothing": ({"points": 0}, "POINTS_OUT_OF_RANGE"),
    "of an absurd number": ({"points": 10**13}, "POINTS_OUT_OF_RANGE"),
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
