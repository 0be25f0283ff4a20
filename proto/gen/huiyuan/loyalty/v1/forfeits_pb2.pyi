from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ForfeitPointsRequest(_message.Message):
    __slots__ = ("member_id", "programme_id", "forfeit_id", "reason")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    FORFEIT_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    programme_id: str
    forfeit_id: str
    reason: str
    def __init__(self, member_id: _Optional[str] = ..., programme_id: _Optional[str] = ..., forfeit_id: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class ForfeitedPoints(_message.Message):
    __slots__ = ("currency", "available", "pending", "released")
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    AVAILABLE_FIELD_NUMBER: _ClassVar[int]
    PENDING_FIELD_NUMBER: _ClassVar[int]
    RELEASED_FIELD_NUMBER: _ClassVar[int]
    currency: str
    available: int
    pending: int
    released: int
    def __init__(self, currency: _Optional[str] = ..., available: _Optional[int] = ..., pending: _Optional[int] = ..., released: _Optional[int] = ...) -> None: ...

class ForfeitPointsResponse(_message.Message):
    __slots__ = ("forfeited", "replayed")
    FORFEITED_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    forfeited: _containers.RepeatedCompositeFieldContainer[ForfeitedPoints]
    replayed: bool
    def __init__(self, forfeited: _Optional[_Iterable[_Union[ForfeitedPoints, _Mapping]]] = ..., replayed: _Optional[bool] = ...) -> None: ...
