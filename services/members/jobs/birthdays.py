"""Birthdays: each active member's day is told once a year, when it begins where the member lives."""

from dataclasses import dataclass
from datetime import date, datetime

import structlog

from services.kit import clock
from services.members.actions import birthdays as actions
from services.members.rules import birthdays as rules
from services.members.rules.keyrings import KeyRing
from services.members.rules.members import Member
from services.members.storage import profiles, traits
from services.members.storage.databases import Databases

log = structlog.get_logger()

_BATCH = 500


@dataclass(frozen=True, slots=True)
class Birthdays:
    """The job, and what this installation says of days: its own zone, and when 29 February is kept."""

    databases: Databases
    ring: KeyRing
    home_zone: str
    leap_birthday: str

    async def tell(self, now: datetime | None = None) -> int:
        """Tell whose day it is, and whose it was while nothing ran; how many were told.

        What was told is kept in the transaction that tells it, so that a restart tells nobody twice.
        """
        now = now or clock.now()
        total = sum([await self._tell(day, now) for day in rules.days_begun(now)])
        if total:
            log.info("birthdays told", count=total)
        return total

    async def _tell(self, day: date, now: datetime) -> int:
        places = [self.ring.find_trait(trait) for trait in rules.kept_on(day, self.leap_birthday)]
        total, after = 0, None
        while page := await traits.having_any(self.databases, places, after, _BATCH):
            after = page[-1]
            found = await profiles.read(self.databases, self.ring, page)
            having = [
                member
                for member in found.values()
                if isinstance(member, Member)
                and rules.comes_on(member, day, self.leap_birthday)
                and rules.has_begun(member, day, self.home_zone, now)
            ]
            turning = {member.member_id for member in having if rules.turns_14(member, day)}
            celebrating = [
                member.member_id for member in having if rules.is_kept(member, day, self.leap_birthday)
            ]
            if celebrating or turning:
                async with self.databases.members.begin() as connection:
                    total += await actions.tell(connection, celebrating, day.year, now, turning)
        return total
