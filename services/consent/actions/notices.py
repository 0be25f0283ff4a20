"""Publishing notices: a new version in one language, or the newest one when it already says the same."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from services.consent import events
from services.consent.rules import checklists
from services.consent.rules.notices import Notice, ToldPurpose, Wording
from services.consent.rules.purposes import UnknownPurpose
from services.consent.storage import notices, purposes
from services.kit.database import Connection


async def publish(
    connection: Connection,
    wording: Wording,
    told: Sequence[tuple[str, int]],
    by: str,
    now: datetime,
    officer: str = "",
) -> tuple[Notice, bool]:
    """The published version, and whether it was there already; ``told`` are keys and versions, 0 for in force."""
    in_force = await purposes.in_force(connection, [key for key, _ in told])
    wanted = [(key, version or (in_force[key].version if key in in_force else 0)) for key, version in told]
    found = await purposes.versions(connection, wanted)
    for place, one in enumerate(wanted):
        if one not in found:
            raise UnknownPurpose(
                "no such version of the purpose was published", field=f"notice.purposes[{place}]"
            )
    wording = replace(wording, purposes=tuple(ToldPurpose(*one, digest=found[one].digest) for one in wanted))
    others = [one.wording for one in await notices.newest(connection, wording.locale)] if officer else ()
    wording = checklists.check_notice(wording, found.values(), officer, others)
    await purposes.lock(connection, f"notice {wording.key} {wording.locale}")
    newest = next(iter(await notices.newest(connection, wording.locale, wording.key)), None)
    if newest is not None and newest.wording == wording:
        return newest, True
    notice = Notice(wording, newest.version + 1 if newest else 1, now)
    await notices.add(connection, notice, by)
    await events.notice_published(connection, notice)
    return notice, False
