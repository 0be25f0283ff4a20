"""Activities as staff see them: the types there are, declared by the operator, and what a member did."""

from datetime import datetime
from enum import Enum

import strawberry
from google.protobuf.json_format import MessageToDict
from huiyuan.loyalty.v1 import activities_pb2
from strawberry.scalars import JSON

from gateway.admin.audit import audited
from gateway.admin.permissions import DRAFTERS, RULE_READERS, to
from gateway.admin.texts import LocalizedText, LocalizedTextInput, localized
from gateway.clients import LOYALTY
from gateway.context import Info
from gateway.costs import ListSize
from gateway.errors import UserError
from gateway.loaders.members import DEFAULT_PROGRAMME
from gateway.paging import Connection, connection, key_of, page_size
from gateway.scalars import instant, optional_instant


@strawberry.enum(description="What an attribute's values are.")
class AttributeType(Enum):
    STRING = activities_pb2.ATTRIBUTE_TYPE_STRING
    INTEGER = activities_pb2.ATTRIBUTE_TYPE_INTEGER
    NUMBER = activities_pb2.ATTRIBUTE_TYPE_NUMBER
    BOOLEAN = activities_pb2.ATTRIBUTE_TYPE_BOOLEAN


@strawberry.type
class ActivityAttribute:
    key: str
    type: AttributeType
    required: bool
    one_of: list[str] = strawberry.field(description="Strings alone; empty for any.")


@strawberry.type(description="A type of activities.")
class ActivityType:
    key: str
    name: LocalizedText
    attributes: list[ActivityAttribute] = strawberry.field(description="Others than these are refused.")
    retention_days: int = strawberry.field(
        description="For how many days an activity is kept, and how old it may be when it is told."
    )
    purpose: str | None = strawberry.field(
        description="The purpose that members must allow before such an activity is kept, for instance a profile; null for what the "
        "contract needs, which asks nobody."
    )
    edition: int = strawberry.field(description="0 for what every programme has.")
    declared_by: str | None
    declared_at: datetime | None
    reason: str | None


@strawberry.type(description="Something a member did.")
class Activity:
    source: str
    activity_id: str
    type: str
    occurred_at: datetime
    recorded_at: datetime
    attributes: JSON


@strawberry.input(description="An attribute of a type; nothing personal.")
class ActivityAttributeInput:
    key: str = strawberry.field(description="1 to 40 characters of a-z, 0-9 and _.")
    type: AttributeType
    required: bool = False
    one_of: list[str] = strawberry.field(default_factory=list, description="Strings alone; empty for any.")


@strawberry.input(description="A type of activities, or its next edition.")
class ActivityTypeInput:
    key: str = strawberry.field(description="1 to 40 characters of a-z, 0-9, _ and -.")
    name: LocalizedTextInput
    attributes: list[ActivityAttributeInput] = strawberry.field(default_factory=list)
    retention_days: int = strawberry.field(
        description="1 to 3660; as long as the purpose goes for which the attributes are told, and no longer."
    )

    purpose: str | None = strawberry.field(
        default=None,
        description="The purpose that members must allow before such an activity is kept, for instance a profile; null for what the "
        "contract needs, which asks nobody.",
    )

    def wire(self) -> activities_pb2.ActivityType:
        return activities_pb2.ActivityType(
            key=self.key,
            name=self.name.wire(),
            attributes=[
                activities_pb2.ActivityAttribute(
                    key=one.key, type=one.type.value, required=one.required, one_of=one.one_of
                )
                for one in self.attributes
            ],
            retention_days=self.retention_days,
            purpose=self.purpose or "",
        )


@strawberry.input(description="A type to declare, and why.")
class DeclareActivityTypeInput:
    programme_id: str = DEFAULT_PROGRAMME
    type: ActivityTypeInput
    reason: str


@strawberry.type
class DeclareActivityTypePayload:
    type: ActivityType | None
    replayed: bool = strawberry.field(description="True when the newest edition says the same.")
    user_errors: list[UserError]


@strawberry.type
class ActivityQueries:
    @strawberry.field(
        metadata=to(RULE_READERS),
        description="The types in use: what every programme has, and what was declared.",
        directives=[ListSize(assumed_size=20)],
    )
    async def activity_types(
        self, info: Info, programme_id: str = DEFAULT_PROGRAMME
    ) -> list[ActivityType] | None:
        clients = info.context.clients
        response = await clients.activities.list_activity_types(
            activities_pb2.ListActivityTypesRequest(programme_id=programme_id),
            headers=info.context.named(LOYALTY),
        )
        return [_type(one) for one in response.types]


@strawberry.type
class ActivityMutations:
    @strawberry.mutation(metadata=to(DRAFTERS), description="Declares a type of activities.")
    async def declare_activity_type(
        self, info: Info, input: DeclareActivityTypeInput
    ) -> DeclareActivityTypePayload:
        clients = info.context.clients
        request = activities_pb2.DeclareActivityTypeRequest(
            programme_id=input.programme_id, type=input.type.wire(), reason=input.reason
        )
        declared, refused = await audited(
            info,
            "declareActivityType",
            {"programmeId": input.programme_id, "type": input.type.key},
            input.reason,
            lambda: clients.activities.declare_activity_type(request, headers=info.context.named(LOYALTY)),
        )
        return DeclareActivityTypePayload(
            type=_type(declared.type) if declared else None,
            replayed=declared is not None and declared.replayed,
            user_errors=refused,
        )


async def activities(
    info: Info, member_id: str, programme_id: str, first: int, after: str | None
) -> Connection[Activity]:
    """A page of what a member did, newest first."""
    clients = info.context.clients
    request = activities_pb2.ListActivitiesRequest(
        member_id=member_id, programme_id=programme_id, first=page_size(first), after=key_of(after)
    )
    page = await clients.activities.list_activities(request, headers=info.context.named(LOYALTY))
    shown = [
        Activity(
            source=one.source,
            activity_id=one.activity_id,
            type=one.type,
            occurred_at=instant(one.occurred_at),
            recorded_at=instant(one.recorded_at),
            attributes=JSON(MessageToDict(one.attributes)),
        )
        for one in page.activities
    ]
    places = [one.place for one in page.activities]
    return connection(shown, places, has_next_page=page.has_next_page, after=after)


def _type(wire: activities_pb2.ActivityType) -> ActivityType:
    return ActivityType(
        key=wire.key,
        name=localized(wire.name),
        attributes=[
            ActivityAttribute(
                key=one.key, type=AttributeType(one.type), required=one.required, one_of=list(one.one_of)
            )
            for one in wire.attributes
        ],
        retention_days=wire.retention_days,
        purpose=wire.purpose or None,
        edition=wire.edition,
        declared_by=wire.declared_by or None,
        declared_at=optional_instant(wire, "declared_at"),
        reason=wire.reason or None,
    )
