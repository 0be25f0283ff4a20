"""What must hold of merges that stand: what each would give back is what came by it, less what was settled of that since."""

from typing import Any

import asyncpg
import orjson

from services.kit import database
from services.loyalty.rules.ledger.entries import Account, Entry
from services.loyalty.rules.ledger.slices import Slices
from services.loyalty.rules.members.merges import Share
from services.loyalty.storage.ledger import history
from services.loyalty.storage.ledger.integrity.checks import Findings, Mismatch

_NAME = "merge shares"
_Place = tuple[str, int, str]


class MergeShares:
    """Follows, one by one, the entries of each merge and those about the merged member's orders and redemptions since.

    Left out are merges of which that cannot be told: whose survivor was itself merged into somebody since and parted
    again, so that what was settled meanwhile lies with that one; and where one refund gave back redemptions of the
    merged member and of others, which is done under one key.
    """

    name = _NAME
    proves = "what each merge that stands would give back came by it, less what was settled of that since"
    reads = ("merges",)

    async def look(self, connection: database.RawConnection) -> Findings:
        findings, followed = Findings(), dict[_Place, dict[int, Share]]()
        async for row in connection.cursor(_ENTRIES, prefetch=2_000):
            entry = history.recorded(row).entry
            share = followed.setdefault(_place(row), {}).setdefault(entry.currency, Share())
            if row["came"]:
                _come(share, entry)
            else:
                share.settle(entry)
        async for row in connection.cursor(_SHARES, prefetch=2_000):
            said = {int(number): Share(*parts) for number, parts in orjson.loads(row["currencies"]).items()}
            there = followed.get(_place(row), {})
            for number in sorted({*said, *there}):
                says, follows = _plain(said.get(number)), _plain(there.get(number))
                if says != follows:
                    place = dict(zip(("member_id", "programme", "merge_id"), _place(row), strict=True))
                    what = f"in currency {number} it would give back {says}, and by its entries {follows}"
                    findings.add(Mismatch(_NAME, "merges", place, what))
        return findings


def _place(row: asyncpg.Record) -> _Place:
    return str(row["merged"]), row["programme"], row["merge_id"]


def _come(share: Share, entry: Entry) -> None:
    """An entry of the merge itself on the survivor's side: what came over, and what of it repaid a debt or owes one."""
    match entry.from_account, entry.to_account:
        case Account.TRANSFERS, Account.AVAILABLE:
            assert entry.lot is not None, "a merge brings lots"
            kept = min(entry.points, max(0, entry.balance_after))
            share.lots.append([*entry.lot, kept])
            share.repaid.append([*entry.lot, entry.points - kept])
        case Account.TRANSFERS, Account.PENDING:
            assert entry.lot is not None, "a merge brings promises in lots"
            share.pending.append([*entry.lot, entry.points])
        case Account.AVAILABLE, _ if entry.lot is not None:
            share.paid.append([*entry.lot, entry.points])
        case _:
            share.owed += entry.points


def _plain(share: Share | None) -> tuple[Any, ...]:
    """A share to be compared: how much of each lot, in their order."""
    share = share or Share()
    return (*map(_summed, (share.lots, share.repaid, share.pending, share.paid)), share.owed)


def _summed(slices: Slices) -> list[list[int]]:
    by_lot: dict[tuple[int, ...], int] = {}
    for *lot, points in slices:
        by_lot[tuple(lot)] = by_lot.get(tuple(lot), 0) + points
    return [[*lot, points] for lot, points in sorted(by_lot.items()) if points]


# ``up`` are those who have or had what came by a merge, ``down`` those whose it was.
_FOLLOWED = """
WITH RECURSIVE standing AS MATERIALIZED (
  SELECT from_member AS merged, programme, merge_id, into_member, merged_at, share FROM merges WHERE undone_at IS NULL
), up AS (
  SELECT merged, programme, merge_id, merged_at, into_member AS name FROM standing
  UNION
  SELECT u.merged, u.programme, u.merge_id, u.merged_at, s.into_member FROM up u
  JOIN standing s ON s.merged = u.name AND s.programme = u.programme
), down AS (
  SELECT merged, programme, merge_id, merged AS name FROM standing
  UNION
  SELECT d.merged, d.programme, d.merge_id, s.merged FROM down d
  JOIN standing s ON s.into_member = d.name AND s.programme = d.programme
), given AS MATERIALIZED (
  SELECT DISTINCT d.merged, d.programme, d.merge_id, r.key FROM down d JOIN standing s USING (merged, programme, merge_id)
  JOIN reversals r ON r.member_id = d.name AND r.recorded_at >= s.merged_at
), unsure AS (
  SELECT u.merged, u.programme, u.merge_id FROM up u
  JOIN merges o ON o.from_member = u.name AND o.programme = u.programme AND o.undone_at > u.merged_at
  UNION
  SELECT g.merged, g.programme, g.merge_id FROM given g JOIN reversals r USING (key)
  LEFT JOIN down d ON (d.merged, d.programme, d.merge_id, d.name) = (g.merged, g.programme, g.merge_id, r.member_id)
  WHERE d.name IS NULL
), followed AS (
  SELECT merged, programme, merge_id, into_member, merged_at, share -> 'currencies' AS currencies FROM standing
  WHERE (merged, programme, merge_id) NOT IN (SELECT merged, programme, merge_id FROM unsure)
)
"""

_SHARES = f"{_FOLLOWED} SELECT merged, programme, merge_id, currencies FROM followed"  # noqa: S608  # a part of ours

_ENTRIES = f"""
{_FOLLOWED}, theirs AS MATERIALIZED (
  SELECT d.merged, d.programme, d.merge_id, o.source || ':' || o.order_id AS order_ref
  FROM down d JOIN orders o ON o.member_id = d.name AND o.programme = d.programme
)
SELECT f.merged, f.programme, f.merge_id, e.*, e.type = 'MERGE' AS came FROM followed f
JOIN up u USING (merged, programme, merge_id)
JOIN entries e ON e.member_id = u.name AND e.recorded_at >= f.merged_at
JOIN currencies c ON c.number = e.currency AND c.programme = f.programme
WHERE (e.type = 'MERGE' AND e.recorded_at = f.merged_at AND e.member_id = f.into_member)
  OR (e.type IN ('EARN_REVERSAL', 'WRITE_OFF', 'PENDING_CANCELED', 'PENDING_ACTIVATED') AND e.order_ref <> ''
      AND (f.merged, f.programme, f.merge_id, e.order_ref) IN (SELECT * FROM theirs))
  OR (e.type IN ('REDEEM_REVERSAL', 'EXPIRE') AND (f.merged, f.programme, f.merge_id, e.key) IN (SELECT * FROM given))
ORDER BY f.merged, f.programme, f.merge_id, e.recorded_at, e.ord
"""  # noqa: S608  # parts of ours
