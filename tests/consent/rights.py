"""The rights service as members, officers and the members service meet it; requests are right unless told otherwise."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from huiyuan.consent.v1 import rights_pb2
from huiyuan.members.v1.events_pb2 import MembersEvent

from infra.local.databases import DatabaseUrls
from services.consent.consumers import hear_members
from services.kit import database, stream
from services.kit.rpc import Caller, CallerKind
from tests.consent.service import OFFICER, Consent, fresh, member

COLLEAGUE = Caller(CallerKind.STAFF, "officer-2", frozenset({"privacy_officer"}))
REASONED = rights_pb2.RightsRefusal(
    ground=rights_pb2.REFUSAL_GROUND_RETENTION_BY_LAW,
    article="PIPL 47",
    remedy="Ask again once the accounts are five years old, or appeal.",
)


def kind(name: str) -> Any:
    return rights_pb2.RightsKind.Value(f"RIGHTS_KIND_{name}")


def state(request: rights_pb2.RightsRequest) -> str:
    return rights_pb2.RightsState.Name(request.state).removeprefix("RIGHTS_STATE_")


def steps(request: rights_pb2.RightsRequest) -> list[str]:
    return [rights_pb2.RightsState.Name(one.state).removeprefix("RIGHTS_STATE_") for one in request.steps]


@dataclass
class Desk:
    """Both sides of the desk."""

    consent: Consent

    async def ask(
        self, member_id: str, what: str, *, signed_in: bool = True, by: Caller | None = None, **more: Any
    ) -> rights_pb2.RightsRequest:
        return (await self.asked(member_id, what, signed_in=signed_in, by=by, **more)).request

    async def asked(
        self, member_id: str, what: str, *, signed_in: bool = True, by: Caller | None = None, **more: Any
    ) -> rights_pb2.AskRightResponse:
        said = {"channel": "app", "idempotency_key": fresh("ask"), **more}
        if signed_in and by is None:
            said.setdefault("authenticated_at", datetime.now(UTC))
        request = rights_pb2.AskRightRequest(member_id=member_id, kind=kind(what), **said)
        return await self.consent.rights.ask_right(request, headers=self.consent.by(by or member(member_id)))

    async def verify(self, request: rights_pb2.RightsRequest, **said: Any) -> rights_pb2.RightsRequest:
        by = member(request.member_id) if "verification" not in said else OFFICER
        asked = rights_pb2.VerifyRightsRequestRequest(request_id=request.request_id, **said)
        return (await self.consent.rights.verify_rights_request(asked, headers=self.consent.by(by))).request

    async def accept(
        self, request: rights_pb2.RightsRequest, by: Caller = OFFICER
    ) -> rights_pb2.RightsRequest:
        asked = rights_pb2.AcceptRightsRequestRequest(request_id=request.request_id)
        return (await self.consent.rights.accept_rights_request(asked, headers=self.consent.by(by))).request

    async def refuse(
        self,
        request: rights_pb2.RightsRequest,
        refusal: rights_pb2.RightsRefusal = REASONED,
        by: Caller = OFFICER,
    ) -> rights_pb2.RightsRequest:
        asked = rights_pb2.RefuseRightsRequestRequest(request_id=request.request_id, refusal=refusal)
        return (await self.consent.rights.refuse_rights_request(asked, headers=self.consent.by(by))).request

    async def conclude(
        self, request: rights_pb2.RightsRequest, how: str, **said: Any
    ) -> rights_pb2.RightsRequest:
        asked = rights_pb2.ConcludeRightsRequestRequest(
            request_id=request.request_id,
            state=rights_pb2.RightsState.Value(f"RIGHTS_STATE_{how}"),
            **{"evidence": "file 7", **said},
        )
        answer = await self.consent.rights.conclude_rights_request(asked, headers=self.consent.by(OFFICER))
        return answer.request

    async def appeal(
        self, request: rights_pb2.RightsRequest, by: str | None = None
    ) -> rights_pb2.RightsRequest:
        asked = rights_pb2.AppealRightsRequestRequest(
            request_id=request.request_id, idempotency_key=fresh("appeal")
        )
        headers = self.consent.by(member(by or request.member_id))
        return (await self.consent.rights.appeal_rights_request(asked, headers=headers)).request

    async def cancel(
        self, request: rights_pb2.RightsRequest, by: str | None = None
    ) -> rights_pb2.RightsRequest:
        asked = rights_pb2.CancelRightsRequestRequest(request_id=request.request_id)
        headers = self.consent.by(member(by or request.member_id))
        return (await self.consent.rights.cancel_rights_request(asked, headers=headers)).request

    async def mine(self, member_id: str, **more: Any) -> list[rights_pb2.RightsRequest]:
        asked = rights_pb2.ListRightsRequestsRequest(member_id=member_id, **{"first": 50, **more})
        headers = self.consent.by(member(member_id))
        return list((await self.consent.rights.list_rights_requests(asked, headers=headers)).requests)

    async def queue(self, **said: Any) -> rights_pb2.ListRightsQueueResponse:
        asked = rights_pb2.ListRightsQueueRequest(**{"first": 100, **said})
        return await self.consent.rights.list_rights_queue(asked, headers=self.consent.by(OFFICER))


async def hear(urls: DatabaseUrls, member_id: str, kind: str, **told: Any) -> None:
    """What the members service tells."""
    event = MembersEvent(member_id=member_id, occurred_at=datetime.now(UTC), **told)
    heard = stream.Event("huiyuan:members:0", 1, 0, member_id, kind, event.SerializeToString())
    engine = database.engine(urls.app, size=1)
    async with engine.begin() as connection:
        await hear_members(connection, [heard])
    await engine.dispose()
