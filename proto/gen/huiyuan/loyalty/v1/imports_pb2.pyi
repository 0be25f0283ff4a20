import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from huiyuan.kit.v1 import kit_pb2 as _kit_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ImportBalancesRequest(_message.Message):
    __slots__ = ("programme_id", "balances")
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    BALANCES_FIELD_NUMBER: _ClassVar[int]
    programme_id: str
    balances: _containers.RepeatedCompositeFieldContainer[OpeningBalance]
    def __init__(self, programme_id: _Optional[str] = ..., balances: _Optional[_Iterable[_Union[OpeningBalance, _Mapping]]] = ...) -> None: ...

class OpeningBalance(_message.Message):
    __slots__ = ("member_id", "identity", "currency", "import_id", "lots")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    IDENTITY_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    IMPORT_ID_FIELD_NUMBER: _ClassVar[int]
    LOTS_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    identity: _kit_pb2.ExternalIdentity
    currency: str
    import_id: str
    lots: _containers.RepeatedCompositeFieldContainer[OpeningLot]
    def __init__(self, member_id: _Optional[str] = ..., identity: _Optional[_Union[_kit_pb2.ExternalIdentity, _Mapping]] = ..., currency: _Optional[str] = ..., import_id: _Optional[str] = ..., lots: _Optional[_Iterable[_Union[OpeningLot, _Mapping]]] = ...) -> None: ...

class OpeningLot(_message.Message):
    __slots__ = ("points", "expires_at", "expires_on", "earned_on", "matures_at")
    POINTS_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_ON_FIELD_NUMBER: _ClassVar[int]
    EARNED_ON_FIELD_NUMBER: _ClassVar[int]
    MATURES_AT_FIELD_NUMBER: _ClassVar[int]
    points: int
    expires_at: _timestamp_pb2.Timestamp
    expires_on: str
    earned_on: str
    matures_at: _timestamp_pb2.Timestamp
    def __init__(self, points: _Optional[int] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., expires_on: _Optional[str] = ..., earned_on: _Optional[str] = ..., matures_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ImportBalancesResponse(_message.Message):
    __slots__ = ("results",)
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[ImportBalanceResult]
    def __init__(self, results: _Optional[_Iterable[_Union[ImportBalanceResult, _Mapping]]] = ...) -> None: ...

class ImportBalanceResult(_message.Message):
    __slots__ = ("imported", "refusal")
    IMPORTED_FIELD_NUMBER: _ClassVar[int]
    REFUSAL_FIELD_NUMBER: _ClassVar[int]
    imported: ImportedBalance
    refusal: _kit_pb2.Refusal
    def __init__(self, imported: _Optional[_Union[ImportedBalance, _Mapping]] = ..., refusal: _Optional[_Union[_kit_pb2.Refusal, _Mapping]] = ...) -> None: ...

class ImportedBalance(_message.Message):
    __slots__ = ("member_id", "currency", "points", "balance_after", "entry_id", "replayed")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    BALANCE_AFTER_FIELD_NUMBER: _ClassVar[int]
    ENTRY_ID_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    currency: str
    points: int
    balance_after: int
    entry_id: str
    replayed: bool
    def __init__(self, member_id: _Optional[str] = ..., currency: _Optional[str] = ..., points: _Optional[int] = ..., balance_after: _Optional[int] = ..., entry_id: _Optional[str] = ..., replayed: _Optional[bool] = ...) -> None: ...
