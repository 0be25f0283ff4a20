"""Birthdays at the door: for which purposes programmes look at them, so that of nobody else anything is told."""

from collections.abc import Iterable
from typing import Any

from huiyuan.loyalty.v1 import birthdays_pb2 as wire

from services.kit import database, rpc
from services.loyalty.rpc.members.consents import ConsentGate
from services.loyalty.rulebook import Rulebook
from services.loyalty.rules.earning.birthdays import BIRTH_DATE
from services.loyalty.rules.earning.earn_rules import EarnRule
from services.loyalty.rules.missions.missions import LifecycleKind, LifecycleTask
from services.loyalty.storage.missions import missions


class Birthdays:
    """``huiyuan.loyalty.v1.BirthdaysService``."""

    def __init__(self, pool: database.Pool, rulebook: Rulebook) -> None:
        self._pool = pool
        self._rulebook = rulebook

    @rpc.allow(rpc.services("members"))
    async def list_birthday_purposes(
        self, _request: wire.ListBirthdayPurposesRequest, _: Any
    ) -> wire.ListBirthdayPurposesResponse:
        now = self._rulebook.now()
        found: set[str] = set()
        for history in (await self._rulebook.current()).by_id.values():
            for version in history.since(now):
                found.update(version.earning.birthday_purposes)
            for edition in await missions.in_force(self._pool, history.newest.number):
                task = edition.mission.task
                if isinstance(task, LifecycleTask) and task.kind is LifecycleKind.BIRTHDAY_MONTH:
                    found.add(edition.mission.purpose)
        return wire.ListBirthdayPurposesResponse(of_months=sorted(found))


async def be_usable(consents: ConsentGate, rules: Iterable[EarnRule]) -> None:
    """Refuse earn rules that look at birthdays for a purpose that was never published, or lists no birth date."""
    for nth, rule in enumerate(rules):
        if purpose := rule.schedule.birthday_month_purpose:
            field = f"earn_rules[{nth}].schedule.birthday_month_purpose"
            await consents.be_known(purpose, field, BIRTH_DATE)
