"""Retention, worked off: what is due by the rules is deleted, erased or restricted, and what is not stays."""

from datetime import datetime

import structlog

from services.kit import clock
from services.members.actions import erasures, statuses
from services.members.rules.erasures import Terms
from services.members.rules.retention import RetentionAction, Rule
from services.members.rules.statuses import Step
from services.members.storage import erasures as stored
from services.members.storage import retention
from services.members.storage.databases import Databases
from services.members.storage.tombstone_files import TombstoneFile

log = structlog.get_logger()

_AT_ONCE = 1_000
_REASON = "retention: not seen for as long as the rule says"


async def run(
    databases: Databases,
    terms: Terms,
    file: TombstoneFile | None,
    rules: tuple[Rule, ...],
    now: datetime | None = None,
) -> None:
    """Do what is due by every rule that has a period."""
    at = now or clock.now()
    for rule in rules:
        if not rule.period_days:
            continue
        done = await (
            _delete(databases, rule, at)
            if rule.action is RetentionAction.DELETE
            else _end(databases, terms, file, rule, at)
        )
        if done:
            async with databases.members.begin() as connection:
                await retention.note_run(connection, rule.category, done, at)
            log.info("retention ended", category=rule.category, rows=done)


async def _delete(databases: Databases, rule: Rule, at: datetime) -> int:
    database = databases.keys if rule.among_keys else databases.members
    done = 0
    while True:
        async with database.begin() as connection:
            gone = await retention.delete(connection, rule.store, rule.before(at), _AT_ONCE)
        done += gone
        if gone < _AT_ONCE:
            return done


async def _end(
    databases: Databases, terms: Terms, file: TombstoneFile | None, rule: Rule, at: datetime
) -> int:
    """Erase inactive members, or freeze them; the next run takes those beyond the limit.

    Whoever came back since they were listed is left alone. So asking and erasing are one transaction: what is asked
    for cannot be taken back, and nobody comes back between the two.
    """
    done = 0
    for member_id in await retention.inactive(databases, rule.about, rule.before(at), _AT_ONCE):
        async with databases.members.begin() as connection:
            await stored.lock_set(connection, member_id)
            if not await retention.is_inactive(connection, member_id, rule.about, rule.before(at)):
                continue
            if rule.action is RetentionAction.ERASE:
                await erasures.retire(connection, file, member_id, _REASON, at)
            else:
                await statuses.change(
                    connection, member_id, Step.FREEZE, terms, statuses.OURSELVES, _REASON, at
                )
        done += 1
    return done
