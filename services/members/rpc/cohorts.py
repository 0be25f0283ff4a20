"""Cohorts: what the other services say of thousands of members at once, for exports and birthdays."""

from collections.abc import Collection, Sequence
from uuid import UUID

from huiyuan.consent.v1 import decisions_pb2 as consent_wire
from huiyuan.consent.v1.decisions_connect import DecisionsServiceClient
from huiyuan.loyalty.v1 import birthdays_pb2
from huiyuan.loyalty.v1 import exports_pb2 as loyalty_wire
from huiyuan.loyalty.v1.birthdays_connect import BirthdaysServiceClient
from huiyuan.loyalty.v1.exports_connect import ExportsServiceClient


class Cohorts:
    """Asks the gate and the ledger; whom they do not speak for is left out."""

    def __init__(
        self,
        decisions: DecisionsServiceClient,
        loyalty: ExportsServiceClient,
        birthdays: BirthdaysServiceClient,
    ) -> None:
        self._decisions = decisions
        self._loyalty = loyalty
        self._birthdays = birthdays

    async def birthday_purposes(self) -> list[str]:
        """For which purposes programmes ask in which month birthdays are. Raises a refusal while nobody can say."""
        asked = birthdays_pb2.ListBirthdayPurposesRequest()
        return list((await self._birthdays.list_birthday_purposes(asked)).of_months)

    async def allowed(
        self, member_ids: Sequence[UUID], purpose: str, categories: Collection[str]
    ) -> set[UUID]:
        """The members whom the gate allows a purpose for some categories of data. Raises the gate's refusal."""
        answer = await self._decisions.check_many(
            consent_wire.CheckManyRequest(
                member_ids=map(str, member_ids), purpose=purpose, categories=sorted(categories)
            )
        )
        return {member_id for member_id, said in zip(member_ids, answer.answers, strict=True) if said.allow}

    async def tiers(self, member_ids: Sequence[UUID]) -> dict[UUID, str]:
        """The tier that each member holds in the default programme."""
        if not member_ids:
            return {}
        answer = await self._loyalty.list_tiers(
            loyalty_wire.ListTiersRequest(member_ids=map(str, member_ids))
        )
        return dict(zip(member_ids, answer.tiers, strict=True))
