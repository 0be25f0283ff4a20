"""Birthday months: told of those alone who allow a purpose that a programme asks for, once a year for each."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import structlog

from services.kit import clock
from services.kit.refusal import Refusal
from services.members.actions import birthdays as actions
from services.members.rules import birthdays as rules
from services.members.rules.accesses import PersonalField
from services.members.rules.keyrings import KeyRing
from services.members.rules.members import Member
from services.members.rules.traits import birthdays_in
from services.members.storage import birthdays, profiles, traits
from services.members.storage.databases import Databases

log = structlog.get_logger()

_BATCH = 500
_USED = (PersonalField.BIRTH_DATE.category,)

Allowed = Callable[[Sequence[UUID], str, Collection[str]], Awaitable[set[UUID]]]
"""Who of some members allows a purpose for categories of data; raises a refusal where nobody can say."""


@dataclass(frozen=True, slots=True)
class BirthdayMonths:
    """The job. ``wanted`` says for which purposes programmes ask, and while none does, nobody's record is opened.

    It looks again and again while a month lasts, so that whoever registers or consents meanwhile is told of, too; who
    was told of is not opened again.
    """

    databases: Databases
    ring: KeyRing
    leap_birthday: str
    wanted: Callable[[], Awaitable[Collection[str]]]
    allowed: Allowed

    async def tell(self, now: datetime | None = None) -> int:
        """Tell of whom it is the month of the birthday, or will be shortly; of how many."""
        now, total = now or clock.now(), 0
        try:
            wanted = sorted(await self.wanted())
            for month in rules.months_begun(now) if wanted else ():
                total += await self._tell(month, wanted, now)
        except Refusal as refusal:
            log.warning("months of birthdays not told", because=refusal.code)
        if total:
            log.info("months of birthdays told", count=total)
        return total

    async def _tell(self, month: date, wanted: Sequence[str], now: datetime) -> int:
        places = [self.ring.find_trait(trait) for trait in birthdays_in(month, self.leap_birthday)]
        total, after = 0, None
        while page := await traits.having_any(self.databases, places, after, _BATCH):
            after = page[-1]
            untold = {
                purpose: await birthdays.untold_months(self.databases, page, month.year, purpose)
                for purpose in wanted
            }
            celebrating = await self._celebrating({one for some in untold.values() for one in some}, month)
            allowing = {
                purpose: await self._allowing([one for one in some if one in celebrating], purpose)
                for purpose, some in untold.items()
            }
            if any(allowing.values()):
                async with self.databases.members.begin() as connection:
                    total += await actions.tell_months(connection, allowing, month, now)
        return total

    async def _celebrating(self, member_ids: Collection[UUID], month: date) -> set[UUID]:
        """Whose birthday it is, as their records say."""
        if not member_ids:
            return set()
        found = await profiles.read(self.databases, self.ring, member_ids)
        return {
            member_id
            for member_id, one in found.items()
            if isinstance(one, Member) and rules.is_kept_in(one, month, self.leap_birthday)
        }

    async def _allowing(self, some: Sequence[UUID], purpose: str) -> set[UUID]:
        """Who allows a purpose the birth date; of one that cannot be asked about, nobody, and the others go on."""
        try:
            return await self.allowed(some, purpose, _USED) if some else set()
        except Refusal as refusal:
            log.warning("month of birthdays not told", purpose=purpose, because=refusal.code)
            return set()
