"""Activities at the door: systems tell them, members check in, operators declare types."""

from datetime import datetime
from typing import Any

import orjson
from google.protobuf.json_format import MessageToDict, ParseDict
from google.protobuf.struct_pb2 import Struct
from huiyuan.loyalty.v1 import activities_pb2 as wire

from services.kit import database, rpc
from services.kit.clock import instant
from services.loyalty.actions import activities as actions
from services.loyalty.rpc.members.consents import ConsentGate
from services.loyalty.rpc.members.members import Membership
from services.loyalty.rpc.missions.missions import RULE_READERS, progress
from services.loyalty.rpc.names import own_id
from services.loyalty.rpc.programmes.changes import of_catalogue
from services.loyalty.rpc.programmes.programmes import reason
from services.loyalty.rpc.wire import (
    READERS,
    MalformedId,
    PageNotUnderstood,
    choice,
    chosen,
    localized,
    meant,
    member_id,
    micros,
    page_size,
    text,
)
from services.loyalty.rulebook import Rulebook
from services.loyalty.rules.ledger.expiry import local_day
from services.loyalty.rules.missions import activities as rules
from services.loyalty.rules.missions.activity_types import (
    CHECK_IN,
    ActivityType,
    Attribute,
    AttributeType,
    UnknownActivityType,
    is_purpose,
)
from services.loyalty.rules.missions.mission_progress import streak
from services.loyalty.rules.orders.orders import LONGEST_SOURCE, is_source
from services.loyalty.rules.programmes.programmes import Programme
from services.loyalty.storage.members import families
from services.loyalty.storage.missions import activities
from services.loyalty.storage.missions.activities import Declared

_TYPE = "ATTRIBUTE_TYPE_"
MOST_ACTIVITIES = 100


class Activities:
    """``huiyuan.loyalty.v1.ActivitiesService``."""

    def __init__(
        self, pool: database.Pool, rulebook: Rulebook, membership: Membership, consents: ConsentGate
    ) -> None:
        self._pool = pool
        self._rulebook = rulebook
        self._membership = membership
        self._consents = consents

    @rpc.allow(rpc.systems("activity_recorder"))
    async def record_activity(
        self, request: wire.RecordActivityRequest, _: Any
    ) -> wire.RecordActivityResponse:
        if not is_source(request.source):
            message = f"source must be 1 to {LONGEST_SOURCE} printable characters without a colon"
            raise MalformedId(message, field="source", length=len(request.source))
        name = request.source, own_id(request.activity_id, "activity_id")
        occurred_at = micros(request.occurred_at, "occurred_at")
        programme = await self._programme(request.programme_id)
        member = await self._membership.one(meant(request), "member")
        type = await self._type(programme, request.type)
        now, told = self._rulebook.now(), MessageToDict(request.attributes)
        activity = rules.activity(type, member, name, occurred_at, told, programme.time_zone, now)
        await self._be_allowed(programme, type, activity)
        async with self._pool.acquire() as connection, connection.transaction():
            answer, replayed = await actions.record(connection, activity, programme, now)
        return wire.RecordActivityResponse(
            member_id=member, missions=[progress(one) for one in answer], replayed=replayed
        )

    @rpc.allow(rpc.members)
    async def check_in(self, request: wire.CheckInRequest, _: Any) -> wire.CheckInResponse:
        programme = await self._programme(request.programme_id)
        member = await self._membership.one(member_id(rpc.caller().id))
        type = await self._type(programme, CHECK_IN)
        now, zone = self._rulebook.now(), programme.time_zone
        async with self._pool.acquire() as connection, connection.transaction():
            done = await actions.check_in(connection, member, type, programme, now)
            at = await activities.check_ins(connection, programme.number, done.names)
        return wire.CheckInResponse(
            day=done.day.isoformat(),
            streak=streak({local_day(one, zone) for one in at}, done.day),
            missions=[progress(one) for one in done.missions],
            replayed=done.replayed,
        )

    @rpc.allow(rpc.staff("program_admin"))
    async def declare_activity_type(
        self, request: wire.DeclareActivityTypeRequest, _: Any
    ) -> wire.DeclareActivityTypeResponse:
        said = reason(request.reason)
        programme = await self._programme(request.programme_id)
        at = instant(self._rulebook.now())
        type = _type(request.type)
        if is_purpose(type.purpose):
            await self._consents.be_known(type.purpose, "type.purpose")
        declared = Declared(type, rpc.caller().actor, at, said)
        async with self._pool.acquire() as connection, connection.transaction():
            found = await actions.declare(connection, programme, declared)
        return wire.DeclareActivityTypeResponse(
            type=_wire_type(found.after),
            replayed=found.replayed,
            changes=of_catalogue(found, _wire_type),
        )

    @rpc.allow(RULE_READERS)
    async def list_activity_types(
        self, request: wire.ListActivityTypesRequest, _: Any
    ) -> wire.ListActivityTypesResponse:
        programme = await self._programme(request.programme_id)
        types = await activities.types(self._pool, programme.number)
        return wire.ListActivityTypesResponse(types=[_wire_type(types[key]) for key in sorted(types)])

    @rpc.allow(rpc.members, READERS)
    async def list_activities(
        self, request: wire.ListActivitiesRequest, _: Any
    ) -> wire.ListActivitiesResponse:
        rpc.be_member(member := member_id(request.member_id))
        page_size(request.first, MOST_ACTIVITIES)
        programme = await self._programme(request.programme_id)
        names = (await families.find(self._pool, member)).names
        asked = activities.ActivitiesAsked(programme.number, names, request.first, _after(request.after))
        page, more = await activities.page(self._pool, asked)
        return wire.ListActivitiesResponse(activities=[_activity(row) for row in page], has_next_page=more)

    async def _be_allowed(self, programme: Programme, type: ActivityType, activity: rules.Activity) -> None:
        """Ask the member's consent where the type rests on it; what was kept before is told again without."""
        if not type.purpose:
            return
        async with self._pool.acquire() as connection:
            if await activities.find(connection, programme.number, activity):
                return
        await self._consents.be_allowed(activity.member_id, type.purpose)

    async def _programme(self, programme_id: str) -> Programme:
        return (await self._rulebook.current()).history(programme_id).at(self._rulebook.now())

    async def _type(self, programme: Programme, key: str) -> ActivityType:
        types = await activities.types(self._pool, programme.number)
        if key not in types:
            known = ", ".join(sorted(types))
            raise UnknownActivityType(f"the programme has {known}: declare it first", field="type")
        return types[key].type


def _type(message: wire.ActivityType) -> ActivityType:
    attributes = tuple(
        Attribute(
            one.key,
            chosen(AttributeType, wire.AttributeType, _TYPE, one.type, f"type.attributes[{nth}].type"),
            one.required,
            tuple(one.one_of),
        )
        for nth, one in enumerate(message.attributes)
    )
    name = localized(message.name, "type.name")
    return ActivityType(message.key, name, attributes, message.retention_days, purpose=message.purpose)


def _wire_type(declared: Declared) -> wire.ActivityType:
    type = declared.type
    return wire.ActivityType(
        key=type.key,
        name=text(type.name),
        attributes=[
            wire.ActivityAttribute(
                key=one.key,
                type=choice(wire.AttributeType, _TYPE, one.type),
                required=one.required,
                one_of=one.one_of,
            )
            for one in type.attributes
        ],
        retention_days=type.retention_days,
        purpose=type.purpose,
        edition=type.edition,
        declared_by=declared.declared_by,
        declared_at=declared.declared_at,
        reason=declared.reason,
    )


def _activity(row: Any) -> wire.Activity:
    return wire.Activity(
        source=row["source"],
        activity_id=row["activity_id"],
        type=row["type"],
        occurred_at=row["occurred_at"],
        recorded_at=row["recorded_at"],
        attributes=ParseDict(orjson.loads(row["attributes"]), Struct()),
        place=f"{row['recorded_at'].isoformat()}|{row['activity_id']}",
    )


def _after(place: str) -> tuple[datetime, str] | None:
    if not place:
        return None
    at, _mark, activity_id = place.partition("|")
    try:
        return datetime.fromisoformat(at), activity_id
    except ValueError:
        raise PageNotUnderstood("after must be the place of an activity", field="after") from None
