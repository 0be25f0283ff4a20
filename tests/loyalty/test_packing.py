"""Lots as Postgres sends them: those of the shape that the ledger writes stay packed, and no others."""

from struct import error
from typing import Any

import asyncpg
import pytest

from services.loyalty.rules.ledger.slices import Slices
from services.loyalty.rules.ledger.wallets import Wallet
from services.loyalty.storage.ledger import rows

LOTS = [[1_700_000_000_000_000 + nth, 24_300 + nth, nth % 3, 2**40 + nth] for nth in range(5)]


async def stored(postgres: asyncpg.Connection, lots: str) -> Wallet:
    sent = await postgres.fetchval("SELECT array_send($1::text::bigint[])", lots)
    return rows.wallet(("", 1, 0, 0, 0, 3, sent, None, 0, 0))


def text(lots: Slices) -> str:
    return str(lots).translate(str.maketrans("[]", "{}", " "))


@pytest.mark.parametrize("count", range(6))
async def test_lots_are_what_was_stored_packed_or_not(postgres: Any, count: int) -> None:
    wallet = await stored(postgres, text(LOTS[:count]))
    assert (wallet.packed is not None) is (count > 1)
    if wallet.packed is not None:
        assert wallet.next_due_at == LOTS[0][0]
        assert wallet.lots_to_write == (count - 1, LOTS[count - 1 : count])
    assert wallet.lots == LOTS[:count]


async def test_lots_that_are_not_counted_from_one_are_written_whole(postgres: Any) -> None:
    wallet = await stored(postgres, f"[0:1][1:4]={text(LOTS[:2])}")
    assert wallet.lots_to_write == (0, LOTS[:2])


async def test_a_damaged_lot_is_never_passed_over(postgres: Any) -> None:
    damaged = text(LOTS[:3]).replace(str(LOTS[1][1]), "NULL")
    with pytest.raises(error):
        await stored(postgres, damaged)
