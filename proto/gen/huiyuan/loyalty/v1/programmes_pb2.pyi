import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from huiyuan.kit.v1 import kit_pb2 as _kit_pb2
from huiyuan.loyalty.v1 import tiers_pb2 as _tiers_pb2
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

class EarnRounding(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    EARN_ROUNDING_UNSPECIFIED: _ClassVar[EarnRounding]
    EARN_ROUNDING_WHOLE_STEPS: _ClassVar[EarnRounding]
    EARN_ROUNDING_PROPORTIONAL: _ClassVar[EarnRounding]
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
EARN_ROUNDING_UNSPECIFIED: EarnRounding
EARN_ROUNDING_WHOLE_STEPS: EarnRounding
EARN_ROUNDING_PROPORTIONAL: EarnRounding

class Programme(_message.Message):
    __slots__ = ("programme_id", "version", "name", "time_zone", "money_currency", "currencies", "earn_rules", "tiers", "effective_at", "published_by", "published_at", "reason", "is_default")
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    MONEY_CURRENCY_FIELD_NUMBER: _ClassVar[int]
    CURRENCIES_FIELD_NUMBER: _ClassVar[int]
    EARN_RULES_FIELD_NUMBER: _ClassVar[int]
    TIERS_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_AT_FIELD_NUMBER: _ClassVar[int]
    PUBLISHED_BY_FIELD_NUMBER: _ClassVar[int]
    PUBLISHED_AT_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    IS_DEFAULT_FIELD_NUMBER: _ClassVar[int]
    programme_id: str
    version: int
    name: _kit_pb2.LocalizedText
    time_zone: str
    money_currency: str
    currencies: _containers.RepeatedCompositeFieldContainer[CurrencyRules]
    earn_rules: _containers.RepeatedCompositeFieldContainer[EarnRule]
    tiers: _containers.RepeatedCompositeFieldContainer[TierRule]
    effective_at: _timestamp_pb2.Timestamp
    published_by: str
    published_at: _timestamp_pb2.Timestamp
    reason: str
    is_default: bool
    def __init__(self, programme_id: _Optional[str] = ..., version: _Optional[int] = ..., name: _Optional[_Union[_kit_pb2.LocalizedText, _Mapping]] = ..., time_zone: _Optional[str] = ..., money_currency: _Optional[str] = ..., currencies: _Optional[_Iterable[_Union[CurrencyRules, _Mapping]]] = ..., earn_rules: _Optional[_Iterable[_Union[EarnRule, _Mapping]]] = ..., tiers: _Optional[_Iterable[_Union[TierRule, _Mapping]]] = ..., effective_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., published_by: _Optional[str] = ..., published_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., reason: _Optional[str] = ..., is_default: _Optional[bool] = ...) -> None: ...

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

class EarnRule(_message.Message):
    __slots__ = ("key", "currency", "points", "per", "rounding", "tier_multiplied")
    KEY_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    PER_FIELD_NUMBER: _ClassVar[int]
    ROUNDING_FIELD_NUMBER: _ClassVar[int]
    TIER_MULTIPLIED_FIELD_NUMBER: _ClassVar[int]
    key: str
    currency: str
    points: int
    per: _kit_pb2.Money
    rounding: EarnRounding
    tier_multiplied: bool
    def __init__(self, key: _Optional[str] = ..., currency: _Optional[str] = ..., points: _Optional[int] = ..., per: _Optional[_Union[_kit_pb2.Money, _Mapping]] = ..., rounding: _Optional[_Union[EarnRounding, str]] = ..., tier_multiplied: _Optional[bool] = ...) -> None: ...

class TierRule(_message.Message):
    __slots__ = ("key", "name", "conditions", "multiplier", "benefits")
    KEY_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    CONDITIONS_FIELD_NUMBER: _ClassVar[int]
    MULTIPLIER_FIELD_NUMBER: _ClassVar[int]
    BENEFITS_FIELD_NUMBER: _ClassVar[int]
    key: str
    name: _kit_pb2.LocalizedText
    conditions: _containers.RepeatedCompositeFieldContainer[TierCondition]
    multiplier: str
    benefits: _containers.RepeatedCompositeFieldContainer[_tiers_pb2.Benefit]
    def __init__(self, key: _Optional[str] = ..., name: _Optional[_Union[_kit_pb2.LocalizedText, _Mapping]] = ..., conditions: _Optional[_Iterable[_Union[TierCondition, _Mapping]]] = ..., multiplier: _Optional[str] = ..., benefits: _Optional[_Iterable[_Union[_tiers_pb2.Benefit, _Mapping]]] = ...) -> None: ...

class TierCondition(_message.Message):
    __slots__ = ("metric", "at_least")
    METRIC_FIELD_NUMBER: _ClassVar[int]
    AT_LEAST_FIELD_NUMBER: _ClassVar[int]
    metric: str
    at_least: int
    def __init__(self, metric: _Optional[str] = ..., at_least: _Optional[int] = ...) -> None: ...

class CreateProgrammeRequest(_message.Message):
    __slots__ = ("programme", "make_default", "reason")
    PROGRAMME_FIELD_NUMBER: _ClassVar[int]
    MAKE_DEFAULT_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    programme: Programme
    make_default: bool
    reason: str
    def __init__(self, programme: _Optional[_Union[Programme, _Mapping]] = ..., make_default: _Optional[bool] = ..., reason: _Optional[str] = ...) -> None: ...

class CreateProgrammeResponse(_message.Message):
    __slots__ = ("programme", "replayed")
    PROGRAMME_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    programme: Programme
    replayed: bool
    def __init__(self, programme: _Optional[_Union[Programme, _Mapping]] = ..., replayed: _Optional[bool] = ...) -> None: ...

class ReviseProgrammeRequest(_message.Message):
    __slots__ = ("programme_id", "based_on_version", "effective_at", "earn_rules", "tiers", "reason", "currencies")
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    BASED_ON_VERSION_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_AT_FIELD_NUMBER: _ClassVar[int]
    EARN_RULES_FIELD_NUMBER: _ClassVar[int]
    TIERS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    CURRENCIES_FIELD_NUMBER: _ClassVar[int]
    programme_id: str
    based_on_version: int
    effective_at: _timestamp_pb2.Timestamp
    earn_rules: _containers.RepeatedCompositeFieldContainer[EarnRule]
    tiers: _containers.RepeatedCompositeFieldContainer[TierRule]
    reason: str
    currencies: _containers.RepeatedCompositeFieldContainer[CurrencyRules]
    def __init__(self, programme_id: _Optional[str] = ..., based_on_version: _Optional[int] = ..., effective_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., earn_rules: _Optional[_Iterable[_Union[EarnRule, _Mapping]]] = ..., tiers: _Optional[_Iterable[_Union[TierRule, _Mapping]]] = ..., reason: _Optional[str] = ..., currencies: _Optional[_Iterable[_Union[CurrencyRules, _Mapping]]] = ...) -> None: ...

class ReviseProgrammeResponse(_message.Message):
    __slots__ = ("programme",)
    PROGRAMME_FIELD_NUMBER: _ClassVar[int]
    programme: Programme
    def __init__(self, programme: _Optional[_Union[Programme, _Mapping]] = ...) -> None: ...

class GetProgrammeRequest(_message.Message):
    __slots__ = ("programme_id", "version")
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    programme_id: str
    version: int
    def __init__(self, programme_id: _Optional[str] = ..., version: _Optional[int] = ...) -> None: ...

class GetProgrammeResponse(_message.Message):
    __slots__ = ("programme", "changes_at")
    PROGRAMME_FIELD_NUMBER: _ClassVar[int]
    CHANGES_AT_FIELD_NUMBER: _ClassVar[int]
    programme: Programme
    changes_at: _timestamp_pb2.Timestamp
    def __init__(self, programme: _Optional[_Union[Programme, _Mapping]] = ..., changes_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ListProgrammeVersionsRequest(_message.Message):
    __slots__ = ("programme_id",)
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    programme_id: str
    def __init__(self, programme_id: _Optional[str] = ...) -> None: ...

class ListProgrammeVersionsResponse(_message.Message):
    __slots__ = ("versions",)
    VERSIONS_FIELD_NUMBER: _ClassVar[int]
    versions: _containers.RepeatedCompositeFieldContainer[Programme]
    def __init__(self, versions: _Optional[_Iterable[_Union[Programme, _Mapping]]] = ...) -> None: ...
