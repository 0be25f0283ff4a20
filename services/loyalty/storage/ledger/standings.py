"""Standings of a batch: locked in id order, and made where a member has none yet."""

from collections.abc import Iterable

import asyncpg

from services.kit import database
from services.loyalty.rules.ledger.state import State
from services.loyalty.rules.members.merges import Merge
from services.loyalty.storage.ledger import columns, rows
from services.loyalty.storage.ledger.touches import Touched
from services.loyalty.storage.members import merges, names


class Outpaced(Exception):
    """Something was changed beside us while it was read: fold again, with care."""


async def lock(
    connection: database.RawConnection, touched: Touched, state: State, *, joining: bool, careful: bool
) -> list[tuple[str, str]]:
    """Lock and read the standings, also of those that members are or were merged into; who went into whom.

    With ``joining``, standings say when the member joined. Raises ``Outpaced``; where it is ``careful``, only for
    members of whom nothing was heard yet, who have no row to lock.
    """
    went: list[tuple[str, str]] = []
    # Who merges or parts members waits for whoever counts for them: it would be counted twice.
    if careful or touched.merges:
        await _lock_names(connection, touched)
    wanted, lock = touched.members, _LOCK_JOINED if joining else _LOCK
    while wanted:
        locked = await _lock(connection, wanted, lock, careful=careful)
        lock, careful = _BESIDE_JOINED if joining else _BESIDE, False
        wanted = set()
        for row in locked:
            standing = rows.standing(row)
            state.standings[standing.member_id, standing.programme] = standing
            if standing.merged_into:
                went.append((standing.member_id, standing.merged_into))
                wanted.add((standing.merged_into, standing.programme))
            if standing.merged_into or standing.was_merged:
                touched.merges.add(standing.member_id)
        for merge in await _load_merges(connection, touched, state):
            if merge.undone_at and (merge.from_member, merge.programme) in state.standings:
                went.append((merge.from_member, merge.into_member))
                wanted.add((merge.into_member, merge.programme))
        wanted -= state.standings.keys()
        touched.members |= wanted
    _follow(went, touched)
    return went


async def _lock(
    connection: database.RawConnection, wanted: Iterable[tuple[str, int]], lock: str, *, careful: bool
) -> list[asyncpg.Record]:
    """Standings, those made now that were not there, with what was heard of their members before.

    Where it is ``careful``, the members are locked. Raises ``Outpaced``.
    """
    ordered = sorted(wanted)
    members = columns.ids([member for member, _ in ordered])
    numbers = columns.numbers([number for _, number in ordered])
    locked = await connection.fetch(lock, members, numbers)
    if len(locked) == len(ordered):
        return locked
    there = {(row[0], row[1]) for row in locked}
    new = columns.ids({place[0] for place in ordered if place not in there})
    if not careful and not await connection.fetchval(_NOTHING_IS_HEARD, new):
        raise Outpaced
    await connection.execute(_NEW_STANDINGS, members, numbers)
    made = await connection.fetch(lock, members, numbers)
    if len(made) < len(ordered):
        raise Outpaced
    return made


async def _lock_names(connection: database.RawConnection, touched: Touched) -> None:
    """Lock members before their standings, under all names; no merge comes between, nor is anything heard.

    All standings are locked at once then, also those of whom members are or were merged into.
    """
    lock = _LOCK_TO_MERGE if touched.merges else _LOCK_MEMBERS

    async def attempt() -> set[tuple[str, int]] | None:
        wanted = await _names(connection, touched.members)
        await connection.execute(lock, columns.ids({member for member, _ in wanted}))
        return wanted if await _names(connection, touched.members) == wanted else None

    touched.members |= await names.settled(connection, attempt)


async def _names(connection: database.RawConnection, places: set[tuple[str, int]]) -> set[tuple[str, int]]:
    members = columns.ids([member for member, _ in places])
    numbers = columns.numbers([number for _, number in places])
    return {(row[0], row[1]) for row in await connection.fetch(_NAMES, members, numbers)}


async def _load_merges(connection: database.RawConnection, touched: Touched, state: State) -> list[Merge]:
    """The merges of members that were not read yet; nobody else changes them while the member is locked."""
    wanted = touched.merges - state.merges.keys()
    if not wanted:
        return []
    state.merges |= {member: [] for member in wanted}
    found = await merges.load(connection, wanted)
    for merge in found:
        state.merges[merge.from_member].append(merge)
    return found


def _each_way(went: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Who is or was anybody else by merges: all along each chain, in whichever order its merges were read."""
    onward: dict[str, list[str]] = {}
    for member, into in went:
        onward.setdefault(member, []).append(into)
    ways = []
    for member in onward:
        names = [member]
        for name in names:
            names += [into for into in dict.fromkeys(onward.get(name, ())) if into not in names]
        ways += [(member, name) for name in names[1:]]
    return ways


def _follow(went: Iterable[tuple[str, str]], touched: Touched) -> None:
    """Look under the names of those whom members were merged into as well; what was done since is there."""
    for member, last in _each_way(went):
        touched.keys |= {(last, key) for name, key in touched.keys if name == member}
        touched.placements |= {(last, key) for name, key in touched.placements if name == member}
        touched.redemptions |= {(last, key) for name, key in touched.redemptions if name == member}
        touched.holds |= {(last, hold_id) for name, hold_id in touched.holds if name == member}
        touched.spent_on |= {(last, ref) for name, ref in touched.spent_on if name == member}
        touched.takings |= {(last, key) for name, key in touched.takings if name == member}
        touched.rewards |= {
            (number, reward, last) for number, reward, name in touched.rewards if name == member
        }


# In the order in which the places are given, which is that of the ids; fenced as ``state`` fences look-ups.
_LOCKED = """
SELECT s.* FROM unnest($1::text::uuid[], $2::text::smallint[]) AS k(member_id, programme) CROSS JOIN LATERAL (
  SELECT {standing} FROM standings s
  WHERE s.member_id = k.member_id AND s.programme = k.programme OFFSET 0 FOR UPDATE{others}) AS s
"""
_UNJOINED = rows.STANDING_JOINED.format(joined_at="NULL")
"""The same for tiers that never ask when a member joined, which is one more look-up for each."""
_LOCK_JOINED = _LOCKED.format(standing=rows.STANDING, others="")
_LOCK = _LOCKED.format(standing=_UNJOINED, others="")

# Of whom one was merged into is known only once that one is locked, and comes out of the order: where it is in other
# hands nobody waits, and the batch is locked anew with care, all names at once.
_BESIDE_JOINED = _LOCKED.format(standing=rows.STANDING, others=" SKIP LOCKED")
_BESIDE = _LOCKED.format(standing=_UNJOINED, others=" SKIP LOCKED")

_NAMES = """
WITH RECURSIVE names AS (
  SELECT k.member_id, k.programme FROM unnest($1::text::uuid[], $2::text::smallint[]) AS k(member_id, programme)
  UNION
  SELECT g.into_member, n.programme FROM names n JOIN merges g ON g.from_member = n.member_id
  WHERE g.undone_at IS NULL OR g.programme = n.programme
)
SELECT member_id::text, programme FROM names
"""

# A member that was merged is so in programmes founded later, too.
_NEW_STANDINGS = """
INSERT INTO standings (member_id, programme, merged_into, restriction, automated_refused)
SELECT k.member_id, k.programme,
       (SELECT s.merged_into FROM standings s
        WHERE s.member_id = k.member_id AND s.merged_into IS NOT NULL LIMIT 1),
       coalesce((SELECT m.restriction FROM members m WHERE m.member_id = k.member_id), 0),
       EXISTS (SELECT FROM members m WHERE m.member_id = k.member_id AND m.automated_refused)
FROM unnest($1::text::uuid[], $2::text::smallint[]) AS k(member_id, programme) ORDER BY 1, 2
ON CONFLICT DO NOTHING
"""

# Whatever is heard of a member changes the member's row and then the standings. So a standing is made only while that row
# is locked: what was heard before is read then, and what comes after finds the standing. Whoever else locks both
# takes members first; where standings are locked already, a row in other hands is not waited for.
_NOTHING_IS_HEARD = """
WITH free AS (
  SELECT FROM members WHERE member_id = ANY($1::text::uuid[]) ORDER BY member_id FOR SHARE SKIP LOCKED)
SELECT (SELECT count(*) FROM free) = (SELECT count(*) FROM members WHERE member_id = ANY($1::text::uuid[]))
"""
_LOCK_MEMBERS = "SELECT FROM members WHERE member_id = ANY($1::text::uuid[]) ORDER BY member_id FOR SHARE"
_LOCK_TO_MERGE = _LOCK_MEMBERS.replace("SHARE", "NO KEY UPDATE")
