"""Partners: an order system tells of an order, the ledger counts it once, and another system hears of it, proven."""

import base64
import hashlib
import hmac
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import orjson
import pytest

from tests.end_to_end.callers import OrderSystem, Staff, order
from tests.end_to_end.house import House

Json = dict[str, Any]


def mac(secret: str, id: str, at: str, body: bytes) -> str:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    return base64.b64encode(hmac.new(key, f"{id}.{at}.".encode() + body, hashlib.sha256).digest()).decode()


class Partner:
    """A system that hears of events."""

    def __init__(self) -> None:
        self.heard: list[tuple[dict[str, str], bytes]] = []
        self.status = 200
        partner = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                partner.heard.append(({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(partner.status)
                self.end_headers()

            def log_message(self, *_: object) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/events"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def events(self, secret: str) -> dict[str, Json]:
        """What it heard that the secret proves, by id."""
        return {
            headers["webhook-id"]: orjson.loads(body)
            for headers, body in list(self.heard)
            if f"v1,{mac(secret, headers['webhook-id'], headers['webhook-timestamp'], body)}"
            in headers["webhook-signature"].split()
        }

    def until(self, count: int, secret: str) -> list[Json]:
        deadline = time.monotonic() + 60
        while len(found := self.events(secret)) < count:
            assert time.monotonic() < deadline, found
            time.sleep(0.05)
        return list(found.values())


@pytest.fixture
def partner() -> Iterator[Partner]:
    partner = Partner()
    yield partner
    partner.stop()


class Keeper(Staff):
    """Staff who keep webhooks."""

    def does(self, mutation: str, kind: str, shown: str, **given: Any) -> Json:
        document = f"mutation($i: {kind}!) {{ {mutation}(input: $i) {{ {shown} userErrors {{ code }} }} }}"
        payload: Json = self.data(document, i={"reason": "partner integration", **given})[mutation]
        assert payload["userErrors"] == []
        return payload

    def outcomes(self, endpoint_id: str, count: int) -> list[tuple[str, list[Json]]]:
        """What the log says of an endpoint's deliveries, once so many have ended."""
        document = """query($e: UUID) { webhookDeliveries(first: 10, endpointId: $e) {
          nodes { state attempts { statusCode } } } }"""
        deadline = time.monotonic() + 60
        while True:
            nodes = self.data(document, e=endpoint_id)["webhookDeliveries"]["nodes"]
            if sum(node["state"] != "PENDING" for node in nodes) >= count or time.monotonic() > deadline:
                return [(node["state"], node["attempts"]) for node in nodes]
            time.sleep(0.05)

    @contextmanager
    def telling(self, partner: Partner, *types: str) -> Iterator[tuple[str, str]]:
        made = self.does(
            "createWebhookEndpoint",
            "CreateWebhookEndpointInput",
            "endpoint { id } secret",
            url=partner.url,
            eventTypes=types,
        )
        yield made["endpoint"]["id"], made["secret"]
        self.does(
            "deleteWebhookEndpoint",
            "WebhookEndpointInput",
            "endpoint { state }",
            endpointId=made["endpoint"]["id"],
        )


def send(house: House, source_id: str, secret: str, body: Json, id: str = "") -> httpx.Response:
    content = orjson.dumps(body)
    id, at = id or f"msg_{secrets.token_hex(8)}", str(int(time.time()))
    headers = {
        "content-type": "application/json",
        "webhook-id": id,
        "webhook-timestamp": at,
        "webhook-signature": f"v1,{mac(secret, id, at, content)}",
    }
    url = f"{house.url('gateway')}/webhooks/orders/{source_id}"
    return httpx.post(url, content=content, headers=headers, trust_env=False, timeout=30)


def test_an_order_comes_in_counts_once_and_goes_out_proven(
    running: House, shop: OrderSystem, partner: Partner
) -> None:
    keeper, shopper = Keeper(running, "program_admin"), shop.register()
    source = keeper.does(
        "createWebhookSource",
        "CreateWebhookSourceInput",
        "source { id } secret",
        source=f"till-{secrets.token_hex(3)}",
    )
    with keeper.telling(partner, "order.recorded", "order.refunded") as (endpoint_id, secret):
        paid = order(shopper.member_id, 10_000)
        del paid["source"]
        body = {"type": "order.paid", "timestamp": paid["paidAt"], "data": paid}
        answers = [
            send(running, source["source"]["id"], source["secret"], body, id="msg_1") for _ in range(3)
        ]
        assert [answer.status_code for answer in answers] == [200, 200, 200], answers[0].text
        assert [answer.json()["replayed"] for answer in answers] == [False, True, True]
        points = shopper.points()
        assert points > 0
        refund = {"orderId": paid["orderId"], "refundId": "r1", "amount": paid["total"]}
        answer = send(
            running, source["source"]["id"], source["secret"], {"type": "order.refunded", "data": refund}
        )
        assert answer.status_code == 200, answer.text
        assert shopper.points() == 0
        recorded, refunded = sorted(partner.until(2, secret), key=lambda event: event["type"])
        assert recorded["type"] == "order.recorded"
        assert recorded["data"]["memberId"] == shopper.member_id
        assert recorded["data"]["orderId"] == refunded["data"]["orderId"] == paid["orderId"]
        assert recorded["data"]["total"] == {"minorUnits": "10000", "currency": "CNY"}
        earned = {one["currency"]: one["points"] for one in recorded["data"]["earned"]}
        assert earned["POINTS"] == str(points)
        assert refunded["type"] == "order.refunded"
        assert shopper.phone not in b"".join(body for _, body in partner.heard).decode()
        assert keeper.outcomes(endpoint_id, 2) == [("SUCCEEDED", [{"statusCode": 200}])] * 2
        assert len(partner.heard) == 2


def test_what_an_unknown_system_sends_changes_nothing(running: House, shop: OrderSystem) -> None:
    keeper, shopper = Keeper(running, "program_admin"), shop.register()
    source = keeper.does(
        "createWebhookSource",
        "CreateWebhookSourceInput",
        "source { id } secret",
        source=f"till-{secrets.token_hex(3)}",
    )
    paid = order(shopper.member_id, 10_000)
    del paid["source"]
    body = {"type": "order.paid", "data": paid}
    wrong = base64.b64encode(secrets.token_bytes(32)).decode()
    assert send(running, source["source"]["id"], wrong, body).status_code == 401
    assert shopper.points() == 0
    unknown = {"type": "order.paid", "data": paid | {"memberId": "5f0d6e0a-0000-4000-8000-00000000dead"}}
    answer = send(running, source["source"]["id"], source["secret"], unknown)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "UNKNOWN_MEMBER")
