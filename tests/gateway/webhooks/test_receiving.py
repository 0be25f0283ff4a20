"""Receiving: an order system's webhook is proven before it is read, recorded once, and every refusal has a code."""

import asyncio
import base64
import hashlib
import hmac
import secrets
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import orjson
import pytest
from huiyuan.loyalty.v1 import orders_pb2

from gateway.webhooks import copies, door
from gateway.webhooks.sources import Sources
from infra.local.databases import DatabaseUrls
from services.kit.refusal import Declined, Refusal
from services.kit.rpc import CallerKind
from tests.gateway.doors import Away, UnknownMember
from tests.gateway.gateway_client import Gateway, running
from tests.gateway.webhooks.conftest import MEMBER


class OrderTooOld(Declined):
    """As the loyalty service says it."""


PAID = {
    "orderId": "order-7",
    "memberId": MEMBER,
    "lines": [
        {"lineId": "1", "sku": "tea", "quantity": "2", "money": {"minorUnits": "5000", "currency": "CNY"}}
    ],
    "total": {"minorUnits": "5000", "currency": "CNY"},
    "paidAt": "2026-09-01T09:00:00Z",
    "channel": "web",
}


def paid(**changed: Any) -> bytes:
    body = {"type": "order.paid", "timestamp": "2026-09-01T09:00:00Z", "data": PAID | changed}
    return orjson.dumps(body)


class Till:
    """An order system that signs by itself, with nothing of the library's."""

    def __init__(self, gateway: Gateway, source_id: str, secret: str) -> None:
        self.gateway, self.source_id, self.secret = gateway, source_id, secret

    def headers(self, body: bytes, *, id: str = "", age_s: int = 0, secret: str = "") -> dict[str, str]:
        id, at = id or f"msg_{secrets.token_hex(8)}", str(int(time.time()) - age_s)
        key = base64.b64decode((secret or self.secret).removeprefix("whsec_"))
        mac = hmac.new(key, f"{id}.{at}.".encode() + body, hashlib.sha256).digest()
        return {
            "content-type": "application/json",
            "webhook-id": id,
            "webhook-timestamp": at,
            "webhook-signature": "v1," + base64.b64encode(mac).decode(),
        }

    async def post(self, body: bytes, headers: dict[str, str]) -> httpx.Response:
        path = f"/webhooks/orders/{self.source_id}"
        return await self.gateway.http.post(path, content=body, headers=headers)

    async def send(self, body: bytes, **signing: Any) -> httpx.Response:
        return await self.post(body, self.headers(body, **signing))

    @property
    def asked(self) -> list[Any]:
        return [request for _, request in self.gateway.services.requests]


_SOURCE = "mutation($i:CreateWebhookSourceInput!){createWebhookSource(input:$i){source{id} secret userErrors{code}}}"


async def source(gateway: Gateway, **told: str) -> Till:
    given = {"source": "shop", "reason": "the shop's order system"} | told
    answer = await gateway.admin(_SOURCE, "program_admin", variables={"i": given})
    made = answer["data"]["createWebhookSource"]
    assert made["userErrors"] == []
    return Till(gateway, made["source"]["id"], made["secret"])


@pytest.fixture
async def till(gateway: Gateway) -> Till:
    return await source(gateway)


@pytest.fixture
async def receipts(database: DatabaseUrls) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(database.owner)
    await connection.execute("DELETE FROM webhook_receipts")
    yield connection
    await connection.close()


async def outcomes(receipts: asyncpg.Connection) -> list[tuple[Any, ...]]:
    query = "SELECT type, order_id, outcome_code, times FROM webhook_receipts ORDER BY receipt_id"
    return [tuple(row) for row in await receipts.fetch(query)]


def code(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/json"
    return answer.status_code, answer.json()["error"]["code"]


async def test_a_paid_order_is_recorded_in_the_sources_name(till: Till, receipts: asyncpg.Connection) -> None:
    answer = await till.send(paid())
    assert answer.status_code == 200
    assert answer.json()["order"]["orderId"] == "order-7"
    ((caller, request),) = till.gateway.services.requests
    assert (caller.kind, caller.id, caller.roles) == (CallerKind.SYSTEM, "webhook:shop", {"order_recorder"})
    assert (request.source, request.order_id, request.member_id) == ("shop", "order-7", MEMBER)
    assert request.lines[0].money.minor_units == 5000
    assert request.paid_at.seconds == 1_788_253_200
    assert await outcomes(receipts) == [("order.paid", "order-7", "SUCCEEDED", 1)]


async def test_an_activity_is_recorded_in_the_sources_name_by_a_role_of_its_own(
    till: Till, receipts: asyncpg.Connection
) -> None:
    data = {
        "activityId": "a-7",
        "memberId": MEMBER,
        "type": "lesson",
        "occurredAt": "2026-09-01T09:00:00Z",
        "attributes": {"course": "tea", "minutes": 45},
    }
    answer = await till.send(orjson.dumps({"type": "activity.recorded", "data": data}))
    assert answer.status_code == 200, answer.text
    assert answer.json()["missions"][0]["progress"] == 2
    ((caller, request),) = till.gateway.services.requests
    assert (caller.id, caller.roles) == ("webhook:shop", {"activity_recorder"})
    assert (request.source, request.activity_id, request.attributes["minutes"]) == ("shop", "a-7", 45)
    assert await outcomes(receipts) == [("activity.recorded", "a-7", "SUCCEEDED", 1)]


async def test_refunds_and_completions_are_recorded_too(till: Till) -> None:
    refund = {"orderId": "order-7", "refundId": "r1", "amount": {"minorUnits": 500, "currency": "CNY"}}
    for body in (
        {"type": "order.refunded", "data": refund},
        {"type": "order.completed", "data": {"orderId": "order-7"}},
    ):
        assert (await till.send(orjson.dumps(body))).status_code == 200
    refunded, completed = till.asked
    assert isinstance(refunded, orders_pb2.RecordRefundRequest)
    assert (refunded.source, refunded.refund_id, refunded.amount.minor_units) == ("shop", "r1", 500)
    assert isinstance(completed, orders_pb2.CompleteOrderRequest)


async def test_whoever_proves_nothing_is_told_nothing_and_asks_nothing(
    till: Till, receipts: asyncpg.Connection
) -> None:
    body = paid()
    good = till.headers(body)
    before = str(int(good["webhook-timestamp"]) - 1)
    wrong = base64.b64encode(secrets.token_bytes(32)).decode()
    unknown = Till(till.gateway, "5f0d6e0a-0000-4000-8000-00000000dead", till.secret)
    nonsense = Till(till.gateway, "no-id", till.secret)
    answers = {
        "wrong secret": await till.send(body, secret=wrong),
        "old": await till.send(body, age_s=301),
        "new": await till.send(body, age_s=-330),
        "tampered body": await till.post(body.replace(b"5000", b"9000"), good),
        "tampered id": await till.post(body, good | {"webhook-id": "msg_other"}),
        "tampered time": await till.post(body, good | {"webhook-timestamp": before}),
        "no signature": await till.post(body, {"content-type": "application/json"}),
        "unknown source": await unknown.send(body),
        "no source": await nonsense.send(body),
    }
    seen = {what: (*code(answer), answer.json()["error"]["message"]) for what, answer in answers.items()}
    assert {told[:2] for told in seen.values()} == {(401, "WEBHOOK_NOT_PROVEN")}, seen
    assert len(set(seen.values())) == 1
    assert till.asked == []
    assert await outcomes(receipts) == []


async def test_a_webhook_that_comes_again_gets_the_ledgers_first_answer(
    till: Till, receipts: asyncpg.Connection
) -> None:
    body = paid()
    answers = [await till.send(body, id="msg_1") for _ in range(3)]
    together = await asyncio.gather(*(till.send(body, id="msg_2") for _ in range(10)))
    assert {answer.status_code for answer in [*answers, *together]} == {200}
    assert {request.order_id for request in till.asked} == {"order-7"}
    assert sorted(await outcomes(receipts)) == [
        ("order.paid", "order-7", "SUCCEEDED", 3),
        ("order.paid", "order-7", "SUCCEEDED", 10),
    ]


async def test_an_id_that_comes_again_with_another_body_is_refused(till: Till) -> None:
    await till.send(paid(), id="msg_1")
    assert code(await till.send(paid(orderId="order-8"), id="msg_1")) == (409, "WEBHOOK_ID_REUSED")
    assert [request.order_id for request in till.asked] == ["order-7"]


async def test_two_sources_may_use_the_same_id(till: Till, receipts: asyncpg.Connection) -> None:
    other = await source(till.gateway, source="pos")
    for each in (till, other):
        assert (await each.send(paid(orderId=f"of-{each.source_id}"), id="msg_1")).status_code == 200
    assert {request.source for request in till.asked} == {"shop", "pos"}
    assert [told[1] for told in await outcomes(receipts)] == [f"of-{till.source_id}", f"of-{other.source_id}"]
    assert code(await till.send(paid(), secret=other.secret)) == (401, "WEBHOOK_NOT_PROVEN")


@pytest.mark.parametrize(
    ("refusal", "status"),
    [(UnknownMember("no such member"), 404), (OrderTooOld("too old"), 422), (Away("away"), 503)],
)
async def test_what_the_ledger_refuses_is_told_and_may_be_sent_again(
    till: Till, receipts: asyncpg.Connection, refusal: Refusal, status: int
) -> None:
    till.gateway.services.refusal = refusal
    answer = await till.send(paid(), id="msg_1")
    assert code(answer) == (status, refusal.code)
    assert ("retry-after" in answer.headers) == (status == 503)
    till.gateway.services.refusal = None
    assert (await till.send(paid(), id="msg_1")).status_code == 200
    assert await outcomes(receipts) == [("order.paid", "order-7", "SUCCEEDED", 2)]


async def test_a_refusal_is_in_the_log_by_its_code(till: Till, receipts: asyncpg.Connection) -> None:
    till.gateway.services.refusal = UnknownMember("no such member")
    await till.send(paid())
    assert await outcomes(receipts) == [("order.paid", "order-7", "UNKNOWN_MEMBER", 1)]


@pytest.mark.parametrize(
    ("body", "expected", "field"),
    [
        (b"{", "WEBHOOK_NOT_UNDERSTOOD", None),
        (b"[]", "WEBHOOK_NOT_UNDERSTOOD", None),
        (b'{"type":"order.paid"}', "WEBHOOK_NOT_UNDERSTOOD", None),
        (b'{"type":"order.paid","data":[]}', "WEBHOOK_NOT_UNDERSTOOD", None),
        (b'{"type":["order.paid"],"data":{}}', "WEBHOOK_TYPE_NOT_TAKEN", "type"),
        (b'{"type":"order.lost","data":{}}', "WEBHOOK_TYPE_NOT_TAKEN", "type"),
        (paid(orderId=7), "WEBHOOK_NOT_UNDERSTOOD", "data.orderId"),
        (paid(lines=[{"quantity": "13900000001x"}]), "WEBHOOK_NOT_UNDERSTOOD", "data.lines"),
        (paid(paidAt="13900000001"), "WEBHOOK_NOT_UNDERSTOOD", "data.paidAt"),
        (
            paid(lines=[{"quantity": "Failed to parse 13900000001 field: "}]),
            "WEBHOOK_NOT_UNDERSTOOD",
            "data.lines",
        ),
        (paid(phone13900000001="x"), "WEBHOOK_NOT_UNDERSTOOD", "data"),
        (paid(total={"minorUnits": "1" * 30, "currency": "CNY"}), "WEBHOOK_NOT_UNDERSTOOD", "data.total"),
        (paid(source="pos"), "ORDER_BELONGS_TO_ANOTHER_SOURCE", "data.source"),
    ],
)
async def test_what_is_not_understood_is_refused_by_its_field_and_repeats_nothing(
    till: Till, body: bytes, expected: str, field: str | None
) -> None:
    answer = await till.send(body)
    told = answer.json()["error"]
    assert (told["code"], (told.get("field") or "").startswith(field or "")) == (expected, True), told
    assert answer.status_code in (400, 403)
    assert "13900000001" not in answer.text
    assert till.asked == []


async def test_a_source_of_one_programme_records_nothing_in_another(gateway: Gateway) -> None:
    till = await source(gateway, source="outlet", programmeId="outlet")
    assert code(await till.send(paid(programmeId="demo"))) == (403, "ORDER_BELONGS_TO_ANOTHER_SOURCE")
    assert (await till.send(paid())).status_code == 200
    assert [request.programme_id for request in till.asked] == ["outlet"]


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_body_that_is_too_long_is_refused_before_it_is_looked_at(till: Till, chunked: bool) -> None:
    body = paid(channel="x" * door.BODY_BYTES)
    headers = till.headers(body)

    async def parts() -> AsyncIterator[bytes]:
        for first in range(0, len(body), 10_000):
            yield body[first : first + 10_000]

    path = f"/webhooks/orders/{till.source_id}"
    answer = await till.gateway.http.post(path, content=parts() if chunked else body, headers=headers)
    assert code(answer) == (413, "BODY_TOO_LONG")
    assert till.asked == []


async def test_a_body_of_almost_that_length_is_taken(till: Till) -> None:
    line = {
        "lineId": "1",
        "sku": "x" * 1000,
        "quantity": "1",
        "money": {"minorUnits": "1", "currency": "CNY"},
    }
    body = paid(lines=[line] * 200)
    assert 200_000 < len(body) < door.BODY_BYTES
    assert (await till.send(body)).status_code == 200


async def test_forms_texts_and_other_methods_are_refused(till: Till) -> None:
    body = paid()
    for kind in ("text/plain", "application/x-www-form-urlencoded", ""):
        assert code(await till.post(body, till.headers(body) | {"content-type": kind})) == (415, "NOT_JSON")
    assert (await till.gateway.http.get(f"/webhooks/orders/{till.source_id}")).status_code == 405
    assert till.asked == []


async def _turn(till: Till, mutation: str, **more: Any) -> dict[str, Any]:
    kind = "RotateWebhookSourceSecretInput" if "rotate" in mutation else "WebhookSourceInput"
    shown = "secret " if "rotate" in mutation else ""
    query = f"mutation($i:{kind}!){{{mutation}(input:$i){{{shown}userErrors{{code}}}}}}"
    told = {"sourceId": till.source_id, "reason": "as asked", **more}
    answer = await till.gateway.admin(query, "program_admin", variables={"i": told})
    found: dict[str, Any] = answer["data"][mutation]
    assert found["userErrors"] == []
    return found


async def test_a_disabled_or_deleted_source_is_not_believed(till: Till) -> None:
    await _turn(till, "disableWebhookSource")
    assert code(await till.send(paid())) == (401, "WEBHOOK_NOT_PROVEN")
    await _turn(till, "enableWebhookSource")
    assert (await till.send(paid())).status_code == 200
    await _turn(till, "deleteWebhookSource")
    assert code(await till.send(paid())) == (401, "WEBHOOK_NOT_PROVEN")


async def test_after_a_rotation_both_secrets_are_believed_and_a_leaked_one_is_not(till: Till) -> None:
    rotated = await _turn(till, "rotateWebhookSourceSecret")
    for secret in (till.secret, rotated["secret"]):
        assert (await till.send(paid(), secret=secret)).status_code == 200
    newest = await _turn(till, "rotateWebhookSourceSecret", endPrevious=True)
    assert (await till.send(paid(), secret=newest["secret"])).status_code == 200
    for secret in (till.secret, rotated["secret"]):
        assert code(await till.send(paid(), secret=secret)) == (401, "WEBHOOK_NOT_PROVEN")


async def test_two_sources_have_two_names(till: Till) -> None:
    answer = await till.gateway.admin(_SOURCE, variables={"i": {"source": "shop", "reason": "again"}})
    assert answer["data"]["createWebhookSource"]["userErrors"] == [{"code": "WEBHOOK_SOURCE_TAKEN"}]


async def test_staff_read_what_came(till: Till, receipts: asyncpg.Connection) -> None:
    for nth in range(5):
        await till.send(paid(), id=f"msg_{nth}")
    query = (
        "query($id:UUID,$after:String){webhookReceipts(first:2,sourceId:$id,after:$after)"
        "{nodes{webhookId type orderId outcomeCode times}pageInfo{hasNextPage endCursor}}}"
    )
    seen, after = [], None
    while True:
        answer = await till.gateway.admin(query, "auditor", variables={"id": till.source_id, "after": after})
        page = answer["data"]["webhookReceipts"]
        seen += [node["webhookId"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert seen == ["msg_4", "msg_3", "msg_2", "msg_1", "msg_0"]


async def test_an_address_that_proves_nothing_too_often_is_not_looked_at_and_its_sources_are(
    tmp_path: Path, redis_url: str, database: DatabaseUrls, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str] = []
    read = []
    believed, proofs = Sources.believed, Sources.proofs

    async def counted(self: Sources, source_id: str) -> Any:
        looked.append(source_id)
        return await believed(self, source_id)

    async def counted_proofs(self: Sources) -> Any:
        read.append(None)
        return await proofs(self)

    monkeypatch.setattr(Sources, "believed", counted)
    monkeypatch.setattr(Sources, "proofs", counted_proofs)
    monkeypatch.setattr(copies, "_KEPT_S", 3600)
    # Ten points for each that proves nothing: three of them, and none for minutes.
    bounds = {"RATE_STOREFRONT_STRANGER": "30+1/s"}
    async with running(tmp_path, redis_url, database.app, **bounds) as gateway:
        shop, fresh = [await source(gateway, source=name) for name in ("a shop", "one that sent nothing yet")]
        body, wrong = paid(), "whsec_" + base64.b64encode(b"w" * 32).decode()
        # A neighbour forges what the shop would send, and what sources would send that there are not.
        said = [(await shop.send(body, secret=wrong)).status_code for _ in range(6)]
        assert (said[:3], said[-1]) == ([401] * 3, 429)
        refused = await shop.send(body, secret=wrong)
        assert (refused.status_code, refused.json()["error"]["code"]) == (429, "THROTTLED")
        assert int(refused.headers["retry-after"]) >= 1
        assert (await shop.send(body)).status_code == 200, "what the shop proves is its own"
        strangers = [Till(gateway, str(uuid4()), wrong) for _ in range(6)]
        assert [(await one.send(body)).status_code for one in strangers][-1] == 429
        assert (await Till(gateway, "none", wrong).send(body)).status_code == 429
        for one in (shop, fresh):
            assert (await one.send(body)).status_code == 200, "strangers are none of its business"
        before = len(looked)
        forged = [await one.send(body, secret=wrong) for one in (shop, fresh) for _ in range(20)]
        assert {answer.status_code for answer in forged} == {429}
        assert (await shop.send(body, age_s=301)).status_code == 429
        assert looked[before:] == [], "none of them is looked for"
        assert read == [None], "all sources are read once in a while"
        await _turn(shop, "disableWebhookSource")
        assert (await shop.send(body)).status_code == 401, "a disabled one is not believed by its copy"
