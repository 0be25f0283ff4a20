"""RPC: grants, refusals and faults as they travel through a real server and a real client."""

import asyncio
import json
import logging
import secrets
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import asyncpg
import httpx
import pytest
import structlog
import uvicorn
from huiyuan.kit.v1 import kit_pb2
from huiyuan.members.v1.identities_connect import (
    IdentitiesServiceASGIApplication,
    IdentitiesServiceClient,
)
from huiyuan.members.v1.identities_pb2 import (
    FindMemberRequest,
    FindMemberResponse,
    ResolveMembersRequest,
    ResolveMembersResponse,
)
from huiyuan.members.v1.profiles_connect import ProfilesServiceClient
from huiyuan.members.v1.profiles_pb2 import BatchGetProfilesRequest

from services.kit import rpc, telemetry
from services.kit.http_protocol import HttpProtocol
from services.kit.refusal import Conflict, Declined, Invalid, Kind, NotFound, Refusal
from services.kit.rpc import Caller, CallerKind, CallerSigner, CallerVerifier
from services.kit.rpc.codecs import Json
from services.kit.tokens import TokenVerifier
from tests.conftest import free_port

KEY = secrets.token_bytes(32)
SECRET = "+8613900000042"
SUPPORT = Caller(CallerKind.STAFF, "ops-1", frozenset({"support"}))


class NumberTaken(Conflict):
    """Another member has it."""


class NoSuchThing(NotFound):
    """It is not there."""


class TooLittle(Declined):
    """There is not enough."""


class Crooked(Invalid):
    """It is not straight."""


def _away() -> Exception:
    return asyncpg.CannotConnectNowError("the database system is starting up")


RAISED: dict[str, Exception] = {
    "taken": NumberTaken("another member has this number", field="identity.value"),
    "nothing": NoSuchThing("there is none"),
    "little": TooLittle("300 asked, 120 there", field="points", asked=300, available=120),
    "crooked": Crooked("make it straight"),
    "fault": ValueError(f"bad number {SECRET}"),
    "away": _away(),
}


METHOD = "/huiyuan.members.v1.IdentitiesService/FindMember"
KNOWN = {"identity": {"value": "known"}}


class Identities:
    """A service whose answer is asked for in the request."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def known(self, request: FindMemberRequest) -> FindMemberResponse | None:
        match request.identity.value:
            case "known":
                return FindMemberResponse(member_id="as ever")
            case "crooked":
                raise RAISED["crooked"]
        return None

    @rpc.allow(rpc.staff("support"), at_once=known)
    async def find_member(self, request: FindMemberRequest, _: Any) -> FindMemberResponse:
        self.asked.append(request.identity.value)
        if request.identity.value == "known":
            return FindMemberResponse(member_id="as ever")
        if error := RAISED.get(request.identity.value):
            raise error
        if request.identity.value == "slow":
            await asyncio.sleep(5)
        return FindMemberResponse(member_id=rpc.caller().actor)

    @rpc.per_item
    async def resolve_members(self, request: ResolveMembersRequest, _: Any) -> ResolveMembersResponse:
        return ResolveMembersResponse()


class Undeclared(Identities):
    """Forgets to say who may call."""

    async def find_member(self, request: FindMemberRequest, _: Any) -> FindMemberResponse:
        return FindMemberResponse()


def gatekeeper() -> rpc.Gatekeeper:
    return rpc.Gatekeeper(CallerVerifier("members", {"gateway": KEY}), TokenVerifier("/nowhere", "x", "y"))


@pytest.fixture(scope="module", params=["by the library", "by the front", "directly"])
def way(request: pytest.FixtureRequest) -> str:
    """Every call is answered alike, be it ordinary or not."""
    return str(request.param)


@pytest.fixture(scope="module")
def service(way: str) -> Identities:
    return Identities()


@pytest.fixture(scope="module")
async def address(way: str, service: Identities) -> AsyncIterator[str]:
    keeper = gatekeeper()
    app: Any = keeper.admit(service, IdentitiesServiceASGIApplication)
    http: Any = "httptools"
    if way != "by the library":
        app = rpc.Front(app, keeper)
    if way == "directly":
        http = partial(HttpProtocol, direct=app.direct)
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, port=port, http=http, log_level="warning", lifespan="off"))
    serving = asyncio.ensure_future(server.serve())
    while not server.started:  # noqa: ASYNC110  # uvicorn has no event for it
        await asyncio.sleep(0.01)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    await serving


@pytest.fixture
def signer() -> CallerSigner:
    return CallerSigner("gateway", {"members": KEY})


@pytest.fixture
def client(address: str, signer: CallerSigner) -> IdentitiesServiceClient:
    return rpc.client(IdentitiesServiceClient, address, "members", signer, default_caller=SUPPORT)


def asking(value: str) -> FindMemberRequest:
    return FindMemberRequest(identity=kit_pb2.ExternalIdentity(value=value))


async def test_the_handler_knows_who_calls(client: IdentitiesServiceClient) -> None:
    assert (await client.find_member(asking("me"))).member_id == "staff:ops-1"


@pytest.mark.parametrize("what", ["taken", "nothing", "little", "crooked"])
async def test_a_refusal_arrives_as_it_was_given(client: IdentitiesServiceClient, what: str) -> None:
    given = RAISED[what]
    assert isinstance(given, Refusal)
    with pytest.raises(rpc.RemoteRefusal) as arrived:
        await client.find_member(asking(what))
    assert (arrived.value.code, arrived.value.kind, arrived.value.message) == (
        given.code,
        given.kind,
        given.message,
    )
    assert (arrived.value.field, arrived.value.facts) == (given.field, given.facts)
    assert not arrived.value.retryable


async def test_a_database_that_is_away_is_worth_trying_again(client: IdentitiesServiceClient) -> None:
    with pytest.raises(rpc.RemoteRefusal) as arrived:
        await client.find_member(asking("away"))
    assert (arrived.value.code, arrived.value.retryable) == ("DATABASE_UNAVAILABLE", True)


async def test_a_fault_does_not_tell_its_caller_what_it_was_about(
    client: IdentitiesServiceClient, address: str, signer: CallerSigner
) -> None:
    with pytest.raises(rpc.ServiceUnavailable):
        await client.find_member(asking("fault"))
    answer = await post(
        address, {"identity": {"value": "fault"}}, {rpc.CALLER_HEADER: signer.sign("members", SUPPORT)}
    )
    assert answer.status_code == 500
    assert SECRET not in answer.text
    assert "trace" in answer.json()["message"]


async def test_a_fault_is_logged_by_its_type_and_place_alone(
    client: IdentitiesServiceClient, capsys: pytest.CaptureFixture[str]
) -> None:
    before = structlog.get_config()
    telemetry.configure("kit", "INFO")
    structlog.configure(cache_logger_on_first_use=False)
    try:
        with pytest.raises(rpc.ServiceUnavailable):
            await client.find_member(asking("fault"))
    finally:
        structlog.configure(**before)
        logging.getLogger().handlers.clear()
    logged = capsys.readouterr().err
    assert "builtins.ValueError" in logged
    assert SECRET not in logged


async def test_a_method_that_a_server_does_not_know_is_told_from_a_server_that_is_away(
    address: str, signer: CallerSigner
) -> None:
    newer = rpc.client(ProfilesServiceClient, address, "members", signer, default_caller=SUPPORT)
    with pytest.raises(rpc.ServiceFailed):
        await newer.batch_get_profiles(BatchGetProfilesRequest())


async def test_a_server_that_is_not_there_is_worth_trying_again(signer: CallerSigner) -> None:
    away = rpc.client(IdentitiesServiceClient, f"http://127.0.0.1:{free_port()}", "members", signer)
    with pytest.raises(rpc.ServiceUnavailable) as arrived:
        await away.find_member(asking("me"))
    assert arrived.value.retryable
    assert not isinstance(arrived.value, rpc.ServiceFailed)


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({}, 401, "NOT_SIGNED_IN"),
        ({"authorization": "Basic b3BzOm9wcw=="}, 401, "NOT_SIGNED_IN"),
        ({"authorization": "Bearer nonsense"}, 401, "TOKEN_REFUSED"),
        ({rpc.CALLER_HEADER: "nonsense"}, 401, "CALLER_NOT_PROVEN"),
    ],
)
async def test_nobody_gets_in_unproven(address: str, headers: dict[str, str], status: int, code: str) -> None:
    for body in ({}, KNOWN):
        answer = await post(address, body, headers)
        assert (answer.status_code, answer.json()["message"].split(":")[0]) == (status, code)


@pytest.mark.parametrize(
    "who",
    [
        Caller(CallerKind.MEMBER, "m-1"),
        Caller(CallerKind.MEMBER, "m-1", frozenset({"support"})),
        Caller(CallerKind.STAFF, "ops-2", frozenset({"auditor"})),
        Caller(CallerKind.SYSTEM, "support", frozenset({"support"})),
    ],
    ids=["a member", "a member with a role", "another role", "a system"],
)
async def test_a_caller_without_the_grant_is_refused(address: str, signer: CallerSigner, who: Caller) -> None:
    for body in ({}, KNOWN):
        answer = await post(address, body, {rpc.CALLER_HEADER: signer.sign("members", who)})
        assert (answer.status_code, answer.json()["message"].split(":")[0]) == (403, "NOT_ALLOWED")


async def test_what_is_at_hand_is_answered_without_asking_the_handler(
    address: str, way: str, service: Identities, signer: CallerSigner
) -> None:
    proven = {rpc.CALLER_HEADER: signer.sign("members", SUPPORT)}
    answers = telemetry.calls_total.labels(METHOD, "ok")._value
    before = answers.get()
    service.asked.clear()
    answer = await post(address, KNOWN, proven)
    assert answer.json() == {"memberId": "as ever"}
    assert service.asked == (["known"] if way == "by the library" else [])
    # Whoever is followed by spans goes the way that makes them.
    answer = await post(address, KNOWN, proven | {"traceparent": f"00-{'1' * 32}-{'2' * 16}-01"})
    assert (answer.json(), service.asked[-1]) == ({"memberId": "as ever"}, "known")
    assert answers.get() == before + 2


async def test_a_request_is_read_once_whether_or_not_its_answer_is_at_hand(
    address: str, signer: CallerSigner, monkeypatch: pytest.MonkeyPatch
) -> None:
    proven, read = {rpc.CALLER_HEADER: signer.sign("members", SUPPORT)}, []
    decode = Json.decode
    monkeypatch.setattr(Json, "decode", lambda self, *args: (read.append(1), decode(self, *args))[1])
    for body in (KNOWN, {"identity": {"value": "somebody"}}):
        read.clear()
        assert (await post(address, body, proven)).status_code == 200
        assert read == [1]


async def test_a_call_ends_at_its_deadline(address: str, signer: CallerSigner) -> None:
    headers = {rpc.CALLER_HEADER: signer.sign("members", SUPPORT), "connect-timeout-ms": "100"}
    answer = await post(address, {"identity": {"value": "slow"}}, headers)
    assert (answer.status_code, answer.json()["code"]) == (504, "deadline_exceeded")


async def test_a_body_beyond_all_measure_is_refused(address: str, signer: CallerSigner) -> None:
    headers = {rpc.CALLER_HEADER: signer.sign("members", SUPPORT)}
    answer = await post(address, {"identity": {"value": "x" * rpc.READ_MAX_BYTES}}, headers)
    assert (answer.status_code, answer.json()["code"]) == (429, "resource_exhausted")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"content-type": "text/plain"}, 415),
        ({"content-type": "application/json; charset=utf-8"}, 200),
        ({"content-encoding": "gzip"}, 501),
        ({"connect-protocol-version": "2"}, 400),
        ({"connect-protocol-version": "1"}, 200),
        ({"connect-timeout-ms": "soon"}, 400),
        ({"connect-timeout-ms": "100000000000"}, 400),
    ],
)
async def test_what_is_out_of_the_ordinary_is_judged_as_the_protocol_says(
    address: str, signer: CallerSigner, headers: dict[str, str], status: int
) -> None:
    proven = {rpc.CALLER_HEADER: signer.sign("members", SUPPORT)}
    answer = await post(address, {"identity": {"value": "me"}}, proven | headers)
    assert answer.status_code == status, answer.text


async def test_of_two_proofs_the_first_counts(address: str, signer: CallerSigner) -> None:
    async with httpx.AsyncClient(trust_env=False) as http:
        answer = await http.post(
            address + METHOD,
            content=b"{}",
            headers=[
                ("content-type", "application/json"),
                (rpc.CALLER_HEADER, "nonsense"),
                (rpc.CALLER_HEADER, signer.sign("members", SUPPORT)),
            ],
        )
    assert answer.status_code == 401


async def test_only_a_post_calls(address: str) -> None:
    async with httpx.AsyncClient(trust_env=False) as http:
        answer = await http.get(address + METHOD)
    assert answer.status_code == 405


async def test_broken_json_is_refused(address: str, signer: CallerSigner) -> None:
    async with httpx.AsyncClient(trust_env=False) as http:
        answer = await http.post(
            address + METHOD,
            content=b'{"identity": ',
            headers={
                "content-type": "application/json",
                rpc.CALLER_HEADER: signer.sign("members", SUPPORT),
            },
        )
    assert answer.status_code == 400


def test_a_handler_that_does_not_say_who_may_call_does_not_start() -> None:
    with pytest.raises(TypeError, match="FindMember does not declare"):
        gatekeeper().admit(Undeclared(), IdentitiesServiceASGIApplication)


def test_every_kind_of_refusal_has_its_own_connect_code() -> None:
    kinds = {Kind(value.number) for value in kit_pb2.RefusalKind.DESCRIPTOR.values if value.number}
    assert kinds == set(Kind)


async def post(address: str, body: object, headers: dict[str, str]) -> httpx.Response:
    async with httpx.AsyncClient(trust_env=False) as http:
        return await http.post(
            address + METHOD,
            content=json.dumps(body),
            headers={"content-type": "application/json", **headers},
        )
