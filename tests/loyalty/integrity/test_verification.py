"""A verification: it agrees with a ledger that is right, also while it is written to, and keeps what it found."""

import asyncio

import asyncpg
import pytest
from sqlalchemy.engine import make_url

from services.loyalty.storage.ledger.integrity import verifications
from services.loyalty.storage.ledger.integrity.checks import KEPT
from services.loyalty.storage.ledger.integrity.verifications import CHECKS
from tests.loyalty.integrity.busy import Shop
from tests.loyalty.integrity.conftest import SEED, Ledger


async def test_a_busy_ledger_agrees_with_itself(ledger: Ledger) -> None:
    await ledger.publish()
    outcome = await ledger.verify()
    assert outcome.verification.mismatches == []
    assert outcome.agrees
    assert [check.name for check in outcome.verification.checks] == [
        *(check.name for check in CHECKS),
        "published heads",
    ]
    counted = await ledger.one("SELECT count(*) AS entries, count(DISTINCT type) AS types FROM entries")
    assert outcome.verification.entries == counted["entries"]
    assert counted["types"] == 19, "the busy ledger has entries of every type"
    busy = await ledger.one(
        """SELECT (SELECT count(*) FROM holds WHERE state = 'OPEN') AS open, (SELECT count(*) FROM reversals) AS reversals,
                  (SELECT count(*) FROM denials) AS denials, (SELECT count(*) FROM refunds) AS refunds,
                  (SELECT count(*) FROM wallets WHERE available < 0) AS debts, (SELECT count(*) FROM merges) AS merges,
                  (SELECT count(DISTINCT lane) - 1 FROM batches) AS more_lanes"""
    )
    assert all(busy.values()), dict(busy)


async def test_it_agrees_while_the_service_keeps_writing(ledger: Ledger) -> None:
    number = (await ledger.one("SELECT number FROM programmes"))["number"]
    shop = Shop(number, SEED + 1)
    async with shop.open(ledger.app, lanes=2):
        living = asyncio.create_task(shop.live(10_000, 20, merging=False))
        seen = set[int]()
        while len(seen) < 5:  # however long a verification takes, the ledger grows under it
            assert not living.done()
            outcome = await ledger.verify()
            assert outcome.verification.mismatches == []
            seen.add(outcome.verification.entries)
        living.cancel()
        await asyncio.gather(living, return_exceptions=True)


async def test_what_was_found_is_kept_and_its_newest_read_back(ledger: Ledger) -> None:
    await ledger.verify()
    await ledger.sql("UPDATE wallets SET version = version + 1 WHERE currency = 1")
    outcome = await ledger.verify()
    assert outcome.kept
    pool = await asyncpg.create_pool(ledger.app, min_size=0)
    try:
        assert await verifications.last(pool) == outcome.verification
    finally:
        await pool.close()
    assert (await ledger.one("SELECT count(*) FROM verifications"))["count"] == 2


async def test_of_thousands_of_rows_that_are_wrong_all_are_counted_and_the_first_are_named(
    ledger: Ledger,
) -> None:
    await ledger.sql("UPDATE entries SET balance_after = balance_after * 7 + part")
    wrong = {check.name: check.mismatches for check in (await ledger.verify()).verification.checks}
    named = (await ledger.mismatches())["running balances"]
    assert wrong["running balances"] > 10 * KEPT
    assert len(named) == KEPT


async def test_a_role_that_only_reads_will_do(ledger: Ledger) -> None:
    name = f"reader_{make_url(ledger.app).database}"
    await ledger.sql(f"CREATE ROLE {name} LOGIN PASSWORD 'r'")
    await ledger.sql(f"GRANT USAGE ON SCHEMA public TO {name}")
    await ledger.sql(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {name}")
    reader = make_url(ledger.app).set(username=name, password="r")
    outcome = await ledger.verify(reader.render_as_string(hide_password=False))
    assert (outcome.agrees, outcome.kept) == (True, False)
    await ledger.sql(f"DROP OWNED BY {name}")
    await ledger.sql(f"DROP ROLE {name}")


@pytest.mark.parametrize("event", ["gone", "forgotten"])
async def test_events_may_be_gone_once_they_are_old_enough_to_be_forgotten(
    ledger: Ledger, event: str
) -> None:
    days = 1 if event == "gone" else 9
    batch = await ledger.one(
        "SELECT lane, seq FROM batches WHERE events > 0 ORDER BY lane DESC, seq DESC LIMIT 1"
    )
    place = batch["lane"], batch["seq"]
    await ledger.sql(
        f"UPDATE batches SET committed_at = now() - interval '{days} days' WHERE (lane, seq) = ($1, $2)",
        *place,
    )
    await ledger.sql("DELETE FROM outbox WHERE (lane, seq) = ($1, $2)", *place)
    found = [wrong.place for wrong in (await ledger.mismatches()).get("events", [])]
    assert found == ([dict(zip(("lane", "seq"), place, strict=True))] if event == "gone" else [])
