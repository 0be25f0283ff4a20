"""Mission trials at the door: staff see what a mission would say to samples before it is in force."""

from collections.abc import Mapping
from typing import Any

from google.protobuf.json_format import MessageToDict
from huiyuan.loyalty.v1 import mission_trials_pb2 as wire
from huiyuan.loyalty.v1 import missions_pb2

from services.kit import database, rpc
from services.loyalty.actions import missions as actions
from services.loyalty.rpc.missions.missions import RULE_READERS, given, told
from services.loyalty.rpc.wire import ChoiceMissing, choice, chosen, micros, timestamp
from services.loyalty.rulebook import Rulebook
from services.loyalty.rules.ledger.expiry import local_day
from services.loyalty.rules.missions.activities import Activity
from services.loyalty.rules.missions.activity_types import AttributesNotAsDeclared, UnknownActivityType
from services.loyalty.rules.missions.mission_trials import Facts, Occasion, Sample, Verdict, tried
from services.loyalty.rules.missions.missions import ActivityTask, LifecycleKind
from services.loyalty.rules.programmes.programmes import Programme
from services.loyalty.storage.missions import activities
from services.loyalty.storage.missions.activities import Declared
from services.loyalty.storage.missions.missions import Edition


class MissionTrials:
    """``huiyuan.loyalty.v1.MissionTrialsService``."""

    def __init__(self, pool: database.Pool, rulebook: Rulebook) -> None:
        self._pool = pool
        self._rulebook = rulebook

    @rpc.allow(RULE_READERS)
    async def try_mission(self, request: wire.TryMissionRequest, _: Any) -> wire.TryMissionResponse:
        programme = (await self._rulebook.current()).history(request.programme_id).newest
        now = self._rulebook.now()
        types = await activities.types(self._pool, programme.number)
        edition = await self._which(request, programme, now)
        task, purpose = edition.mission.task, edition.mission.purpose
        if isinstance(task, ActivityTask):
            purpose = types[task.type].type.purpose
        awarded = request.awarded if request.HasField("awarded") else edition.awarded
        facts = Facts(request.tier, not request.purpose_refused, awarded, purpose)
        samples = [
            _sample(one, f"samples[{nth}]", types, programme.time_zone, now)
            for nth, one in enumerate(request.samples)
        ]
        verdicts = tried(edition.mission, samples, facts, programme.time_zone, now)
        return wire.TryMissionResponse(
            mission=told(edition),
            verdicts=map(_verdict, verdicts),
            awards=sum(one.awards for one in verdicts),
        )

    async def _which(self, request: wire.TryMissionRequest, programme: Programme, now: int) -> Edition:
        match request.WhichOneof("which"):
            case "key":
                return await actions.newest(self._pool, programme, request.key)
            case "mission":
                async with self._pool.acquire() as connection:
                    return await actions.as_given(connection, programme, given(request.mission), now)
        raise ChoiceMissing("say one of key, mission", field="key")


def _sample(
    message: wire.MissionSample, path: str, types: Mapping[str, Declared], zone: str, now: int
) -> Sample:
    at = micros(message.occurred_at, f"{path}.occurred_at") if message.HasField("occurred_at") else now
    match message.WhichOneof("what"):
        case "activity":
            did = message.activity
            if did.type not in types:
                known = ", ".join(sorted(types))
                raise UnknownActivityType(
                    f"the programme has {known}: declare it first", field=f"{path}.activity.type"
                )
            try:
                attributes = types[did.type].type.checked(MessageToDict(did.attributes))
            except AttributesNotAsDeclared as fault:
                fault.field = f"{path}.activity.{fault.field}"
                raise
            return Activity("", "sample", path, did.type, at, local_day(at, zone), attributes, now)
        case "occasion":
            what, kinds = message.occasion, missions_pb2.LifecycleKind
            kind = chosen(LifecycleKind, kinds, "LIFECYCLE_KIND_", what.kind, f"{path}.occasion.kind")
            return Occasion(kind, what.coupon_template or what.tier, at)
    raise ChoiceMissing(f"{path}: say one of activity, occasion", field=path)


def _verdict(one: Verdict) -> wire.MissionSampleVerdict:
    return wire.MissionSampleVerdict(
        occurred_at=timestamp(one.occurred_at),
        checks=[
            wire.MissionCheck(
                kind=choice(wire.MissionCheckKind, "MISSION_CHECK_KIND_", check.kind),
                holds=check.holds,
                actual=check.actual,
                required=check.required,
            )
            for check in one.checks
        ],
        counts=one.counts,
        awards=one.awards,
        progress=one.progress,
        required=one.required,
    )
