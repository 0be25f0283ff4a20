"""Working: what happens by itself, and what a restore asks for."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from redis.asyncio import Redis

from services.kit import outbox, process
from services.kit.inbox import Consumer
from services.members.app import wiring
from services.members.consumers import Hearing
from services.members.jobs import (
    analyses,
    closings,
    erasures,
    links,
    orphans,
    packages,
    retention,
    tombstones,
    traits,
)
from services.members.jobs.birthday_months import BirthdayMonths
from services.members.jobs.birthdays import Birthdays as BirthdayJob
from services.members.jobs.rotations import Rotating
from services.members.settings import Settings
from services.members.storage.providers.choosing import provider_of

_SWEEP_S = 30
_ERASE_S = 1
_WATCH_S = 60
_RETAIN_S = 6 * 3600
_INDEX_S = 2
_BIRTHDAYS_S = 900
_MONTHS_S = 60
_FORGET_S = 3600
_GATHER_S = 2
_EXPIRE_S = 60
_ROTATE_S = 1


async def workers(settings: Settings) -> Sequence[Callable[[], Awaitable[None]]]:
    """What works by itself: the relay, what is heard, sweeps, indexes, birthdays, packages, endings, rotations.

    Raises ``KeyRingRefused`` when the key ring cannot be used.
    """
    ring = wiring.key_ring(settings, create=settings.is_development)
    databases, terms, file = await wiring.databases(settings), settings.terms, wiring.tombstone_file(settings)
    reader = wiring.ring_reader(settings, ring, databases)
    rotating = Rotating(databases, ring, reader, settings.key_ring, provider=provider_of(settings.choice))
    redis = Redis.from_url(settings.redis_url.get_secret_value())
    relay = outbox.Relay(wiring.NAME, databases.members_pool, redis)
    birthdays = BirthdayJob(databases, ring, settings.time_zone, settings.leap_birthday)
    parts, cohorts = wiring.parts(settings), wiring.cohorts(settings)
    months = BirthdayMonths(
        databases, ring, settings.leap_birthday, cohorts.birthday_purposes, cohorts.allowed
    )
    make_packages = partial(packages.make, databases, ring, parts.of)
    make_analyses = partial(analyses.make, databases, ring, cohorts.allowed, cohorts.tiers)
    forget = partial(outbox.forget_relayed, databases.members_pool, redis, wiring.NAME)
    replaying = partial(tombstones.replay, databases, file, completing_file=True)
    hearing = Hearing(terms, settings.erasing_purposes)
    return [
        relay.run,
        Consumer("loyalty", databases.members, redis, hearing.hear_loyalty, by=wiring.NAME).run,
        Consumer("consent", databases.members, redis, hearing.hear_consent, by=wiring.NAME).run,
        partial(process.every, _SWEEP_S, partial(links.sweep, databases, ring), "sweep links"),
        partial(process.every, _GATHER_S, make_packages, "gather members' packages"),
        partial(process.every, _GATHER_S, make_analyses, "make exports for analysis"),
        partial(process.every, _EXPIRE_S, partial(packages.expire, databases), "destroy old packages"),
        partial(process.every, _EXPIRE_S, partial(analyses.expire, databases), "destroy old exports"),
        reader.run,
        partial(process.every, _ROTATE_S, rotating.work, "rotate keys"),
        partial(process.every, _SWEEP_S, partial(orphans.sweep, databases), "sweep orphans"),
        partial(process.every, _INDEX_S, partial(traits.index, databases, ring), "index traits"),
        partial(process.every, _BIRTHDAYS_S, birthdays.tell, "tell birthdays"),
        partial(process.every, _MONTHS_S, months.tell, "tell the months of birthdays"),
        partial(process.every, _FORGET_S, forget, "forget relayed events"),
        partial(process.every, _FORGET_S, replaying, "replay tombstones"),
        partial(process.every, _WATCH_S, partial(closings.close_due, databases, terms), "close memberships"),
        partial(process.every, _ERASE_S, partial(erasures.advance, databases, terms, file), "erase members"),
        partial(
            process.every,
            _RETAIN_S,
            partial(retention.run, databases, terms, file, settings.retention_rules),
            "end retention",
        ),
        partial(process.every, _FORGET_S, partial(erasures.remind, databases), "remind of erasures"),
    ]


async def replay_tombstones(settings: Settings, *, tell_all: bool) -> tombstones.Replayed:
    """Erase again whoever a restored backup brought back; if so asked, tell of everybody ever erased again."""
    databases = await wiring.databases(settings)
    try:
        found = await tombstones.replay(databases, wiring.tombstone_file(settings), completing_file=True)
        if tell_all:
            await tombstones.tell_all(databases)
        return found
    finally:
        await databases.close()
