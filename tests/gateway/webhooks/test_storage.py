"""Storage: the gateway's role can do what webhooks need and no more, and what is old is forgotten."""

from datetime import timedelta

import asyncpg
import pytest

from gateway.webhooks.log import KEPT
from infra.local.databases import DatabaseUrls
from tests.gateway.webhooks.conftest import Office, raised


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE webhook_attempts SET status_code = 200",
        "UPDATE webhook_messages SET body = ''",
        "UPDATE webhook_deliveries SET endpoint_id = gen_random_uuid()",
        "UPDATE webhook_deliveries SET message_id = 'x'",
        "UPDATE webhook_receipts SET digest = ''",
        "UPDATE webhook_secrets SET sealed = ''",
        "UPDATE webhook_sources SET source = 'x'",
        "UPDATE webhook_endpoints SET endpoint_id = gen_random_uuid()",
        "DELETE FROM inbox",
        "TRUNCATE webhook_deliveries",
        "DROP TABLE webhook_deliveries",
    ],
)
async def test_the_gateways_role_cannot_rewrite_what_happened(
    office: Office, webhook_database: DatabaseUrls, statement: str
) -> None:
    as_gateway = await asyncpg.connect(webhook_database.app)
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await as_gateway.execute(statement)
    finally:
        await as_gateway.close()


async def test_what_is_older_than_the_log_is_kept_is_forgotten_and_nothing_else(office: Office) -> None:
    kept, _ = await office.endpoint("/kept")
    deleted, _ = await office.endpoint("/deleted")
    source, _ = await office.sources.create("shop", "", "")
    await office.sources.receive(source.source_id, "msg_1", b"{}")
    await office.hear(raised(seq=1))
    await office.deliverer.deliver_due()
    await office.endpoints.delete(deleted)
    office.time += KEPT - timedelta(days=1)
    assert await office.log.forget() == 0
    await office.hear(raised(seq=2))
    await office.sources.receive(source.source_id, "msg_2", b"{}")
    office.time += timedelta(days=1, seconds=1)
    assert await office.log.forget() == 3
    assert await office.log.forget() == 0

    async def left(query: str) -> list[str]:
        return [row[0] for row in await office.rows.fetch(query)]

    assert await left("SELECT message_id FROM webhook_messages") == ["evt_loyalty_3_2_0"]
    assert await left("SELECT message_id FROM webhook_deliveries") == ["evt_loyalty_3_2_0"]
    assert await left("SELECT webhook_id FROM webhook_receipts") == ["msg_2"]
    assert await left("SELECT endpoint_id::text FROM webhook_endpoints") == [kept]
    assert await left("SELECT 'attempt' FROM webhook_attempts") == []


async def test_what_was_heard_while_its_endpoint_was_being_deleted_does_not_wait_for_ever(
    office: Office,
) -> None:
    endpoint_id, _ = await office.endpoint()
    await office.endpoint("/other")
    await office.hear(raised())
    await office.rows.execute(
        "UPDATE webhook_endpoints SET state = 'DELETED' WHERE endpoint_id = $1", endpoint_id
    )
    await office.log.forget()
    assert sorted(await office.states()) == ["CANCELLED", "PENDING"]


async def test_a_log_of_many_is_forgotten_by_portions(office: Office) -> None:
    endpoint_id, _ = await office.endpoint()
    await office.rows.execute(
        """INSERT INTO webhook_messages SELECT 'm' || n, 'tier.raised', '', now(), $1
           FROM generate_series(1, 12000) AS n""",
        office.time,
    )
    await office.rows.execute(
        """INSERT INTO webhook_deliveries (message_id, endpoint_id, type, state, created_at, due_at)
           SELECT message_id, $1, type, 'SUCCEEDED', created_at, created_at FROM webhook_messages""",
        endpoint_id,
    )
    office.time += KEPT + timedelta(seconds=1)
    assert await office.log.forget() == 12000
    assert await office.rows.fetchval("SELECT count(*) FROM webhook_messages") == 0


async def test_looking_for_what_is_due_reads_no_finished_delivery(office: Office) -> None:
    """With a long log, the worker's look costs as much as with none."""
    endpoint_id, _ = await office.endpoint()
    await office.rows.execute(
        """INSERT INTO webhook_messages SELECT 'm' || n, 'tier.raised', '', now(), now()
           FROM generate_series(1, 20000) AS n"""
    )
    await office.rows.execute(
        """INSERT INTO webhook_deliveries (message_id, endpoint_id, type, state, created_at, due_at)
           SELECT message_id, $1, type, 'SUCCEEDED', created_at, created_at FROM webhook_messages""",
        endpoint_id,
    )
    await office.rows.execute("ANALYZE webhook_deliveries")
    plan = await office.rows.fetch(
        "EXPLAIN SELECT delivery_id FROM webhook_deliveries WHERE endpoint_id = $1 AND state = 'PENDING'"
        " AND due_at <= now() ORDER BY due_at LIMIT 8",
        endpoint_id,
    )
    assert any("webhook_deliveries_due" in row[0] for row in plan)
