import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from huiyuan.kit.v1 import kit_pb2 as _kit_pb2
from huiyuan.loyalty.v1 import programme_history_pb2 as _programme_history_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class MissionState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    MISSION_STATE_UNSPECIFIED: _ClassVar[MissionState]
    MISSION_STATE_DRAFT: _ClassVar[MissionState]
    MISSION_STATE_PUBLISHED: _ClassVar[MissionState]
    MISSION_STATE_STOPPED: _ClassVar[MissionState]

class MissionPeriod(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    MISSION_PERIOD_UNSPECIFIED: _ClassVar[MissionPeriod]
    MISSION_PERIOD_EVER: _ClassVar[MissionPeriod]
    MISSION_PERIOD_DAY: _ClassVar[MissionPeriod]
    MISSION_PERIOD_WEEK: _ClassVar[MissionPeriod]
    MISSION_PERIOD_MONTH: _ClassVar[MissionPeriod]
    MISSION_PERIOD_CAMPAIGN: _ClassVar[MissionPeriod]

class CountedBy(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    COUNTED_BY_UNSPECIFIED: _ClassVar[CountedBy]
    COUNTED_BY_ACTIVITY: _ClassVar[CountedBy]
    COUNTED_BY_DAY: _ClassVar[CountedBy]
    COUNTED_BY_DAY_IN_A_ROW: _ClassVar[CountedBy]
    COUNTED_BY_ATTRIBUTE: _ClassVar[CountedBy]

class LifecycleKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    LIFECYCLE_KIND_UNSPECIFIED: _ClassVar[LifecycleKind]
    LIFECYCLE_KIND_NO_ORDER_FOR: _ClassVar[LifecycleKind]
    LIFECYCLE_KIND_AFTER_FIRST_ORDER: _ClassVar[LifecycleKind]
    LIFECYCLE_KIND_AFTER_DELIVERY: _ClassVar[LifecycleKind]
    LIFECYCLE_KIND_TIER_RAISED: _ClassVar[LifecycleKind]
    LIFECYCLE_KIND_TIER_LOWERED: _ClassVar[LifecycleKind]
    LIFECYCLE_KIND_COUPON_EXPIRING: _ClassVar[LifecycleKind]
    LIFECYCLE_KIND_BIRTHDAY: _ClassVar[LifecycleKind]
    LIFECYCLE_KIND_BIRTHDAY_MONTH: _ClassVar[LifecycleKind]

class ProgressState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PROGRESS_STATE_UNSPECIFIED: _ClassVar[ProgressState]
    PROGRESS_STATE_OPEN: _ClassVar[ProgressState]
    PROGRESS_STATE_DONE: _ClassVar[ProgressState]
    PROGRESS_STATE_EXHAUSTED: _ClassVar[ProgressState]
MISSION_STATE_UNSPECIFIED: MissionState
MISSION_STATE_DRAFT: MissionState
MISSION_STATE_PUBLISHED: MissionState
MISSION_STATE_STOPPED: MissionState
MISSION_PERIOD_UNSPECIFIED: MissionPeriod
MISSION_PERIOD_EVER: MissionPeriod
MISSION_PERIOD_DAY: MissionPeriod
MISSION_PERIOD_WEEK: MissionPeriod
MISSION_PERIOD_MONTH: MissionPeriod
MISSION_PERIOD_CAMPAIGN: MissionPeriod
COUNTED_BY_UNSPECIFIED: CountedBy
COUNTED_BY_ACTIVITY: CountedBy
COUNTED_BY_DAY: CountedBy
COUNTED_BY_DAY_IN_A_ROW: CountedBy
COUNTED_BY_ATTRIBUTE: CountedBy
LIFECYCLE_KIND_UNSPECIFIED: LifecycleKind
LIFECYCLE_KIND_NO_ORDER_FOR: LifecycleKind
LIFECYCLE_KIND_AFTER_FIRST_ORDER: LifecycleKind
LIFECYCLE_KIND_AFTER_DELIVERY: LifecycleKind
LIFECYCLE_KIND_TIER_RAISED: LifecycleKind
LIFECYCLE_KIND_TIER_LOWERED: LifecycleKind
LIFECYCLE_KIND_COUPON_EXPIRING: LifecycleKind
LIFECYCLE_KIND_BIRTHDAY: LifecycleKind
LIFECYCLE_KIND_BIRTHDAY_MONTH: LifecycleKind
PROGRESS_STATE_UNSPECIFIED: ProgressState
PROGRESS_STATE_OPEN: ProgressState
PROGRESS_STATE_DONE: ProgressState
PROGRESS_STATE_EXHAUSTED: ProgressState

class AttributeCondition(_message.Message):
    __slots__ = ("attribute", "equals")
    ATTRIBUTE_FIELD_NUMBER: _ClassVar[int]
    EQUALS_FIELD_NUMBER: _ClassVar[int]
    attribute: str
    equals: str
    def __init__(self, attribute: _Optional[str] = ..., equals: _Optional[str] = ...) -> None: ...

class ActivityTask(_message.Message):
    __slots__ = ("type", "conditions", "count", "counted_by", "attribute", "period", "times", "condition")
    TYPE_FIELD_NUMBER: _ClassVar[int]
    CONDITIONS_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    COUNTED_BY_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTE_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    TIMES_FIELD_NUMBER: _ClassVar[int]
    CONDITION_FIELD_NUMBER: _ClassVar[int]
    type: str
    conditions: _containers.RepeatedCompositeFieldContainer[AttributeCondition]
    count: int
    counted_by: CountedBy
    attribute: str
    period: MissionPeriod
    times: int
    condition: str
    def __init__(self, type: _Optional[str] = ..., conditions: _Optional[_Iterable[_Union[AttributeCondition, _Mapping]]] = ..., count: _Optional[int] = ..., counted_by: _Optional[_Union[CountedBy, str]] = ..., attribute: _Optional[str] = ..., period: _Optional[_Union[MissionPeriod, str]] = ..., times: _Optional[int] = ..., condition: _Optional[str] = ...) -> None: ...

class LifecycleTask(_message.Message):
    __slots__ = ("kind", "days", "coupon_template")
    KIND_FIELD_NUMBER: _ClassVar[int]
    DAYS_FIELD_NUMBER: _ClassVar[int]
    COUPON_TEMPLATE_FIELD_NUMBER: _ClassVar[int]
    kind: LifecycleKind
    days: int
    coupon_template: str
    def __init__(self, kind: _Optional[_Union[LifecycleKind, str]] = ..., days: _Optional[int] = ..., coupon_template: _Optional[str] = ...) -> None: ...

class MissionAward(_message.Message):
    __slots__ = ("points", "coupon_template", "benefit")
    POINTS_FIELD_NUMBER: _ClassVar[int]
    COUPON_TEMPLATE_FIELD_NUMBER: _ClassVar[int]
    BENEFIT_FIELD_NUMBER: _ClassVar[int]
    points: PointsAward
    coupon_template: str
    benefit: str
    def __init__(self, points: _Optional[_Union[PointsAward, _Mapping]] = ..., coupon_template: _Optional[str] = ..., benefit: _Optional[str] = ...) -> None: ...

class PointsAward(_message.Message):
    __slots__ = ("currency", "points")
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    currency: str
    points: int
    def __init__(self, currency: _Optional[str] = ..., points: _Optional[int] = ...) -> None: ...

class Mission(_message.Message):
    __slots__ = ("key", "name", "description", "activities", "lifecycle", "award", "budget", "starts_at", "ends_at", "tiers", "edition", "state", "drafted_by", "drafted_at", "published_by", "published_at", "stopped_by", "stopped_at", "reason", "awarded", "purpose")
    KEY_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    ACTIVITIES_FIELD_NUMBER: _ClassVar[int]
    LIFECYCLE_FIELD_NUMBER: _ClassVar[int]
    AWARD_FIELD_NUMBER: _ClassVar[int]
    BUDGET_FIELD_NUMBER: _ClassVar[int]
    STARTS_AT_FIELD_NUMBER: _ClassVar[int]
    ENDS_AT_FIELD_NUMBER: _ClassVar[int]
    TIERS_FIELD_NUMBER: _ClassVar[int]
    EDITION_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    DRAFTED_BY_FIELD_NUMBER: _ClassVar[int]
    DRAFTED_AT_FIELD_NUMBER: _ClassVar[int]
    PUBLISHED_BY_FIELD_NUMBER: _ClassVar[int]
    PUBLISHED_AT_FIELD_NUMBER: _ClassVar[int]
    STOPPED_BY_FIELD_NUMBER: _ClassVar[int]
    STOPPED_AT_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    AWARDED_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    key: str
    name: _kit_pb2.LocalizedText
    description: _kit_pb2.LocalizedText
    activities: ActivityTask
    lifecycle: LifecycleTask
    award: MissionAward
    budget: int
    starts_at: _timestamp_pb2.Timestamp
    ends_at: _timestamp_pb2.Timestamp
    tiers: _containers.RepeatedScalarFieldContainer[str]
    edition: int
    state: MissionState
    drafted_by: str
    drafted_at: _timestamp_pb2.Timestamp
    published_by: str
    published_at: _timestamp_pb2.Timestamp
    stopped_by: str
    stopped_at: _timestamp_pb2.Timestamp
    reason: str
    awarded: int
    purpose: str
    def __init__(self, key: _Optional[str] = ..., name: _Optional[_Union[_kit_pb2.LocalizedText, _Mapping]] = ..., description: _Optional[_Union[_kit_pb2.LocalizedText, _Mapping]] = ..., activities: _Optional[_Union[ActivityTask, _Mapping]] = ..., lifecycle: _Optional[_Union[LifecycleTask, _Mapping]] = ..., award: _Optional[_Union[MissionAward, _Mapping]] = ..., budget: _Optional[int] = ..., starts_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., ends_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., tiers: _Optional[_Iterable[str]] = ..., edition: _Optional[int] = ..., state: _Optional[_Union[MissionState, str]] = ..., drafted_by: _Optional[str] = ..., drafted_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., published_by: _Optional[str] = ..., published_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., stopped_by: _Optional[str] = ..., stopped_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., reason: _Optional[str] = ..., awarded: _Optional[int] = ..., purpose: _Optional[str] = ...) -> None: ...

class MissionProgress(_message.Message):
    __slots__ = ("mission", "progress", "required", "completed", "completed_now", "state", "period_ends_at")
    MISSION_FIELD_NUMBER: _ClassVar[int]
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    REQUIRED_FIELD_NUMBER: _ClassVar[int]
    COMPLETED_FIELD_NUMBER: _ClassVar[int]
    COMPLETED_NOW_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    PERIOD_ENDS_AT_FIELD_NUMBER: _ClassVar[int]
    mission: str
    progress: int
    required: int
    completed: int
    completed_now: int
    state: ProgressState
    period_ends_at: _timestamp_pb2.Timestamp
    def __init__(self, mission: _Optional[str] = ..., progress: _Optional[int] = ..., required: _Optional[int] = ..., completed: _Optional[int] = ..., completed_now: _Optional[int] = ..., state: _Optional[_Union[ProgressState, str]] = ..., period_ends_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class DraftMissionRequest(_message.Message):
    __slots__ = ("programme_id", "mission", "reason")
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    MISSION_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    programme_id: str
    mission: Mission
    reason: str
    def __init__(self, programme_id: _Optional[str] = ..., mission: _Optional[_Union[Mission, _Mapping]] = ..., reason: _Optional[str] = ...) -> None: ...

class DraftMissionResponse(_message.Message):
    __slots__ = ("mission", "changes", "replayed")
    MISSION_FIELD_NUMBER: _ClassVar[int]
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    mission: Mission
    changes: _containers.RepeatedCompositeFieldContainer[_programme_history_pb2.DefinitionChange]
    replayed: bool
    def __init__(self, mission: _Optional[_Union[Mission, _Mapping]] = ..., changes: _Optional[_Iterable[_Union[_programme_history_pb2.DefinitionChange, _Mapping]]] = ..., replayed: _Optional[bool] = ...) -> None: ...

class PublishMissionRequest(_message.Message):
    __slots__ = ("programme_id", "key", "edition", "reason")
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    EDITION_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    programme_id: str
    key: str
    edition: int
    reason: str
    def __init__(self, programme_id: _Optional[str] = ..., key: _Optional[str] = ..., edition: _Optional[int] = ..., reason: _Optional[str] = ...) -> None: ...

class PublishMissionResponse(_message.Message):
    __slots__ = ("mission", "replayed", "changes")
    MISSION_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    mission: Mission
    replayed: bool
    changes: _containers.RepeatedCompositeFieldContainer[_programme_history_pb2.DefinitionChange]
    def __init__(self, mission: _Optional[_Union[Mission, _Mapping]] = ..., replayed: _Optional[bool] = ..., changes: _Optional[_Iterable[_Union[_programme_history_pb2.DefinitionChange, _Mapping]]] = ...) -> None: ...

class StopMissionRequest(_message.Message):
    __slots__ = ("programme_id", "key", "reason")
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    programme_id: str
    key: str
    reason: str
    def __init__(self, programme_id: _Optional[str] = ..., key: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class StopMissionResponse(_message.Message):
    __slots__ = ("mission", "replayed", "changes")
    MISSION_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    mission: Mission
    replayed: bool
    changes: _containers.RepeatedCompositeFieldContainer[_programme_history_pb2.DefinitionChange]
    def __init__(self, mission: _Optional[_Union[Mission, _Mapping]] = ..., replayed: _Optional[bool] = ..., changes: _Optional[_Iterable[_Union[_programme_history_pb2.DefinitionChange, _Mapping]]] = ...) -> None: ...

class ListMissionsRequest(_message.Message):
    __slots__ = ("programme_id",)
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    programme_id: str
    def __init__(self, programme_id: _Optional[str] = ...) -> None: ...

class ListMissionsResponse(_message.Message):
    __slots__ = ("missions",)
    MISSIONS_FIELD_NUMBER: _ClassVar[int]
    missions: _containers.RepeatedCompositeFieldContainer[Mission]
    def __init__(self, missions: _Optional[_Iterable[_Union[Mission, _Mapping]]] = ...) -> None: ...

class ListOpenMissionsRequest(_message.Message):
    __slots__ = ("programme_id",)
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    programme_id: str
    def __init__(self, programme_id: _Optional[str] = ...) -> None: ...

class ListOpenMissionsResponse(_message.Message):
    __slots__ = ("missions",)
    MISSIONS_FIELD_NUMBER: _ClassVar[int]
    missions: _containers.RepeatedCompositeFieldContainer[Mission]
    def __init__(self, missions: _Optional[_Iterable[_Union[Mission, _Mapping]]] = ...) -> None: ...

class ListMemberMissionsRequest(_message.Message):
    __slots__ = ("member_id", "programme_id")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    programme_id: str
    def __init__(self, member_id: _Optional[str] = ..., programme_id: _Optional[str] = ...) -> None: ...

class ListMemberMissionsResponse(_message.Message):
    __slots__ = ("missions",)
    MISSIONS_FIELD_NUMBER: _ClassVar[int]
    missions: _containers.RepeatedCompositeFieldContainer[MemberMission]
    def __init__(self, missions: _Optional[_Iterable[_Union[MemberMission, _Mapping]]] = ...) -> None: ...

class MemberMission(_message.Message):
    __slots__ = ("mission", "progress")
    MISSION_FIELD_NUMBER: _ClassVar[int]
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    mission: Mission
    progress: MissionProgress
    def __init__(self, mission: _Optional[_Union[Mission, _Mapping]] = ..., progress: _Optional[_Union[MissionProgress, _Mapping]] = ...) -> None: ...
