"""How fast members come in from a file: ``python -m tests.load.member_imports``.

Two sides of an import, each in processor time of its own process: the command, which reads rows, normalises what
they say and looks for duplicates, and the service, which checks them again, seals, indexes and writes to both
databases. Postgres is named beside, since it works on another core.
"""

import argparse
import platform
import random
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

import psutil
import uvloop
from huiyuan.members.v1.profiles_pb2 import RegisterMemberRequest, RegisterMembersRequest
from rich.console import Console

from infra.local import databases
from infra.local.databases import DatabaseUrls, Role
from infra.local.delivery import batches
from infra.local.member_files import tables
from infra.local.member_files.columns import planned
from infra.local.member_files.rows import Meaning, entrant
from infra.local.member_files.seen import Seen
from services.kit import process
from services.members.rpc.collecting import of_registration
from services.members.rpc.registrations import register
from services.members.rules.registrations import Registered
from services.members.storage import keyrings
from services.members.storage.databases import Databases
from tests.load import figures, place
from tests.scratch import scratch

MARK = 10_000.0
"""Members a second and core, of either side."""
ROWS = 20_000
ROUNDS = 3
_AT_ONCE = 1000
_SURNAMES, _GIVEN = "王李张刘陈杨赵黄周吴徐孙", "伟芳娜敏静丽强磊军洋勇艳杰娟涛明"


def written(file: Path, rows: int, seed: int) -> None:
    """Write a file of members who were never there: phones in several spellings, mail, birthdays, days of joining."""
    chance = random.Random(seed)
    with file.open("w", encoding="utf-8") as out:
        out.write("会员号,姓名,手机,邮箱,生日,注册时间\n")
        for nth in range(rows):
            number = f"1{chance.randint(3, 9)}{seed % 1000:03d}{nth:06d}"
            phone = (number, f"+86 {number[:3]} {number[3:7]} {number[7:]}", f"0086{number}")[nth % 3]
            name = chance.choice(_SURNAMES) + "".join(chance.choices(_GIVEN, k=2))
            day = f"{chance.randint(1950, 2007)}-{chance.randint(1, 12)}-{chance.randint(1, 28)}"
            joined = datetime.fromtimestamp(chance.randint(1_400_000_000, 1_700_000_000), UTC)
            out.write(
                f"{seed}-{nth},{name},{phone},m{seed}.{nth}@example.com,{day},{joined:%Y/%m/%d %H:%M:%S}\n"
            )


def read(file: Path) -> Iterator[RegisterMemberRequest]:
    """What the command sends of a file."""
    meaning, now, seen = (
        Meaning("bench", ZoneInfo("Asia/Shanghai"), {"external_id": "shop"}),
        datetime.now(UTC),
        Seen(),
    )
    with tables.opened(file) as table:
        plan = planned(table.heading, {}, meaning.scopes)
        for row in table.rows:
            one = entrant(row, table.heading, plan, meaning, now)
            assert seen.first(one.identities, row.number) is None
            yield one.request


@contextmanager
def served(home: Path) -> Iterator[tuple[DatabaseUrls, DatabaseUrls, int]]:
    """Both databases on a Postgres of their own, and its process id."""
    with place.server(home) as (url, postmaster):
        members, keys = (
            databases.create_and_migrate(
                url, kind, kind, app=Role(kind, "bench"), owner=Role(f"{kind}_owner", "bench")
            )
            for kind in ("members", "member_keys")
        )
        yield members, keys, postmaster


async def round_of(there: Databases, ring: keyrings.KeyRing, file: Path, server: int) -> list[float]:
    """One import: members a second of the command, of the service, of Postgres, and of all side by side."""
    started = time.process_time()
    sent = [
        RegisterMembersRequest(members=batch).SerializeToString() for batch in batches(read(file), _AT_ONCE)
    ]
    command_s = time.process_time() - started
    count, backends = 0, _spent(server)
    started, began = time.process_time(), time.perf_counter()
    for body in sent:
        requests = RegisterMembersRequest.FromString(body).members
        assert all(map(of_registration, requests))
        outcomes = await register(there, ring, requests, datetime.now(UTC))
        assert all(isinstance(outcome, Registered) and not outcome.replayed for outcome in outcomes)
        count += len(outcomes)
    service_s, elapsed_s = time.process_time() - started, time.perf_counter() - began
    return [count / spent for spent in (command_s, service_s, _spent(server) - backends, elapsed_s)]


def _spent(server: int) -> float:
    return sum(sum(one.cpu_times()[:2]) for one in psutil.Process(server).children())


async def taken(
    home: Path, members: str, keys: str, server: int, rows: int, rounds: int
) -> list[list[float]]:
    """Some rounds, after a first small one that nobody counts."""
    ring = keyrings.open_ring(home / "ring", uuid4(), create=True)
    there = await Databases.open(members, keys)
    measured = []
    for nth in range(rounds + 1):
        written(home / "members.csv", rows if nth else _AT_ONCE, nth)
        measured.append(await round_of(there, ring, home / "members.csv", server))
    await there.close()
    return measured[1:]


def measure(home: Path, rows: int, rounds: int) -> tuple[list[figures.Row], list[str]]:
    """The report of some rounds."""
    process.spare_collections()
    with served(home) as (members, keys, server):
        measured = uvloop.run(taken(home, members.app, keys.app, server, rows, rounds))
    command, service, postgres, elapsed = map(list, zip(*measured, strict=True))
    marks = [MARK] * rounds
    report = [
        figures.Row("the command: read, normalise, compare", figures.Figure.of(command), figures.ratios(command, marks), 1.0),
        figures.Row("the service: normalise, seal, index, write", figures.Figure.of(service), figures.ratios(service, marks), 1.0),
        figures.Row("Postgres, both databases", figures.Figure.of(postgres)),
        figures.Row("by the clock, one batch at a time", figures.Figure.of(elapsed)),
    ]  # fmt: skip
    return report, [f"{rows:,} rows a round, in members a processor second; the limit is {MARK:,.0f}"]


def main() -> int:
    """Exit code 0 when every mark is reached."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rows", type=int, default=ROWS)
    asked.add_argument("--rounds", type=int, default=ROUNDS)
    given = asked.parse_args()
    console = Console(width=140)
    with scratch("bench") as directory:
        rows, notes = measure(Path(directory).resolve(), given.rows, given.rounds)
    console.print(f"{platform.processor() or platform.machine()}, Python {platform.python_version()}")
    return 0 if figures.show(console, "members imported", "members/s", rows, notes) else 1


if __name__ == "__main__":
    sys.exit(main())
