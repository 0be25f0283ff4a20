"""What must hold of wallets whose lots slide: they are what their entries leave, followed one by one."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from services.kit import database
from services.loyalty.rules.ledger.entries import SLIDING, Entry
from services.loyalty.rules.ledger.holds import Hold
from services.loyalty.rules.ledger.replay import EntryDoesNotFollow, Replay
from services.loyalty.rules.ledger.wallets import Wallet
from services.loyalty.storage.ledger import history, redemptions, rows
from services.loyalty.storage.ledger.integrity.checks import Findings, Mismatch

_NAME = "sliding lots"
_AT_ONCE = 500


@dataclass(slots=True)
class _Followed:
    """A wallet as its entries leave it, and the entry that does not follow on those before it, if there is one."""

    member_id: str
    currency: int
    replay: Replay = field(default_factory=Replay)
    fault: Mismatch | None = None

    def is_of(self, entry: Entry) -> bool:
        return (self.member_id, self.currency) == (entry.member_id, entry.currency)

    def follow(self, entry: Entry) -> None:
        if self.fault is None:
            try:
                self.replay.apply(entry)
            except EntryDoesNotFollow as fault:
                place = {"member_id": self.member_id, "key": str(UUID(bytes=entry.key)), "part": entry.part}
                self.fault = Mismatch(_NAME, "entries", place, str(fault))

    def judge(self, stored: Wallet, holds: Sequence[Hold]) -> Mismatch | None:
        """What is wrong with what is stored; points and holds that are missing altogether are for other checks."""
        if self.fault is not None:
            return self.fault
        left = self.replay.wallet(self.member_id, self.currency, holds)
        kept = {hold.hold_id: hold.slices for hold in left.holds}
        pairs = [("lots", stored.lots, left.lots), ("pending lots", stored.pending_lots, left.pending_lots)]
        pairs += [
            (f"slices of hold {h.hold_id}", h.slices, kept[h.hold_id]) for h in holds if h.hold_id in kept
        ]
        wrong = [
            f"its {name} are {there}, and its entries leave {then}"
            for name, there, then in pairs
            if there != then
        ]
        place = {"member_id": self.member_id, "currency": self.currency}
        return Mismatch(_NAME, "wallets", place, "; ".join(wrong)) if wrong else None


class SlidingLots:
    """Follows the entries of wallets with sliding lots, some hundred wallets at once."""

    name = _NAME
    proves = "each wallet and hold whose lots slide is what its entries leave, followed one by one"
    reads = ("wallets",)

    async def look(self, connection: database.RawConnection) -> Findings:
        findings, followed = Findings(), list[_Followed]()
        async for row in connection.cursor(_ENTRIES, SLIDING, prefetch=2_000):
            entry = history.recorded(row).entry
            if not followed or not followed[-1].is_of(entry):
                if len(followed) == _AT_ONCE:
                    await _judge(connection, followed, findings)
                followed.append(_Followed(entry.member_id, entry.currency))
            followed[-1].follow(entry)
        await _judge(connection, followed, findings)
        return findings


async def _judge(connection: database.RawConnection, followed: list[_Followed], findings: Findings) -> None:
    """Compare what was followed with what is stored, and begin anew."""
    places = [each.member_id for each in followed], [each.currency for each in followed]
    holds: dict[tuple[str, int], list[Hold]] = {}
    for row in await connection.fetch(_HOLDS, *places):
        hold = redemptions.hold(row)
        holds.setdefault((hold.member_id, hold.currency), []).append(hold)
    wallets = [rows.wallet(row) for row in await connection.fetch(_WALLETS, *places)]
    stored = {(wallet.member_id, wallet.currency): wallet for wallet in wallets}
    for each in followed:
        place = each.member_id, each.currency
        if place in stored and (wrong := each.judge(stored[place], holds.get(place, ()))) is not None:
            findings.add(wrong)
    followed.clear()


_ENTRIES = """
SELECT e.* FROM entries e
JOIN (SELECT DISTINCT member_id, currency FROM entries WHERE lot_month = $1) AS slid USING (member_id, currency)
ORDER BY e.member_id, e.currency, e.recorded_at, e.ord
"""

_WALLETS = f"""
SELECT {rows.WALLET.format(lots=rows.ALL_LOTS)} FROM wallets w
JOIN unnest($1::uuid[], $2::smallint[]) AS k(member_id, currency) USING (member_id, currency)
"""  # noqa: S608  # columns of ours

_HOLDS = """
SELECT h.* FROM holds h JOIN unnest($1::uuid[], $2::smallint[]) AS k(member_id, currency) USING (member_id, currency)
WHERE h.state = 'OPEN' ORDER BY h.hold_id
"""
