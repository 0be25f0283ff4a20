import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class AdjustmentRequestState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ADJUSTMENT_REQUEST_STATE_UNSPECIFIED: _ClassVar[AdjustmentRequestState]
    ADJUSTMENT_REQUEST_STATE_WAITING: _ClassVar[AdjustmentRequestState]
    ADJUSTMENT_REQUEST_STATE_APPROVING: _ClassVar[AdjustmentRequestState]
    ADJUSTMENT_REQUEST_STATE_APPROVED: _ClassVar[AdjustmentRequestState]
    ADJUSTMENT_REQUEST_STATE_REJECTED: _ClassVar[AdjustmentRequestState]
ADJUSTMENT_REQUEST_STATE_UNSPECIFIED: AdjustmentRequestState
ADJUSTMENT_REQUEST_STATE_WAITING: AdjustmentRequestState
ADJUSTMENT_REQUEST_STATE_APPROVING: AdjustmentRequestState
ADJUSTMENT_REQUEST_STATE_APPROVED: AdjustmentRequestState
ADJUSTMENT_REQUEST_STATE_REJECTED: AdjustmentRequestState

class AdjustmentRequest(_message.Message):
    __slots__ = ("request_id", "member_id", "programme_id", "currency", "points", "reason", "requested_by", "requested_at", "state", "decided_by", "decided_at", "decision_reason")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUESTED_BY_FIELD_NUMBER: _ClassVar[int]
    REQUESTED_AT_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    DECIDED_BY_FIELD_NUMBER: _ClassVar[int]
    DECIDED_AT_FIELD_NUMBER: _ClassVar[int]
    DECISION_REASON_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    member_id: str
    programme_id: str
    currency: str
    points: int
    reason: str
    requested_by: str
    requested_at: _timestamp_pb2.Timestamp
    state: AdjustmentRequestState
    decided_by: str
    decided_at: _timestamp_pb2.Timestamp
    decision_reason: str
    def __init__(self, request_id: _Optional[str] = ..., member_id: _Optional[str] = ..., programme_id: _Optional[str] = ..., currency: _Optional[str] = ..., points: _Optional[int] = ..., reason: _Optional[str] = ..., requested_by: _Optional[str] = ..., requested_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., state: _Optional[_Union[AdjustmentRequestState, str]] = ..., decided_by: _Optional[str] = ..., decided_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., decision_reason: _Optional[str] = ...) -> None: ...

class ApproveAdjustmentRequest(_message.Message):
    __slots__ = ("request_id", "reason")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    reason: str
    def __init__(self, request_id: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class ApproveAdjustmentResponse(_message.Message):
    __slots__ = ("request", "balance_after", "entry_id", "replayed")
    REQUEST_FIELD_NUMBER: _ClassVar[int]
    BALANCE_AFTER_FIELD_NUMBER: _ClassVar[int]
    ENTRY_ID_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    request: AdjustmentRequest
    balance_after: int
    entry_id: str
    replayed: bool
    def __init__(self, request: _Optional[_Union[AdjustmentRequest, _Mapping]] = ..., balance_after: _Optional[int] = ..., entry_id: _Optional[str] = ..., replayed: _Optional[bool] = ...) -> None: ...

class RejectAdjustmentRequest(_message.Message):
    __slots__ = ("request_id", "reason")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    reason: str
    def __init__(self, request_id: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class RejectAdjustmentResponse(_message.Message):
    __slots__ = ("request", "replayed")
    REQUEST_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    request: AdjustmentRequest
    replayed: bool
    def __init__(self, request: _Optional[_Union[AdjustmentRequest, _Mapping]] = ..., replayed: _Optional[bool] = ...) -> None: ...

class ListAdjustmentRequestsRequest(_message.Message):
    __slots__ = ("programme_id", "state", "first", "after")
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    FIRST_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    programme_id: str
    state: AdjustmentRequestState
    first: int
    after: str
    def __init__(self, programme_id: _Optional[str] = ..., state: _Optional[_Union[AdjustmentRequestState, str]] = ..., first: _Optional[int] = ..., after: _Optional[str] = ...) -> None: ...

class ListAdjustmentRequestsResponse(_message.Message):
    __slots__ = ("requests", "has_next_page")
    REQUESTS_FIELD_NUMBER: _ClassVar[int]
    HAS_NEXT_PAGE_FIELD_NUMBER: _ClassVar[int]
    requests: _containers.RepeatedCompositeFieldContainer[AdjustmentRequest]
    has_next_page: bool
    def __init__(self, requests: _Optional[_Iterable[_Union[AdjustmentRequest, _Mapping]]] = ..., has_next_page: _Optional[bool] = ...) -> None: ...
