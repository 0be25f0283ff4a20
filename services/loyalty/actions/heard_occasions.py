"""Heard occasions: award missions to members whose tier changed or whose coupon is about to expire, once for each."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from services.kit import database
from services.loyalty.actions import lifecycle
from services.loyalty.rules.missions.mission_checks import all_hold, of_occasion
from services.loyalty.rules.missions.missions import LifecycleKind, LifecycleTask, Mission
from services.loyalty.rules.programmes.programmes import Programme
from services.loyalty.storage.ledger import points
from services.loyalty.storage.members.names import survivors
from services.loyalty.storage.missions import lifecycle as kept
from services.loyalty.storage.missions import missions, occasions
from services.loyalty.storage.missions.occasions import Heard


class Falling(NamedTuple):
    """An occasion, and whom it falls to: the member that it was told of, or who remains of a merge."""

    member_id: str
    heard: Heard


Falls = Sequence[tuple[Mission, Sequence[Falling]]]
"""Missions with the occasions that are for them, earliest first."""


async def fall(
    pool: database.Pool, programme: Programme, concerned: Sequence[Mission], heard: Sequence[Heard]
) -> Falls:
    """Which occasions are for which of the missions; the frozen and the closed have none.

    A mission's tiers are those reached, where a tier changed, and else the one held now.
    """
    roots = await survivors(pool, [one.member_id for one in heard])
    here = [Falling(roots.get(one.member_id, one.member_id), one) for one in heard]
    members = sorted({one.member_id for one in here})
    free = await occasions.unrestricted(pool, members)
    async with pool.acquire() as connection:
        standings = await points.standings(connection, members, programme.number)
    tiers = {member: standing.tier for member, standing in standings.items()}
    return [
        (mission, [one for one in here if one.member_id in free and _is_for(mission, one, tiers)])
        for mission in concerned
        if mission.purpose
    ]


async def award(
    connection: database.RawConnection,
    programme: Programme,
    kind: LifecycleKind,
    heard: Sequence[Heard],
    allowed: Falls,
    now: int,
) -> int:
    """Take what was heard, and award of it what members allow; how many awards.

    What another worker took meanwhile is that worker's. Where a budget allows fewer than there are, the earliest
    have them. Who does not allow it now has no occasion to come back to.
    """
    mine = set(await occasions.take(connection, programme.number, kind, heard))
    given = 0
    for mission, those in allowed:  # by key: counters are locked in one order
        await missions.lock(connection, programme.number, mission.key)
        awarded, _ = await missions.looked_at(connection, programme.number, mission)
        known = await kept.completed(
            connection, programme.number, mission.key, [one.member_id for one in those]
        )
        ours = [(one.member_id, one.heard.name) for one in those if one.heard in mine]
        new = [one for one in dict.fromkeys(ours) if one not in known]
        if mission.budget:
            new = new[: max(0, mission.budget - awarded)]
        await missions.looked(connection, programme.number, mission, len(new), now)
        await lifecycle.promise(connection, programme, mission, new, now)
        given += len(new)
    return given


def _is_for(mission: Mission, falling: Falling, tiers: Mapping[str, str]) -> bool:
    task, heard = mission.task, falling.heard
    assert isinstance(task, LifecycleTask), "activities are counted when they are told"
    held = tiers.get(falling.member_id, "")
    return all_hold(of_occasion(mission, task, task.kind, heard.about, heard.occurred_at, held))
