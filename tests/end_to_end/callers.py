"""Those who call the system from outside, each with a token of their own: an order system, a member, staff."""

import itertools
import secrets
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import orjson
from huiyuan.kit.v1 import kit_pb2
from websockets.sync.client import ClientConnection, connect

from tests.end_to_end.house import House

Json = dict[str, Any]

PROGRAMME = "demo"
_phones = itertools.count(13900001001)


def cny(fen: int) -> Json:
    return {"minorUnits": str(fen), "currency": "CNY"}


def ago(**how_long: float) -> str:
    """An instant before now, as order systems write it."""
    return written(datetime.now(UTC) - timedelta(**how_long))


def text(en: str, zh: str) -> Json:
    """A text in the languages we serve."""
    return {"en": en, "zh": zh}


def earned(answer: Json) -> dict[str, int]:
    """What a recorded order earned, by currency."""
    return {each["currency"]: int(each["points"]) for each in answer["order"]["earned"]}


def written(instant: datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")


def order(member_id: str, *fen: int, **other: Any) -> Json:
    """A paid order with one line for each amount; ``other`` replaces its fields."""
    lines = [
        {"lineId": str(nth), "sku": "puer", "quantity": "1", "money": cny(each)}
        for nth, each in enumerate(fen, 1)
    ]
    paid = {
        "source": "tea-shop",
        "orderId": f"order-{secrets.token_hex(6)}",
        "programmeId": PROGRAMME,
        "memberId": member_id,
        "lines": lines,
        "total": cny(sum(fen)),
        "paidAt": ago(),
        "channel": "app",
    }
    return paid | other


def code_of(answer: httpx.Response) -> str:
    """The name of the refusal that a service's error carries, or the error's own code; empty for an answer."""
    body = answer.json()
    for detail in body.get("details", []):
        return kit_pb2.Refusal.FromString(b64decode(detail["value"] + "==")).code
    code: str = body.get("code", "")
    return code


def is_retryable(answer: httpx.Response) -> bool:
    """What the refusal in a service's error says about trying again."""
    (detail,) = answer.json()["details"]
    return kit_pb2.Refusal.FromString(b64decode(detail["value"] + "==")).retryable


class Caller:
    """Somebody with a token."""

    _http = httpx.Client(trust_env=False, timeout=30)

    def __init__(self, house: House, token: str) -> None:
        self.house = house
        self.token = token

    def post(self, url: str, body: Json | bytes, token: str | None = None, **headers: str) -> httpx.Response:
        """Send JSON with the caller's token, with another one, or with none when that is empty."""
        shown = self.token if token is None else token
        headers |= {"content-type": "application/json"}
        headers |= {"authorization": f"Bearer {shown}"} if shown else {}
        content = body if isinstance(body, bytes) else orjson.dumps(body)
        return self._http.post(url, content=content, headers=headers)


class OrderSystem(Caller):
    """The operator's order system: calls the services over Connect, in JSON, as curl would."""

    def __init__(self, house: House) -> None:
        super().__init__(house, house.issuer.system("tea-shop"))

    def call(self, method: str, body: Json | bytes, token: str | None = None) -> httpx.Response:
        """Call, for instance, ``OrdersService/RecordOrder``."""
        service = {"ProfilesService": "members", "IdentitiesService": "members"}.get(
            method.partition("/")[0], "loyalty"
        )
        return self.post(f"{self.house.url(service)}/huiyuan.{service}.v1.{method}", body, token)

    def done(self, method: str, body: Json) -> Json:
        """The answer of a call that succeeds."""
        answer = self.call(method, body)
        assert answer.status_code == 200, answer.text
        said: Json = answer.json()
        return said

    def record(self, order: Json) -> Json:
        return self.done("OrdersService/RecordOrder", order)

    def register(self, display_name: str = "沈知微") -> "Shopper":
        """A new member with a phone and an address of their own."""
        phone = f"+86{next(_phones)}"
        identities = {
            "IDENTITY_KIND_PHONE": phone,
            "IDENTITY_KIND_EMAIL": f"reader{phone[-6:]}@example.com",
        }
        member = {
            "identities": [
                {"identity": {"kind": kind, "value": value}, "verified": True}
                for kind, value in identities.items()
            ],
            "profile": {"displayName": display_name, "fullName": "沈知微", "language": "zh-CN"},
            "idempotencyKey": phone,
        }
        member_id: str = self.done("ProfilesService/RegisterMember", member)["memberId"]
        return Shopper(self.house, member_id, phone)


class Asker(Caller):
    """Somebody who uses one of the gateway's two sides."""

    url: str

    language = "en"

    def ask(self, document: str, token: str | None = None, **variables: Any) -> Json:
        """The whole answer, errors and all."""
        body = {"query": document, "variables": variables}
        answer: Json = self.post(self.url, body, token, **{"accept-language": self.language}).json()
        return answer

    def data(self, document: str, **variables: Any) -> Json:
        """The data of an answer without errors."""
        answer = self.ask(document, **variables)
        assert "errors" not in answer, answer
        data: Json = answer["data"]
        return data


class Shopper(Asker):
    """A member at the storefront."""

    def __init__(self, house: House, member_id: str, phone: str = "") -> None:
        super().__init__(house, house.issuer.member(member_id))
        self.url = house.storefront
        self.member_id = member_id
        self.phone = phone

    def me(self, fields: str) -> Json:
        me: Json = self.data(f"{{ me {{ {fields} }} }}")["me"]
        return me

    def points(self) -> int:
        available: int = self.me("points { available }")["points"]["available"]
        return available

    @contextmanager
    def watching(self, fields: str = "kind occurredAt") -> Iterator["Changes"]:
        """The member's changes from now on, told over graphql-transport-ws."""
        address = self.url.replace("http", "ws", 1)
        with connect(address, subprotocols=["graphql-transport-ws"], proxy=None) as socket:  # type: ignore[list-item]
            changes = Changes(socket)
            changes.begin(self.token, fields)
            assert changes.next()["kind"] == "CAUGHT_UP"
            yield changes


class Changes:
    """A subscription to ``memberChanged``."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket

    def begin(self, token: str, fields: str) -> None:
        self._send(type="connection_init", payload={"Authorization": f"Bearer {token}"})
        assert self._receive() == {"type": "connection_ack"}
        query = f"subscription {{ memberChanged {{ {fields} }} }}"
        self._send(type="subscribe", id="1", payload={"query": query})

    def next(self) -> Json:
        """The next change; that the member registered, just before, may still be on its way and is passed over."""
        message = self._receive()
        assert message["type"] == "next", message
        change: Json = message["payload"]["data"]["memberChanged"]
        return self.next() if change["kind"] == "MEMBER_REGISTERED" else change

    def until(self, kind: str) -> Json:
        """The next change of this kind; what was done before the watching began may be told first."""
        while (change := self.next())["kind"] != kind:
            pass
        return change

    def _send(self, **message: Any) -> None:
        self._socket.send(orjson.dumps(message).decode())

    def _receive(self) -> Json:
        message: Json = orjson.loads(self._socket.recv(timeout=30))
        return message


class Staff(Asker):
    """A member of staff at the admin side, in all roles unless told otherwise."""

    def __init__(self, house: House, *roles: str) -> None:
        super().__init__(house, house.issuer.admin("ops-7", roles) if roles else house.issuer.admin("ops-7"))
        self.url = house.admin

    def member(self, member_id: str, fields: str) -> Json:
        document = f"query($id: UUID!) {{ member(id: $id) {{ {fields} }} }}"
        member: Json = self.data(document, id=member_id)["member"]
        return member

    def adjust(self, member_id: str, /, points: int, **other: Any) -> Json:
        """The payload of ``adjustPoints``; ``other`` replaces what is sent otherwise."""
        given = {
            "memberId": member_id,
            "programmeId": PROGRAMME,
            "currency": "POINTS",
            "points": points,
            "reason": "GOODWILL",
            "idempotencyKey": secrets.token_hex(8),
        }
        document = """mutation($input: AdjustPointsInput!) {
          adjustPoints(input: $input) { entryId balanceAfter replayed userErrors { field code } }
        }"""
        payload: Json = self.data(document, input=given | other)["adjustPoints"]
        return payload
