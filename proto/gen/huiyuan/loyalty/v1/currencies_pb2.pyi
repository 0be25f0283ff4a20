from huiyuan.kit.v1 import kit_pb2 as _kit_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class MaturationKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    MATURATION_KIND_UNSPECIFIED: _ClassVar[MaturationKind]
    MATURATION_KIND_AT_ONCE: _ClassVar[MaturationKind]
    MATURATION_KIND_AFTER_PERIOD: _ClassVar[MaturationKind]
    MATURATION_KIND_ON_ORDER_COMPLETED: _ClassVar[MaturationKind]
    MATURATION_KIND_ON_DATE: _ClassVar[MaturationKind]

class ExpiryKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    EXPIRY_KIND_UNSPECIFIED: _ClassVar[ExpiryKind]
    EXPIRY_KIND_NEVER: _ClassVar[ExpiryKind]
    EXPIRY_KIND_AFTER_PERIOD: _ClassVar[ExpiryKind]
    EXPIRY_KIND_ON_DATES: _ClassVar[ExpiryKind]
    EXPIRY_KIND_AFTER_INACTIVITY: _ClassVar[ExpiryKind]

class ExpiryRounding(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    EXPIRY_ROUNDING_UNSPECIFIED: _ClassVar[ExpiryRounding]
    EXPIRY_ROUNDING_NONE: _ClassVar[ExpiryRounding]
    EXPIRY_ROUNDING_MONTH: _ClassVar[ExpiryRounding]
    EXPIRY_ROUNDING_QUARTER: _ClassVar[ExpiryRounding]
    EXPIRY_ROUNDING_YEAR: _ClassVar[ExpiryRounding]

class NegativePolicy(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    NEGATIVE_POLICY_UNSPECIFIED: _ClassVar[NegativePolicy]
    NEGATIVE_POLICY_ALLOW_NEGATIVE: _ClassVar[NegativePolicy]
    NEGATIVE_POLICY_CLAMP: _ClassVar[NegativePolicy]
    NEGATIVE_POLICY_REFUSE: _ClassVar[NegativePolicy]
MATURATION_KIND_UNSPECIFIED: MaturationKind
MATURATION_KIND_AT_ONCE: MaturationKind
MATURATION_KIND_AFTER_PERIOD: MaturationKind
MATURATION_KIND_ON_ORDER_COMPLETED: MaturationKind
MATURATION_KIND_ON_DATE: MaturationKind
EXPIRY_KIND_UNSPECIFIED: ExpiryKind
EXPIRY_KIND_NEVER: ExpiryKind
EXPIRY_KIND_AFTER_PERIOD: ExpiryKind
EXPIRY_KIND_ON_DATES: ExpiryKind
EXPIRY_KIND_AFTER_INACTIVITY: ExpiryKind
EXPIRY_ROUNDING_UNSPECIFIED: ExpiryRounding
EXPIRY_ROUNDING_NONE: ExpiryRounding
EXPIRY_ROUNDING_MONTH: ExpiryRounding
EXPIRY_ROUNDING_QUARTER: ExpiryRounding
EXPIRY_ROUNDING_YEAR: ExpiryRounding
NEGATIVE_POLICY_UNSPECIFIED: NegativePolicy
NEGATIVE_POLICY_ALLOW_NEGATIVE: NegativePolicy
NEGATIVE_POLICY_CLAMP: NegativePolicy
NEGATIVE_POLICY_REFUSE: NegativePolicy

class CurrencyRules(_message.Message):
    __slots__ = ("code", "name", "spendable", "maturation", "expiry", "negative_policy", "debt_floor", "tier_debt_floors", "conversion", "transferable", "transfer_limit", "approval_above", "hold_minutes", "longest_hold_minutes", "cost_micros")
    CODE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    SPENDABLE_FIELD_NUMBER: _ClassVar[int]
    MATURATION_FIELD_NUMBER: _ClassVar[int]
    EXPIRY_FIELD_NUMBER: _ClassVar[int]
    NEGATIVE_POLICY_FIELD_NUMBER: _ClassVar[int]
    DEBT_FLOOR_FIELD_NUMBER: _ClassVar[int]
    TIER_DEBT_FLOORS_FIELD_NUMBER: _ClassVar[int]
    CONVERSION_FIELD_NUMBER: _ClassVar[int]
    TRANSFERABLE_FIELD_NUMBER: _ClassVar[int]
    TRANSFER_LIMIT_FIELD_NUMBER: _ClassVar[int]
    APPROVAL_ABOVE_FIELD_NUMBER: _ClassVar[int]
    HOLD_MINUTES_FIELD_NUMBER: _ClassVar[int]
    LONGEST_HOLD_MINUTES_FIELD_NUMBER: _ClassVar[int]
    COST_MICROS_FIELD_NUMBER: _ClassVar[int]
    code: str
    name: _kit_pb2.LocalizedText
    spendable: bool
    maturation: Maturation
    expiry: Expiry
    negative_policy: NegativePolicy
    debt_floor: int
    tier_debt_floors: _containers.RepeatedCompositeFieldContainer[TierDebtFloor]
    conversion: Conversion
    transferable: bool
    transfer_limit: int
    approval_above: int
    hold_minutes: int
    longest_hold_minutes: int
    cost_micros: int
    def __init__(self, code: _Optional[str] = ..., name: _Optional[_Union[_kit_pb2.LocalizedText, _Mapping]] = ..., spendable: _Optional[bool] = ..., maturation: _Optional[_Union[Maturation, _Mapping]] = ..., expiry: _Optional[_Union[Expiry, _Mapping]] = ..., negative_policy: _Optional[_Union[NegativePolicy, str]] = ..., debt_floor: _Optional[int] = ..., tier_debt_floors: _Optional[_Iterable[_Union[TierDebtFloor, _Mapping]]] = ..., conversion: _Optional[_Union[Conversion, _Mapping]] = ..., transferable: _Optional[bool] = ..., transfer_limit: _Optional[int] = ..., approval_above: _Optional[int] = ..., hold_minutes: _Optional[int] = ..., longest_hold_minutes: _Optional[int] = ..., cost_micros: _Optional[int] = ...) -> None: ...

class TierDebtFloor(_message.Message):
    __slots__ = ("tier", "points")
    TIER_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    tier: str
    points: int
    def __init__(self, tier: _Optional[str] = ..., points: _Optional[int] = ...) -> None: ...

class Conversion(_message.Message):
    __slots__ = ("points", "worth", "minimum", "multiple", "cap_basis_points")
    POINTS_FIELD_NUMBER: _ClassVar[int]
    WORTH_FIELD_NUMBER: _ClassVar[int]
    MINIMUM_FIELD_NUMBER: _ClassVar[int]
    MULTIPLE_FIELD_NUMBER: _ClassVar[int]
    CAP_BASIS_POINTS_FIELD_NUMBER: _ClassVar[int]
    points: int
    worth: _kit_pb2.Money
    minimum: int
    multiple: int
    cap_basis_points: int
    def __init__(self, points: _Optional[int] = ..., worth: _Optional[_Union[_kit_pb2.Money, _Mapping]] = ..., minimum: _Optional[int] = ..., multiple: _Optional[int] = ..., cap_basis_points: _Optional[int] = ...) -> None: ...

class Maturation(_message.Message):
    __slots__ = ("kind", "period", "date")
    KIND_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    DATE_FIELD_NUMBER: _ClassVar[int]
    kind: MaturationKind
    period: str
    date: str
    def __init__(self, kind: _Optional[_Union[MaturationKind, str]] = ..., period: _Optional[str] = ..., date: _Optional[str] = ...) -> None: ...

class Expiry(_message.Message):
    __slots__ = ("kind", "period", "rounding", "dates")
    KIND_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    ROUNDING_FIELD_NUMBER: _ClassVar[int]
    DATES_FIELD_NUMBER: _ClassVar[int]
    kind: ExpiryKind
    period: str
    rounding: ExpiryRounding
    dates: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, kind: _Optional[_Union[ExpiryKind, str]] = ..., period: _Optional[str] = ..., rounding: _Optional[_Union[ExpiryRounding, str]] = ..., dates: _Optional[_Iterable[str]] = ...) -> None: ...
