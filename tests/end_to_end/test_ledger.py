"""`huiyuan ledger`: the ledger that the system wrote is proved, and heads of its chains are outside the database."""

import stat
import time

from tests.end_to_end import books
from tests.end_to_end.callers import OrderSystem, order
from tests.end_to_end.house import House

PUBLISHED_WITHIN_S = 20.0


def published(house: House) -> str:
    """What `heads` says once something was published."""
    heads, deadline = house.home / "ledger-heads.jsonl", time.monotonic() + PUBLISHED_WITHIN_S
    while not (heads.exists() and heads.stat().st_size):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    code, said = house.say("ledger", "heads")
    assert (code, "last at" in said) == (0, True), said
    return said


async def test_what_the_system_posted_is_proved_also_against_what_was_published(
    running: House, shop: OrderSystem
) -> None:
    shop.record(order(shop.register().member_id, 12_300))
    assert "public key" in published(running)
    assert stat.S_IMODE((running.home / "ledger-signing-key.pem").stat().st_mode) == 0o600
    code, said = running.say("ledger", "verify")
    assert code == 0, said
    assert "everything agrees" in said
    assert "published heads" in said
    code, said = running.say("ledger", "reopen", "--actor", "ops", "--reason", "nothing at all")
    assert (code, "nothing to reopen" in said) == (1, True), said
    (kept,) = await books.select(
        running,
        "loyalty",
        "SELECT mismatches::text, heads::text FROM verifications ORDER BY finished_at DESC LIMIT 1",
    )
    assert kept["mismatches"] == "[]"


def test_without_a_system_it_says_what_to_do(house: House) -> None:
    code, said = house.say("ledger", "verify")
    assert code == 1
    assert "huiyuan up" in said
