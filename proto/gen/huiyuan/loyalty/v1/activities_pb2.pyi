import datetime

from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from huiyuan.kit.v1 import kit_pb2 as _kit_pb2
from huiyuan.loyalty.v1 import missions_pb2 as _missions_pb2
from huiyuan.loyalty.v1 import programme_history_pb2 as _programme_history_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class AttributeType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ATTRIBUTE_TYPE_UNSPECIFIED: _ClassVar[AttributeType]
    ATTRIBUTE_TYPE_STRING: _ClassVar[AttributeType]
    ATTRIBUTE_TYPE_INTEGER: _ClassVar[AttributeType]
    ATTRIBUTE_TYPE_NUMBER: _ClassVar[AttributeType]
    ATTRIBUTE_TYPE_BOOLEAN: _ClassVar[AttributeType]
ATTRIBUTE_TYPE_UNSPECIFIED: AttributeType
ATTRIBUTE_TYPE_STRING: AttributeType
ATTRIBUTE_TYPE_INTEGER: AttributeType
ATTRIBUTE_TYPE_NUMBER: AttributeType
ATTRIBUTE_TYPE_BOOLEAN: AttributeType

class ActivityAttribute(_message.Message):
    __slots__ = ("key", "type", "required", "one_of")
    KEY_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    REQUIRED_FIELD_NUMBER: _ClassVar[int]
    ONE_OF_FIELD_NUMBER: _ClassVar[int]
    key: str
    type: AttributeType
    required: bool
    one_of: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, key: _Optional[str] = ..., type: _Optional[_Union[AttributeType, str]] = ..., required: _Optional[bool] = ..., one_of: _Optional[_Iterable[str]] = ...) -> None: ...

class ActivityType(_message.Message):
    __slots__ = ("key", "name", "attributes", "retention_days", "edition", "declared_by", "declared_at", "reason", "purpose")
    KEY_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTES_FIELD_NUMBER: _ClassVar[int]
    RETENTION_DAYS_FIELD_NUMBER: _ClassVar[int]
    EDITION_FIELD_NUMBER: _ClassVar[int]
    DECLARED_BY_FIELD_NUMBER: _ClassVar[int]
    DECLARED_AT_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    key: str
    name: _kit_pb2.LocalizedText
    attributes: _containers.RepeatedCompositeFieldContainer[ActivityAttribute]
    retention_days: int
    edition: int
    declared_by: str
    declared_at: _timestamp_pb2.Timestamp
    reason: str
    purpose: str
    def __init__(self, key: _Optional[str] = ..., name: _Optional[_Union[_kit_pb2.LocalizedText, _Mapping]] = ..., attributes: _Optional[_Iterable[_Union[ActivityAttribute, _Mapping]]] = ..., retention_days: _Optional[int] = ..., edition: _Optional[int] = ..., declared_by: _Optional[str] = ..., declared_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., reason: _Optional[str] = ..., purpose: _Optional[str] = ...) -> None: ...

class RecordActivityRequest(_message.Message):
    __slots__ = ("member_id", "identity", "programme_id", "source", "activity_id", "type", "occurred_at", "attributes")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    IDENTITY_FIELD_NUMBER: _ClassVar[int]
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    ACTIVITY_ID_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    OCCURRED_AT_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTES_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    identity: _kit_pb2.ExternalIdentity
    programme_id: str
    source: str
    activity_id: str
    type: str
    occurred_at: _timestamp_pb2.Timestamp
    attributes: _struct_pb2.Struct
    def __init__(self, member_id: _Optional[str] = ..., identity: _Optional[_Union[_kit_pb2.ExternalIdentity, _Mapping]] = ..., programme_id: _Optional[str] = ..., source: _Optional[str] = ..., activity_id: _Optional[str] = ..., type: _Optional[str] = ..., occurred_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., attributes: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ...) -> None: ...

class RecordActivityResponse(_message.Message):
    __slots__ = ("member_id", "missions", "replayed")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    MISSIONS_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    missions: _containers.RepeatedCompositeFieldContainer[_missions_pb2.MissionProgress]
    replayed: bool
    def __init__(self, member_id: _Optional[str] = ..., missions: _Optional[_Iterable[_Union[_missions_pb2.MissionProgress, _Mapping]]] = ..., replayed: _Optional[bool] = ...) -> None: ...

class CheckInRequest(_message.Message):
    __slots__ = ("programme_id",)
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    programme_id: str
    def __init__(self, programme_id: _Optional[str] = ...) -> None: ...

class CheckInResponse(_message.Message):
    __slots__ = ("day", "streak", "missions", "replayed")
    DAY_FIELD_NUMBER: _ClassVar[int]
    STREAK_FIELD_NUMBER: _ClassVar[int]
    MISSIONS_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    day: str
    streak: int
    missions: _containers.RepeatedCompositeFieldContainer[_missions_pb2.MissionProgress]
    replayed: bool
    def __init__(self, day: _Optional[str] = ..., streak: _Optional[int] = ..., missions: _Optional[_Iterable[_Union[_missions_pb2.MissionProgress, _Mapping]]] = ..., replayed: _Optional[bool] = ...) -> None: ...

class DeclareActivityTypeRequest(_message.Message):
    __slots__ = ("programme_id", "type", "reason")
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    programme_id: str
    type: ActivityType
    reason: str
    def __init__(self, programme_id: _Optional[str] = ..., type: _Optional[_Union[ActivityType, _Mapping]] = ..., reason: _Optional[str] = ...) -> None: ...

class DeclareActivityTypeResponse(_message.Message):
    __slots__ = ("type", "replayed", "changes")
    TYPE_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    type: ActivityType
    replayed: bool
    changes: _containers.RepeatedCompositeFieldContainer[_programme_history_pb2.DefinitionChange]
    def __init__(self, type: _Optional[_Union[ActivityType, _Mapping]] = ..., replayed: _Optional[bool] = ..., changes: _Optional[_Iterable[_Union[_programme_history_pb2.DefinitionChange, _Mapping]]] = ...) -> None: ...

class ListActivityTypesRequest(_message.Message):
    __slots__ = ("programme_id",)
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    programme_id: str
    def __init__(self, programme_id: _Optional[str] = ...) -> None: ...

class ListActivityTypesResponse(_message.Message):
    __slots__ = ("types",)
    TYPES_FIELD_NUMBER: _ClassVar[int]
    types: _containers.RepeatedCompositeFieldContainer[ActivityType]
    def __init__(self, types: _Optional[_Iterable[_Union[ActivityType, _Mapping]]] = ...) -> None: ...

class ListActivitiesRequest(_message.Message):
    __slots__ = ("member_id", "programme_id", "first", "after")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    FIRST_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    programme_id: str
    first: int
    after: str
    def __init__(self, member_id: _Optional[str] = ..., programme_id: _Optional[str] = ..., first: _Optional[int] = ..., after: _Optional[str] = ...) -> None: ...

class ListActivitiesResponse(_message.Message):
    __slots__ = ("activities", "has_next_page")
    ACTIVITIES_FIELD_NUMBER: _ClassVar[int]
    HAS_NEXT_PAGE_FIELD_NUMBER: _ClassVar[int]
    activities: _containers.RepeatedCompositeFieldContainer[Activity]
    has_next_page: bool
    def __init__(self, activities: _Optional[_Iterable[_Union[Activity, _Mapping]]] = ..., has_next_page: _Optional[bool] = ...) -> None: ...

class Activity(_message.Message):
    __slots__ = ("source", "activity_id", "type", "occurred_at", "recorded_at", "attributes", "place")
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    ACTIVITY_ID_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    OCCURRED_AT_FIELD_NUMBER: _ClassVar[int]
    RECORDED_AT_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTES_FIELD_NUMBER: _ClassVar[int]
    PLACE_FIELD_NUMBER: _ClassVar[int]
    source: str
    activity_id: str
    type: str
    occurred_at: _timestamp_pb2.Timestamp
    recorded_at: _timestamp_pb2.Timestamp
    attributes: _struct_pb2.Struct
    place: str
    def __init__(self, source: _Optional[str] = ..., activity_id: _Optional[str] = ..., type: _Optional[str] = ..., occurred_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., recorded_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., attributes: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., place: _Optional[str] = ...) -> None: ...
