"""Missions tried out: what one would say to samples of what members do, or of what befalls them."""

from datetime import datetime
from enum import Enum

import strawberry
from google.protobuf.json_format import ParseDict
from google.protobuf.struct_pb2 import Struct
from huiyuan.loyalty.v1 import mission_trials_pb2 as wire
from strawberry.scalars import JSON

from gateway.admin.missions.mission_inputs import LifecycleKind, MissionInput
from gateway.admin.missions.missions import Mission, mission
from gateway.admin.permissions import RULE_READERS, to
from gateway.clients import LOYALTY
from gateway.context import Info
from gateway.errors import UserError, attempt
from gateway.loaders.members import DEFAULT_PROGRAMME
from gateway.scalars import Long, instant, timestamp
from services.kit.refusal import Invalid


class AttributesNotAsDeclared(Invalid):
    """Attributes are an object."""


@strawberry.enum(description="What a mission looks at.")
class MissionCheckKind(Enum):
    # It is what the mission is about: its type of activity, or its occasion.
    TASK = wire.MISSION_CHECK_KIND_TASK
    # An attribute has the value asked for, or is there to be counted by.
    ATTRIBUTE = wire.MISSION_CHECK_KIND_ATTRIBUTE
    # The condition in the Common Expression Language holds.
    CONDITION = wire.MISSION_CHECK_KIND_CONDITION
    # The coupon is of the template.
    TEMPLATE = wire.MISSION_CHECK_KIND_TEMPLATE
    # It has come by now.
    DUE = wire.MISSION_CHECK_KIND_DUE
    # The mission had started and not ended.
    OPEN = wire.MISSION_CHECK_KIND_OPEN
    TIER = wire.MISSION_CHECK_KIND_TIER
    # The member allows the purpose.
    ALLOWED = wire.MISSION_CHECK_KIND_ALLOWED
    # Nothing else counted for the same day, attribute or occasion.
    ONCE = wire.MISSION_CHECK_KIND_ONCE
    # A cap: how often it is done in its period.
    TIMES = wire.MISSION_CHECK_KIND_TIMES
    # A cap: how many awards there are in all.
    BUDGET = wire.MISSION_CHECK_KIND_BUDGET


@strawberry.input(description="Something a member did, as systems tell it.")
class SampleActivityInput:
    type: str
    attributes: JSON | None = strawberry.field(
        default=None, description="An object, as the type declares it."
    )


@strawberry.input(description="Something that befell a member.")
class SampleOccasionInput:
    kind: LifecycleKind
    tier: str | None = strawberry.field(default=None, description="The tier reached, where it changed.")
    coupon_template: str | None = strawberry.field(
        default=None, description="The template of the coupon that will expire."
    )


@strawberry.input(description="An activity or an occasion: one of the two.")
class MissionSampleInput:
    activity: SampleActivityInput | None = None
    occasion: SampleOccasionInput | None = None
    occurred_at: datetime | None = strawberry.field(
        default=None,
        description="Of what comes so many days after an order, when that was paid or completed. Without it, now.",
    )

    def wire(self, path: str) -> wire.MissionSample:
        """The same for the service, and nothing of both: it says that one is to be chosen.

        Raises ``AttributesNotAsDeclared``.
        """
        message = wire.MissionSample(occurred_at=timestamp(self.occurred_at))
        if (self.activity is None) is (self.occasion is None):
            return message
        if self.occasion is not None:
            message.occasion.kind = self.occasion.kind.value
            message.occasion.tier = self.occasion.tier or ""
            message.occasion.coupon_template = self.occasion.coupon_template or ""
        elif self.activity is not None:
            message.activity.type = self.activity.type
            given: object = self.activity.attributes or {}
            if not isinstance(given, dict):
                field = f"{path}.activity.attributes"
                raise AttributesNotAsDeclared("attributes are an object: give {}", field=field)
            message.activity.attributes.CopyFrom(ParseDict(given, Struct()))
        return message


@strawberry.input(
    description="Samples of what one member does or meets with, and the mission to try them on."
)
class TestMissionInput:
    programme_id: str = DEFAULT_PROGRAMME
    key: str | None = strawberry.field(default=None, description="The newest edition, draft or not.")
    mission: MissionInput | None = strawberry.field(
        default=None, description="As it would stand in the next edition; in place of the key."
    )
    samples: list[MissionSampleInput] = strawberry.field(description="1 to 100; the earliest counts first.")
    tier: str | None = strawberry.field(default=None, description="The tier that the member holds.")
    allows_purpose: bool = strawberry.field(
        default=True, description="Whether the member allows the purpose that is asked for."
    )
    awarded: Long | None = strawberry.field(
        default=None,
        description="How many awards were given before, of the budget; without it, as many as were.",
    )

    def wire(self) -> wire.TryMissionRequest:
        """The same for the service, and neither key nor mission of both. Raises what samples raise."""
        request = wire.TryMissionRequest(
            programme_id=self.programme_id,
            samples=[one.wire(f"samples[{nth}]") for nth, one in enumerate(self.samples)],
            tier=self.tier or "",
            purpose_refused=not self.allows_purpose,
            awarded=self.awarded,
        )
        if (self.key is None) is (self.mission is None):
            return request
        if self.mission is not None:
            request.mission.CopyFrom(self.mission.wire())
        else:
            request.key = self.key or ""
        return request


@strawberry.type(description="Something a mission looked at.")
class MissionCheck:
    kind: MissionCheckKind
    holds: bool
    actual: str
    required: str


@strawberry.type(description="What a mission says to one sample.")
class MissionSampleVerdict:
    occurred_at: datetime
    checks: list[MissionCheck] = strawberry.field(
        description="All that it looked at; caps where one could bind."
    )
    counts: bool
    awards: int = strawberry.field(description="How many awards it completed.")
    progress: int = strawberry.field(description="What counts towards the next award after it.")
    required: int


@strawberry.type
class TestMissionPayload:
    mission: Mission | None = strawberry.field(description="The edition that was tried, with what it gives.")
    verdicts: list[MissionSampleVerdict] = strawberry.field(description="The earliest sample first.")
    awards: Long = strawberry.field(description="How many awards the samples are worth in all.")
    user_errors: list[UserError]


@strawberry.type
class MissionTrialQueries:
    @strawberry.field(
        metadata=to(RULE_READERS),
        description="What a mission would say to samples, by the code that decides, and what it would give; posts nothing.",
    )
    async def test_mission(self, info: Info, input: TestMissionInput) -> TestMissionPayload:
        clients, language = info.context.clients, info.context.locale

        async def ask() -> wire.TryMissionResponse:
            headers = info.context.named(LOYALTY)
            return await clients.mission_trials.try_mission(input.wire(), headers=headers)

        told, refused = await attempt(ask(), language)
        return TestMissionPayload(
            mission=mission(told.mission) if told else None,
            verdicts=[_verdict(one) for one in told.verdicts] if told else [],
            awards=Long(told.awards if told else 0),
            user_errors=refused,
        )


def _verdict(one: wire.MissionSampleVerdict) -> MissionSampleVerdict:
    return MissionSampleVerdict(
        occurred_at=instant(one.occurred_at),
        checks=[
            MissionCheck(
                kind=MissionCheckKind(each.kind),
                holds=each.holds,
                actual=each.actual,
                required=each.required,
            )
            for each in one.checks
        ],
        counts=one.counts,
        awards=one.awards,
        progress=one.progress,
        required=one.required,
    )
