"""Whatever strangers send, nothing of it is left behind, and the process answers the next as ever."""

from collections.abc import AsyncIterator

import pytest

from tests.gateway.gateway_client import Gateway


@pytest.fixture(autouse=True)
async def healthy(gateway: Gateway, production: Gateway) -> AsyncIterator[None]:
    """What each test ends with: nothing was asked of the services, nothing is in flight, and the next is answered."""
    for one in (gateway, production):
        one.services.calls.clear()
    yield
    for one in (gateway, production):
        assert not one.services.calls
        assert one.services.requests == []
    assert (await gateway.http.get("/healthz")).status_code == 200
    _, token = gateway.join()
    assert "errors" not in await gateway.ask("{me{points{available}}}", token)
    assert "\nhuiyuan_graphql_in_flight 0.0\n" in (await gateway.http.get("/metrics")).text
