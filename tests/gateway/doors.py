"""What the canned services know and how they behave, and what their doors have in common.

They authorise each item as the real ones do, by the caller it carries, and can be told to fail, refuse or wait.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Callable
from typing import Any

from huiyuan.loyalty.v1 import points_pb2
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.kit import rpc
from services.kit.refusal import Conflict, Declined, NotFound, Refusal, Unavailable
from tests.gateway import answers

CHILD = "5f0d6e0a-0000-4000-8000-0000000000c1"


class UnknownMember(NotFound):
    """As the members service says it."""


class UnknownProgramme(NotFound):
    """As the loyalty service says it."""


class NotEnoughPoints(Declined):
    """As the loyalty service says it."""


class StaleVersion(Conflict):
    """A code that no gateway knows yet."""

    code = "SOMETHING_NEWER"


class Away(Unavailable):
    """As a service says it whose database is gone."""


class Services:
    """What the services know, and how they behave."""

    def __init__(self) -> None:
        self.balances: dict[str, points_pb2.MemberBalances] = {}
        self.names: dict[str, str] = {}
        self.guardians: dict[str, str] = {}
        self.survivors: dict[str, str] = {}
        self.calls: Counter[str] = Counter()
        self.requests: list[tuple[rpc.Caller, Any]] = []
        self.heard: deque[bytes] = deque(maxlen=20_000)
        self.traceparents: deque[str] = deque(maxlen=1_000)
        self.refusal: Refusal | None = None
        self.away: set[str] = set()
        self.answering = asyncio.Event()
        self.answering.set()

    def hear(self, app: ASGIApp) -> ASGIApp:
        """An application whose requests are noted as they came, whatever becomes of them."""

        async def heard(scope: Scope, receive: Receive, send: Send) -> None:
            self.traceparents.append(dict(scope.get("headers", ())).get(b"traceparent", b"").decode())

            async def message() -> Message:
                told = await receive()
                if told.get("body"):
                    self.heard.append(told["body"])
                return told

            await app(scope, message, send)

        return heard

    def join(self, member_id: str, *, name: str = "小满", available: int = 120) -> None:
        self.names[member_id] = name
        self.balances[member_id] = answers.balances(available)

    def turn(self, service: str, call: str) -> None:
        """Count a call; refuse it when the service is told to be away."""
        self.calls[call] += 1
        if service in self.away:
            raise Away("the database is away or busy: try again")

    def be_reader(self, caller: rpc.Caller, member_id: str) -> None:
        """As the services judge it: members read of themselves and of their wards, staff of anyone."""
        if not (
            caller.is_member(member_id)
            or caller.kind is rpc.CallerKind.STAFF
            or (member_id in self.guardians and caller.is_member(self.guardians[member_id]))
        ):
            raise rpc.NotAllowed("this caller may not read this member")

    def change(self, request: Any) -> None:
        """Note a change that was asked for; refuse it when told to."""
        self.requests.append((rpc.caller(), request))
        if self.refusal is not None:
            raise self.refusal

    def each(self, items: Any, results: Any, value: str, of: Callable[[Any, str], Any]) -> None:
        """Answer every item for its own caller."""
        for item in items:
            key = item.member if hasattr(item, "member") else item
            result = results.add()
            try:
                self.be_reader(rpc.caller_of_item(key.caller), key.member_id)
                if key.member_id not in self.names:
                    raise UnknownMember("no such member")
            except Refusal as refusal:
                result.refusal.CopyFrom(rpc.wire_refusal(refusal))
            else:
                getattr(result, value).CopyFrom(of(item, key.member_id))


class Door:
    def __init__(self, services: Services) -> None:
        self.services = services
