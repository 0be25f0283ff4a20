"""The consent service's gate as loyalty meets it: it answers what a test says, and counts who asks."""

from typing import Any

from connectrpc.code import Code
from connectrpc.errors import ConnectError
from huiyuan.consent.v1 import decisions_pb2
from huiyuan.consent.v1.decisions_connect import DecisionsService

from services.kit import rpc
from services.kit.refusal import NotFound
from services.kit.rpc.refusals import connect_error
from tests.loyalty.conftest import CONSENT_KEY


class UnknownPurpose(NotFound):
    """As the consent service says it."""


class Gate(DecisionsService):
    """Denies until told otherwise; only what is in ``lists`` was published, each purpose with its categories of data."""

    def __init__(self) -> None:
        self.allowed: set[str] = set()
        self.lists = {"personalisation": {"purchase_history"}}
        self.away = False
        self.asked: list[tuple[str, str]] = []
        self.batches = 0
        self._callers = rpc.CallerVerifier("consent", {"loyalty": CONSENT_KEY})

    async def check_many(
        self, request: decisions_pb2.CheckManyRequest, ctx: Any
    ) -> decisions_pb2.CheckManyResponse:
        self.batches += 1
        asked = (
            decisions_pb2.CheckRequest(member_id=one, purpose=request.purpose, categories=request.categories)
            for one in request.member_ids
        )
        return decisions_pb2.CheckManyResponse(answers=[await self.check(one, ctx) for one in asked])

    async def check(self, request: decisions_pb2.CheckRequest, ctx: Any) -> decisions_pb2.CheckResponse:
        caller = self._callers.verify(ctx.request_headers[rpc.CALLER_HEADER])
        assert caller == rpc.Caller(rpc.CallerKind.SERVICE, "loyalty")
        self.asked.append((request.member_id, request.purpose))
        if request.purpose not in self.lists:
            raise connect_error(UnknownPurpose("no such purpose was published", field="purpose"))
        if self.away:
            raise ConnectError(Code.UNAVAILABLE, "away")
        if not self.lists[request.purpose].issuperset(request.categories):
            return decisions_pb2.CheckResponse(reason="CATEGORY_NOT_LISTED", article="PIPL 6")
        allow = request.member_id in self.allowed
        reason = "CONSENT_GIVEN" if allow else "CONSENT_REFUSED"
        return decisions_pb2.CheckResponse(allow=allow, reason=reason, article="PIPL 13(1)")
