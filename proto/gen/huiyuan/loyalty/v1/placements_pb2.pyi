import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class PlacementKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PLACEMENT_KIND_UNSPECIFIED: _ClassVar[PlacementKind]
    PLACEMENT_KIND_OVERRIDE: _ClassVar[PlacementKind]
    PLACEMENT_KIND_PAID: _ClassVar[PlacementKind]
PLACEMENT_KIND_UNSPECIFIED: PlacementKind
PLACEMENT_KIND_OVERRIDE: PlacementKind
PLACEMENT_KIND_PAID: PlacementKind

class OverrideTierRequest(_message.Message):
    __slots__ = ("member_id", "programme_id", "tier", "until", "idempotency_key", "reason")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    TIER_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    programme_id: str
    tier: str
    until: _timestamp_pb2.Timestamp
    idempotency_key: str
    reason: str
    def __init__(self, member_id: _Optional[str] = ..., programme_id: _Optional[str] = ..., tier: _Optional[str] = ..., until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., idempotency_key: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class OverrideTierResponse(_message.Message):
    __slots__ = ("placement", "replayed")
    PLACEMENT_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    placement: Placement
    replayed: bool
    def __init__(self, placement: _Optional[_Union[Placement, _Mapping]] = ..., replayed: _Optional[bool] = ...) -> None: ...

class EndTierOverrideRequest(_message.Message):
    __slots__ = ("member_id", "programme_id", "idempotency_key", "reason")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    programme_id: str
    idempotency_key: str
    reason: str
    def __init__(self, member_id: _Optional[str] = ..., programme_id: _Optional[str] = ..., idempotency_key: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class EndTierOverrideResponse(_message.Message):
    __slots__ = ("placement", "replayed")
    PLACEMENT_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    placement: Placement
    replayed: bool
    def __init__(self, placement: _Optional[_Union[Placement, _Mapping]] = ..., replayed: _Optional[bool] = ...) -> None: ...

class ListPlacementsRequest(_message.Message):
    __slots__ = ("member_id", "programme_id", "first")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    FIRST_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    programme_id: str
    first: int
    def __init__(self, member_id: _Optional[str] = ..., programme_id: _Optional[str] = ..., first: _Optional[int] = ...) -> None: ...

class ListPlacementsResponse(_message.Message):
    __slots__ = ("placements",)
    PLACEMENTS_FIELD_NUMBER: _ClassVar[int]
    placements: _containers.RepeatedCompositeFieldContainer[Placement]
    def __init__(self, placements: _Optional[_Iterable[_Union[Placement, _Mapping]]] = ...) -> None: ...

class Placement(_message.Message):
    __slots__ = ("placement_id", "kind", "tier", "until", "tier_before", "tier_after", "placed_at", "placed_by", "reason", "ended")
    PLACEMENT_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    TIER_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    TIER_BEFORE_FIELD_NUMBER: _ClassVar[int]
    TIER_AFTER_FIELD_NUMBER: _ClassVar[int]
    PLACED_AT_FIELD_NUMBER: _ClassVar[int]
    PLACED_BY_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    ENDED_FIELD_NUMBER: _ClassVar[int]
    placement_id: str
    kind: PlacementKind
    tier: str
    until: _timestamp_pb2.Timestamp
    tier_before: str
    tier_after: str
    placed_at: _timestamp_pb2.Timestamp
    placed_by: str
    reason: str
    ended: bool
    def __init__(self, placement_id: _Optional[str] = ..., kind: _Optional[_Union[PlacementKind, str]] = ..., tier: _Optional[str] = ..., until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., tier_before: _Optional[str] = ..., tier_after: _Optional[str] = ..., placed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., placed_by: _Optional[str] = ..., reason: _Optional[str] = ..., ended: _Optional[bool] = ...) -> None: ...
