import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class GetIntegrityRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetIntegrityResponse(_message.Message):
    __slots__ = ("last", "age_seconds", "heads")
    LAST_FIELD_NUMBER: _ClassVar[int]
    AGE_SECONDS_FIELD_NUMBER: _ClassVar[int]
    HEADS_FIELD_NUMBER: _ClassVar[int]
    last: Verification
    age_seconds: int
    heads: _containers.RepeatedCompositeFieldContainer[LaneHead]
    def __init__(self, last: _Optional[_Union[Verification, _Mapping]] = ..., age_seconds: _Optional[int] = ..., heads: _Optional[_Iterable[_Union[LaneHead, _Mapping]]] = ...) -> None: ...

class Verification(_message.Message):
    __slots__ = ("verification_id", "started_at", "finished_at", "entries", "batches", "wallets", "entries_per_second", "mismatches", "checks", "first_mismatches")
    VERIFICATION_ID_FIELD_NUMBER: _ClassVar[int]
    STARTED_AT_FIELD_NUMBER: _ClassVar[int]
    FINISHED_AT_FIELD_NUMBER: _ClassVar[int]
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    BATCHES_FIELD_NUMBER: _ClassVar[int]
    WALLETS_FIELD_NUMBER: _ClassVar[int]
    ENTRIES_PER_SECOND_FIELD_NUMBER: _ClassVar[int]
    MISMATCHES_FIELD_NUMBER: _ClassVar[int]
    CHECKS_FIELD_NUMBER: _ClassVar[int]
    FIRST_MISMATCHES_FIELD_NUMBER: _ClassVar[int]
    verification_id: str
    started_at: _timestamp_pb2.Timestamp
    finished_at: _timestamp_pb2.Timestamp
    entries: int
    batches: int
    wallets: int
    entries_per_second: float
    mismatches: int
    checks: _containers.RepeatedCompositeFieldContainer[VerifiedCheck]
    first_mismatches: _containers.RepeatedCompositeFieldContainer[Mismatch]
    def __init__(self, verification_id: _Optional[str] = ..., started_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., finished_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., entries: _Optional[int] = ..., batches: _Optional[int] = ..., wallets: _Optional[int] = ..., entries_per_second: _Optional[float] = ..., mismatches: _Optional[int] = ..., checks: _Optional[_Iterable[_Union[VerifiedCheck, _Mapping]]] = ..., first_mismatches: _Optional[_Iterable[_Union[Mismatch, _Mapping]]] = ...) -> None: ...

class VerifiedCheck(_message.Message):
    __slots__ = ("name", "rows", "seconds", "mismatches")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    SECONDS_FIELD_NUMBER: _ClassVar[int]
    MISMATCHES_FIELD_NUMBER: _ClassVar[int]
    name: str
    rows: int
    seconds: float
    mismatches: int
    def __init__(self, name: _Optional[str] = ..., rows: _Optional[int] = ..., seconds: _Optional[float] = ..., mismatches: _Optional[int] = ...) -> None: ...

class Mismatch(_message.Message):
    __slots__ = ("check", "table", "row", "what")
    CHECK_FIELD_NUMBER: _ClassVar[int]
    TABLE_FIELD_NUMBER: _ClassVar[int]
    ROW_FIELD_NUMBER: _ClassVar[int]
    WHAT_FIELD_NUMBER: _ClassVar[int]
    check: str
    table: str
    row: str
    what: str
    def __init__(self, check: _Optional[str] = ..., table: _Optional[str] = ..., row: _Optional[str] = ..., what: _Optional[str] = ...) -> None: ...

class LaneHead(_message.Message):
    __slots__ = ("lane", "seq", "hash", "verified_seq", "published_seq")
    LANE_FIELD_NUMBER: _ClassVar[int]
    SEQ_FIELD_NUMBER: _ClassVar[int]
    HASH_FIELD_NUMBER: _ClassVar[int]
    VERIFIED_SEQ_FIELD_NUMBER: _ClassVar[int]
    PUBLISHED_SEQ_FIELD_NUMBER: _ClassVar[int]
    lane: int
    seq: int
    hash: str
    verified_seq: int
    published_seq: int
    def __init__(self, lane: _Optional[int] = ..., seq: _Optional[int] = ..., hash: _Optional[str] = ..., verified_seq: _Optional[int] = ..., published_seq: _Optional[int] = ...) -> None: ...
