"""The state that a batch of operations touches: members are locked in id order, the rest is read after that.

Mostly nobody moves a locked member's points beside us, and a key comes for the first time. So wallets are read without
a lock, and ``ledger.append`` sees by their versions whether they are still what they were; and no key is looked up
that posts, since the entries have it once. Where that does not come out, the batch is folded again with care.
"""

from collections.abc import Iterable

from services.kit import database
from services.loyalty.rules.earning.earn_limits import Count
from services.loyalty.rules.ledger.entries import EntryType
from services.loyalty.rules.ledger.holds import hold_named_by
from services.loyalty.rules.ledger.state import Place, State
from services.loyalty.rules.orders.checkout import once_key
from services.loyalty.rules.programmes.programmes import Programmes
from services.loyalty.storage.earning import earn_counts
from services.loyalty.storage.ledger import alone, columns, grants, redemptions, rows, standings
from services.loyalty.storage.ledger.touches import Touched, Touches
from services.loyalty.storage.members import birthdays
from services.loyalty.storage.rewards import takings
from services.loyalty.storage.tiers import placements

__all__ = ["Touches", "load"]


async def load(
    connection: database.RawConnection, batch: Iterable[Touches], programmes: Programmes, *, careful: bool
) -> State | None:
    """Lock the members' standings in id order, then read the rest in later statements.

    Where it is ``careful``, wallets are locked as well and all keys looked up; else ask ``came_before`` after the fold.
    None when a programme was published since ``programmes`` was read. Raises ``Outpaced``.
    """
    touched = Touched.of(batch)
    state = State(alone=bool(touched.wallets) and not touched.members)
    parting = set(touched.merges)
    joining = any(history.asks_for_joining for history in programmes.by_id.values())
    went = await standings.lock(connection, touched, state, joining=joining, careful=careful)
    revision = await _load_wallets(connection, touched, state, careful=careful)
    keys = touched.keys if careful or went else set()  # what was merged posted under another name
    if revision is None or keys or touched.redemptions or touched.spent_on:
        revision = await _load_posted(connection, touched, keys, state)
    if revision != programmes.revision:
        return None
    if any(merge.undone_at for merges in state.merges.values() for merge in merges):
        await _load_captured(connection, state)
    if parting and state.holds:
        await _load_namesakes(connection, parting, state)
    await _load_orders(connection, touched, programmes, state)
    if touched.placements:
        state.placements = await placements.load(connection, sorted(touched.placements))
    if counted := _counted(touched, programmes, state):
        await earn_counts.load(connection, counted, state.counts, lock=True)
    if again := _first_again(touched, programmes, state):
        state.promised = await grants.had(connection, again)
    if celebrating := _celebrating(touched, programmes, state):
        state.birthdays = await birthdays.load(connection, celebrating)
    await takings.load(connection, touched.rewards, touched.takings, state)
    return state


async def came_before(connection: database.RawConnection, batch: Iterable[Touches], state: State) -> bool:
    """After a fold: whether a key that posted nothing now did before, and was not looked up."""
    unposted = [place for one in batch for place in one.keys if not state.posted.get(place)]
    return bool(unposted) and bool(await connection.fetchval(_CAME_BEFORE, *_columns(unposted)))


async def _load_wallets(
    connection: database.RawConnection, touched: Touched, state: State, *, careful: bool
) -> int | None:
    """Wallets and holds; the programmes' revision, None where that or a declined key is still to be looked up.

    As mostly no key was declined, to see that takes no statement of its own.
    """
    if touched.wallets:
        revision = await alone.read(connection, touched.wallets, state, lock=careful or not state.alone)
        if state.alone:
            return revision
    if not touched.members:
        return None
    members = columns.ids(sorted({member for member, _ in touched.members}))
    holders = {member for member, _ in touched.holds}
    if careful:
        found = await connection.fetch(_LOCK_WALLETS, members)
    else:
        found = await connection.fetch(_WALLETS_AND_LOOK, members, *_columns(touched.keys))
    revision = found[0]["revision"] if found and not careful and not found[0]["denied"] else None
    for row in found:
        wallet = rows.wallet(row)
        state.wallets[wallet.member_id, wallet.currency] = wallet
        if wallet.held:
            holders.add(wallet.member_id)
    if not holders:
        return revision
    named = list(zip(*touched.holds, strict=True)) or [(), ()]
    for row in await connection.fetch(_HOLDS, list(holders), *named):
        hold = redemptions.hold(row)
        state.holds[hold.member_id, hold.hold_id] = hold
        if row["state"] == "OPEN" and (hold.member_id, hold.currency) in state.wallets:
            state.wallets[hold.member_id, hold.currency].holds.append(hold)
    return revision


async def _load_orders(
    connection: database.RawConnection, touched: Touched, programmes: Programmes, state: State
) -> None:
    by_number = {history.newest.number: history.newest for history in programmes.by_id.values()}
    money = {}
    if touched.orders:
        sources, ids = zip(*touched.orders, strict=True)
        for row in await connection.fetch(_ORDERS, sources, ids):
            programme = by_number[row["programme"]]
            order = rows.order(row, programme.programme_id, programme.money_currency)
            state.orders[order.source, order.order_id] = order
            money[order.source, order.order_id] = order.money_currency
    if touched.refunds:
        sources, ids, refund_ids = zip(*touched.refunds, strict=True)
        for row in await connection.fetch(_REFUNDS, sources, ids, refund_ids):
            refund = rows.refund(row, money[row["source"], row["order_id"]])
            state.refunds[refund.source, refund.order_id, refund.refund_id] = refund


async def _load_posted(
    connection: database.RawConnection, touched: Touched, keys: set[Place], state: State
) -> int:
    """What ``keys`` and redemptions posted, whatever was declined or given back; the programmes' revision.

    Most keys come once, so what they left is read only where something is there.
    """
    if touched.spent_on:
        for row in await connection.fetch(_SPENT_ON, *zip(*touched.spent_on, strict=True)):
            member_id, key = str(row["member_id"]), row["key"].bytes
            state.spent_on.setdefault((member_id, row["order_ref"]), []).append(key)
            touched.redemptions.add((member_id, key))
    asked, looked_up = _columns(touched.keys | touched.redemptions), _columns(keys | touched.redemptions)
    ((revision, posted, denied),) = await connection.fetch(_LOOK, *asked, *looked_up)
    if posted:
        for row in await connection.fetch(_POSTED, *looked_up):
            state.posted.setdefault((str(row["member_id"]), row["key"].bytes), []).append(
                redemptions.part(row)
            )
    if denied:
        for row in await connection.fetch(_DENIALS, *asked):
            state.denials[str(row["member_id"]), row["key"].bytes] = redemptions.denial(row)
    if touched.redemptions:
        for row in await connection.fetch(_REVERSALS, *_columns(touched.redemptions)):
            place = str(row["member_id"]), row["redemption"].bytes
            state.reversals.setdefault(place, {})[row["reversal_id"]] = redemptions.reversal(row)
    found: int = revision
    return found


async def _load_captured(connection: database.RawConnection, state: State) -> None:
    """The holds of what was captured: where a merge is over, it matters when they were made."""
    captured = {
        (member_id, hold_named_by(part.reason))
        for (member_id, _), parts in state.posted.items()
        for part in parts
        if part.type is EntryType.HOLD_CAPTURE
    } - state.holds.keys()
    if captured:
        for row in await connection.fetch(_HOLDS, [], *zip(*captured, strict=True)):
            hold = redemptions.hold(row)
            state.holds[hold.member_id, hold.hold_id] = hold


async def _load_namesakes(connection: database.RawConnection, parting: set[str], state: State) -> None:
    """The holds of who merges or parts under the ids of those that are open: no two of one member's are alike."""
    ids = {hold_id for _, hold_id in state.holds}
    places = {(member, hold_id) for member in parting for hold_id in ids} - state.holds.keys()
    if places:
        for row in await connection.fetch(_HOLDS, [], *zip(*places, strict=True)):
            hold = redemptions.hold(row)
            state.holds[hold.member_id, hold.hold_id] = hold


def _counted(touched: Touched, programmes: Programmes, state: State) -> list[Count]:
    """What limited earn rules gave before and counts here; empty where there are none, as mostly."""
    by_number = {history.newest.number: history for history in programmes.by_id.values()}
    counted = []
    for member_id, number, paid_at in touched.paid:
        history = by_number[number]
        if history.has_limits and paid_at >= history.versions[0].effective_at:
            survivor = state.names(member_id, number)[-1]
            counted += earn_counts.asked(history.at(paid_at), survivor, paid_at)
    for source, order_id, _ in touched.refunds:
        order = state.orders.get((source, order_id))
        if order is not None and order.judgement is not None:
            judged_by = by_number[order.programme].judging(order.rule_version)
            counted += earn_counts.asked(judged_by, order.member_id, order.paid_at)
    return counted


def _first_again(touched: Touched, programmes: Programmes, state: State) -> set[tuple[str, str]]:
    """What is promised with a first order, of members who had one that was all given back; mostly there is nobody."""
    by_number = {history.newest.number: history for history in programmes.by_id.values()}
    found = set()
    for member_id, number, paid_at in touched.paid:
        history = by_number[number]
        if not history.gives_once:
            continue
        survivor = state.names(member_id, number)[-1]
        standing = state.standings.get((survivor, number))
        if standing is None or not standing.days or any(day[2] > 0 for day in standing.days):
            continue
        if paid_at >= history.versions[0].effective_at:
            programme = history.at(paid_at)
            keys = [once_key(programme.programme_id, rule) for rule in programme.earn_rules if rule.is_once]
            found |= {(survivor, key) for key in keys}
    return found


def _celebrating(touched: Touched, programmes: Programmes, state: State) -> set[str]:
    """Of whom earn rules ask whether it is the month of their birthday."""
    asking = {each.newest.number for each in programmes.by_id.values() if each.asks_for_birthdays}
    return {state.names(member_id, number)[-1] for member_id, number, _ in touched.paid if number in asking}


def _columns(places: Iterable[Place]) -> tuple[str, str]:
    ordered = list(places)
    return columns.ids([member for member, _ in ordered]), columns.keys([key for _, key in ordered])


_LOCK_WALLETS = f"""
SELECT {rows.WALLET.format(lots=rows.ALL_LOTS)} FROM wallets w
WHERE w.member_id = ANY($1::text::uuid[]) ORDER BY w.member_id, w.currency FOR UPDATE
"""  # noqa: S608  # columns of ours

_HOLDS = """
SELECT * FROM holds WHERE member_id = ANY($1::uuid[]) AND state = 'OPEN'
UNION
SELECT h.* FROM holds h JOIN unnest($2::uuid[], $3::text[]) AS k(member_id, hold_id) USING (member_id, hold_id)
ORDER BY expires_at
"""

# OFFSET 0 keeps it to a look-up by each key: planned while a table is empty, a join would read all of it ever after.
_ORDERS = """
SELECT o.* FROM unnest($1::text[], $2::text[]) AS k(source, order_id) CROSS JOIN LATERAL (
  SELECT * FROM orders WHERE source = k.source AND order_id = k.order_id OFFSET 0) AS o
"""

_REFUNDS = """
SELECT r.* FROM unnest($1::text[], $2::text[], $3::text[]) AS k(source, order_id, refund_id) CROSS JOIN LATERAL (
  SELECT * FROM refunds
  WHERE source = k.source AND order_id = k.order_id AND refund_id = k.refund_id OFFSET 0) AS r
"""

_SPENT_ON = """
SELECT DISTINCT e.* FROM unnest($1::uuid[], $2::text[]) AS k(member_id, order_ref) CROSS JOIN LATERAL (
  SELECT member_id, order_ref, key FROM entries
  WHERE member_id = k.member_id AND order_ref = k.order_ref
    AND type IN ('REDEEM', 'HOLD_CAPTURE') AND order_ref <> '' OFFSET 0) AS e
"""

_KEYS = "unnest({keys}) AS k(member_id, key)"
_ASKED = _KEYS.format(keys="$1::text::uuid[], $2::text::uuid[]")
_LOOKED_UP = _KEYS.format(keys="$3::text::uuid[], $4::text::uuid[]")
_BY_KEY = "SELECT * FROM {table} WHERE member_id = k.member_id AND {column} = k.key OFFSET 0"
_USED = "EXISTS (SELECT FROM {keys} CROSS JOIN LATERAL ({by_key}) AS there)"
_ENTRIES = _BY_KEY.format(table="entries", column="key")
_DENIED = _BY_KEY.format(table="denials", column="key")
_LOOK = f"""
SELECT (SELECT revision FROM programme_revision),
  {_USED.format(keys=_LOOKED_UP, by_key=_ENTRIES)},
  {_USED.format(keys=_ASKED, by_key=_DENIED)}
"""  # noqa: S608
_WALLETS_AND_LOOK = f"""
SELECT {rows.WALLET.format(lots=rows.ALL_LOTS)}, (SELECT revision FROM programme_revision) AS revision,
  {_USED.format(keys=_KEYS.format(keys="$2::text::uuid[], $3::text::uuid[]"), by_key=_DENIED)} AS denied
FROM wallets w WHERE w.member_id = ANY($1::text::uuid[])
"""  # noqa: S608
_CAME_BEFORE = f"SELECT {_USED.format(keys=_ASKED, by_key=_ENTRIES)}"

_POSTED = f"""
SELECT e.member_id, e.key, e.type, e.currency, e.points, e.lot_expires_at, e.lot_month, e.lot_source, e.order_ref,
       e.balance_after, e.fingerprint, e.occurred_at, e.recorded_at, e.reason, e.ord
FROM {_ASKED} CROSS JOIN LATERAL ({_ENTRIES}) AS e
ORDER BY e.member_id, e.key, e.part
"""  # noqa: S608

_DENIALS = f"""
SELECT d.* FROM {_ASKED} CROSS JOIN LATERAL ({_DENIED}) AS d
"""  # noqa: S608

_REVERSALS = f"""
SELECT r.* FROM {_ASKED} CROSS JOIN LATERAL ({_BY_KEY.format(table="reversals", column="redemption")}) AS r
"""  # noqa: S608
