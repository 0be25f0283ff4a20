import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from huiyuan.kit.v1 import kit_pb2 as _kit_pb2
from huiyuan.loyalty.v1 import points_pb2 as _points_pb2
from huiyuan.loyalty.v1 import statements_pb2 as _statements_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class GetOutstandingRequest(_message.Message):
    __slots__ = ("programme_id",)
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    programme_id: str
    def __init__(self, programme_id: _Optional[str] = ...) -> None: ...

class GetOutstandingResponse(_message.Message):
    __slots__ = ("as_of", "currencies")
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    CURRENCIES_FIELD_NUMBER: _ClassVar[int]
    as_of: _timestamp_pb2.Timestamp
    currencies: _containers.RepeatedCompositeFieldContainer[OutstandingPoints]
    def __init__(self, as_of: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., currencies: _Optional[_Iterable[_Union[OutstandingPoints, _Mapping]]] = ...) -> None: ...

class OutstandingPoints(_message.Message):
    __slots__ = ("currency", "spendable", "open", "pending", "held", "debt", "total", "overdue", "members", "by_month_earned", "by_month_of_expiry", "by_source")
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    SPENDABLE_FIELD_NUMBER: _ClassVar[int]
    OPEN_FIELD_NUMBER: _ClassVar[int]
    PENDING_FIELD_NUMBER: _ClassVar[int]
    HELD_FIELD_NUMBER: _ClassVar[int]
    DEBT_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    OVERDUE_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    BY_MONTH_EARNED_FIELD_NUMBER: _ClassVar[int]
    BY_MONTH_OF_EXPIRY_FIELD_NUMBER: _ClassVar[int]
    BY_SOURCE_FIELD_NUMBER: _ClassVar[int]
    currency: str
    spendable: bool
    open: int
    pending: int
    held: int
    debt: int
    total: int
    overdue: int
    members: int
    by_month_earned: _containers.RepeatedCompositeFieldContainer[MonthlyPoints]
    by_month_of_expiry: _containers.RepeatedCompositeFieldContainer[MonthlyPoints]
    by_source: _containers.RepeatedCompositeFieldContainer[SourcePoints]
    def __init__(self, currency: _Optional[str] = ..., spendable: _Optional[bool] = ..., open: _Optional[int] = ..., pending: _Optional[int] = ..., held: _Optional[int] = ..., debt: _Optional[int] = ..., total: _Optional[int] = ..., overdue: _Optional[int] = ..., members: _Optional[int] = ..., by_month_earned: _Optional[_Iterable[_Union[MonthlyPoints, _Mapping]]] = ..., by_month_of_expiry: _Optional[_Iterable[_Union[MonthlyPoints, _Mapping]]] = ..., by_source: _Optional[_Iterable[_Union[SourcePoints, _Mapping]]] = ...) -> None: ...

class MonthlyPoints(_message.Message):
    __slots__ = ("month", "points")
    MONTH_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    month: str
    points: int
    def __init__(self, month: _Optional[str] = ..., points: _Optional[int] = ...) -> None: ...

class SourcePoints(_message.Message):
    __slots__ = ("source", "points")
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    source: _points_pb2.LotSource
    points: int
    def __init__(self, source: _Optional[_Union[_points_pb2.LotSource, str]] = ..., points: _Optional[int] = ...) -> None: ...

class GetLiabilityRequest(_message.Message):
    __slots__ = ("programme_id",)
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    programme_id: str
    def __init__(self, programme_id: _Optional[str] = ...) -> None: ...

class GetLiabilityResponse(_message.Message):
    __slots__ = ("as_of", "currencies")
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    CURRENCIES_FIELD_NUMBER: _ClassVar[int]
    as_of: _timestamp_pb2.Timestamp
    currencies: _containers.RepeatedCompositeFieldContainer[Liability]
    def __init__(self, as_of: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., currencies: _Optional[_Iterable[_Union[Liability, _Mapping]]] = ...) -> None: ...

class Liability(_message.Message):
    __slots__ = ("currency", "points", "cost_micros", "gross", "expired", "redeemed", "breakage_rate", "expected_breakage", "expected_breakage_worth", "net")
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    COST_MICROS_FIELD_NUMBER: _ClassVar[int]
    GROSS_FIELD_NUMBER: _ClassVar[int]
    EXPIRED_FIELD_NUMBER: _ClassVar[int]
    REDEEMED_FIELD_NUMBER: _ClassVar[int]
    BREAKAGE_RATE_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_BREAKAGE_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_BREAKAGE_WORTH_FIELD_NUMBER: _ClassVar[int]
    NET_FIELD_NUMBER: _ClassVar[int]
    currency: str
    points: int
    cost_micros: int
    gross: _kit_pb2.Money
    expired: int
    redeemed: int
    breakage_rate: str
    expected_breakage: int
    expected_breakage_worth: _kit_pb2.Money
    net: _kit_pb2.Money
    def __init__(self, currency: _Optional[str] = ..., points: _Optional[int] = ..., cost_micros: _Optional[int] = ..., gross: _Optional[_Union[_kit_pb2.Money, _Mapping]] = ..., expired: _Optional[int] = ..., redeemed: _Optional[int] = ..., breakage_rate: _Optional[str] = ..., expected_breakage: _Optional[int] = ..., expected_breakage_worth: _Optional[_Union[_kit_pb2.Money, _Mapping]] = ..., net: _Optional[_Union[_kit_pb2.Money, _Mapping]] = ...) -> None: ...

class GetBreakageRequest(_message.Message):
    __slots__ = ("programme_id",)
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    programme_id: str
    def __init__(self, programme_id: _Optional[str] = ...) -> None: ...

class GetBreakageResponse(_message.Message):
    __slots__ = ("as_of", "currencies")
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    CURRENCIES_FIELD_NUMBER: _ClassVar[int]
    as_of: _timestamp_pb2.Timestamp
    currencies: _containers.RepeatedCompositeFieldContainer[CurrencyBreakage]
    def __init__(self, as_of: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., currencies: _Optional[_Iterable[_Union[CurrencyBreakage, _Mapping]]] = ...) -> None: ...

class CurrencyBreakage(_message.Message):
    __slots__ = ("currency", "months", "total")
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    MONTHS_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    currency: str
    months: _containers.RepeatedCompositeFieldContainer[Cohort]
    total: Cohort
    def __init__(self, currency: _Optional[str] = ..., months: _Optional[_Iterable[_Union[Cohort, _Mapping]]] = ..., total: _Optional[_Union[Cohort, _Mapping]] = ...) -> None: ...

class Cohort(_message.Message):
    __slots__ = ("month", "issued", "redeemed", "expired", "forfeited", "taken_back", "open", "rate")
    MONTH_FIELD_NUMBER: _ClassVar[int]
    ISSUED_FIELD_NUMBER: _ClassVar[int]
    REDEEMED_FIELD_NUMBER: _ClassVar[int]
    EXPIRED_FIELD_NUMBER: _ClassVar[int]
    FORFEITED_FIELD_NUMBER: _ClassVar[int]
    TAKEN_BACK_FIELD_NUMBER: _ClassVar[int]
    OPEN_FIELD_NUMBER: _ClassVar[int]
    RATE_FIELD_NUMBER: _ClassVar[int]
    month: str
    issued: int
    redeemed: int
    expired: int
    forfeited: int
    taken_back: int
    open: int
    rate: str
    def __init__(self, month: _Optional[str] = ..., issued: _Optional[int] = ..., redeemed: _Optional[int] = ..., expired: _Optional[int] = ..., forfeited: _Optional[int] = ..., taken_back: _Optional[int] = ..., open: _Optional[int] = ..., rate: _Optional[str] = ...) -> None: ...

class ListDailyMovementsRequest(_message.Message):
    __slots__ = ("programme_id", "days")
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    DAYS_FIELD_NUMBER: _ClassVar[int]
    programme_id: str
    days: _statements_pb2.LocalDays
    def __init__(self, programme_id: _Optional[str] = ..., days: _Optional[_Union[_statements_pb2.LocalDays, _Mapping]] = ...) -> None: ...

class ListDailyMovementsResponse(_message.Message):
    __slots__ = ("as_of", "currencies")
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    CURRENCIES_FIELD_NUMBER: _ClassVar[int]
    as_of: _timestamp_pb2.Timestamp
    currencies: _containers.RepeatedCompositeFieldContainer[CurrencyMovements]
    def __init__(self, as_of: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., currencies: _Optional[_Iterable[_Union[CurrencyMovements, _Mapping]]] = ...) -> None: ...

class CurrencyMovements(_message.Message):
    __slots__ = ("currency", "opening", "days", "total", "closing")
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    OPENING_FIELD_NUMBER: _ClassVar[int]
    DAYS_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    CLOSING_FIELD_NUMBER: _ClassVar[int]
    currency: str
    opening: int
    days: _containers.RepeatedCompositeFieldContainer[DailyMovements]
    total: Movements
    closing: int
    def __init__(self, currency: _Optional[str] = ..., opening: _Optional[int] = ..., days: _Optional[_Iterable[_Union[DailyMovements, _Mapping]]] = ..., total: _Optional[_Union[Movements, _Mapping]] = ..., closing: _Optional[int] = ...) -> None: ...

class DailyMovements(_message.Message):
    __slots__ = ("day", "moved", "outstanding")
    DAY_FIELD_NUMBER: _ClassVar[int]
    MOVED_FIELD_NUMBER: _ClassVar[int]
    OUTSTANDING_FIELD_NUMBER: _ClassVar[int]
    day: str
    moved: Movements
    outstanding: int
    def __init__(self, day: _Optional[str] = ..., moved: _Optional[_Union[Movements, _Mapping]] = ..., outstanding: _Optional[int] = ...) -> None: ...

class Movements(_message.Message):
    __slots__ = ("issued", "redeemed", "expired", "forfeited", "written_off", "adjusted", "transferred", "imported")
    ISSUED_FIELD_NUMBER: _ClassVar[int]
    REDEEMED_FIELD_NUMBER: _ClassVar[int]
    EXPIRED_FIELD_NUMBER: _ClassVar[int]
    FORFEITED_FIELD_NUMBER: _ClassVar[int]
    WRITTEN_OFF_FIELD_NUMBER: _ClassVar[int]
    ADJUSTED_FIELD_NUMBER: _ClassVar[int]
    TRANSFERRED_FIELD_NUMBER: _ClassVar[int]
    IMPORTED_FIELD_NUMBER: _ClassVar[int]
    issued: int
    redeemed: int
    expired: int
    forfeited: int
    written_off: int
    adjusted: int
    transferred: int
    imported: int
    def __init__(self, issued: _Optional[int] = ..., redeemed: _Optional[int] = ..., expired: _Optional[int] = ..., forfeited: _Optional[int] = ..., written_off: _Optional[int] = ..., adjusted: _Optional[int] = ..., transferred: _Optional[int] = ..., imported: _Optional[int] = ...) -> None: ...

class GetTrialBalanceRequest(_message.Message):
    __slots__ = ("programme_id",)
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    programme_id: str
    def __init__(self, programme_id: _Optional[str] = ...) -> None: ...

class GetTrialBalanceResponse(_message.Message):
    __slots__ = ("as_of", "currencies")
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    CURRENCIES_FIELD_NUMBER: _ClassVar[int]
    as_of: _timestamp_pb2.Timestamp
    currencies: _containers.RepeatedCompositeFieldContainer[CurrencyTrialBalance]
    def __init__(self, as_of: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., currencies: _Optional[_Iterable[_Union[CurrencyTrialBalance, _Mapping]]] = ...) -> None: ...

class CurrencyTrialBalance(_message.Message):
    __slots__ = ("currency", "accounts", "sum")
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    ACCOUNTS_FIELD_NUMBER: _ClassVar[int]
    SUM_FIELD_NUMBER: _ClassVar[int]
    currency: str
    accounts: _containers.RepeatedCompositeFieldContainer[AccountTotal]
    sum: int
    def __init__(self, currency: _Optional[str] = ..., accounts: _Optional[_Iterable[_Union[AccountTotal, _Mapping]]] = ..., sum: _Optional[int] = ...) -> None: ...

class AccountTotal(_message.Message):
    __slots__ = ("account", "points")
    ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    account: str
    points: int
    def __init__(self, account: _Optional[str] = ..., points: _Optional[int] = ...) -> None: ...
