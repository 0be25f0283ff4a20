import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from huiyuan.kit.v1 import kit_pb2 as _kit_pb2
from huiyuan.loyalty.v1 import redemptions_pb2 as _redemptions_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class AdjustmentStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ADJUSTMENT_STATUS_UNSPECIFIED: _ClassVar[AdjustmentStatus]
    ADJUSTMENT_STATUS_POSTED: _ClassVar[AdjustmentStatus]
    ADJUSTMENT_STATUS_WAITING_FOR_APPROVAL: _ClassVar[AdjustmentStatus]

class LotSource(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    LOT_SOURCE_UNSPECIFIED: _ClassVar[LotSource]
    LOT_SOURCE_EARNED: _ClassVar[LotSource]
    LOT_SOURCE_ADJUSTED: _ClassVar[LotSource]
    LOT_SOURCE_AWARDED: _ClassVar[LotSource]
    LOT_SOURCE_IMPORTED: _ClassVar[LotSource]
ADJUSTMENT_STATUS_UNSPECIFIED: AdjustmentStatus
ADJUSTMENT_STATUS_POSTED: AdjustmentStatus
ADJUSTMENT_STATUS_WAITING_FOR_APPROVAL: AdjustmentStatus
LOT_SOURCE_UNSPECIFIED: LotSource
LOT_SOURCE_EARNED: LotSource
LOT_SOURCE_ADJUSTED: LotSource
LOT_SOURCE_AWARDED: LotSource
LOT_SOURCE_IMPORTED: LotSource

class BatchGetBalancesRequest(_message.Message):
    __slots__ = ("members", "programme_id")
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    members: _containers.RepeatedCompositeFieldContainer[_kit_pb2.MemberKey]
    programme_id: str
    def __init__(self, members: _Optional[_Iterable[_Union[_kit_pb2.MemberKey, _Mapping]]] = ..., programme_id: _Optional[str] = ...) -> None: ...

class BatchGetBalancesResponse(_message.Message):
    __slots__ = ("results",)
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[BalancesResult]
    def __init__(self, results: _Optional[_Iterable[_Union[BalancesResult, _Mapping]]] = ...) -> None: ...

class BalancesResult(_message.Message):
    __slots__ = ("balances", "refusal")
    BALANCES_FIELD_NUMBER: _ClassVar[int]
    REFUSAL_FIELD_NUMBER: _ClassVar[int]
    balances: MemberBalances
    refusal: _kit_pb2.Refusal
    def __init__(self, balances: _Optional[_Union[MemberBalances, _Mapping]] = ..., refusal: _Optional[_Union[_kit_pb2.Refusal, _Mapping]] = ...) -> None: ...

class MemberBalances(_message.Message):
    __slots__ = ("balances",)
    BALANCES_FIELD_NUMBER: _ClassVar[int]
    balances: _containers.RepeatedCompositeFieldContainer[Balance]
    def __init__(self, balances: _Optional[_Iterable[_Union[Balance, _Mapping]]] = ...) -> None: ...

class Balance(_message.Message):
    __slots__ = ("currency", "spendable", "available", "pending", "held", "debt", "expiring_soon")
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    SPENDABLE_FIELD_NUMBER: _ClassVar[int]
    AVAILABLE_FIELD_NUMBER: _ClassVar[int]
    PENDING_FIELD_NUMBER: _ClassVar[int]
    HELD_FIELD_NUMBER: _ClassVar[int]
    DEBT_FIELD_NUMBER: _ClassVar[int]
    EXPIRING_SOON_FIELD_NUMBER: _ClassVar[int]
    currency: str
    spendable: bool
    available: int
    pending: int
    held: int
    debt: int
    expiring_soon: _containers.RepeatedCompositeFieldContainer[ExpiringPoints]
    def __init__(self, currency: _Optional[str] = ..., spendable: _Optional[bool] = ..., available: _Optional[int] = ..., pending: _Optional[int] = ..., held: _Optional[int] = ..., debt: _Optional[int] = ..., expiring_soon: _Optional[_Iterable[_Union[ExpiringPoints, _Mapping]]] = ...) -> None: ...

class ExpiringPoints(_message.Message):
    __slots__ = ("points", "expires_at")
    POINTS_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    points: int
    expires_at: _timestamp_pb2.Timestamp
    def __init__(self, points: _Optional[int] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class BatchListEntriesRequest(_message.Message):
    __slots__ = ("members", "programme_id")
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    members: _containers.RepeatedCompositeFieldContainer[EntriesKey]
    programme_id: str
    def __init__(self, members: _Optional[_Iterable[_Union[EntriesKey, _Mapping]]] = ..., programme_id: _Optional[str] = ...) -> None: ...

class EntriesKey(_message.Message):
    __slots__ = ("member", "first", "after", "currency")
    MEMBER_FIELD_NUMBER: _ClassVar[int]
    FIRST_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    member: _kit_pb2.MemberKey
    first: int
    after: str
    currency: str
    def __init__(self, member: _Optional[_Union[_kit_pb2.MemberKey, _Mapping]] = ..., first: _Optional[int] = ..., after: _Optional[str] = ..., currency: _Optional[str] = ...) -> None: ...

class BatchListEntriesResponse(_message.Message):
    __slots__ = ("results",)
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[EntriesResult]
    def __init__(self, results: _Optional[_Iterable[_Union[EntriesResult, _Mapping]]] = ...) -> None: ...

class EntriesResult(_message.Message):
    __slots__ = ("page", "refusal")
    PAGE_FIELD_NUMBER: _ClassVar[int]
    REFUSAL_FIELD_NUMBER: _ClassVar[int]
    page: EntryPage
    refusal: _kit_pb2.Refusal
    def __init__(self, page: _Optional[_Union[EntryPage, _Mapping]] = ..., refusal: _Optional[_Union[_kit_pb2.Refusal, _Mapping]] = ...) -> None: ...

class EntryPage(_message.Message):
    __slots__ = ("entries", "has_next_page")
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    HAS_NEXT_PAGE_FIELD_NUMBER: _ClassVar[int]
    entries: _containers.RepeatedCompositeFieldContainer[Entry]
    has_next_page: bool
    def __init__(self, entries: _Optional[_Iterable[_Union[Entry, _Mapping]]] = ..., has_next_page: _Optional[bool] = ...) -> None: ...

class Entry(_message.Message):
    __slots__ = ("entry_id", "currency", "type", "points", "from_account", "to_account", "balance_after", "occurred_at", "recorded_at", "order_ref", "rule_version", "reason", "actor", "expires_at")
    ENTRY_ID_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    FROM_ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    TO_ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    BALANCE_AFTER_FIELD_NUMBER: _ClassVar[int]
    OCCURRED_AT_FIELD_NUMBER: _ClassVar[int]
    RECORDED_AT_FIELD_NUMBER: _ClassVar[int]
    ORDER_REF_FIELD_NUMBER: _ClassVar[int]
    RULE_VERSION_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    entry_id: str
    currency: str
    type: str
    points: int
    from_account: str
    to_account: str
    balance_after: int
    occurred_at: _timestamp_pb2.Timestamp
    recorded_at: _timestamp_pb2.Timestamp
    order_ref: str
    rule_version: int
    reason: str
    actor: str
    expires_at: _timestamp_pb2.Timestamp
    def __init__(self, entry_id: _Optional[str] = ..., currency: _Optional[str] = ..., type: _Optional[str] = ..., points: _Optional[int] = ..., from_account: _Optional[str] = ..., to_account: _Optional[str] = ..., balance_after: _Optional[int] = ..., occurred_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., recorded_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., order_ref: _Optional[str] = ..., rule_version: _Optional[int] = ..., reason: _Optional[str] = ..., actor: _Optional[str] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class AdjustPointsRequest(_message.Message):
    __slots__ = ("member_id", "programme_id", "currency", "points", "reason", "idempotency_key")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    programme_id: str
    currency: str
    points: int
    reason: str
    idempotency_key: str
    def __init__(self, member_id: _Optional[str] = ..., programme_id: _Optional[str] = ..., currency: _Optional[str] = ..., points: _Optional[int] = ..., reason: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class AdjustPointsResponse(_message.Message):
    __slots__ = ("balance_after", "entry_id", "replayed", "status", "request_id")
    BALANCE_AFTER_FIELD_NUMBER: _ClassVar[int]
    ENTRY_ID_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    balance_after: int
    entry_id: str
    replayed: bool
    status: AdjustmentStatus
    request_id: str
    def __init__(self, balance_after: _Optional[int] = ..., entry_id: _Optional[str] = ..., replayed: _Optional[bool] = ..., status: _Optional[_Union[AdjustmentStatus, str]] = ..., request_id: _Optional[str] = ...) -> None: ...

class AwardPointsRequest(_message.Message):
    __slots__ = ("member_id", "identity", "programme_id", "currency", "points", "reason", "idempotency_key", "order")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    IDENTITY_FIELD_NUMBER: _ClassVar[int]
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    ORDER_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    identity: _kit_pb2.ExternalIdentity
    programme_id: str
    currency: str
    points: int
    reason: str
    idempotency_key: str
    order: _redemptions_pb2.OrderReference
    def __init__(self, member_id: _Optional[str] = ..., identity: _Optional[_Union[_kit_pb2.ExternalIdentity, _Mapping]] = ..., programme_id: _Optional[str] = ..., currency: _Optional[str] = ..., points: _Optional[int] = ..., reason: _Optional[str] = ..., idempotency_key: _Optional[str] = ..., order: _Optional[_Union[_redemptions_pb2.OrderReference, _Mapping]] = ...) -> None: ...

class AwardPointsResponse(_message.Message):
    __slots__ = ("member_id", "currency", "points", "pending", "balance_after", "entry_id", "replayed")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    PENDING_FIELD_NUMBER: _ClassVar[int]
    BALANCE_AFTER_FIELD_NUMBER: _ClassVar[int]
    ENTRY_ID_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    currency: str
    points: int
    pending: bool
    balance_after: int
    entry_id: str
    replayed: bool
    def __init__(self, member_id: _Optional[str] = ..., currency: _Optional[str] = ..., points: _Optional[int] = ..., pending: _Optional[bool] = ..., balance_after: _Optional[int] = ..., entry_id: _Optional[str] = ..., replayed: _Optional[bool] = ...) -> None: ...

class BatchListLotsRequest(_message.Message):
    __slots__ = ("members", "programme_id")
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    members: _containers.RepeatedCompositeFieldContainer[_kit_pb2.MemberKey]
    programme_id: str
    def __init__(self, members: _Optional[_Iterable[_Union[_kit_pb2.MemberKey, _Mapping]]] = ..., programme_id: _Optional[str] = ...) -> None: ...

class BatchListLotsResponse(_message.Message):
    __slots__ = ("results",)
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[LotsResult]
    def __init__(self, results: _Optional[_Iterable[_Union[LotsResult, _Mapping]]] = ...) -> None: ...

class LotsResult(_message.Message):
    __slots__ = ("lots", "refusal")
    LOTS_FIELD_NUMBER: _ClassVar[int]
    REFUSAL_FIELD_NUMBER: _ClassVar[int]
    lots: MemberLots
    refusal: _kit_pb2.Refusal
    def __init__(self, lots: _Optional[_Union[MemberLots, _Mapping]] = ..., refusal: _Optional[_Union[_kit_pb2.Refusal, _Mapping]] = ...) -> None: ...

class MemberLots(_message.Message):
    __slots__ = ("lots",)
    LOTS_FIELD_NUMBER: _ClassVar[int]
    lots: _containers.RepeatedCompositeFieldContainer[Lot]
    def __init__(self, lots: _Optional[_Iterable[_Union[Lot, _Mapping]]] = ...) -> None: ...

class Lot(_message.Message):
    __slots__ = ("currency", "points", "expires_at", "pending", "matures_at", "month", "source")
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    PENDING_FIELD_NUMBER: _ClassVar[int]
    MATURES_AT_FIELD_NUMBER: _ClassVar[int]
    MONTH_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    currency: str
    points: int
    expires_at: _timestamp_pb2.Timestamp
    pending: bool
    matures_at: _timestamp_pb2.Timestamp
    month: str
    source: LotSource
    def __init__(self, currency: _Optional[str] = ..., points: _Optional[int] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., pending: _Optional[bool] = ..., matures_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., month: _Optional[str] = ..., source: _Optional[_Union[LotSource, str]] = ...) -> None: ...
