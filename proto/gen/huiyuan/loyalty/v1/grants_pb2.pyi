import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class GrantKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    GRANT_KIND_UNSPECIFIED: _ClassVar[GrantKind]
    GRANT_KIND_POINTS: _ClassVar[GrantKind]
    GRANT_KIND_COUPON: _ClassVar[GrantKind]
    GRANT_KIND_BENEFIT: _ClassVar[GrantKind]

class GrantState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    GRANT_STATE_UNSPECIFIED: _ClassVar[GrantState]
    GRANT_STATE_OPEN: _ClassVar[GrantState]
    GRANT_STATE_GIVEN: _ClassVar[GrantState]
    GRANT_STATE_REFUSED: _ClassVar[GrantState]
GRANT_KIND_UNSPECIFIED: GrantKind
GRANT_KIND_POINTS: GrantKind
GRANT_KIND_COUPON: GrantKind
GRANT_KIND_BENEFIT: GrantKind
GRANT_STATE_UNSPECIFIED: GrantState
GRANT_STATE_OPEN: GrantState
GRANT_STATE_GIVEN: GrantState
GRANT_STATE_REFUSED: GrantState

class Grant(_message.Message):
    __slots__ = ("member_id", "key", "kind", "currency", "points", "template", "reason", "state", "promised_at", "settled_at", "tries", "reference", "outcome", "place")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    TEMPLATE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    PROMISED_AT_FIELD_NUMBER: _ClassVar[int]
    SETTLED_AT_FIELD_NUMBER: _ClassVar[int]
    TRIES_FIELD_NUMBER: _ClassVar[int]
    REFERENCE_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    PLACE_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    key: str
    kind: GrantKind
    currency: str
    points: int
    template: str
    reason: str
    state: GrantState
    promised_at: _timestamp_pb2.Timestamp
    settled_at: _timestamp_pb2.Timestamp
    tries: int
    reference: str
    outcome: str
    place: str
    def __init__(self, member_id: _Optional[str] = ..., key: _Optional[str] = ..., kind: _Optional[_Union[GrantKind, str]] = ..., currency: _Optional[str] = ..., points: _Optional[int] = ..., template: _Optional[str] = ..., reason: _Optional[str] = ..., state: _Optional[_Union[GrantState, str]] = ..., promised_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., settled_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., tries: _Optional[int] = ..., reference: _Optional[str] = ..., outcome: _Optional[str] = ..., place: _Optional[str] = ...) -> None: ...

class ListGrantsRequest(_message.Message):
    __slots__ = ("programme_id", "member_id", "state", "first", "after")
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    FIRST_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    programme_id: str
    member_id: str
    state: GrantState
    first: int
    after: str
    def __init__(self, programme_id: _Optional[str] = ..., member_id: _Optional[str] = ..., state: _Optional[_Union[GrantState, str]] = ..., first: _Optional[int] = ..., after: _Optional[str] = ...) -> None: ...

class ListGrantsResponse(_message.Message):
    __slots__ = ("grants", "has_next_page")
    GRANTS_FIELD_NUMBER: _ClassVar[int]
    HAS_NEXT_PAGE_FIELD_NUMBER: _ClassVar[int]
    grants: _containers.RepeatedCompositeFieldContainer[Grant]
    has_next_page: bool
    def __init__(self, grants: _Optional[_Iterable[_Union[Grant, _Mapping]]] = ..., has_next_page: _Optional[bool] = ...) -> None: ...

class RetryGrantRequest(_message.Message):
    __slots__ = ("member_id", "key", "reason")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    key: str
    reason: str
    def __init__(self, member_id: _Optional[str] = ..., key: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class RetryGrantResponse(_message.Message):
    __slots__ = ("grant", "replayed")
    GRANT_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    grant: Grant
    replayed: bool
    def __init__(self, grant: _Optional[_Union[Grant, _Mapping]] = ..., replayed: _Optional[bool] = ...) -> None: ...
