"""Lifecycle: award a mission to those whose occasion came since the last look and who allow it, once for each."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import takewhile
from operator import attrgetter

from services.kit import database
from services.loyalty import events
from services.loyalty.rules.ledger.events import Event, MissionCompleted
from services.loyalty.rules.missions.days_after import comes_at, looked_back
from services.loyalty.rules.missions.missions import DAY_US, LifecycleTask, Mission
from services.loyalty.rules.programmes.programmes import Programme
from services.loyalty.storage.ledger import grants, points
from services.loyalty.storage.ledger.telling import tell
from services.loyalty.storage.missions import lifecycle, missions
from services.loyalty.storage.missions.lifecycle import Occasion

LONGEST_LOOK_US = DAY_US
"""What lies further back is looked at a day at a time, so that no transaction is long."""
MOST_AT_ONCE = 5_000
"""So many occasions at most, but for those of one instant, so that what members said is seconds old at most."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """What is looked at next: behind ``since`` and not behind ``until``, and whether more lies behind it.

    ``looked_until`` is what the mission said then, ``members`` are those whose occasion it is and who are asked.
    """

    looked_until: int | None
    since: int
    until: int
    more: bool
    members: tuple[str, ...]


async def look(
    connection: database.RawConnection, programme: Programme, mission: Mission, now: int
) -> Stretch | None:
    """The next stretch of time with the members to ask; None where there is nothing to look at.

    Occasions before the mission starts and once it has ended are nobody's.
    """
    _, looked_until = await missions.looked_at(connection, programme.number, mission)
    since = max(mission.starts_at - 1, looked_until or 0)
    end = min(now, mission.ends_at - 1) if mission.ends_at else now
    until = min(end, since + LONGEST_LOOK_US)
    if until <= since:
        return None
    came = await _came(connection, programme, mission, since, until)
    if len(came) > MOST_AT_ONCE:
        until = came[MOST_AT_ONCE - 1].at
        came = list(takewhile(lambda one: one.at <= until, came))
    new = await _new(connection, programme, mission, came)
    return Stretch(looked_until, since, until, until < end, tuple(member_id for member_id, _ in new))


async def award(
    connection: database.RawConnection,
    programme: Programme,
    mission: Mission,
    stretch: Stretch,
    allowing: Collection[str],
    now: int,
) -> int | None:
    """Award a stretch's occasions to those of its members who allow it; how many, and None for look again.

    Whose occasion came meanwhile is asked first, and what somebody else looked at is theirs. Where the budget allows
    fewer than there are, the earliest have them. Who does not allow it now has no occasion to come back to.
    """
    number = programme.number
    await missions.lock(connection, number, mission.key)
    awarded, looked_until = await missions.looked_at(connection, number, mission)
    if looked_until != stretch.looked_until:
        return None
    came = await _came(connection, programme, mission, stretch.since, stretch.until)
    new = await _new(connection, programme, mission, came)
    if not {member_id for member_id, _ in new} <= set(stretch.members):
        return None
    new = [(member_id, name) for member_id, name in new if member_id in allowing]
    if mission.budget:
        new = new[: max(0, mission.budget - awarded)]
    await missions.looked(connection, number, mission, len(new), stretch.until)
    await promise(connection, programme, mission, new, now)
    return len(new)


async def promise(
    connection: database.RawConnection,
    programme: Programme,
    mission: Mission,
    new: Sequence[tuple[str, str]],
    now: int,
) -> None:
    """Promise a mission's award for occasions, (member, name), and note that they completed it."""
    if not new:
        return
    promised = [mission.grant(member_id, programme.programme_id, name) for member_id, name in new]
    await lifecycle.complete(connection, programme.number, (mission.key, mission.edition), new, now)
    await grants.promise(connection, promised)
    done = [
        Event(
            grant.member_id,
            programme.programme_id,
            now,
            MissionCompleted(mission.key, mission.edition, 1, grant.key),
        )
        for grant in promised
    ]
    await tell(connection, [events.encode(event) for event in done])


async def _came(
    connection: database.RawConnection, programme: Programme, mission: Mission, since: int, until: int
) -> list[Occasion]:
    """Everybody's occasions that come behind ``since`` and not behind ``until``, earliest first, by when they come."""
    task, zone = _task(mission), programme.time_zone
    back = looked_back(since, until, task.days, zone)
    found = await lifecycle.occasions(connection, programme.number, task.kind, *back)
    came = (one._replace(at=comes_at(one.at, task.days, zone)) for one in found)
    return sorted((one for one in came if since < one.at <= until), key=attrgetter("at"))


async def _new(
    connection: database.RawConnection, programme: Programme, mission: Mission, came: list[Occasion]
) -> list[tuple[str, str]]:
    """The occasions that are for this mission and were not awarded yet: (member, name)."""
    members = [occasion.member_id for occasion in came]
    known = await lifecycle.completed(connection, programme.number, mission.key, members)
    standings = await points.standings(connection, members, programme.number) if mission.tiers else {}
    return [
        (member_id, name)
        for member_id, _, name in came
        if (member_id, name) not in known
        and (not mission.tiers or (member_id in standings and mission.takes(standings[member_id].tier)))
    ]


def _task(mission: Mission) -> LifecycleTask:
    assert isinstance(mission.task, LifecycleTask), "activities are counted when they are told"
    return mission.task
