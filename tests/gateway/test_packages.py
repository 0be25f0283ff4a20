"""A member's own data over the storefront: requested by GraphQL, and fetched by POST by whoever holds the token."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from huiyuan.members.v1 import packages_pb2

from gateway.limits.load import Load
from gateway.serving.packages import Packages
from infra.local.databases import DatabaseUrls
from services.kit.refusal import Forbidden
from tests.gateway.gateway_client import Gateway, code, running
from tests.gateway.matrix import ONE

ASKED = {"packageId": "package-1", "token": "once"}


class DownloadTokenNotValid(Forbidden):
    """As the members service says it."""


async def fetch(gateway: Gateway, token: str | None, **how: object) -> httpx.Response:
    headers = {"authorization": f"Bearer {token}"} if token else {}
    return await gateway.http.post("/my-data", headers=headers, **({"json": ASKED} | how))  # type: ignore[arg-type]


@pytest.fixture
def member(gateway: Gateway) -> str:
    gateway.services.join(ONE)
    return gateway.issuer.member(ONE)


async def test_a_member_requests_a_package_and_fetches_it(gateway: Gateway, member: str) -> None:
    answer = await gateway.post(
        "mutation { requestMyData { package { id state sizeBytes } userErrors { code } } "
        'issueMyDataDownload(input: {packageId: "package-1"}) { token path expiresAt userErrors { code } } }',
        member,
    )
    assert answer.json()["data"] == {
        "requestMyData": {
            "package": {"id": "package-1", "state": "READY", "sizeBytes": 4096},
            "userErrors": [],
        },
        "issueMyDataDownload": {
            "token": "once",
            "path": "/my-data",
            "expiresAt": "2026-07-08T00:00:00Z",
            "userErrors": [],
        },
    }
    got = await fetch(gateway, member)
    assert (got.status_code, got.content) == (200, b"PK the zip")
    assert got.headers["content-type"] == "application/zip"
    assert got.headers["cache-control"] == "no-store, private"
    caller, request = gateway.services.requests[-1]
    assert caller.id == ONE
    assert request == packages_pb2.DownloadPackageRequest(member_id=ONE, package_id="package-1", token="once")


async def test_nobody_fetches_without_a_members_token(gateway: Gateway, member: str) -> None:
    bearers = {
        None: "UNAUTHENTICATED",
        "nonsense": "TOKEN_REFUSED",
        gateway.issuer.staff("privacy_officer"): "WRONG_AUDIENCE",
    }
    for bearer, refused in bearers.items():
        got = await fetch(gateway, bearer)
        assert (got.status_code, code(got.json())) == (401, refused), bearer
    assert not gateway.services.requests


@pytest.mark.parametrize(
    "how",
    [
        {"json": {"packageId": "package-1"}},
        {"json": {"packageId": 1, "token": "once"}},
        {"json": []},
        {"json": ASKED | {"more": "x" * 5000}},
        {"json": None, "content": b"{", "headers": {"content-type": "application/json"}},
        {"json": None, "data": ASKED},
    ],
)
async def test_what_is_no_download_is_refused_before_anybody_is_asked(
    gateway: Gateway, member: str, how: dict[str, object]
) -> None:
    headers = {"authorization": f"Bearer {member}", **how.pop("headers", {})}  # type: ignore[dict-item]
    got = await gateway.http.post("/my-data", headers=headers, **how)  # type: ignore[arg-type]
    assert (got.status_code, code(got.json())) == (400, "DOWNLOAD_NOT_UNDERSTOOD")
    assert not gateway.services.requests


async def test_a_token_that_was_used_is_told_as_such_and_nothing_goes_by_get(
    gateway: Gateway, member: str
) -> None:
    gateway.services.refusal = DownloadTokenNotValid("the token was used")
    got = await fetch(gateway, member)
    assert (got.status_code, code(got.json())) == (403, "DOWNLOAD_TOKEN_NOT_VALID")
    shown = await gateway.http.get("/my-data", headers={"authorization": f"Bearer {member}"})
    assert (shown.status_code, shown.headers["allow"]) == (405, "POST")


async def test_fetching_is_paid_for_like_any_other_work(
    tmp_path: Path, redis_url: str, database: DatabaseUrls
) -> None:
    async with running(tmp_path, redis_url, database.app, RATE_STOREFRONT_MEMBER="20+1/s") as gateway:
        _, token = gateway.join()  # whose bucket no other test needs
        came = [await fetch(gateway, token) for _ in range(6)]
        assert [one.status_code for one in came[:2]] == [200, 200]
        assert (came[-1].status_code, code(came[-1].json())) == (429, "THROTTLED")
        assert int(came[-1].headers["retry-after"]) >= 1
        asked = [request for _, request in gateway.services.requests if "Download" in type(request).__name__]
        assert len(asked) == sum(one.status_code == 200 for one in came), (
            "who is refused costs the service nothing"
        )


async def test_fetching_wants_a_place_like_any_other_work() -> None:
    nobody: Any = None  # not asked while there is no place
    bounds = Load(operations=1, streams=1, streams_a_caller=1)
    packages = httpx.ASGITransport(Packages(nobody, nobody, bounds, 0))
    async with httpx.AsyncClient(transport=packages, base_url="http://gateway") as http:
        with bounds.operations:
            turned_away = await http.post("/my-data", json=ASKED)
    assert (turned_away.status_code, code(turned_away.json())) == (503, "OVERLOADED")
    assert turned_away.headers["retry-after"] == "1"
