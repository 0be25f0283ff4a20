"""`huiyuan ledger`: the ledger that the system wrote is proved, and heads of its chains are outside the database."""

import stat
import subprocess
import sys
import time

from infra.local import layout
from tests.end_to_end import books
from tests.end_to_end.callers import OrderSystem, order
from tests.end_to_end.house import House

PUBLISHED_WITHIN_S = 20.0


def command(house: House, *words: str, of: str = "ledger") -> tuple[int, str]:
    """How `huiyuan ledger …` or another group's command ended, and what it said."""
    done = subprocess.run(
        [sys.executable, "-m", "infra.local", of, *words],
        cwd=layout.ROOT,
        env=house.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def published(house: House) -> str:
    """What `heads` says once something was published."""
    deadline = time.monotonic() + PUBLISHED_WITHIN_S
    while True:
        code, said = command(house, "heads")
        assert code == 0, said
        if "last at" in said:
            return said
        assert time.monotonic() < deadline, said
        time.sleep(1)


async def test_what_the_system_posted_is_proved_also_against_what_was_published(
    running: House, shop: OrderSystem
) -> None:
    shop.record(order(shop.register().member_id, 12_300))
    assert "public key" in published(running)
    assert stat.S_IMODE((running.home / "ledger-signing-key.pem").stat().st_mode) == 0o600
    code, said = command(running, "verify")
    assert code == 0, said
    assert "everything agrees" in said
    assert "published heads" in said
    (kept,) = await books.select(
        running,
        "loyalty",
        "SELECT mismatches::text, heads::text FROM verifications ORDER BY finished_at DESC LIMIT 1",
    )
    assert kept["mismatches"] == "[]"


def test_without_a_system_it_says_what_to_do(house: House) -> None:
    code, said = command(house, "verify")
    assert code == 1
    assert "huiyuan up" in said
