from huiyuan.kit.v1 import kit_pb2 as _kit_pb2
from huiyuan.loyalty.v1 import points_pb2 as _points_pb2
from huiyuan.loyalty.v1 import tiers_pb2 as _tiers_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class BatchGetOverviewsRequest(_message.Message):
    __slots__ = ("programme_id", "balances", "standings", "entries")
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    BALANCES_FIELD_NUMBER: _ClassVar[int]
    STANDINGS_FIELD_NUMBER: _ClassVar[int]
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    programme_id: str
    balances: _containers.RepeatedCompositeFieldContainer[_kit_pb2.MemberKey]
    standings: _containers.RepeatedCompositeFieldContainer[_kit_pb2.MemberKey]
    entries: _containers.RepeatedCompositeFieldContainer[_points_pb2.EntriesKey]
    def __init__(self, programme_id: _Optional[str] = ..., balances: _Optional[_Iterable[_Union[_kit_pb2.MemberKey, _Mapping]]] = ..., standings: _Optional[_Iterable[_Union[_kit_pb2.MemberKey, _Mapping]]] = ..., entries: _Optional[_Iterable[_Union[_points_pb2.EntriesKey, _Mapping]]] = ...) -> None: ...

class BatchGetOverviewsResponse(_message.Message):
    __slots__ = ("balances", "standings", "entries")
    BALANCES_FIELD_NUMBER: _ClassVar[int]
    STANDINGS_FIELD_NUMBER: _ClassVar[int]
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    balances: _containers.RepeatedCompositeFieldContainer[_points_pb2.BalancesResult]
    standings: _containers.RepeatedCompositeFieldContainer[_tiers_pb2.StandingResult]
    entries: _containers.RepeatedCompositeFieldContainer[_points_pb2.EntriesResult]
    def __init__(self, balances: _Optional[_Iterable[_Union[_points_pb2.BalancesResult, _Mapping]]] = ..., standings: _Optional[_Iterable[_Union[_tiers_pb2.StandingResult, _Mapping]]] = ..., entries: _Optional[_Iterable[_Union[_points_pb2.EntriesResult, _Mapping]]] = ...) -> None: ...
