"""Lots that stay packed: whatever is done to such a wallet leaves what it leaves of one whose lots lie open."""

import random
from collections.abc import Callable

from services.loyalty.rules.ledger.entries import SLIDING, Account, EntryType, Journal, LotKey
from services.loyalty.rules.ledger.expiry import NEVER
from services.loyalty.rules.ledger.slices import Packed, Slices
from services.loyalty.rules.ledger.wallets import Wallet

MEMBER = "0192f3a4-0000-7000-8000-000000000001"
NOW = 1_000


def open_wallet(lots: Slices, promised: Slices) -> Wallet:
    there, pending = sum(lot[3] for lot in lots), sum(lot[3] for lot in promised)
    return Wallet(
        MEMBER, 1, there, pending, 0, 7, [list(lot) for lot in lots], [list(lot) for lot in promised]
    )


def packed_wallet(lots: Slices, promised: Slices) -> Wallet:
    """The same; storage's bytes are none of the rules' business, so any that come back as lots will do."""

    def unpack(_: bytes) -> Slices:
        return [list(lot) for lot in lots]

    wallet = open_wallet(lots, promised)
    wallet.keep_packed(Packed(b"", unpack, lots[0][0], len(lots) - 1), list(lots[-1]))
    return wallet


def some_lots(dice: random.Random) -> Slices:
    keys = {(dice.randint(2_000, 2_004), dice.choice((SLIDING, 1, 2)), dice.choice((0, 2))) for _ in range(4)}
    return [[*key, dice.randint(1, 50)] for key in sorted(keys)]


Done = Callable[[Wallet, Journal], object]


def something(dice: random.Random) -> Done:
    points, lot = dice.randint(1, 60), LotKey(dice.randint(1_999, 2_006), dice.choice((SLIDING, 1, 2)), 0)
    return dice.choice(
        [
            lambda wallet, journal: wallet.credit(journal, EntryType.EARN, points, lot, Account.ISSUED),
            lambda wallet, journal: wallet.credit(journal, EntryType.IMPORT, points, lot, Account.IMPORTED),
            lambda wallet, journal: wallet.take(journal, EntryType.REDEEM, points, Account.REDEEMED),
            lambda wallet, journal: wallet.take(journal, EntryType.EXPIRE, points, Account.EXPIRED, lot),
            lambda wallet, journal: wallet.add_pending(journal, points, lot),
            lambda wallet, _: wallet.there_in(lot),
        ]
    )


def done_to(wallet: Wallet, deed: Done) -> tuple[object, list[object], int]:
    """What came of it: the answer, the entries, and when the wallet is due next."""
    journal = Journal([], MEMBER, b"key", 1, "system", b"", NOW, NOW)
    return deed(wallet, journal), list(journal.entries), wallet.next_due_at


def test_packed_lots_end_as_open_ones_do() -> None:
    dice, stayed, looked = random.Random(11), 0, 0
    for _ in range(4_000):
        lots, promised = some_lots(dice), some_lots(dice)[: dice.randint(0, 1)]
        packed, open_ = packed_wallet(lots, promised), open_wallet(lots, promised)
        for _ in range(dice.randint(0, 3)):
            deed = something(dice)
            assert done_to(packed, deed) == done_to(open_, deed)
        kept, behind = packed.lots_to_write
        assert lots[:kept] + behind == open_.lots, "what storage makes of it"
        stayed += packed.packed is not None
        looked += packed.packed is None
        assert packed == open_
        assert packed.packed is None, "whoever compares has looked"
        assert packed.copy() == open_.copy()
        assert packed.next_due_at == open_.next_due_at < NEVER or not open_.lots
    assert stayed > 500
    assert looked > 500


def test_what_a_wallet_does_not_have_is_missed_packed_or_not() -> None:
    for wallet in (packed_wallet([[2_000, 1, 0, 5]], []), Wallet(MEMBER, 1)):
        assert not hasattr(wallet, "lot")
