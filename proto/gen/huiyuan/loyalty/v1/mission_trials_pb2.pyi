import datetime

from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from huiyuan.loyalty.v1 import missions_pb2 as _missions_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class MissionCheckKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    MISSION_CHECK_KIND_UNSPECIFIED: _ClassVar[MissionCheckKind]
    MISSION_CHECK_KIND_TASK: _ClassVar[MissionCheckKind]
    MISSION_CHECK_KIND_ATTRIBUTE: _ClassVar[MissionCheckKind]
    MISSION_CHECK_KIND_CONDITION: _ClassVar[MissionCheckKind]
    MISSION_CHECK_KIND_TEMPLATE: _ClassVar[MissionCheckKind]
    MISSION_CHECK_KIND_DUE: _ClassVar[MissionCheckKind]
    MISSION_CHECK_KIND_OPEN: _ClassVar[MissionCheckKind]
    MISSION_CHECK_KIND_TIER: _ClassVar[MissionCheckKind]
    MISSION_CHECK_KIND_ALLOWED: _ClassVar[MissionCheckKind]
    MISSION_CHECK_KIND_ONCE: _ClassVar[MissionCheckKind]
    MISSION_CHECK_KIND_TIMES: _ClassVar[MissionCheckKind]
    MISSION_CHECK_KIND_BUDGET: _ClassVar[MissionCheckKind]
MISSION_CHECK_KIND_UNSPECIFIED: MissionCheckKind
MISSION_CHECK_KIND_TASK: MissionCheckKind
MISSION_CHECK_KIND_ATTRIBUTE: MissionCheckKind
MISSION_CHECK_KIND_CONDITION: MissionCheckKind
MISSION_CHECK_KIND_TEMPLATE: MissionCheckKind
MISSION_CHECK_KIND_DUE: MissionCheckKind
MISSION_CHECK_KIND_OPEN: MissionCheckKind
MISSION_CHECK_KIND_TIER: MissionCheckKind
MISSION_CHECK_KIND_ALLOWED: MissionCheckKind
MISSION_CHECK_KIND_ONCE: MissionCheckKind
MISSION_CHECK_KIND_TIMES: MissionCheckKind
MISSION_CHECK_KIND_BUDGET: MissionCheckKind

class SampleActivity(_message.Message):
    __slots__ = ("type", "attributes")
    TYPE_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTES_FIELD_NUMBER: _ClassVar[int]
    type: str
    attributes: _struct_pb2.Struct
    def __init__(self, type: _Optional[str] = ..., attributes: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ...) -> None: ...

class SampleOccasion(_message.Message):
    __slots__ = ("kind", "tier", "coupon_template")
    KIND_FIELD_NUMBER: _ClassVar[int]
    TIER_FIELD_NUMBER: _ClassVar[int]
    COUPON_TEMPLATE_FIELD_NUMBER: _ClassVar[int]
    kind: _missions_pb2.LifecycleKind
    tier: str
    coupon_template: str
    def __init__(self, kind: _Optional[_Union[_missions_pb2.LifecycleKind, str]] = ..., tier: _Optional[str] = ..., coupon_template: _Optional[str] = ...) -> None: ...

class MissionSample(_message.Message):
    __slots__ = ("activity", "occasion", "occurred_at")
    ACTIVITY_FIELD_NUMBER: _ClassVar[int]
    OCCASION_FIELD_NUMBER: _ClassVar[int]
    OCCURRED_AT_FIELD_NUMBER: _ClassVar[int]
    activity: SampleActivity
    occasion: SampleOccasion
    occurred_at: _timestamp_pb2.Timestamp
    def __init__(self, activity: _Optional[_Union[SampleActivity, _Mapping]] = ..., occasion: _Optional[_Union[SampleOccasion, _Mapping]] = ..., occurred_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class TryMissionRequest(_message.Message):
    __slots__ = ("programme_id", "key", "mission", "samples", "tier", "purpose_refused", "awarded")
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    MISSION_FIELD_NUMBER: _ClassVar[int]
    SAMPLES_FIELD_NUMBER: _ClassVar[int]
    TIER_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_REFUSED_FIELD_NUMBER: _ClassVar[int]
    AWARDED_FIELD_NUMBER: _ClassVar[int]
    programme_id: str
    key: str
    mission: _missions_pb2.Mission
    samples: _containers.RepeatedCompositeFieldContainer[MissionSample]
    tier: str
    purpose_refused: bool
    awarded: int
    def __init__(self, programme_id: _Optional[str] = ..., key: _Optional[str] = ..., mission: _Optional[_Union[_missions_pb2.Mission, _Mapping]] = ..., samples: _Optional[_Iterable[_Union[MissionSample, _Mapping]]] = ..., tier: _Optional[str] = ..., purpose_refused: _Optional[bool] = ..., awarded: _Optional[int] = ...) -> None: ...

class MissionCheck(_message.Message):
    __slots__ = ("kind", "holds", "actual", "required")
    KIND_FIELD_NUMBER: _ClassVar[int]
    HOLDS_FIELD_NUMBER: _ClassVar[int]
    ACTUAL_FIELD_NUMBER: _ClassVar[int]
    REQUIRED_FIELD_NUMBER: _ClassVar[int]
    kind: MissionCheckKind
    holds: bool
    actual: str
    required: str
    def __init__(self, kind: _Optional[_Union[MissionCheckKind, str]] = ..., holds: _Optional[bool] = ..., actual: _Optional[str] = ..., required: _Optional[str] = ...) -> None: ...

class MissionSampleVerdict(_message.Message):
    __slots__ = ("occurred_at", "checks", "counts", "awards", "progress", "required")
    OCCURRED_AT_FIELD_NUMBER: _ClassVar[int]
    CHECKS_FIELD_NUMBER: _ClassVar[int]
    COUNTS_FIELD_NUMBER: _ClassVar[int]
    AWARDS_FIELD_NUMBER: _ClassVar[int]
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    REQUIRED_FIELD_NUMBER: _ClassVar[int]
    occurred_at: _timestamp_pb2.Timestamp
    checks: _containers.RepeatedCompositeFieldContainer[MissionCheck]
    counts: bool
    awards: int
    progress: int
    required: int
    def __init__(self, occurred_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., checks: _Optional[_Iterable[_Union[MissionCheck, _Mapping]]] = ..., counts: _Optional[bool] = ..., awards: _Optional[int] = ..., progress: _Optional[int] = ..., required: _Optional[int] = ...) -> None: ...

class TryMissionResponse(_message.Message):
    __slots__ = ("mission", "verdicts", "awards")
    MISSION_FIELD_NUMBER: _ClassVar[int]
    VERDICTS_FIELD_NUMBER: _ClassVar[int]
    AWARDS_FIELD_NUMBER: _ClassVar[int]
    mission: _missions_pb2.Mission
    verdicts: _containers.RepeatedCompositeFieldContainer[MissionSampleVerdict]
    awards: int
    def __init__(self, mission: _Optional[_Union[_missions_pb2.Mission, _Mapping]] = ..., verdicts: _Optional[_Iterable[_Union[MissionSampleVerdict, _Mapping]]] = ..., awards: _Optional[int] = ...) -> None: ...
