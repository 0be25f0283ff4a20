"""Reading members beside the same selects with nothing decrypted, by turns call for call.

What else runs on the machine passes over both sides of a pair in the same moment, and a round's figure is its median
call: so the ratio holds still where the speeds do not. Both sides ask for the same columns of members of their own
choice, since what was just read is faster to read again.

A thousand profiles are held against the same fetch without decryption: rows and keys of the same size from both
databases, with the content in clear, decoded by the same decoder into the same members. What lies between the two is
what the encryption costs a reader. Beside it stands the stricter figure, against the two selects alone, from which
nobody has a profile yet.
"""

import asyncio
import random
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NamedTuple, Protocol
from uuid import UUID

import asyncpg
from rich.console import Console

from services.members.rules.blobs import BlobKind, blob_header
from services.members.rules.identities import normalised
from services.members.rules.keyrings import KeyRing, Place
from services.members.rules.members import Member
from services.members.rules.profiles import decode
from services.members.storage import identities, profiles
from services.members.storage.databases import Databases
from tests.load import figures

BATCH = 1_000
BATCHES = 30
LOOKUPS = 600
_CLEAR = "CREATE TABLE clear_members (LIKE members INCLUDING ALL); GRANT SELECT ON clear_members TO PUBLIC"
_CLEAR_ROWS = profiles._ROWS.replace("FROM members", "FROM clear_members")


class Filled(Protocol):
    """Members in both databases, the ring that sealed them, and their phones."""

    databases: Databases
    ring: KeyRing
    ids: list[UUID]
    phones: list[str]


class Call(NamedTuple):
    """One way of reading: what is done for what was ``given``, which is chosen before the clock runs."""

    name: str
    given: Callable[[], Any]
    read: Callable[[Any], Awaitable[None]]
    mark: float | None = None
    of: int = 0
    """Which of the calls is the limit that this one is held against."""
    also_of: int | None = None
    """Another one that its ratio is told to, beside."""


async def by_turns(calls: Sequence[Call], times: int, units: int, rounds: int) -> list[figures.Row]:
    """Rounds of all calls, each time in another order."""
    speeds: list[list[float]] = [[] for _ in calls]
    spent: list[list[float]] = [[] for _ in calls]
    for nth in range(rounds + 1):
        took: list[list[float]] = [[] for _ in calls]
        worked: list[list[float]] = [[] for _ in calls]
        for _ in range(times):
            for at in random.sample(range(len(calls)), len(calls)):
                given = calls[at].given()
                began, started = time.process_time(), time.perf_counter()
                await calls[at].read(given)
                took[at].append(time.perf_counter() - started)
                worked[at].append(time.process_time() - began)
        if nth:  # The first round is to warm up.
            for at in range(len(calls)):
                speeds[at].append(units / statistics.median(took[at]))
                spent[at].append(statistics.median(worked[at]) / units * 1e6)

    def beside(at: int) -> str:
        told = f"{figures.Figure.of(spent[at]).show(1)} µs of this process each"
        other = calls[at].also_of
        if other is None:
            return told
        return f"{told}; {figures.ratios(speeds[at], speeds[other]).show(3)} of {calls[other].name}"

    return [
        figures.Row(
            call.name,
            figures.Figure.of(speeds[at]),
            figures.ratios(speeds[at], speeds[call.of]) if at else None,
            call.mark,
            beside(at),
        )
        for at, call in enumerate(calls)
    ]


async def write_clear(members: asyncpg.Connection, ring: KeyRing, keys: asyncpg.Connection) -> None:
    """The members once more, each blob of the same length with its content in clear at its end.

    What the header keeps for the key's generation is where the content begins.
    """
    await members.execute(_CLEAR)
    wrapped = dict(await keys.fetch("SELECT member_id, wrapped FROM keys WHERE kind = 1 AND dek_gen = 1"))
    columns = "member_id", "status", "revision", "joined_at", "registered_at", "dek_gen", "blob"
    clear = []
    for *row, blob in await members.fetch(f"SELECT {', '.join(columns)} FROM members"):
        content = ring.open(blob, wrapped[row[0]], ring.where(row[0]))
        begins = len(blob) - len(content)
        header = blob[:4] + begins.to_bytes(4)
        clear.append((*row, header.ljust(begins, b"\0") + content))
    await members.copy_records_to_table("clear_members", records=clear, columns=columns)


def _decoded(rows: profiles.Rows) -> profiles.Found:
    """The members of rows in clear, by the loop of ``profiles._open`` without what only decrypts need."""
    found: profiles.Found = {}
    new, statuses = tuple.__new__, profiles._STATUSES
    for member_id, status, revision, joined_at, merged_into, blob in rows:
        schema, begins = blob_header(blob)
        profile = decode(schema, blob[begins:])
        found[member_id] = new(
            Member, (member_id, statuses[status], joined_at, revision, merged_into, profile)
        )
    return found


def batches(filled: Filled) -> list[Call]:
    """A thousand profiles at once, beside the same kept in clear, the two selects with nothing opened, and the opening."""
    stored = filled.databases

    async def read(member_ids: Sequence[UUID]) -> None:
        found = await profiles.read(stored, filled.ring, member_ids)
        assert len(found) == BATCH
        assert all(type(member) is Member for member in found.values())

    async def opened(rows: tuple[Any, Any]) -> None:
        found: profiles.Found = {}
        wrapped = {(member_id, dek_gen): key for member_id, dek_gen, key in rows[1]}
        assert not profiles._open(filled.ring, rows[0], wrapped, found)

    def batch() -> list[UUID]:
        return random.sample(filled.ids, BATCH)

    async def read_clear(member_ids: Sequence[UUID]) -> None:
        # As ``rows_and_keys`` asks: the same fetch has the keys too.
        rows = asyncio.create_task(stored.members_pool.fetch(_CLEAR_ROWS, member_ids))
        keys = await stored.keys_pool.fetch(profiles._KEYS, member_ids, BlobKind.ORDINARY)
        found = _decoded(await rows)
        assert len(found) == len(keys) == BATCH

    newest: tuple[Any, Any] = ((), ())

    async def fetch_and_keep(member_ids: Sequence[UUID]) -> None:
        nonlocal newest
        newest = await profiles.rows_and_keys(stored, member_ids)

    return [
        Call("1,000 rows and keys", batch, fetch_and_keep),
        Call("1,000 profiles kept in clear", batch, read_clear),
        Call("1,000 profiles", batch, read, 0.6, of=1, also_of=0),
        Call("opening 1,000 fetched: the primitives alone", lambda: newest, opened),
    ]


def look_ups(filled: Filled) -> list[Call]:
    """A member by phone, normalised, indexed, found, decrypted and compared, beside the selects alone."""
    stored, ring = filled.databases, filled.ring

    async def selected(at: Place) -> None:
        [row] = await stored.keys_pool.fetch(identities._HOLDERS, [at.kind], [at.version], [at.digest])
        await profiles.rows_and_keys(stored, [row[3]])

    async def looked_up(phone: str) -> None:
        identity = normalised(1, "", phone)
        at = ring.find(identity)
        holder = (await identities.holders(stored, [at]))[at]
        member = (await profiles.read(stored, ring, [holder]))[holder]
        assert isinstance(member, Member)
        assert member.profile is not None
        assert identity in member.profile.identities

    def phone() -> str:
        return random.choice(filled.phones)

    return [
        Call("selects by phone", lambda: ring.find(normalised(1, "", phone())), selected),
        Call("member by phone", phone, looked_up, 0.85),
    ]


async def measure(console: Console, filled: Filled, rounds: int) -> bool:
    """Both pairs; True when their marks are reached."""
    read = await by_turns(batches(filled), BATCHES, BATCH, rounds)
    reached = figures.show(console, "batches, by turns call for call", "profiles/s", read)
    looked_up = await by_turns(look_ups(filled), LOOKUPS, 1, rounds)
    return figures.show(console, "look-ups, by turns call for call", "members/s", looked_up) and reached
