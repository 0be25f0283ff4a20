import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from huiyuan.kit.v1 import kit_pb2 as _kit_pb2
from huiyuan.loyalty.v1 import points_pb2 as _points_pb2
from huiyuan.loyalty.v1 import currencies_pb2 as _currencies_pb2
from huiyuan.loyalty.v1 import earn_rules_pb2 as _earn_rules_pb2
from huiyuan.loyalty.v1 import redemptions_pb2 as _redemptions_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class NotCountedReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    NOT_COUNTED_REASON_UNSPECIFIED: _ClassVar[NotCountedReason]
    NOT_COUNTED_REASON_OTHER_CURRENCY: _ClassVar[NotCountedReason]
    NOT_COUNTED_REASON_NO_MONEY: _ClassVar[NotCountedReason]
    NOT_COUNTED_REASON_BELOW_ONE_STEP: _ClassVar[NotCountedReason]
    NOT_COUNTED_REASON_MULTIPLIED_BY_ZERO: _ClassVar[NotCountedReason]
    NOT_COUNTED_REASON_NOT_THE_FIRST_ORDER: _ClassVar[NotCountedReason]
    NOT_COUNTED_REASON_NOT_SCHEDULED: _ClassVar[NotCountedReason]
    NOT_COUNTED_REASON_CONDITION_NOT_MET: _ClassVar[NotCountedReason]
    NOT_COUNTED_REASON_CONDITION_FAILED: _ClassVar[NotCountedReason]
    NOT_COUNTED_REASON_NO_LINE_MATCHES: _ClassVar[NotCountedReason]
    NOT_COUNTED_REASON_OVERRULED: _ClassVar[NotCountedReason]
    NOT_COUNTED_REASON_CAP_REACHED: _ClassVar[NotCountedReason]
    NOT_COUNTED_REASON_BUDGET_SPENT: _ClassVar[NotCountedReason]
    NOT_COUNTED_REASON_NOTHING_TO_MULTIPLY: _ClassVar[NotCountedReason]
    NOT_COUNTED_REASON_NOT_BIRTHDAY_MONTH: _ClassVar[NotCountedReason]
NOT_COUNTED_REASON_UNSPECIFIED: NotCountedReason
NOT_COUNTED_REASON_OTHER_CURRENCY: NotCountedReason
NOT_COUNTED_REASON_NO_MONEY: NotCountedReason
NOT_COUNTED_REASON_BELOW_ONE_STEP: NotCountedReason
NOT_COUNTED_REASON_MULTIPLIED_BY_ZERO: NotCountedReason
NOT_COUNTED_REASON_NOT_THE_FIRST_ORDER: NotCountedReason
NOT_COUNTED_REASON_NOT_SCHEDULED: NotCountedReason
NOT_COUNTED_REASON_CONDITION_NOT_MET: NotCountedReason
NOT_COUNTED_REASON_CONDITION_FAILED: NotCountedReason
NOT_COUNTED_REASON_NO_LINE_MATCHES: NotCountedReason
NOT_COUNTED_REASON_OVERRULED: NotCountedReason
NOT_COUNTED_REASON_CAP_REACHED: NotCountedReason
NOT_COUNTED_REASON_BUDGET_SPENT: NotCountedReason
NOT_COUNTED_REASON_NOTHING_TO_MULTIPLY: NotCountedReason
NOT_COUNTED_REASON_NOT_BIRTHDAY_MONTH: NotCountedReason

class GetBalanceAsOfRequest(_message.Message):
    __slots__ = ("member_id", "at", "programme_id")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    at: _timestamp_pb2.Timestamp
    programme_id: str
    def __init__(self, member_id: _Optional[str] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., programme_id: _Optional[str] = ...) -> None: ...

class GetBalanceAsOfResponse(_message.Message):
    __slots__ = ("at", "programme_version", "balances", "lots", "holds")
    AT_FIELD_NUMBER: _ClassVar[int]
    PROGRAMME_VERSION_FIELD_NUMBER: _ClassVar[int]
    BALANCES_FIELD_NUMBER: _ClassVar[int]
    LOTS_FIELD_NUMBER: _ClassVar[int]
    HOLDS_FIELD_NUMBER: _ClassVar[int]
    at: _timestamp_pb2.Timestamp
    programme_version: int
    balances: _containers.RepeatedCompositeFieldContainer[_points_pb2.Balance]
    lots: _containers.RepeatedCompositeFieldContainer[_points_pb2.Lot]
    holds: _containers.RepeatedCompositeFieldContainer[HeldPoints]
    def __init__(self, at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., programme_version: _Optional[int] = ..., balances: _Optional[_Iterable[_Union[_points_pb2.Balance, _Mapping]]] = ..., lots: _Optional[_Iterable[_Union[_points_pb2.Lot, _Mapping]]] = ..., holds: _Optional[_Iterable[_Union[HeldPoints, _Mapping]]] = ...) -> None: ...

class HeldPoints(_message.Message):
    __slots__ = ("hold_id", "currency", "points", "expires_at")
    HOLD_ID_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    hold_id: str
    currency: str
    points: int
    expires_at: _timestamp_pb2.Timestamp
    def __init__(self, hold_id: _Optional[str] = ..., currency: _Optional[str] = ..., points: _Optional[int] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class GetStatementRequest(_message.Message):
    __slots__ = ("member_id", "programme_id", "currency", "instants", "days", "first", "after")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    INSTANTS_FIELD_NUMBER: _ClassVar[int]
    DAYS_FIELD_NUMBER: _ClassVar[int]
    FIRST_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    programme_id: str
    currency: str
    instants: Instants
    days: LocalDays
    first: int
    after: str
    def __init__(self, member_id: _Optional[str] = ..., programme_id: _Optional[str] = ..., currency: _Optional[str] = ..., instants: _Optional[_Union[Instants, _Mapping]] = ..., days: _Optional[_Union[LocalDays, _Mapping]] = ..., first: _Optional[int] = ..., after: _Optional[str] = ...) -> None: ...

class Instants(_message.Message):
    __slots__ = ("since", "until")
    SINCE_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    since: _timestamp_pb2.Timestamp
    until: _timestamp_pb2.Timestamp
    def __init__(self, since: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class LocalDays(_message.Message):
    __slots__ = ("first", "last")
    FIRST_FIELD_NUMBER: _ClassVar[int]
    LAST_FIELD_NUMBER: _ClassVar[int]
    first: str
    last: str
    def __init__(self, first: _Optional[str] = ..., last: _Optional[str] = ...) -> None: ...

class GetStatementResponse(_message.Message):
    __slots__ = ("currency", "since", "until", "opening", "closing", "lines", "has_next_page", "sums")
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    OPENING_FIELD_NUMBER: _ClassVar[int]
    CLOSING_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    HAS_NEXT_PAGE_FIELD_NUMBER: _ClassVar[int]
    SUMS_FIELD_NUMBER: _ClassVar[int]
    currency: str
    since: _timestamp_pb2.Timestamp
    until: _timestamp_pb2.Timestamp
    opening: AccountBalances
    closing: AccountBalances
    lines: _containers.RepeatedCompositeFieldContainer[StatementLine]
    has_next_page: bool
    sums: _containers.RepeatedCompositeFieldContainer[StatementSum]
    def __init__(self, currency: _Optional[str] = ..., since: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., opening: _Optional[_Union[AccountBalances, _Mapping]] = ..., closing: _Optional[_Union[AccountBalances, _Mapping]] = ..., lines: _Optional[_Iterable[_Union[StatementLine, _Mapping]]] = ..., has_next_page: _Optional[bool] = ..., sums: _Optional[_Iterable[_Union[StatementSum, _Mapping]]] = ...) -> None: ...

class AccountBalances(_message.Message):
    __slots__ = ("available", "pending", "held")
    AVAILABLE_FIELD_NUMBER: _ClassVar[int]
    PENDING_FIELD_NUMBER: _ClassVar[int]
    HELD_FIELD_NUMBER: _ClassVar[int]
    available: int
    pending: int
    held: int
    def __init__(self, available: _Optional[int] = ..., pending: _Optional[int] = ..., held: _Optional[int] = ...) -> None: ...

class StatementLine(_message.Message):
    __slots__ = ("entry", "posted_at", "change", "after")
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    POSTED_AT_FIELD_NUMBER: _ClassVar[int]
    CHANGE_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    entry: _points_pb2.Entry
    posted_at: _timestamp_pb2.Timestamp
    change: AccountBalances
    after: AccountBalances
    def __init__(self, entry: _Optional[_Union[_points_pb2.Entry, _Mapping]] = ..., posted_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., change: _Optional[_Union[AccountBalances, _Mapping]] = ..., after: _Optional[_Union[AccountBalances, _Mapping]] = ...) -> None: ...

class StatementSum(_message.Message):
    __slots__ = ("type", "entries", "points", "change")
    TYPE_FIELD_NUMBER: _ClassVar[int]
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    CHANGE_FIELD_NUMBER: _ClassVar[int]
    type: str
    entries: int
    points: int
    change: AccountBalances
    def __init__(self, type: _Optional[str] = ..., entries: _Optional[int] = ..., points: _Optional[int] = ..., change: _Optional[_Union[AccountBalances, _Mapping]] = ...) -> None: ...

class ExplainEntryRequest(_message.Message):
    __slots__ = ("member_id", "programme_id", "entry_id")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    ENTRY_ID_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    programme_id: str
    entry_id: str
    def __init__(self, member_id: _Optional[str] = ..., programme_id: _Optional[str] = ..., entry_id: _Optional[str] = ...) -> None: ...

class ExplainEntryResponse(_message.Message):
    __slots__ = ("entry", "lot", "earning", "refund", "redemption", "reversal", "hold", "expiry", "maturation", "adjustment", "transfer", "merge")
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    LOT_FIELD_NUMBER: _ClassVar[int]
    EARNING_FIELD_NUMBER: _ClassVar[int]
    REFUND_FIELD_NUMBER: _ClassVar[int]
    REDEMPTION_FIELD_NUMBER: _ClassVar[int]
    REVERSAL_FIELD_NUMBER: _ClassVar[int]
    HOLD_FIELD_NUMBER: _ClassVar[int]
    EXPIRY_FIELD_NUMBER: _ClassVar[int]
    MATURATION_FIELD_NUMBER: _ClassVar[int]
    ADJUSTMENT_FIELD_NUMBER: _ClassVar[int]
    TRANSFER_FIELD_NUMBER: _ClassVar[int]
    MERGE_FIELD_NUMBER: _ClassVar[int]
    entry: _points_pb2.Entry
    lot: _points_pb2.Lot
    earning: EarningExplained
    refund: RefundExplained
    redemption: RedemptionExplained
    reversal: ReversalExplained
    hold: _redemptions_pb2.Hold
    expiry: ExpiryExplained
    maturation: MaturationExplained
    adjustment: AdjustmentExplained
    transfer: TransferExplained
    merge: MergeExplained
    def __init__(self, entry: _Optional[_Union[_points_pb2.Entry, _Mapping]] = ..., lot: _Optional[_Union[_points_pb2.Lot, _Mapping]] = ..., earning: _Optional[_Union[EarningExplained, _Mapping]] = ..., refund: _Optional[_Union[RefundExplained, _Mapping]] = ..., redemption: _Optional[_Union[RedemptionExplained, _Mapping]] = ..., reversal: _Optional[_Union[ReversalExplained, _Mapping]] = ..., hold: _Optional[_Union[_redemptions_pb2.Hold, _Mapping]] = ..., expiry: _Optional[_Union[ExpiryExplained, _Mapping]] = ..., maturation: _Optional[_Union[MaturationExplained, _Mapping]] = ..., adjustment: _Optional[_Union[AdjustmentExplained, _Mapping]] = ..., transfer: _Optional[_Union[TransferExplained, _Mapping]] = ..., merge: _Optional[_Union[MergeExplained, _Mapping]] = ...) -> None: ...

class EarningExplained(_message.Message):
    __slots__ = ("source", "order_id", "programme_version", "tier", "total", "verdicts", "exact", "points", "lines")
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    PROGRAMME_VERSION_FIELD_NUMBER: _ClassVar[int]
    TIER_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    VERDICTS_FIELD_NUMBER: _ClassVar[int]
    EXACT_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    source: str
    order_id: str
    programme_version: int
    tier: str
    total: _kit_pb2.Money
    verdicts: _containers.RepeatedCompositeFieldContainer[RuleVerdict]
    exact: str
    points: int
    lines: _containers.RepeatedCompositeFieldContainer[LineShare]
    def __init__(self, source: _Optional[str] = ..., order_id: _Optional[str] = ..., programme_version: _Optional[int] = ..., tier: _Optional[str] = ..., total: _Optional[_Union[_kit_pb2.Money, _Mapping]] = ..., verdicts: _Optional[_Iterable[_Union[RuleVerdict, _Mapping]]] = ..., exact: _Optional[str] = ..., points: _Optional[int] = ..., lines: _Optional[_Iterable[_Union[LineShare, _Mapping]]] = ...) -> None: ...

class RuleVerdict(_message.Message):
    __slots__ = ("rule", "counted", "reason", "steps", "multiplier", "exact", "limited_by", "overruled_by", "points", "line_ids")
    RULE_FIELD_NUMBER: _ClassVar[int]
    COUNTED_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    MULTIPLIER_FIELD_NUMBER: _ClassVar[int]
    EXACT_FIELD_NUMBER: _ClassVar[int]
    LIMITED_BY_FIELD_NUMBER: _ClassVar[int]
    OVERRULED_BY_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    LINE_IDS_FIELD_NUMBER: _ClassVar[int]
    rule: _earn_rules_pb2.EarnRule
    counted: bool
    reason: NotCountedReason
    steps: int
    multiplier: str
    exact: str
    limited_by: str
    overruled_by: str
    points: int
    line_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, rule: _Optional[_Union[_earn_rules_pb2.EarnRule, _Mapping]] = ..., counted: _Optional[bool] = ..., reason: _Optional[_Union[NotCountedReason, str]] = ..., steps: _Optional[int] = ..., multiplier: _Optional[str] = ..., exact: _Optional[str] = ..., limited_by: _Optional[str] = ..., overruled_by: _Optional[str] = ..., points: _Optional[int] = ..., line_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class LineShare(_message.Message):
    __slots__ = ("line_id", "money", "points")
    LINE_ID_FIELD_NUMBER: _ClassVar[int]
    MONEY_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    line_id: str
    money: _kit_pb2.Money
    points: int
    def __init__(self, line_id: _Optional[str] = ..., money: _Optional[_Union[_kit_pb2.Money, _Mapping]] = ..., points: _Optional[int] = ...) -> None: ...

class RefundExplained(_message.Message):
    __slots__ = ("source", "order_id", "refund_id", "refunded", "total", "earned", "refunded_before", "refunded_after", "taken_back_before", "taken_back_after", "by_line", "lines", "became_debt", "written_off", "returned")
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    REFUND_ID_FIELD_NUMBER: _ClassVar[int]
    REFUNDED_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    EARNED_FIELD_NUMBER: _ClassVar[int]
    REFUNDED_BEFORE_FIELD_NUMBER: _ClassVar[int]
    REFUNDED_AFTER_FIELD_NUMBER: _ClassVar[int]
    TAKEN_BACK_BEFORE_FIELD_NUMBER: _ClassVar[int]
    TAKEN_BACK_AFTER_FIELD_NUMBER: _ClassVar[int]
    BY_LINE_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    BECAME_DEBT_FIELD_NUMBER: _ClassVar[int]
    WRITTEN_OFF_FIELD_NUMBER: _ClassVar[int]
    RETURNED_FIELD_NUMBER: _ClassVar[int]
    source: str
    order_id: str
    refund_id: str
    refunded: _kit_pb2.Money
    total: _kit_pb2.Money
    earned: int
    refunded_before: _kit_pb2.Money
    refunded_after: _kit_pb2.Money
    taken_back_before: int
    taken_back_after: int
    by_line: bool
    lines: _containers.RepeatedCompositeFieldContainer[LineTakenBack]
    became_debt: int
    written_off: int
    returned: int
    def __init__(self, source: _Optional[str] = ..., order_id: _Optional[str] = ..., refund_id: _Optional[str] = ..., refunded: _Optional[_Union[_kit_pb2.Money, _Mapping]] = ..., total: _Optional[_Union[_kit_pb2.Money, _Mapping]] = ..., earned: _Optional[int] = ..., refunded_before: _Optional[_Union[_kit_pb2.Money, _Mapping]] = ..., refunded_after: _Optional[_Union[_kit_pb2.Money, _Mapping]] = ..., taken_back_before: _Optional[int] = ..., taken_back_after: _Optional[int] = ..., by_line: _Optional[bool] = ..., lines: _Optional[_Iterable[_Union[LineTakenBack, _Mapping]]] = ..., became_debt: _Optional[int] = ..., written_off: _Optional[int] = ..., returned: _Optional[int] = ...) -> None: ...

class LineTakenBack(_message.Message):
    __slots__ = ("line_id", "money", "earned", "refunded_before", "refunded_after", "taken_back_before", "taken_back_after")
    LINE_ID_FIELD_NUMBER: _ClassVar[int]
    MONEY_FIELD_NUMBER: _ClassVar[int]
    EARNED_FIELD_NUMBER: _ClassVar[int]
    REFUNDED_BEFORE_FIELD_NUMBER: _ClassVar[int]
    REFUNDED_AFTER_FIELD_NUMBER: _ClassVar[int]
    TAKEN_BACK_BEFORE_FIELD_NUMBER: _ClassVar[int]
    TAKEN_BACK_AFTER_FIELD_NUMBER: _ClassVar[int]
    line_id: str
    money: _kit_pb2.Money
    earned: int
    refunded_before: _kit_pb2.Money
    refunded_after: _kit_pb2.Money
    taken_back_before: int
    taken_back_after: int
    def __init__(self, line_id: _Optional[str] = ..., money: _Optional[_Union[_kit_pb2.Money, _Mapping]] = ..., earned: _Optional[int] = ..., refunded_before: _Optional[_Union[_kit_pb2.Money, _Mapping]] = ..., refunded_after: _Optional[_Union[_kit_pb2.Money, _Mapping]] = ..., taken_back_before: _Optional[int] = ..., taken_back_after: _Optional[int] = ...) -> None: ...

class RedemptionExplained(_message.Message):
    __slots__ = ("points", "order_ref", "taken", "returned")
    POINTS_FIELD_NUMBER: _ClassVar[int]
    ORDER_REF_FIELD_NUMBER: _ClassVar[int]
    TAKEN_FIELD_NUMBER: _ClassVar[int]
    RETURNED_FIELD_NUMBER: _ClassVar[int]
    points: int
    order_ref: str
    taken: _containers.RepeatedCompositeFieldContainer[_points_pb2.Lot]
    returned: int
    def __init__(self, points: _Optional[int] = ..., order_ref: _Optional[str] = ..., taken: _Optional[_Iterable[_Union[_points_pb2.Lot, _Mapping]]] = ..., returned: _Optional[int] = ...) -> None: ...

class ReversalExplained(_message.Message):
    __slots__ = ("redemption_entry_id", "reversal_id", "points", "expired")
    REDEMPTION_ENTRY_ID_FIELD_NUMBER: _ClassVar[int]
    REVERSAL_ID_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    EXPIRED_FIELD_NUMBER: _ClassVar[int]
    redemption_entry_id: str
    reversal_id: str
    points: int
    expired: int
    def __init__(self, redemption_entry_id: _Optional[str] = ..., reversal_id: _Optional[str] = ..., points: _Optional[int] = ..., expired: _Optional[int] = ...) -> None: ...

class ExpiryExplained(_message.Message):
    __slots__ = ("expired_at", "origins", "has_more")
    EXPIRED_AT_FIELD_NUMBER: _ClassVar[int]
    ORIGINS_FIELD_NUMBER: _ClassVar[int]
    HAS_MORE_FIELD_NUMBER: _ClassVar[int]
    expired_at: _timestamp_pb2.Timestamp
    origins: _containers.RepeatedCompositeFieldContainer[LotOrigin]
    has_more: bool
    def __init__(self, expired_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., origins: _Optional[_Iterable[_Union[LotOrigin, _Mapping]]] = ..., has_more: _Optional[bool] = ...) -> None: ...

class LotOrigin(_message.Message):
    __slots__ = ("entry", "expiry")
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    EXPIRY_FIELD_NUMBER: _ClassVar[int]
    entry: _points_pb2.Entry
    expiry: _currencies_pb2.Expiry
    def __init__(self, entry: _Optional[_Union[_points_pb2.Entry, _Mapping]] = ..., expiry: _Optional[_Union[_currencies_pb2.Expiry, _Mapping]] = ...) -> None: ...

class MaturationExplained(_message.Message):
    __slots__ = ("matures_at", "rule", "origins", "has_more")
    MATURES_AT_FIELD_NUMBER: _ClassVar[int]
    RULE_FIELD_NUMBER: _ClassVar[int]
    ORIGINS_FIELD_NUMBER: _ClassVar[int]
    HAS_MORE_FIELD_NUMBER: _ClassVar[int]
    matures_at: _timestamp_pb2.Timestamp
    rule: _currencies_pb2.Maturation
    origins: _containers.RepeatedCompositeFieldContainer[LotOrigin]
    has_more: bool
    def __init__(self, matures_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., rule: _Optional[_Union[_currencies_pb2.Maturation, _Mapping]] = ..., origins: _Optional[_Iterable[_Union[LotOrigin, _Mapping]]] = ..., has_more: _Optional[bool] = ...) -> None: ...

class TransferExplained(_message.Message):
    __slots__ = ("transfer_id",)
    TRANSFER_ID_FIELD_NUMBER: _ClassVar[int]
    transfer_id: str
    def __init__(self, transfer_id: _Optional[str] = ...) -> None: ...

class MergeExplained(_message.Message):
    __slots__ = ("merge_id", "from_member_id", "into_member_id", "undoing")
    MERGE_ID_FIELD_NUMBER: _ClassVar[int]
    FROM_MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    INTO_MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    UNDOING_FIELD_NUMBER: _ClassVar[int]
    merge_id: str
    from_member_id: str
    into_member_id: str
    undoing: bool
    def __init__(self, merge_id: _Optional[str] = ..., from_member_id: _Optional[str] = ..., into_member_id: _Optional[str] = ..., undoing: _Optional[bool] = ...) -> None: ...

class AdjustmentExplained(_message.Message):
    __slots__ = ("actor", "reason", "request_id", "requested_by", "approved_by", "approved_at", "note")
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    REQUESTED_BY_FIELD_NUMBER: _ClassVar[int]
    APPROVED_BY_FIELD_NUMBER: _ClassVar[int]
    APPROVED_AT_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    actor: str
    reason: str
    request_id: str
    requested_by: str
    approved_by: str
    approved_at: _timestamp_pb2.Timestamp
    note: str
    def __init__(self, actor: _Optional[str] = ..., reason: _Optional[str] = ..., request_id: _Optional[str] = ..., requested_by: _Optional[str] = ..., approved_by: _Optional[str] = ..., approved_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., note: _Optional[str] = ...) -> None: ...
