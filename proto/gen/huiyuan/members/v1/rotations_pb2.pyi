import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class RotationKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ROTATION_KIND_UNSPECIFIED: _ClassVar[RotationKind]
    ROTATION_KIND_KEK: _ClassVar[RotationKind]
    ROTATION_KIND_DEK: _ClassVar[RotationKind]
    ROTATION_KIND_INDEX_KEY: _ClassVar[RotationKind]

class RotationStage(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ROTATION_STAGE_UNSPECIFIED: _ClassVar[RotationStage]
    ROTATION_STAGE_ADDING: _ClassVar[RotationStage]
    ROTATION_STAGE_SWITCHING: _ClassVar[RotationStage]
    ROTATION_STAGE_WORKING: _ClassVar[RotationStage]
    ROTATION_STAGE_PROVING: _ClassVar[RotationStage]
    ROTATION_STAGE_RETIRING: _ClassVar[RotationStage]
    ROTATION_STAGE_PROVED: _ClassVar[RotationStage]
    ROTATION_STAGE_DESTROYING: _ClassVar[RotationStage]
    ROTATION_STAGE_DONE: _ClassVar[RotationStage]
ROTATION_KIND_UNSPECIFIED: RotationKind
ROTATION_KIND_KEK: RotationKind
ROTATION_KIND_DEK: RotationKind
ROTATION_KIND_INDEX_KEY: RotationKind
ROTATION_STAGE_UNSPECIFIED: RotationStage
ROTATION_STAGE_ADDING: RotationStage
ROTATION_STAGE_SWITCHING: RotationStage
ROTATION_STAGE_WORKING: RotationStage
ROTATION_STAGE_PROVING: RotationStage
ROTATION_STAGE_RETIRING: RotationStage
ROTATION_STAGE_PROVED: RotationStage
ROTATION_STAGE_DESTROYING: RotationStage
ROTATION_STAGE_DONE: RotationStage

class Rotation(_message.Message):
    __slots__ = ("rotation_id", "kind", "stage", "paused", "started_by", "reason", "started_at", "old_keys", "new_key", "index_kinds", "rows_total", "rows_done", "rows_left", "rows_per_second", "seconds_left", "waiting_for", "proof", "proved_at", "destroyed_by", "finished_at")
    ROTATION_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    STAGE_FIELD_NUMBER: _ClassVar[int]
    PAUSED_FIELD_NUMBER: _ClassVar[int]
    STARTED_BY_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    STARTED_AT_FIELD_NUMBER: _ClassVar[int]
    OLD_KEYS_FIELD_NUMBER: _ClassVar[int]
    NEW_KEY_FIELD_NUMBER: _ClassVar[int]
    INDEX_KINDS_FIELD_NUMBER: _ClassVar[int]
    ROWS_TOTAL_FIELD_NUMBER: _ClassVar[int]
    ROWS_DONE_FIELD_NUMBER: _ClassVar[int]
    ROWS_LEFT_FIELD_NUMBER: _ClassVar[int]
    ROWS_PER_SECOND_FIELD_NUMBER: _ClassVar[int]
    SECONDS_LEFT_FIELD_NUMBER: _ClassVar[int]
    WAITING_FOR_FIELD_NUMBER: _ClassVar[int]
    PROOF_FIELD_NUMBER: _ClassVar[int]
    PROVED_AT_FIELD_NUMBER: _ClassVar[int]
    DESTROYED_BY_FIELD_NUMBER: _ClassVar[int]
    FINISHED_AT_FIELD_NUMBER: _ClassVar[int]
    rotation_id: str
    kind: RotationKind
    stage: RotationStage
    paused: bool
    started_by: str
    reason: str
    started_at: _timestamp_pb2.Timestamp
    old_keys: _containers.RepeatedScalarFieldContainer[str]
    new_key: str
    index_kinds: _containers.RepeatedScalarFieldContainer[int]
    rows_total: int
    rows_done: int
    rows_left: int
    rows_per_second: float
    seconds_left: float
    waiting_for: str
    proof: str
    proved_at: _timestamp_pb2.Timestamp
    destroyed_by: str
    finished_at: _timestamp_pb2.Timestamp
    def __init__(self, rotation_id: _Optional[str] = ..., kind: _Optional[_Union[RotationKind, str]] = ..., stage: _Optional[_Union[RotationStage, str]] = ..., paused: _Optional[bool] = ..., started_by: _Optional[str] = ..., reason: _Optional[str] = ..., started_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., old_keys: _Optional[_Iterable[str]] = ..., new_key: _Optional[str] = ..., index_kinds: _Optional[_Iterable[int]] = ..., rows_total: _Optional[int] = ..., rows_done: _Optional[int] = ..., rows_left: _Optional[int] = ..., rows_per_second: _Optional[float] = ..., seconds_left: _Optional[float] = ..., waiting_for: _Optional[str] = ..., proof: _Optional[str] = ..., proved_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., destroyed_by: _Optional[str] = ..., finished_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class StartRotationRequest(_message.Message):
    __slots__ = ("kind", "index_kinds", "destroys", "reason")
    KIND_FIELD_NUMBER: _ClassVar[int]
    INDEX_KINDS_FIELD_NUMBER: _ClassVar[int]
    DESTROYS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    kind: RotationKind
    index_kinds: _containers.RepeatedScalarFieldContainer[int]
    destroys: bool
    reason: str
    def __init__(self, kind: _Optional[_Union[RotationKind, str]] = ..., index_kinds: _Optional[_Iterable[int]] = ..., destroys: _Optional[bool] = ..., reason: _Optional[str] = ...) -> None: ...

class StartRotationResponse(_message.Message):
    __slots__ = ("rotation",)
    ROTATION_FIELD_NUMBER: _ClassVar[int]
    rotation: Rotation
    def __init__(self, rotation: _Optional[_Union[Rotation, _Mapping]] = ...) -> None: ...

class GetRotationRequest(_message.Message):
    __slots__ = ("rotation_id",)
    ROTATION_ID_FIELD_NUMBER: _ClassVar[int]
    rotation_id: str
    def __init__(self, rotation_id: _Optional[str] = ...) -> None: ...

class GetRotationResponse(_message.Message):
    __slots__ = ("rotation",)
    ROTATION_FIELD_NUMBER: _ClassVar[int]
    rotation: Rotation
    def __init__(self, rotation: _Optional[_Union[Rotation, _Mapping]] = ...) -> None: ...

class ListRotationsRequest(_message.Message):
    __slots__ = ("first", "after")
    FIRST_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    first: int
    after: str
    def __init__(self, first: _Optional[int] = ..., after: _Optional[str] = ...) -> None: ...

class ListRotationsResponse(_message.Message):
    __slots__ = ("rotations", "has_next_page")
    ROTATIONS_FIELD_NUMBER: _ClassVar[int]
    HAS_NEXT_PAGE_FIELD_NUMBER: _ClassVar[int]
    rotations: _containers.RepeatedCompositeFieldContainer[Rotation]
    has_next_page: bool
    def __init__(self, rotations: _Optional[_Iterable[_Union[Rotation, _Mapping]]] = ..., has_next_page: _Optional[bool] = ...) -> None: ...

class PauseRotationRequest(_message.Message):
    __slots__ = ("rotation_id",)
    ROTATION_ID_FIELD_NUMBER: _ClassVar[int]
    rotation_id: str
    def __init__(self, rotation_id: _Optional[str] = ...) -> None: ...

class PauseRotationResponse(_message.Message):
    __slots__ = ("rotation",)
    ROTATION_FIELD_NUMBER: _ClassVar[int]
    rotation: Rotation
    def __init__(self, rotation: _Optional[_Union[Rotation, _Mapping]] = ...) -> None: ...

class ResumeRotationRequest(_message.Message):
    __slots__ = ("rotation_id",)
    ROTATION_ID_FIELD_NUMBER: _ClassVar[int]
    rotation_id: str
    def __init__(self, rotation_id: _Optional[str] = ...) -> None: ...

class ResumeRotationResponse(_message.Message):
    __slots__ = ("rotation",)
    ROTATION_FIELD_NUMBER: _ClassVar[int]
    rotation: Rotation
    def __init__(self, rotation: _Optional[_Union[Rotation, _Mapping]] = ...) -> None: ...

class DestroyOldKeysRequest(_message.Message):
    __slots__ = ("rotation_id",)
    ROTATION_ID_FIELD_NUMBER: _ClassVar[int]
    rotation_id: str
    def __init__(self, rotation_id: _Optional[str] = ...) -> None: ...

class DestroyOldKeysResponse(_message.Message):
    __slots__ = ("rotation",)
    ROTATION_FIELD_NUMBER: _ClassVar[int]
    rotation: Rotation
    def __init__(self, rotation: _Optional[_Union[Rotation, _Mapping]] = ...) -> None: ...
