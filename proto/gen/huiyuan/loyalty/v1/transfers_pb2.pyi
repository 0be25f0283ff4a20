from huiyuan.loyalty.v1 import redemptions_pb2 as _redemptions_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class TransferPointsRequest(_message.Message):
    __slots__ = ("from_member_id", "to_member_id", "programme_id", "currency", "points", "transfer_id")
    FROM_MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    TO_MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    TRANSFER_ID_FIELD_NUMBER: _ClassVar[int]
    from_member_id: str
    to_member_id: str
    programme_id: str
    currency: str
    points: int
    transfer_id: str
    def __init__(self, from_member_id: _Optional[str] = ..., to_member_id: _Optional[str] = ..., programme_id: _Optional[str] = ..., currency: _Optional[str] = ..., points: _Optional[int] = ..., transfer_id: _Optional[str] = ...) -> None: ...

class TransferPointsResponse(_message.Message):
    __slots__ = ("transfer_id", "currency", "points", "given", "balance_after", "entry_id", "replayed")
    TRANSFER_ID_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    GIVEN_FIELD_NUMBER: _ClassVar[int]
    BALANCE_AFTER_FIELD_NUMBER: _ClassVar[int]
    ENTRY_ID_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    transfer_id: str
    currency: str
    points: int
    given: _containers.RepeatedCompositeFieldContainer[_redemptions_pb2.SpentPoints]
    balance_after: int
    entry_id: str
    replayed: bool
    def __init__(self, transfer_id: _Optional[str] = ..., currency: _Optional[str] = ..., points: _Optional[int] = ..., given: _Optional[_Iterable[_Union[_redemptions_pb2.SpentPoints, _Mapping]]] = ..., balance_after: _Optional[int] = ..., entry_id: _Optional[str] = ..., replayed: _Optional[bool] = ...) -> None: ...
