import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from huiyuan.kit.v1 import erasures_pb2 as _erasures_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ErasureTrigger(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ERASURE_TRIGGER_UNSPECIFIED: _ClassVar[ErasureTrigger]
    ERASURE_TRIGGER_MEMBER_REQUEST: _ClassVar[ErasureTrigger]
    ERASURE_TRIGGER_CONSENT_WITHDRAWN: _ClassVar[ErasureTrigger]
    ERASURE_TRIGGER_RETENTION_ENDED: _ClassVar[ErasureTrigger]
    ERASURE_TRIGGER_ACCOUNT_CLOSED: _ClassVar[ErasureTrigger]
    ERASURE_TRIGGER_STAFF: _ClassVar[ErasureTrigger]
    ERASURE_TRIGGER_RESTORED: _ClassVar[ErasureTrigger]
ERASURE_TRIGGER_UNSPECIFIED: ErasureTrigger
ERASURE_TRIGGER_MEMBER_REQUEST: ErasureTrigger
ERASURE_TRIGGER_CONSENT_WITHDRAWN: ErasureTrigger
ERASURE_TRIGGER_RETENTION_ENDED: ErasureTrigger
ERASURE_TRIGGER_ACCOUNT_CLOSED: ErasureTrigger
ERASURE_TRIGGER_STAFF: ErasureTrigger
ERASURE_TRIGGER_RESTORED: ErasureTrigger

class Erasure(_message.Message):
    __slots__ = ("erasure_id", "member_id", "trigger", "requested_by", "reason", "requested_at", "erased_at", "completed_at", "backups_clean_at", "overdue", "stores")
    ERASURE_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    TRIGGER_FIELD_NUMBER: _ClassVar[int]
    REQUESTED_BY_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUESTED_AT_FIELD_NUMBER: _ClassVar[int]
    ERASED_AT_FIELD_NUMBER: _ClassVar[int]
    COMPLETED_AT_FIELD_NUMBER: _ClassVar[int]
    BACKUPS_CLEAN_AT_FIELD_NUMBER: _ClassVar[int]
    OVERDUE_FIELD_NUMBER: _ClassVar[int]
    STORES_FIELD_NUMBER: _ClassVar[int]
    erasure_id: str
    member_id: str
    trigger: ErasureTrigger
    requested_by: str
    reason: str
    requested_at: _timestamp_pb2.Timestamp
    erased_at: _timestamp_pb2.Timestamp
    completed_at: _timestamp_pb2.Timestamp
    backups_clean_at: _timestamp_pb2.Timestamp
    overdue: bool
    stores: _containers.RepeatedCompositeFieldContainer[ErasedStore]
    def __init__(self, erasure_id: _Optional[str] = ..., member_id: _Optional[str] = ..., trigger: _Optional[_Union[ErasureTrigger, str]] = ..., requested_by: _Optional[str] = ..., reason: _Optional[str] = ..., requested_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., erased_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., completed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., backups_clean_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., overdue: _Optional[bool] = ..., stores: _Optional[_Iterable[_Union[ErasedStore, _Mapping]]] = ...) -> None: ...

class ErasedStore(_message.Message):
    __slots__ = ("store", "member_id", "proved_at", "proof")
    STORE_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    PROVED_AT_FIELD_NUMBER: _ClassVar[int]
    PROOF_FIELD_NUMBER: _ClassVar[int]
    store: str
    member_id: str
    proved_at: _timestamp_pb2.Timestamp
    proof: _containers.RepeatedCompositeFieldContainer[_erasures_pb2.StoreProof]
    def __init__(self, store: _Optional[str] = ..., member_id: _Optional[str] = ..., proved_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., proof: _Optional[_Iterable[_Union[_erasures_pb2.StoreProof, _Mapping]]] = ...) -> None: ...

class RequestErasureRequest(_message.Message):
    __slots__ = ("member_id", "trigger", "reason")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    TRIGGER_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    trigger: ErasureTrigger
    reason: str
    def __init__(self, member_id: _Optional[str] = ..., trigger: _Optional[_Union[ErasureTrigger, str]] = ..., reason: _Optional[str] = ...) -> None: ...

class RequestErasureResponse(_message.Message):
    __slots__ = ("erasure",)
    ERASURE_FIELD_NUMBER: _ClassVar[int]
    erasure: Erasure
    def __init__(self, erasure: _Optional[_Union[Erasure, _Mapping]] = ...) -> None: ...

class GetErasureRequest(_message.Message):
    __slots__ = ("erasure_id", "member_id")
    ERASURE_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    erasure_id: str
    member_id: str
    def __init__(self, erasure_id: _Optional[str] = ..., member_id: _Optional[str] = ...) -> None: ...

class GetErasureResponse(_message.Message):
    __slots__ = ("erasure",)
    ERASURE_FIELD_NUMBER: _ClassVar[int]
    erasure: Erasure
    def __init__(self, erasure: _Optional[_Union[Erasure, _Mapping]] = ...) -> None: ...

class ListErasuresRequest(_message.Message):
    __slots__ = ("first", "after", "open_only")
    FIRST_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    OPEN_ONLY_FIELD_NUMBER: _ClassVar[int]
    first: int
    after: str
    open_only: bool
    def __init__(self, first: _Optional[int] = ..., after: _Optional[str] = ..., open_only: _Optional[bool] = ...) -> None: ...

class ListErasuresResponse(_message.Message):
    __slots__ = ("erasures", "has_next_page")
    ERASURES_FIELD_NUMBER: _ClassVar[int]
    HAS_NEXT_PAGE_FIELD_NUMBER: _ClassVar[int]
    erasures: _containers.RepeatedCompositeFieldContainer[Erasure]
    has_next_page: bool
    def __init__(self, erasures: _Optional[_Iterable[_Union[Erasure, _Mapping]]] = ..., has_next_page: _Optional[bool] = ...) -> None: ...
