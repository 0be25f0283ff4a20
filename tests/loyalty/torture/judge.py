"""The judge: what a ledger's tables say about acts, and about themselves, by nothing but SQL and sums."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from tests.loyalty.conftest import Loyalty
from tests.loyalty.test_integrity import check_everything
from tests.loyalty.torture.acts import Act

Marks = Counter[tuple[str, str, str]]
"""Points by what marks their entries (an order, a reason), by type and by currency."""


@dataclass
class Verdict:
    """How many acts were answered with a posting, and how many of those are there once, not at all, or too often."""

    answered: int = 0
    kept: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"operations answered {self.answered}, kept {self.kept}, "
            f"lost {len(self.lost)}, doubled {len(self.doubled)}"
        )

    @property
    def clean(self) -> bool:
        return not self.lost and not self.doubled and self.kept == self.answered


async def judge(loyalty: Loyalty, acts: Iterable[Act]) -> Verdict:
    """Hold what was answered against what is stored. Acts that share a mark are judged together."""
    marks, found = expected(acts), await stored(loyalty)
    by_mark: dict[tuple[str, str, str], list[str]] = {}
    verdict = Verdict()
    for act in acts:
        if act.answer is None:
            continue
        own = list(_of(act))
        if not own:
            continue  # for instance an order that earned nothing
        verdict.answered += 1
        wrong = [mark for mark, _ in own if found[mark] != marks[mark]]
        for mark in wrong:
            by_mark.setdefault(mark, []).append(act.name)
        if not wrong:
            verdict.kept += 1
    for mark, names in by_mark.items():
        said = f"{mark} of {', '.join(names)}: {marks[mark]} answered, {found[mark]} stored"
        (verdict.lost if found[mark] < marks[mark] else verdict.doubled).append(said)
    # What no answer speaks of: of acts that were refused, or of none at all.
    for mark, points in found.items():
        if mark not in marks:
            verdict.doubled.append(f"{mark}: nothing answered, {points} stored")
    return verdict


def expected(acts: Iterable[Act]) -> Marks:
    """What the answers say was posted."""
    marks: Marks = Counter()
    for act in acts:
        if act.answer is not None:
            for mark, points in _of(act):
                marks[mark] += points
    return marks


def _of(act: Act) -> Iterable[tuple[tuple[str, str, str], int]]:
    answer: Any = act.answer
    points = int(answer.get("points", 0)) if answer else 0
    currency = _root(act).body.get("currency", "POINTS")
    match act.kind:
        case "pay":
            for earned in answer["order"].get("earned", []):
                yield (f"shop:{act.name}", "EARN", earned["currency"]), int(earned["points"])
        case "refund":
            assert act.about is not None
            yield (f"refund:{act.name}", "ROW", ""), 1
            for taken in answer.get("takenBack", []):
                back = int(taken.get("points", 0))
                if back:
                    yield (f"shop:{act.about.name}", "TAKEN_BACK", taken["currency"]), back
        case "redeem":
            yield (f"till:{act.name}", "REDEEM", currency), points
        case "reverse":
            assert act.about is not None
            yield (f"till:{_root(act).name}", "REDEEM_REVERSAL", currency), points
        case "hold":
            yield (f"till:{act.name}", "HOLD", "POINTS"), int(answer["hold"]["points"])
        case "capture":
            yield (f"till:{_root(act).name}", "HOLD_CAPTURE", "POINTS"), points
        case "adjust":
            change = int(act.body["points"])
            yield (
                (act.body["reason"], "ADJUST_CREDIT" if change > 0 else "ADJUST_DEBIT", "POINTS"),
                abs(change),
            )
        case "award":
            yield (act.body["reason"], "EARN", currency), points
        case "transfer":
            yield (f"transfer:{act.name}", "TRANSFER_IN", "POINTS"), points


def _root(act: Act) -> Act:
    """The redemption or hold that an act is about in the end; its name marks all entries."""
    while act.about is not None:
        act = act.about
    return act


async def stored(loyalty: Loyalty) -> Marks:
    """What the tables say was posted, by the same marks."""
    marks: Marks = Counter()
    for row in await loyalty.sql(_MARKED):
        marks[row["mark"], row["type"], row["code"]] += row["points"]
    for row in await loyalty.sql("SELECT refund_id, count(*) FROM refunds GROUP BY refund_id"):
        marks[f"refund:{row['refund_id']}", "ROW", ""] += row["count"]
    return marks


_MARKED = """
SELECT CASE WHEN order_ref <> '' THEN order_ref ELSE reason END AS mark, code, sum(points)::bigint AS points,
       CASE WHEN type IN ('EARN_REVERSAL', 'WRITE_OFF') THEN 'TAKEN_BACK' ELSE type::text END AS type
FROM entries JOIN currencies ON number = currency
WHERE type NOT IN ('EXPIRE', 'HOLD_RELEASE', 'TRANSFER_OUT', 'PENDING_ACTIVATED')
  AND (order_ref <> '' OR (reason <> '' AND type <> 'HOLD'))
GROUP BY 1, 2, 4
"""


async def be_sound(loyalty: Loyalty) -> None:
    """All that must hold of a ledger whatever was done to it."""
    await check_everything(loyalty)
    for what, query in _SOUND.items():
        wrong = await loyalty.sql(query)
        assert not wrong, f"{what}: {[dict(row) for row in wrong[:3]]}"


_SOUND = {
    "a wallet's available is its lots less its debt, and one of the two is 0": """
        SELECT * FROM (
          SELECT w.*, coalesce((SELECT sum(lots[n][4]) FROM generate_subscripts(lots, 1) AS n), 0) AS there,
                 coalesce((SELECT sum(pending_lots[n][4]) FROM generate_subscripts(pending_lots, 1) AS n), 0) AS soon
          FROM wallets w) AS w
        WHERE (available >= 0 AND available <> there) OR (available < 0 AND there <> 0) OR pending <> soon""",
    "held is what open holds keep": """
        SELECT w.member_id, w.held, h.kept FROM wallets w LEFT JOIN (
          SELECT member_id, currency, sum(slices[n][4]) AS kept FROM holds, generate_subscripts(slices, 1) AS n
          WHERE state = 'OPEN' GROUP BY 1, 2) AS h USING (member_id, currency)
        WHERE w.held <> coalesce(h.kept, 0)""",
    "a closed hold keeps nothing": "SELECT * FROM holds WHERE state <> 'OPEN' AND slices <> '{}'",
    "a hold's points were captured, released, or are still held": """
        SELECT h.* FROM holds h JOIN (
          SELECT member_id, order_ref, sum(points) FILTER (WHERE type = 'HOLD') AS held,
                 coalesce(sum(points) FILTER (WHERE type = 'HOLD_CAPTURE'), 0) AS captured,
                 coalesce(sum(points) FILTER (WHERE type = 'HOLD_RELEASE'), 0) AS released
          FROM entries WHERE order_ref LIKE 'till:hold-%' GROUP BY 1, 2
        ) AS e USING (member_id, order_ref)
        WHERE h.points <> e.held OR h.captured <> e.captured OR e.held - e.captured - e.released <>
          coalesce((SELECT sum(slices[n][4]) FROM generate_subscripts(slices, 1) AS n), 0)""",
    "each balance follows from the one before, in the order of the member's own time": """
        SELECT * FROM (
          SELECT member_id, currency, recorded_at, type, balance_after,
                 balance_after - coalesce(lag(balance_after) OVER own, 0) AS change,
                 CASE WHEN to_account = 'AVAILABLE' THEN points ELSE 0 END
                   - CASE WHEN from_account = 'AVAILABLE' THEN points ELSE 0 END AS moved
          FROM entries WINDOW own AS (PARTITION BY member_id, currency ORDER BY recorded_at, lane, batch, ord)
        ) AS e WHERE change <> moved""",
    "what one member gives another gets": """
        SELECT 1 FROM entries HAVING coalesce(sum(points) FILTER (WHERE type = 'TRANSFER_OUT'), 0)
          <> coalesce(sum(points) FILTER (WHERE type = 'TRANSFER_IN'), 0)""",
    "what is due is known": """
        SELECT w.* FROM wallets w WHERE next_due_at <> least(
          coalesce(lots[1][1], 9223372036854775807), coalesce(pending_lots[1][1], 9223372036854775807),
          coalesce((SELECT min(expires_at) FROM holds h WHERE h.member_id = w.member_id
                    AND h.currency = w.currency AND state = 'OPEN'), 9223372036854775807))""",
}
