"""Lifecycle: award a mission to everyone whose occasion came since the last look, once for each occasion."""

from services.kit import database
from services.loyalty import events
from services.loyalty.rules.ledger.events import Event, MissionCompleted
from services.loyalty.rules.missions.missions import LifecycleKind, LifecycleTask, Mission
from services.loyalty.rules.programmes.programmes import Programme
from services.loyalty.storage.ledger import grants, points
from services.loyalty.storage.ledger.telling import tell
from services.loyalty.storage.missions import lifecycle, missions
from services.loyalty.storage.missions.lifecycle import Occasion

DAY_US = 24 * 3600 * 1_000_000
LONGEST_LOOK_US = DAY_US
"""What lies further back is looked at a day at a time, so that no transaction is long."""


async def look(
    connection: database.RawConnection, programme: Programme, mission: Mission, now: int
) -> tuple[int, bool]:
    """Award whoever's occasion came until now; how many, and whether more time is to be looked at.

    Only one looks at a time. Occasions before the mission starts and once it has ended are nobody's, and where the
    budget allows fewer than there are, the earliest have them.
    """
    task, number = mission.task, programme.number
    assert isinstance(task, LifecycleTask), "activities are counted when they are told"
    awarded, looked_until = await missions.look_from(connection, number, mission)
    since = max(mission.starts_at - 1, looked_until or 0)
    end = min(now, mission.ends_at - 1) if mission.ends_at else now
    until = min(end, since + LONGEST_LOOK_US)
    if until <= since:
        return 0, False
    after = task.days * DAY_US
    came = await lifecycle.occasions(connection, number, task.kind, since - after, until - after)
    new = await _new(connection, programme, mission, came)
    if mission.budget:
        new = new[: max(0, mission.budget - awarded)]
    await missions.looked(connection, number, mission, len(new), until)
    if new:
        promised = [mission.grant(member_id, programme.programme_id, name) for member_id, name in new]
        await lifecycle.complete(connection, number, (mission.key, mission.edition), new, now)
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
    return len(new), until < end


async def _new(
    connection: database.RawConnection, programme: Programme, mission: Mission, came: list[Occasion]
) -> list[tuple[str, str]]:
    """The occasions that are for this mission and were not awarded yet: (member, name)."""
    members = [occasion.member_id for occasion in came]
    known = await lifecycle.completed(connection, programme.number, mission.key, members)
    standings = await points.standings(connection, members, programme.number) if mission.tiers else {}
    named = [(occasion.member_id, _name(mission.task, occasion)) for occasion in came]
    return [
        (member_id, name)
        for member_id, name in named
        if (member_id, name) not in known
        and (not mission.tiers or (member_id in standings and mission.takes(standings[member_id].tier)))
    ]


def _name(task: object, occasion: Occasion) -> str:
    """An occasion by its name: each last order is one, and there is one first."""
    assert isinstance(task, LifecycleTask), "nothing else has occasions"
    return "first" if task.kind is LifecycleKind.AFTER_FIRST_ORDER else f"after-{occasion.paid_at}"
