"""Browsers: pages of configured sites may use the storefront's API with a token, and no other page may."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from infra.local.databases import DatabaseUrls
from tests.gateway.gateway_client import Gateway, running
from tests.gateway.test_live import CHANGED

SHOP, EVIL = "https://shop.example", "https://evil.example"


@pytest.fixture(scope="module")
async def shared(
    tmp_path_factory: pytest.TempPathFactory, redis_url: str, database: DatabaseUrls
) -> AsyncIterator[Gateway]:
    folder = Path(tmp_path_factory.mktemp("shared"))
    told = {"STOREFRONT_ORIGINS": f"{SHOP}, https://app.example", "RATE_STOREFRONT_MEMBER": "20+1/s"}
    async with running(folder, redis_url, database.app, **told) as gateway:
        yield gateway


async def _preflight(
    gateway: Gateway,
    origin: str,
    method: str = "POST",
    headers: str = "authorization",
    path: str = "/graphql",
) -> httpx.Response:
    asked = {
        "origin": origin,
        "access-control-request-method": method,
        "access-control-request-headers": headers,
    }
    return await gateway.http.options(path, headers=asked)


def _allows(answer: httpx.Response) -> str | None:
    assert "access-control-allow-credentials" not in answer.headers
    return answer.headers.get("access-control-allow-origin")


async def test_a_configured_site_is_told_that_it_may(shared: Gateway) -> None:
    for origin in (SHOP, "https://app.example"):
        answer = await _preflight(
            shared, origin, headers="authorization,content-type,accept-language,graphql-client-name"
        )
        assert (answer.status_code, _allows(answer)) == (200, origin)
        assert answer.headers["access-control-allow-methods"] == "GET, POST"
        assert "Origin" in answer.headers["vary"]


async def test_its_pages_get_answers_that_they_may_read(shared: Gateway) -> None:
    _, token = shared.join()
    answer = await shared.post("{me{id}}", token, headers={"origin": SHOP})
    assert (answer.status_code, _allows(answer)) == (200, SHOP)
    wrong = await shared.post("{me{id}}", "wrong", headers={"origin": SHOP})
    assert (wrong.status_code, _allows(wrong)) == (401, SHOP)


async def test_its_pages_may_read_when_to_come_back(shared: Gateway) -> None:
    _, token = shared.join()
    for _ in range(40):
        answer = await shared.post("{me{points{currency}}}", token, headers={"origin": SHOP})
        if answer.status_code == 429:
            break
    assert (answer.status_code, _allows(answer)) == (429, SHOP)
    assert answer.headers["access-control-expose-headers"] == "retry-after"


async def test_its_pages_may_follow_changes(shared: Gateway) -> None:
    _, token = shared.join()
    headers = {"authorization": f"Bearer {token}", "accept": "text/event-stream", "origin": SHOP}
    async with shared.http.stream("POST", "/graphql", json={"query": CHANGED}, headers=headers) as answer:
        assert (answer.status_code, _allows(answer)) == (200, SHOP)
        assert await anext(answer.aiter_lines()) == "event: next"
    address = shared.address.replace("http", "ws") + "/graphql"
    async with connect(address, subprotocols=["graphql-transport-ws"], origin=SHOP):
        pass


@pytest.mark.parametrize(
    "origin",
    [EVIL, "null", "http://shop.example", "https://shop.example.evil.example", SHOP + ":444", "*", ""],
)
async def test_no_other_site_may(shared: Gateway, origin: str) -> None:
    answer = await _preflight(shared, origin)
    assert (answer.status_code, _allows(answer)) == (400, None)
    assert _allows(await shared.post("{__typename}", headers={"origin": origin})) is None
    address = shared.address.replace("http", "ws") + "/graphql"
    if origin:
        with pytest.raises(InvalidStatus) as refused:
            await connect(address, subprotocols=["graphql-transport-ws"], origin=origin)
        assert refused.value.response.status_code == 403


async def test_not_even_a_configured_site_may_more_than_it_needs(shared: Gateway) -> None:
    assert (await _preflight(shared, SHOP, method="DELETE")).status_code == 400
    assert (await _preflight(shared, SHOP, headers="x-secret")).status_code == 400


async def test_the_admin_side_is_for_no_other_site(shared: Gateway) -> None:
    answer = await _preflight(shared, SHOP, path="/admin/graphql")
    assert (answer.status_code, _allows(answer)) == (405, None)
    answer = await shared.post(
        "{dueRun{due}}", shared.issuer.staff(), path="/admin/graphql", headers={"origin": SHOP}
    )
    assert _allows(answer) is None


async def test_by_default_no_site_may(gateway: Gateway) -> None:
    answer = await _preflight(gateway, SHOP)
    assert (answer.status_code, _allows(answer)) == (405, None)
    assert _allows(await gateway.post("{__typename}", headers={"origin": SHOP})) is None


async def test_whoever_is_no_browser_hears_nothing_of_it(shared: Gateway) -> None:
    answer = await shared.post("{__typename}")
    assert not {name for name in answer.headers if name.startswith("access-control") or name == "vary"}
