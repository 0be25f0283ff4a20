"""The gateway's own key: under a new one, and with the one before at hand, nothing of webhooks is lost."""

import secrets
from datetime import timedelta

import pytest
from cryptography.exceptions import InvalidTag

from gateway.webhooks.endpoints import Endpoints
from gateway.webhooks.keeping import reseal
from gateway.webhooks.secrets import Box
from gateway.webhooks.sources import Sources
from tests.gateway.webhooks.conftest import Office

BODY = b'{"orderId":"order-1"}'


@pytest.fixture
def newest() -> bytes:
    return secrets.token_bytes(32)


async def sealed(office: Office) -> list[tuple[str, bytes]]:
    rows = await office.rows.fetch(
        "SELECT owner_id::text, sealed FROM webhook_secrets ORDER BY 1, created_at"
    )
    return [(row["owner_id"], row["sealed"]) for row in rows]


async def test_what_rests_under_the_key_before_is_sealed_anew_once(office: Office, newest: bytes) -> None:
    endpoint_id, _ = await office.endpoint()
    office.time += timedelta(minutes=1)
    await office.endpoints.rotate(endpoint_id, end_previous=False)
    source, _ = await office.sources.create("shop", "", "")
    before = await sealed(office)
    opened = [(owner, office.box.open(secret, owner)) for owner, secret in before]
    ends = await office.endpoints.previous_secrets_end([endpoint_id])
    changing = Box(newest, office.key)
    assert [await reseal(office.engine, changing) for _ in range(2)] == [3, 0]

    after = await sealed(office)
    alone = Box(newest)
    assert [(owner, alone.open(secret, owner)) for owner, secret in after] == opened
    assert {owner for owner, _ in after} == {endpoint_id, source.source_id}
    for owner, secret in after:
        with pytest.raises(InvalidTag):
            office.box.open(secret, owner)
    kept = Endpoints(office.engine, alone, closed=False, now=office.now)
    assert await kept.previous_secrets_end([endpoint_id]) == ends != {}


async def test_while_keys_change_sources_are_believed_and_their_repeats_known(
    office: Office, newest: bytes
) -> None:
    source, _ = await office.sources.create("shop", "", "")
    assert await office.sources.receive(source.source_id, "msg_1", BODY)
    believed = await office.sources.believed(source.source_id)
    changing = Sources(office.engine, Box(newest, office.key), now=office.now)
    assert await changing.believed(source.source_id) == believed
    assert await changing.receive(source.source_id, "msg_1", BODY), (
        "the same, by the digest of the key before"
    )
    assert not await changing.receive(source.source_id, "msg_1", b"{}"), "another body under its id"
    assert await changing.receive(source.source_id, "msg_2", BODY)
    assert await Sources(office.engine, Box(newest), now=office.now).receive(source.source_id, "msg_2", BODY)


async def test_a_secret_under_a_key_that_is_gone_is_left_as_it_is(office: Office, newest: bytes) -> None:
    await office.endpoint()
    before = await sealed(office)
    assert await reseal(office.engine, Box(newest)) == 0
    assert await sealed(office) == before
