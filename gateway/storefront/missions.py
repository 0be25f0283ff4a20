"""Missions: what there is to do, where the signed-in member stands, and the daily check-in."""

from datetime import datetime

import strawberry
from huiyuan.loyalty.v1 import activities_pb2, missions_pb2

from gateway.auth import ANYONE
from gateway.clients import LOYALTY
from gateway.context import Info
from gateway.costs import ListSize
from gateway.errors import UserError, attempt
from gateway.loaders.catalogue import Answer
from gateway.loaders.members import DEFAULT_PROGRAMME
from gateway.scalars import Locale, optional_instant, text
from gateway.storefront.permissions import PUBLIC
from gateway.storefront.programme_ids import ProgrammeId
from gateway.views.missions import MissionAward, MissionProgress, MissionTask, award, progress, task

_MISSIONS = ListSize(assumed_size=10)


@strawberry.type(description="Something members are asked to do.")
class Mission:
    key: str
    name: str
    description: str
    task: MissionTask
    award: MissionAward
    starts_at: datetime | None
    ends_at: datetime | None = strawberry.field(description="Null until it is stopped.")
    tiers: list[str] = strawberry.field(description="Who may, by their tiers; empty for all.")


@strawberry.type(description="A mission, and where the member stands in it.")
class MemberMission:
    mission: Mission
    progress: MissionProgress


@strawberry.type(description="A check-in of a local day.")
class CheckIn:
    day: str = strawberry.field(description="An ISO 8601 date, in the programme's zone.")
    streak: int = strawberry.field(description="How many days in a row, with this one.")
    missions: list[MissionProgress] = strawberry.field(
        description="Where the member stands in the missions that it counted in."
    )


@strawberry.type
class CheckInPayload:
    check_in: CheckIn | None
    replayed: bool = strawberry.field(description="True when the member had checked in that day.")
    user_errors: list[UserError]


@strawberry.type
class MissionQueries:
    @strawberry.field(metadata=PUBLIC, description="What there is to do now. Public.", directives=[_MISSIONS])
    async def missions(
        self, info: Info, locale: Locale | None = None, programme_id: ProgrammeId = None
    ) -> list[Mission] | None:
        context, wanted = info.context, locale or info.context.locale

        async def asked() -> Answer:
            response = await context.clients.missions.list_open_missions(
                missions_pb2.ListOpenMissionsRequest(programme_id=programme_id or DEFAULT_PROGRAMME),
                headers=context.clients.named(LOYALTY, ANYONE),
            )
            ends = [optional_instant(one, "ends_at") for one in response.missions]
            shown = [mission(one, wanted) for one in response.missions]
            return Answer(shown, min((end for end in ends if end), default=None))

        found: list[Mission] = await context.catalogue.get(
            ("missions", programme_id or DEFAULT_PROGRAMME, wanted), asked
        )
        return found


@strawberry.type
class MissionMutations:
    @strawberry.mutation(description="Checks the signed-in member in, once a local day.")
    async def check_in(self, info: Info, programme_id: ProgrammeId = None) -> CheckInPayload:
        context = info.context
        context.member_id()
        call = context.clients.activities.check_in(
            activities_pb2.CheckInRequest(programme_id=programme_id or DEFAULT_PROGRAMME),
            headers=context.named(LOYALTY),
        )
        done, refused = await attempt(call, context.locale)
        shown = None
        if done:
            shown = CheckIn(
                day=done.day, streak=done.streak, missions=[progress(one) for one in done.missions]
            )
        return CheckInPayload(
            check_in=shown, replayed=done is not None and done.replayed, user_errors=refused
        )


async def member_missions(info: Info, member_id: str, programme_id: str | None) -> list[MemberMission]:
    """The missions that are open to a member, and where the member stands."""
    context = info.context
    response = await context.clients.missions.list_member_missions(
        missions_pb2.ListMemberMissionsRequest(
            member_id=member_id, programme_id=programme_id or DEFAULT_PROGRAMME
        ),
        headers=context.named(LOYALTY),
    )
    return [
        MemberMission(mission=mission(one.mission, context.locale), progress=progress(one.progress))
        for one in response.missions
    ]


def mission(wire: missions_pb2.Mission, locale: Locale) -> Mission:
    return Mission(
        key=wire.key,
        name=text(wire.name, locale),
        description=text(wire.description, locale),
        task=task(wire.activities),
        award=award(wire.award),
        starts_at=optional_instant(wire, "starts_at"),
        ends_at=optional_instant(wire, "ends_at"),
        tiers=list(wire.tiers),
    )
