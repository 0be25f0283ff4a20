import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class GetDueStateRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetDueStateResponse(_message.Message):
    __slots__ = ("due", "oldest_due_at", "lag_seconds", "run")
    DUE_FIELD_NUMBER: _ClassVar[int]
    OLDEST_DUE_AT_FIELD_NUMBER: _ClassVar[int]
    LAG_SECONDS_FIELD_NUMBER: _ClassVar[int]
    RUN_FIELD_NUMBER: _ClassVar[int]
    due: int
    oldest_due_at: _timestamp_pb2.Timestamp
    lag_seconds: int
    run: DueRun
    def __init__(self, due: _Optional[int] = ..., oldest_due_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., lag_seconds: _Optional[int] = ..., run: _Optional[_Union[DueRun, _Mapping]] = ...) -> None: ...

class DueRun(_message.Message):
    __slots__ = ("started_at", "finished_at", "noted_at", "members", "entries", "set_aside", "members_per_second")
    STARTED_AT_FIELD_NUMBER: _ClassVar[int]
    FINISHED_AT_FIELD_NUMBER: _ClassVar[int]
    NOTED_AT_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    SET_ASIDE_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_PER_SECOND_FIELD_NUMBER: _ClassVar[int]
    started_at: _timestamp_pb2.Timestamp
    finished_at: _timestamp_pb2.Timestamp
    noted_at: _timestamp_pb2.Timestamp
    members: int
    entries: int
    set_aside: int
    members_per_second: float
    def __init__(self, started_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., finished_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., noted_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., members: _Optional[int] = ..., entries: _Optional[int] = ..., set_aside: _Optional[int] = ..., members_per_second: _Optional[float] = ...) -> None: ...
