"""What the loyalty service tells staff about its ledger's integrity, and what its role cannot do to it."""

from typing import Any

import asyncpg
import pytest

from services.kit import rpc
from services.loyalty.jobs.verification import verify
from tests.loyalty.conftest import order
from tests.loyalty.integrity.conftest import Silent

METHOD = "IntegrityService/GetIntegrity"


async def test_staff_are_told_what_the_last_verification_found_and_where_the_chains_end(
    make_loyalty: Any,
) -> None:
    async with make_loyalty() as loyalty:
        assert (await loyalty.staff(METHOD, {}, "auditor")).json() == {}
        body = order(loyalty.new_member(), 10_000)
        assert (await loyalty.order_system("OrdersService/RecordOrder", body)).status_code == 200
        await verify(loyalty.database, None, {}, Silent())
        await loyalty.sql("UPDATE wallets SET available = available + 1 WHERE currency = 1")
        outcome = await verify(loyalty.database, None, {}, Silent())
        told = (await loyalty.staff(METHOD, {}, "operations")).json()
        (batch,) = await loyalty.sql("SELECT lane, seq, hash FROM batches")
        assert told["heads"] == [{"seq": "1", "hash": batch["hash"].hex(), "verifiedSeq": "1"}]
        last = told["last"]
        assert (last["verificationId"], last["entries"], last["batches"]) == (
            outcome.verification.verification_id,
            "2",
            "1",
        )
        assert int(last["mismatches"]) == outcome.verification.wrong > 0
        assert {wrong["check"] for wrong in last["firstMismatches"]} == {"zero sum", "balances", "wallets"}
        assert f"member_id {body['memberId']}" in [
            wrong["row"].partition(",")[0] for wrong in last["firstMismatches"]
        ]


@pytest.mark.parametrize("role", ["support", "privacy_officer"])
async def test_staff_whom_it_does_not_concern_are_refused(loyalty: Any, role: str) -> None:
    assert (await loyalty.staff(METHOD, {}, role)).status_code == 403


async def test_order_systems_and_members_are_refused(loyalty: Any) -> None:
    assert (await loyalty.order_system(METHOD, {})).status_code == 403
    assertion = loyalty.assertion("member", loyalty.new_member())
    assert (await loyalty.call(METHOD, {}, headers={rpc.CALLER_HEADER: assertion})).status_code == 403


@pytest.mark.parametrize("table", ["entries", "batches", "refunds", "reversals", "denials", "verifications"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET {}", "DELETE FROM {}", "TRUNCATE {}"])
async def test_the_services_role_cannot_change_what_was_written_once(
    busy: Any, table: str, statement: str
) -> None:
    connection = await asyncpg.connect(busy.app)
    try:
        column = await connection.fetchval(
            "SELECT attname FROM pg_attribute WHERE attrelid = $1::regclass AND attnum = 1", table
        )
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement.format(table, f"{column} = {column}"))
    finally:
        await connection.close()
