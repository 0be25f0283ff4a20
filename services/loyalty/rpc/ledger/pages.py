"""Pages: a member's entries at the door, newest first."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from huiyuan.kit.v1.kit_pb2 import MemberKey
from huiyuan.loyalty.v1 import points_pb2 as wire

from services.kit import copying, database, instants, rpc
from services.kit.refusal import Refusal
from services.loyalty.rpc.wire import PageNotUnderstood, page_size, readable_member
from services.loyalty.rules.ledger.asks import UnknownCurrency
from services.loyalty.rules.ledger.entries import is_promise
from services.loyalty.rules.ledger.expiry import NEVER
from services.loyalty.rules.programmes.programmes import Programme
from services.loyalty.storage.ledger import points

MOST_ENTRIES = 100
Readable = Callable[[MemberKey], str | Refusal]
"""The member that a key asks about, when its own caller may read it; why not, otherwise."""

_EPOCH_S = copying.EPOCH_US // 1_000_000
_PAGE = wire.EntriesResult.PAGE_FIELD_NUMBER


async def pages_of(
    reader: database.Pool | database.RawConnection,
    keys: Iterable[wire.EntriesKey],
    programme: Programme,
    readable: Readable = readable_member,
    unmerged: Collection[str] = (),
) -> list[bytes]:
    """An ``EntriesResult`` for each key: a page of entries for who may be read, and why not for the others.

    ``unmerged`` were just seen not to be merged.
    """
    numbers: dict[str, tuple[int, ...]] = {}
    asked = [_asked(key, programme, readable, numbers) for key in keys]
    good = [nth for nth, page in enumerate(asked) if isinstance(page, points.EntriesAsked)]
    pages = await points.entries(reader, [asked[nth] for nth in good], unmerged=unmerged)  # type: ignore[misc]
    by_place = {good[place]: page for place, page in pages.items()}
    codes = {currency.number: currency.code for currency in programme.currencies}
    return [
        wire.EntriesResult(refusal=rpc.wire_refusal(page)).SerializeToString()
        if isinstance(page, Refusal)
        else rpc.embedded(_PAGE, _page(*by_place.get(nth, ([], False)), codes))
        for nth, page in enumerate(asked)
    ]


def _asked(
    key: wire.EntriesKey, programme: Programme, readable: Readable, numbers: dict[str, tuple[int, ...]]
) -> points.EntriesAsked | Refusal:
    """What a key asks for; ``numbers`` are those of the currencies that keys named before, which mostly name the same."""
    try:
        first, currency = page_size(key.first, MOST_ENTRIES), key.currency
        after = place_of(key.after, "after") if key.after else None
        if currency not in numbers:
            numbers[currency] = tuple(c.number for c in programme.currencies if currency in ("", c.code))
        if not numbers[currency]:
            raise UnknownCurrency(f"the programme has no currency {currency!r}", field="currency")
        member = readable(key.member)
        if isinstance(member, Refusal):
            return member
        return points.EntriesAsked(member, numbers[currency], first, after)
    except Refusal as refusal:
        return refusal


def place_of(entry_id: str, field: str) -> tuple[int, int]:
    """Where an entry stands: when it was recorded, and its place in its batch. Raises ``PageNotUnderstood``."""
    match = re.fullmatch(r"([0-9]{1,17})-([0-9]{1,9})", entry_id)
    if match is None:
        raise PageNotUnderstood(f"{field} must be the id of an entry", field=field)
    return int(match[1]), int(match[2])


def _page(page: list[points.EntryRow], more: bool, codes: Mapping[int, str]) -> bytes:
    entries = [_entry(row, codes) for row in page]
    return wire.EntryPage(entries=entries, has_next_page=more).SerializeToString()


# As dictionaries protobuf makes entries and their instants at a fifth of the cost.
def _entry(row: points.EntryRow, codes: Mapping[int, str]) -> dict[str, Any]:
    _, _, recorded_at, ordinal, currency, entry_type, moved, from_account, to_account, *rest = row
    balance_after, occurred_at, order_ref, rule_version, reason, actor, lot_expires_at = rest
    recorded = copying.received(recorded_at)
    entry = {
        "entry_id": points.place(recorded, ordinal),
        "currency": codes[currency],
        "type": entry_type,
        "points": moved,
        "from_account": from_account,
        "to_account": to_account,
        "balance_after": balance_after,
        "occurred_at": _sent(occurred_at),
        "recorded_at": instants.of_micros(recorded),
        "order_ref": order_ref,
        "rule_version": rule_version,
        "reason": reason,
        "actor": actor,
    }
    if lot_expires_at is not None and lot_expires_at < NEVER and not is_promise(from_account, to_account):
        entry["expires_at"] = instants.of_micros(lot_expires_at)
    return entry


def _sent(instant: bytes) -> dict[str, int]:
    """An instant as it was sent by the database, for the wire."""
    seconds, rest = divmod(int.from_bytes(instant, "big", signed=True), 1_000_000)
    return {"seconds": seconds + _EPOCH_S, "nanos": rest * 1000}
