"""Streams: how events travel through Redis, one stream per service and lane, in commit order.

A stream's ids are ``seq-ord`` of the outbox row, so that sending a row twice is refused by Redis itself.
An append names the id that it follows on, so that a stream never has a gap. Consumers say how far they heard, and no
stream forgets what one of them has still to hear: it takes nothing more instead, and the rest waits in the outbox.
Only commands that Redis 6.2 has are used.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import ResponseError

LANES = 16
"""How many lanes each service's outbox has at the most."""

KEEP_EVENTS = 200_000
"""About how many events a stream keeps. What a consumer has still to hear is kept as well, up to as many again."""

AT_ONCE = 500
"""How many events of each stream one reading takes."""

START = "0-0"

Position = tuple[int, int]
"""Where an event stands in its stream: ``seq`` and ``ord``."""

# One atomic step, so that nothing is ever appended behind a gap that an emptied stream would leave.
_APPEND = """
local function before(one, other)
  local seq, ord = string.match(one, '(%d+)-(%d+)')
  local other_seq, other_ord = string.match(other, '(%d+)-(%d+)')
  if seq == other_seq then return tonumber(ord) < tonumber(other_ord) end
  return tonumber(seq) < tonumber(other_seq)
end
local last, length = '0-0', 0
local about = redis.pcall('XINFO', 'STREAM', KEYS[1])
if about.err == nil then
  for i = 1, #about, 2 do
    if about[i] == 'last-generated-id' then last = about[i + 1] end
    if about[i] == 'length' then length = about[i + 1] end
  end
elseif not string.find(about.err, 'no such key') then
  return about
end
if last ~= ARGV[1] then return last end
local most = tonumber(ARGV[2])
if length >= most then
  local slowest
  for _, id in ipairs(redis.call('HVALS', KEYS[2])) do
    if not slowest or before(id, slowest) then slowest = id end
  end
  if slowest then
    redis.call('XTRIM', KEYS[1], 'MINID', '~', slowest, 'LIMIT', 200 + #ARGV)
    if redis.call('XLEN', KEYS[1]) >= 2 * most then return last end
  else
    redis.call('XTRIM', KEYS[1], 'MAXLEN', '~', most)
  end
end
for i = 3, #ARGV, 4 do
  last = redis.call('XADD', KEYS[1], ARGV[i], 'm', ARGV[i+1], 't', ARGV[i+2], 'b', ARGV[i+3])
end
return last
"""


@dataclass(frozen=True, slots=True)
class Event:
    """One event on its way: where it stands in its stream, whom it is about, and its bytes."""

    stream: str
    seq: int
    ord: int
    member_id: str
    type: str
    body: bytes

    @property
    def id(self) -> str:
        return f"{self.seq}-{self.ord}"


def name(service: str, lane: int) -> str:
    """The Redis key of a lane's stream, for instance ``huiyuan:loyalty:3``."""
    return f"huiyuan:{service}:{lane}"


def names(service: str) -> list[str]:
    """The Redis keys of all of a service's streams."""
    return [name(service, lane) for lane in range(LANES)]


def position(event_id: str) -> Position:
    """``"17-2"`` → ``(17, 2)``, to compare ids."""
    seq, _, ordinal = event_id.partition("-")
    return int(seq), int(ordinal or 0)


async def last_ids(redis: Redis, streams: list[str]) -> dict[str, str]:
    """The last id each stream ever gave out, also when its entries were trimmed since."""
    about = await _about(redis, streams)
    return {
        name: START if about[name] is None else _text(about[name]["last-generated-id"]) for name in streams
    }


async def first_ids(redis: Redis, streams: list[str]) -> dict[str, str]:
    """The id of the oldest entry that each stream still has; not of those that have none."""
    about = await _about(redis, streams)
    return {
        name: _text(said["first-entry"][0]) for name, said in about.items() if said and said["first-entry"]
    }


async def _about(redis: Redis, streams: list[str]) -> dict[str, Any]:
    """What Redis says of each stream, None of those that there are not."""
    pipeline = redis.pipeline(transaction=False)
    for stream in streams:
        pipeline.xinfo_stream(stream)
    about: dict[str, Any] = {}
    for stream, answer in zip(streams, await pipeline.execute(raise_on_error=False), strict=True):
        if isinstance(answer, Exception) and not (
            isinstance(answer, ResponseError) and "no such key" in str(answer)
        ):
            raise answer
        about[stream] = answer if isinstance(answer, dict) else None
    return about


async def append(redis: Redis, ends: Mapping[str, Position], events: Sequence[Event]) -> dict[str, Position]:
    """Send events, in order, to streams that still end where ``ends`` says; where each of them ends now.

    A stream that ends elsewhere is left as it is: it was emptied, or another relay was faster. Its true end is
    in the answer, to go on from. So is one that is full of what a consumer has still to hear: that ends where it did.
    """
    by_stream: dict[str, list[str | bytes]] = {}
    for event in events:
        sent = by_stream.setdefault(event.stream, [])
        sent += (event.id, event.member_id, event.type, event.body)
    pipeline = redis.pipeline(transaction=False)
    for name, sent in by_stream.items():
        pipeline.eval(_APPEND, 2, name, _heard(name), "{}-{}".format(*ends[name]), KEEP_EVENTS, *sent)
    answers = await pipeline.execute()
    return {name: position(_text(end)) for name, end in zip(by_stream, answers, strict=True)}


async def note_heard(redis: Redis, consumer: str, cursors: Mapping[str, str]) -> None:
    """Say how far a consumer has heard some streams, and with it that there is this consumer."""
    if not cursors:
        return
    pipeline = redis.pipeline(transaction=False)
    for name, heard in cursors.items():
        pipeline.hset(_heard(name), consumer, heard)
    await pipeline.execute()


def _heard(name: str) -> str:
    """The Redis key of how far each consumer heard a stream; in a cluster it lies where the stream does."""
    return f"{{{name}}}:heard"


async def read(redis: Redis, cursors: dict[str, str], *, block_ms: int) -> list[Event]:
    """Up to ``AT_ONCE`` events after each stream's cursor; waits up to ``block_ms`` for the first."""
    places: dict[Any, Any] = dict(cursors)
    answer = await redis.xread(places, count=AT_ONCE, block=block_ms)
    pairs = answer.items() if isinstance(answer, dict) else (answer or ())
    return [_event(_text(stream), *entry) for stream, entries in pairs for entry in _flat(entries)]


async def between(redis: Redis, stream: str, after: Position, until: Position, *, count: int) -> list[Event]:
    """The first events of one stream after a position, up to another one and including it."""
    answer: Any = await redis.xrange(stream, "({}-{}".format(*after), "{}-{}".format(*until), count=count)
    return [_event(stream, *entry) for entry in answer]


def _event(stream: str, event_id: bytes | str, fields: dict[bytes | str, Any]) -> Event:
    seq, ordinal = position(_text(event_id))
    body = {_text(key): value for key, value in fields.items()}
    return Event(stream, seq, ordinal, _text(body["m"]), _text(body["t"]), body["b"])


def _flat(entries: list) -> list:  # type: ignore[type-arg]  # redis-py nests RESP3 answers one deeper
    return entries[0] if entries and isinstance(entries[0], list) else entries


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value
