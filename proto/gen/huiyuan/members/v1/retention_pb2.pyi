import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class RetentionAction(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RETENTION_ACTION_UNSPECIFIED: _ClassVar[RetentionAction]
    RETENTION_ACTION_DELETE: _ClassVar[RetentionAction]
    RETENTION_ACTION_ERASE: _ClassVar[RetentionAction]
    RETENTION_ACTION_RESTRICT: _ClassVar[RetentionAction]
RETENTION_ACTION_UNSPECIFIED: RetentionAction
RETENTION_ACTION_DELETE: RetentionAction
RETENTION_ACTION_ERASE: RetentionAction
RETENTION_ACTION_RESTRICT: RetentionAction

class RetentionRule(_message.Message):
    __slots__ = ("category", "lawful_basis", "period_days", "action", "due", "last_run_at", "last_run_rows")
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    LAWFUL_BASIS_FIELD_NUMBER: _ClassVar[int]
    PERIOD_DAYS_FIELD_NUMBER: _ClassVar[int]
    ACTION_FIELD_NUMBER: _ClassVar[int]
    DUE_FIELD_NUMBER: _ClassVar[int]
    LAST_RUN_AT_FIELD_NUMBER: _ClassVar[int]
    LAST_RUN_ROWS_FIELD_NUMBER: _ClassVar[int]
    category: str
    lawful_basis: str
    period_days: int
    action: RetentionAction
    due: int
    last_run_at: _timestamp_pb2.Timestamp
    last_run_rows: int
    def __init__(self, category: _Optional[str] = ..., lawful_basis: _Optional[str] = ..., period_days: _Optional[int] = ..., action: _Optional[_Union[RetentionAction, str]] = ..., due: _Optional[int] = ..., last_run_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., last_run_rows: _Optional[int] = ...) -> None: ...

class GetRetentionRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetRetentionResponse(_message.Message):
    __slots__ = ("rules",)
    RULES_FIELD_NUMBER: _ClassVar[int]
    rules: _containers.RepeatedCompositeFieldContainer[RetentionRule]
    def __init__(self, rules: _Optional[_Iterable[_Union[RetentionRule, _Mapping]]] = ...) -> None: ...
