"""What must hold of refunds: each has the entries that are under its own key, which is made of its id."""

from typing import Any
from uuid import UUID

import asyncpg
import orjson

from services.kit import database
from services.loyalty.rules.ledger.entries import key_of
from services.loyalty.rules.orders.returns import BY_REFUND
from services.loyalty.storage.ledger.integrity.checks import Findings, Mismatch

_NAME = "refunds"
_Moved = dict[tuple[str, int], list[Any]]
"""By key and currency number: taken back, owed, written off, given back, the fingerprint, and the reversals' id."""

_SEVERAL = f"{BY_REFUND}\t"
"""Stands for reversals under one key that have other ids: one refund gives all back under its own."""

_SAYS = "taken back, owed, written off, given back are"


class Refunds:
    """Goes through orders of which anything was taken back; PostgreSQL cannot make the keys of refunds."""

    name = _NAME
    proves = "what each refund took back, let become debt, wrote off and gave back is what the entries under its id moved"
    reads = ("entries", "refunds")

    async def look(self, connection: database.RawConnection) -> Findings:
        findings = Findings()
        numbers: dict[int, dict[str, int]] = {}
        for programme, code, number in await connection.fetch(
            "SELECT programme, code, number FROM currencies"
        ):
            numbers.setdefault(programme, {})[code] = number
        async for row in connection.cursor(_BY_ORDER, prefetch=2_000):
            _compare(row, numbers.get(row["programme"], {}), findings)
        return findings


def _compare(row: asyncpg.Record, numbers: dict[str, int], findings: Findings) -> None:
    """One order's refunds and what was moved for it; a key without a refund is a redemption that was given back."""
    ref: str = row["order_ref"]
    source, _, order_id = ref.partition(":")
    moved: _Moved = {}
    for key, number, *rest in orjson.loads(row["moved"] or "[]"):
        known = moved.setdefault((key, number), rest)
        if known is not rest:  # under one key all is asked for at once
            findings.add(_wrong(ref, key, "entries of several requests are under one key"))
    for refund_id, *said in orjson.loads(row["said"] or "[]"):
        key = str(UUID(bytes=key_of("refund", source, order_id, refund_id)))
        for number, amounts in _said(numbers, *said).items():
            there = moved.pop((key, number), None)
            by = BY_REFUND + refund_id if amounts[3] else None
            if there != [*amounts, said[0], by] and (there or any(amounts)):
                what = f"in currency {number} {_SAYS} {amounts}; the entries say {there[:4] if there else 'nothing'}"
                findings.add(_wrong(ref, key, what, refund_id=refund_id))
    for (key, number), there in moved.items():
        if any(there[:3]) or (there[5] or "").startswith(BY_REFUND):
            what = f"in currency {number} {_SAYS} {there[:4]} by its entries, and no refund has their key"
            findings.add(_wrong(ref, key, what))


def _said(
    numbers: dict[str, int], _fingerprint: str, taken_back: dict[str, list[int]], returned: dict[str, int]
) -> dict[int, list[int]]:
    """What a refund says of each currency; of what it took back, some may have been forfeited before."""
    said = {}
    for code, number in numbers.items():
        points, owed, written_off, _, gone = (*taken_back.get(code, (0, 0, 0, 0)), 0)[:5]
        said[number] = [points - gone, owed, written_off, returned.get(code, 0)]
    return said


def _wrong(ref: str, key: str, what: str, **more: str) -> Mismatch:
    return Mismatch(_NAME, "refunds", {"order_ref": ref, "key": key, **more}, what)


_BY_ORDER = f"""
WITH reversed AS (
  SELECT key, CASE WHEN min(reversal_id) = max(reversal_id) THEN min(reversal_id) ELSE '{_SEVERAL}' END AS reversal_id
  FROM reversals GROUP BY key
), moved AS (
  SELECT order_ref, json_agg(json_build_array(key, currency, taken, owed, written_off, given, encode(fingerprint, 'hex'),
                                              CASE WHEN given > 0 THEN reversal_id END)) AS moved
  FROM (
    SELECT order_ref, key, currency, fingerprint,
           coalesce(sum(points) FILTER (WHERE to_account = 'ISSUED'), 0) AS taken,
           coalesce(sum(points) FILTER (WHERE type = 'EARN_REVERSAL' AND lot_month IS NULL), 0) AS owed,
           coalesce(sum(points) FILTER (WHERE type = 'WRITE_OFF'), 0) AS written_off,
           coalesce(sum(points) FILTER (WHERE type = 'REDEEM_REVERSAL'), 0) AS given
    FROM entries WHERE order_ref <> '' AND (to_account = 'ISSUED' OR type = 'REDEEM_REVERSAL')
    GROUP BY 1, 2, 3, 4
  ) AS by_key LEFT JOIN reversed USING (key)
  GROUP BY 1
), said AS (
  SELECT source || ':' || order_id AS order_ref,
         json_agg(json_build_array(refund_id, encode(r.fingerprint, 'hex'), taken_back, returned)) AS said
  FROM refunds r GROUP BY source, order_id
)
SELECT order_ref, moved, said, programme FROM moved FULL JOIN said USING (order_ref)
LEFT JOIN orders ON (source, order_id) = (split_part(order_ref, ':', 1), substr(order_ref, strpos(order_ref, ':') + 1))
"""  # noqa: S608  # a word of ours
