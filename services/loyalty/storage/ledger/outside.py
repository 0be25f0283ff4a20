"""Outside: what was seen of the lanes outside their database, in streams and published heads, held against it.

A database that was set back to an earlier state, or a standby that was behind and became the primary, has less than was
told. Nobody posts to such a lane, and nothing more is told of it, until an operator has it reopened.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import asyncpg
import structlog
from prometheus_client import Gauge
from redis.asyncio import Redis
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeout

from services.kit import database, outbox, resending, stream
from services.kit.appended import AppendedFile
from services.kit.refusal import Unavailable
from services.loyalty.rules.ledger.heads import Line, PublishedHead, read
from services.loyalty.storage.ledger import chain, heads
from services.loyalty.storage.ledger.telling import TOLD_LANE

log = structlog.get_logger()

SERVICE = "loyalty"
_LINES_AT_ONCE = 500
_CLOCKS_APART = timedelta(minutes=1)
"""At the most, those of a worker and of its database."""

_PATIENCE_S = 1.0
_LEFT_ALONE_S = 10.0
"""How long a claim waits for Redis, and for how long one that did not answer is not asked by any other."""

lane_set_back = Gauge(
    "huiyuan_ledger_set_back",
    "1 for a lane whose database has less than was seen of it, as last looked at.",
    ["lane"],
)


class LedgerSetBack(Unavailable):
    """The ledger's database has less than was seen of it; nothing is posted until an operator reopens its lanes."""

    code = "LEDGER_UNAVAILABLE"  # for callers there is no difference


class SetBack(NamedTuple):
    """A lane that ends at ``there`` while ``seen`` was seen; up to ``kept`` it is what was seen, as far as is known."""

    lane: int
    there: int
    seen: int
    kept: int


@dataclass(slots=True)
class Kept:
    """Of each lane the newest published batch that is there, and when a line was published of which all is there."""

    heads: dict[int, int] = field(default_factory=dict)
    at: str = ""

    async def find(self, pool: asyncpg.Pool, lines: list[Line]) -> None:
        """Look the next lines up, and forget them."""
        published = {head for line in lines for head in line.heads}
        gone = {head for head, _ in await heads.missing(pool, list(published))}
        for head in published - gone:
            self.heads[head.lane] = max(self.heads.get(head.lane, 0), head.seq)
        for line in lines:
            if gone.isdisjoint(line.heads):
                self.at = line.at
        lines.clear()


@dataclass(slots=True)
class Outside:
    """Where to look: the streams of the service's outbox, and the file of published heads if there is one."""

    redis: Redis
    file: AppendedFile | None = field(default=None)
    _ask_again_at: float = field(default=0.0, init=False)

    async def agree(self, connection: database.RawConnection, head: chain.Head) -> None:
        """Raises ``LedgerSetBack`` where a lane that was just claimed ends before what was seen of it.

        A Redis that is away holds nobody up: before the relay goes on, it looks for itself. One that does not answer
        is waited for once, and then left alone for a while, since all that a lane is to post waits with it.
        """
        published = [each for each in self._published() if each.lane == head.lane]
        seen = max((each.seq for each in published), default=0)
        lost = bool(await heads.missing(connection, published))
        seen = max(seen, await self._last_sent(head.lane))
        is_set_back = lost or seen > head.seq
        lane_set_back.labels(head.lane).set(is_set_back)
        if is_set_back:
            raise _set_back([SetBack(head.lane, head.seq, seen, 0)])

    async def _last_sent(self, lane: int) -> int:
        """Where a lane's stream ends; 0 where that cannot be learned now."""
        loop, name = asyncio.get_running_loop(), stream.name(SERVICE, lane)
        try:
            if loop.time() < self._ask_again_at:
                raise TimeoutError
            async with asyncio.timeout(_PATIENCE_S):
                return stream.position((await stream.last_ids(self.redis, [name]))[name])[0]
        except (RedisError, OSError) as error:
            if isinstance(error, (TimeoutError, RedisTimeout)) and loop.time() >= self._ask_again_at:
                self._ask_again_at = loop.time() + _LEFT_ALONE_S
            log.warning(
                "a lane goes on without a look at its stream", lane=lane, because=type(error).__name__
            )
        return 0

    def _published(self) -> tuple[PublishedHead, ...]:
        last = self.file.last() if self.file is not None else b""
        return read(last).heads if last else ()

    async def set_back(self, pool: asyncpg.Pool) -> list[SetBack]:
        """The lanes that have less than was seen, or something else. Raises what says that Redis is away."""
        names = stream.names(SERVICE)
        last = await stream.last_ids(self.redis, names)
        found = await Streams(pool, self.redis).set_back(
            {name: stream.position(last[name]) for name in names}
        )
        published = self._published()
        if lost := await heads.missing(pool, list(published)):
            kept, ends = await self.kept(pool), await ends_of(pool)
            newest = {head.lane: head.seq for head, _ in lost}
            # The lane that has no heads is told again from the time of the last line that is all there.
            newest[TOLD_LANE], kept.heads[TOLD_LANE] = 0, await _told_until(pool, kept.at)
            for lane, seen in newest.items():
                up_to = kept.heads.get(lane, 0)
                before = found.get(lane, SetBack(lane, ends.get(lane, 0), 0, up_to))
                found[lane] = before._replace(seen=max(before.seen, seen), kept=min(before.kept, up_to))
        _say_of_all(found)
        return [found[lane] for lane in sorted(found)]

    async def newest_seen(self) -> int:
        """The highest number that was seen of any lane."""
        last = await stream.last_ids(self.redis, stream.names(SERVICE))
        return max(
            [stream.position(each)[0] for each in last.values()] + [each.seq for each in self._published()]
        )

    async def kept(self, pool: asyncpg.Pool) -> Kept:
        """What is there of all that was published."""
        kept, lines = Kept(), list[Line]()
        for text in self.file.lines(self.file.size()) if self.file is not None else ():
            if self.file is not None and self.file.is_whole(text):
                lines.append(read(text))
            if len(lines) >= _LINES_AT_ONCE:
                await kept.find(pool, lines)
        await kept.find(pool, lines)
        return kept


class Streams(resending.Resending):
    """The ledger's outbox held against its streams: its numbers are under the hashes of the chain, and stay."""

    def __init__(self, pool: asyncpg.Pool, redis: Redis) -> None:
        super().__init__(SERVICE, pool, redis, outbox.last_body)

    async def restored(self, ends: Mapping[str, stream.Position]) -> list[int]:
        """None, ever. Raises ``LedgerSetBack`` where lanes have to be reopened."""
        found = await self.set_back(ends)
        _say_of_all(found)
        if found:
            raise _set_back(list(found.values()))
        return []

    async def set_back(self, ends: Mapping[str, stream.Position]) -> dict[int, SetBack]:
        """The lanes that have less than their streams, or something else; not those that were reopened since."""
        there = await ends_of(self._pool)
        reopened = {row["lane"]: row["seq"] for row in await self._pool.fetch(_REOPENED)}
        behind = await self.differing(ends) | {
            lane for lane, name in enumerate(self._streams) if there.get(lane, 0) < ends[name][0]
        }
        found = {}
        for lane in behind:
            seen = ends[self._streams[lane]][0]
            if reopened.get(lane, 0) <= seen:
                async with self._pool.acquire() as connection:
                    first = await self.first_unsent(connection, lane)
                kept = there.get(lane, 0) if first is None else first - 1
                found[lane] = SetBack(lane, there.get(lane, 0), seen, kept)
        return found


async def ends_of(connection: database.Pool | database.RawConnection) -> dict[int, int]:
    """The newest number of each lane, of the one that no posting claims too."""
    return {row["lane"]: row["seq"] for row in await connection.fetch(_ENDS, TOLD_LANE)}


async def _told_until(pool: asyncpg.Pool, at: str) -> int:
    """The newest number before what no lane posted since an instant; 0 where that is not known."""
    since = datetime.fromisoformat(at) - _CLOCKS_APART if at else datetime.min.replace(tzinfo=UTC)
    told: int | None = await pool.fetchval(_TOLD_UNTIL, TOLD_LANE, since)
    return told or 0


def _say_of_all(found: Mapping[int, SetBack]) -> None:
    for lane in range(TOLD_LANE + 1):
        lane_set_back.labels(lane).set(lane in found)


def _set_back(found: list[SetBack]) -> LedgerSetBack:
    for lane in found:
        log.error(
            "a lane was set back",
            lane=lane.lane,
            there=lane.there,
            seen=lane.seen,
            do="huiyuan ledger reopen",
        )
    return LedgerSetBack(
        "the ledger has less than was seen of it, so nothing is posted until its operator reopens it"
    )


_REOPENED = "SELECT lane, max(seq) AS seq FROM reopenings GROUP BY lane"

_TOLD_UNTIL = "SELECT max(seq) FROM outbox WHERE lane = $1 AND recorded_at < $2"

_ENDS = """
SELECT lane, max(seq) AS seq FROM (
  SELECT lane.lane, last.seq FROM generate_series(0, $1 - 1) AS lane(lane)
  CROSS JOIN LATERAL (SELECT seq FROM batches b WHERE b.lane = lane.lane ORDER BY seq DESC LIMIT 1) AS last
  UNION ALL SELECT lane, seq FROM reopenings
  UNION ALL (SELECT lane, seq FROM outbox WHERE lane = $1 ORDER BY seq DESC LIMIT 1)
) AS every GROUP BY lane
"""
