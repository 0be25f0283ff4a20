"""Hosts: whoever asks for a name that is not ours is refused, so that a page of another site cannot become one of ours.

A browser lets a page ask the server that its own name leads to, and that name may be made to lead here (DNS rebinding):
only the ``Host`` header tells such a request from our own pages'.
"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import ValidationError
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from infra.local.databases import DatabaseUrls
from tests.gateway.gateway_client import Gateway, running, settings

PATHS = ("/graphql", "/admin/graphql", "/", "/webhooks/orders/1")
FOREIGN = (
    "evil.example",
    "evil.example:8100",
    "api.shop.example.evil.example",
    "shop.example",
    "a b",
    "[::1",
    "apps.example",
    "api.shop.example:",
    "api.shop.example:1x",
    "xapps.example",
)


@pytest.fixture(scope="module")
async def named(
    tmp_path_factory: pytest.TempPathFactory, redis_url: str, database: DatabaseUrls
) -> AsyncIterator[Gateway]:
    folder = Path(tmp_path_factory.mktemp("named"))
    told = {"GATEWAY_HOSTS": "api.shop.example, *.apps.example"}
    async with running(folder, redis_url, database.app, mode="production", **told) as gateway:
        yield gateway


@pytest.mark.parametrize("path", PATHS)
async def test_whoever_asks_for_another_host_is_refused_and_nothing_is_asked(
    named: Gateway, path: str
) -> None:
    for host in FOREIGN:
        for method in ("POST", "GET", "OPTIONS"):
            answer = await named.http.request(method, path, headers={"host": host})
            assert answer.status_code == 400, (host, method)
            assert "ask for api.shop.example or *.apps.example" in answer.text
            assert "access-control-allow-origin" not in answer.headers
    assert not named.services.calls


async def test_who_names_two_hosts_or_none_is_refused(named: Gateway) -> None:
    asked = "POST /graphql HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 2\r\n{hosts}\r\n{{}}"
    port = int(named.address.rpartition(":")[2])
    for hosts in ("", "Host: api.shop.example\r\nHost: evil.example\r\n", "Host: \r\n"):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(asked.format(hosts=hosts).encode())
        assert b"no such host is served here" in await reader.readuntil(b"}"), hosts
        writer.close()
    assert not named.services.calls


@pytest.mark.parametrize("host", ["api.shop.example", "API.shop.example:8443", "a.b.apps.example"])
async def test_our_own_names_are_answered_on_any_port(named: Gateway, host: str) -> None:
    answer = await named.http.post("/graphql", json={}, headers={"host": host})
    assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


@pytest.mark.parametrize("path", ["/healthz", "/metrics"])
async def test_probes_come_by_address_and_are_answered(named: Gateway, path: str) -> None:
    assert (await named.http.get(path, headers={"host": "10.1.2.3:8100"})).status_code == 200


async def test_a_page_whose_name_leads_here_opens_no_socket_in_development(gateway: Gateway) -> None:
    port = int(gateway.address.rpartition(":")[2])
    page = f"evil.example:{port}"
    protocol = ["graphql-transport-ws"]
    with pytest.raises(InvalidStatus) as refused:
        # Its origin is the host it asks for, so that only that host's name gives it away.
        async with connect(
            f"ws://{page}/graphql",
            subprotocols=protocol,  # type: ignore[arg-type]
            origin=f"http://{page}",  # type: ignore[arg-type]
            host="127.0.0.1",
            port=port,
        ):
            raise AssertionError
    assert refused.value.response.status_code == 400
    assert (
        await gateway.http.get("/graphql", headers={"host": page, "accept": "text/html"})
    ).status_code == 400


@pytest.mark.parametrize(
    "name", ["shop.example:443", "https://shop.example", "a.*.example", "*example", "a/b"]
)
def test_what_can_be_nobodys_host_is_refused_at_start(named: Gateway, name: str) -> None:
    addresses = dict.fromkeys(("loyalty", "members", "consent"), "http://127.0.0.1:1")
    with pytest.raises(ValidationError, match="a host is a name"):
        settings(named.issuer, "redis://", "postgresql://", addresses, "production", GATEWAY_HOSTS=name)
