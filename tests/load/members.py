"""The members service's speed, as ratios to the same work without its encryption: ``make bench-members``.

Each arm stands beside what it is measured against, taken by turns in random order in one run: two bare AES-GCM
decrypts, the same selects with nothing decrypted (``member_reads``), a bare UPDATE of the same rows.
"""

import argparse
import os
import platform
import random
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import uvloop
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from rich.console import Console

from infra.local import databases
from infra.local.databases import DatabaseUrls, Role
from services.kit import process
from services.members.jobs.rotations import BATCH as REWRAPPED
from services.members.rules import profiles as rules
from services.members.rules.blobs import blob_header
from services.members.rules.identities import normalised
from services.members.rules.keyrings import INDEX_KINDS, IndexKey, Kek, KeyRing
from services.members.rules.members import new_member_id
from services.members.rules.rotations import Cursor
from services.members.storage import profiles, rewraps
from services.members.storage.databases import Databases
from tests.load import figures, member_reads, place
from tests.load.arms import Arm, take_turns
from tests.scratch import scratch

MEMBERS = 50_000
ROUNDS = 7
OPENED = 4_000
_NOW = datetime(2026, 11, 22, tzinfo=UTC)
_UPDATE = """UPDATE keys SET wrapped = new.wrapped FROM unnest($1::uuid[], $2::bytea[]) AS new (member_id, wrapped)
             WHERE keys.member_id = new.member_id AND kind = 1 AND dek_gen = 1"""
_WRAPPED = "SELECT member_id, wrapped FROM keys WHERE member_id = ANY($1) AND kind = 1"


class Filled:
    """Members in both databases, and the ring that sealed them; keys rest under an older epoch and a newer one."""

    def __init__(self, stored: Databases, count: int) -> None:
        self.databases = stored
        installation, keks = uuid4(), [Kek(1, epoch, os.urandom(32)) for epoch in (1, 2)]
        index_keys = [IndexKey(kind, 1, os.urandom(32)) for kind in INDEX_KINDS]
        self.ring = KeyRing(installation, keks[:1], index_keys)
        self.next_ring = KeyRing(installation, keks, index_keys)
        self.ids = [new_member_id(_NOW) for _ in range(count)]
        self.phones = [f"139{number:08d}" for number in range(count)]

    async def write(self, urls: Sequence[DatabaseUrls]) -> None:
        members, keys = [await asyncpg.connect(each.owner) for each in urls]
        blobs, wraps, links = [], [], []
        for number, (member_id, phone) in enumerate(zip(self.ids, self.phones, strict=True)):
            known = (
                normalised(1, "", phone),
                normalised(2, "", f"member.{number}@example.com"),
                normalised(8, "demo-shop", f"c-{number}"),
            )
            fields = rules.ProfileFields("小明", "王小明", "1992-02-29", "zh-CN", "Asia/Shanghai")
            where = self.ring.where(member_id)
            key = self.ring.generate(where)
            content = rules.encode(rules.new(fields, known, _NOW))
            blob = self.ring.seal(content, key.dek, where, schema=rules.SCHEMA, dek_gen=1)
            blobs.append((member_id, 1, 1, _NOW, _NOW, None, 1, blob))
            wraps.append((member_id, 1, 1, key.wrapped, None))
            links.append((*self.ring.find(known[0]), member_id, 1, True, _NOW))
        columns = (
            "member_id",
            "status",
            "revision",
            "joined_at",
            "registered_at",
            "merged_into",
            "dek_gen",
            "blob",
        )
        await members.copy_records_to_table("members", records=blobs, columns=columns)
        await keys.copy_records_to_table(
            "keys", records=wraps, columns=("member_id", "kind", "dek_gen", "wrapped", "retiring_since")
        )
        columns = (
            "kind",
            "index_version",
            "value_index",
            "member_id",
            "norm_version",
            "verified",
            "linked_at",
        )
        await keys.copy_records_to_table("identities", records=links, columns=columns)
        await member_reads.write_clear(members, self.ring, keys)
        for connection in (members, keys):
            await connection.execute("VACUUM ANALYZE")
            await connection.close()


def opening(filled: Filled, rows: Sequence[tuple[UUID, bytes, bytes]]) -> list[Arm]:
    """What it costs to unwrap, decrypt and decode, beside the decrypts that there is no way around."""
    ring = filled.ring
    bare_key = os.urandom(32)
    nonce, aad = bytes(12), bytes(57)
    # As long as a member's wrapped key and blob are.
    sealed = [
        (
            AESGCM(bare_key).encrypt(nonce, bytes(32), aad),
            AESGCM(bare_key).encrypt(nonce, bytes(len(blob) - 36), aad),
        )
        for _, _, blob in rows
    ]

    def bare() -> None:
        for key, blob in sealed:
            AESGCM(bare_key).decrypt(nonce, key, aad)
            AESGCM(bare_key).decrypt(nonce, blob, aad)

    def opened() -> None:
        # By local names, as ``storage.profiles`` does it.
        where, open_blob, decode = ring.where, ring.open, rules.decode
        for member_id, wrapped, blob in rows:
            schema, _ = blob_header(blob)
            decode(schema, open_blob(blob, wrapped, where(member_id)))

    def per_second(work: Callable[[], None]) -> Callable[[], Awaitable[float]]:
        async def run() -> float:
            started = time.process_time()
            work()
            return len(rows) / (time.process_time() - started)

        return run

    return [
        Arm("two bare decrypts", per_second(bare), of="two bare decrypts"),
        Arm("unwrap, decrypt, decode", per_second(opened), 0.6, "two bare decrypts"),
    ]


def rewrapping(filled: Filled) -> list[Arm]:
    """The rotation's own batch, in a transaction as the worker has it, beside a bare UPDATE of as many rows."""
    pool, next_ring, ids = filled.databases.keys_pool, filled.next_ring, sorted(filled.ids)
    old = sorted(next_ring.keks - {next_ring.writing})

    def batch() -> list[UUID]:
        at = random.randrange(len(ids) - REWRAPPED)
        return ids[at : at + REWRAPPED]

    async def updated() -> float:
        mine = batch()
        wrapped = [os.urandom(68) for _ in mine]
        rows = {row[0]: row[1] for row in await pool.fetch(_WRAPPED, mine)}
        started = time.perf_counter()
        await pool.execute(_UPDATE, mine, wrapped)
        took = time.perf_counter() - started
        await pool.execute(_UPDATE, list(rows), list(rows.values()))
        return REWRAPPED / took

    async def rewrapped() -> float:
        mine = batch()
        rows = {row[0]: row[1] for row in await pool.fetch(_WRAPPED, mine)}
        after = Cursor(UUID(int=mine[0].int - 1))
        started = time.perf_counter()
        async with pool.acquire() as connection, connection.transaction():
            _, passed = await rewraps.rewrap(connection, next_ring, old, after, REWRAPPED)
        took = time.perf_counter() - started
        assert passed == REWRAPPED
        await pool.execute(_UPDATE, list(rows), list(rows.values()))
        return REWRAPPED / took

    return [
        Arm("bare UPDATE of keys", updated, of="bare UPDATE of keys"),
        Arm("KEK re-wrap", rewrapped, 0.5, "bare UPDATE of keys"),
    ]


async def measure(
    console: Console, there: place.Place, urls: Sequence[DatabaseUrls], given: argparse.Namespace
) -> bool:
    """Interleaved rounds of all pairs; True when every mark is reached."""
    stored = await Databases.open(urls[0].app, urls[1].app)
    filled = Filled(stored, given.members)
    await filled.write(urls)
    process.spare_collections()
    some = filled.ids[:OPENED]
    wraps = {row[0]: row[1] for row in await stored.keys_pool.fetch(_WRAPPED, some)}
    rows = [(row[0], wraps[row[0]], row[5]) for row in await stored.members_pool.fetch(profiles._ROWS, some)]
    pairs = {
        "in memory, profiles/s of one processor": opening(filled, rows),
        "rotation, keys/s": rewrapping(filled),
    }
    reached = True
    for title, arms in pairs.items():
        await take_turns(arms, there, 1)
        for arm in arms:
            arm.forget()
        rows = await take_turns(arms, there, given.rounds)
        reached &= figures.show(console, title.partition(",")[0], title.partition(", ")[2], rows)
    reached &= await member_reads.measure(console, filled, given.rounds)
    await stored.close()
    return reached


def main() -> int:
    """Exit code 0 when every mark is reached."""
    asked = argparse.ArgumentParser(description="Measure the members service.")
    asked.add_argument("--rounds", type=int, default=ROUNDS)
    asked.add_argument("--members", type=int, default=MEMBERS)
    given = asked.parse_args()
    console = Console(width=150)
    console.print(f"{platform.processor() or platform.machine()}, Python {platform.python_version()}")
    with scratch("bench") as directory:
        home = Path(directory).resolve()
        with place.server(home) as (server, postmaster):
            urls = [
                databases.create_and_migrate(
                    server, kind, kind, app=Role(kind, "bench"), owner=Role(f"{kind}_owner", "bench")
                )
                for kind in ("members", "member_keys")
            ]
            there = place.Place(server, urls[0], postmaster)
            reached = uvloop.run(measure(console, there, urls, given))
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main())
