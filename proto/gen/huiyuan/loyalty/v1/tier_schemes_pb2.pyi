from huiyuan.kit.v1 import kit_pb2 as _kit_pb2
from huiyuan.loyalty.v1 import benefits_pb2 as _benefits_pb2
from huiyuan.loyalty.v1 import tier_sales_pb2 as _tier_sales_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ConditionMatch(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CONDITION_MATCH_UNSPECIFIED: _ClassVar[ConditionMatch]
    CONDITION_MATCH_ALL: _ClassVar[ConditionMatch]
    CONDITION_MATCH_ANY: _ClassVar[ConditionMatch]

class TierWindowKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TIER_WINDOW_KIND_UNSPECIFIED: _ClassVar[TierWindowKind]
    TIER_WINDOW_KIND_LIFETIME: _ClassVar[TierWindowKind]
    TIER_WINDOW_KIND_ROLLING_DAYS: _ClassVar[TierWindowKind]
    TIER_WINDOW_KIND_CALENDAR_MONTH: _ClassVar[TierWindowKind]
    TIER_WINDOW_KIND_CALENDAR_QUARTER: _ClassVar[TierWindowKind]
    TIER_WINDOW_KIND_CALENDAR_YEAR: _ClassVar[TierWindowKind]
    TIER_WINDOW_KIND_ANNIVERSARY: _ClassVar[TierWindowKind]

class DowngradeMode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DOWNGRADE_MODE_UNSPECIFIED: _ClassVar[DowngradeMode]
    DOWNGRADE_MODE_NONE: _ClassVar[DowngradeMode]
    DOWNGRADE_MODE_ONE_STEP: _ClassVar[DowngradeMode]
    DOWNGRADE_MODE_TO_QUALIFIED: _ClassVar[DowngradeMode]

class OnPublish(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ON_PUBLISH_UNSPECIFIED: _ClassVar[OnPublish]
    ON_PUBLISH_RAISE_ONLY: _ClassVar[OnPublish]
    ON_PUBLISH_REASSESS: _ClassVar[OnPublish]
CONDITION_MATCH_UNSPECIFIED: ConditionMatch
CONDITION_MATCH_ALL: ConditionMatch
CONDITION_MATCH_ANY: ConditionMatch
TIER_WINDOW_KIND_UNSPECIFIED: TierWindowKind
TIER_WINDOW_KIND_LIFETIME: TierWindowKind
TIER_WINDOW_KIND_ROLLING_DAYS: TierWindowKind
TIER_WINDOW_KIND_CALENDAR_MONTH: TierWindowKind
TIER_WINDOW_KIND_CALENDAR_QUARTER: TierWindowKind
TIER_WINDOW_KIND_CALENDAR_YEAR: TierWindowKind
TIER_WINDOW_KIND_ANNIVERSARY: TierWindowKind
DOWNGRADE_MODE_UNSPECIFIED: DowngradeMode
DOWNGRADE_MODE_NONE: DowngradeMode
DOWNGRADE_MODE_ONE_STEP: DowngradeMode
DOWNGRADE_MODE_TO_QUALIFIED: DowngradeMode
ON_PUBLISH_UNSPECIFIED: OnPublish
ON_PUBLISH_RAISE_ONLY: OnPublish
ON_PUBLISH_REASSESS: OnPublish

class TierRule(_message.Message):
    __slots__ = ("key", "name", "conditions", "multiplier", "benefits", "match", "retain", "retain_match", "sale")
    KEY_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    CONDITIONS_FIELD_NUMBER: _ClassVar[int]
    MULTIPLIER_FIELD_NUMBER: _ClassVar[int]
    BENEFITS_FIELD_NUMBER: _ClassVar[int]
    MATCH_FIELD_NUMBER: _ClassVar[int]
    RETAIN_FIELD_NUMBER: _ClassVar[int]
    RETAIN_MATCH_FIELD_NUMBER: _ClassVar[int]
    SALE_FIELD_NUMBER: _ClassVar[int]
    key: str
    name: _kit_pb2.LocalizedText
    conditions: _containers.RepeatedCompositeFieldContainer[TierCondition]
    multiplier: str
    benefits: _containers.RepeatedCompositeFieldContainer[_benefits_pb2.Benefit]
    match: ConditionMatch
    retain: _containers.RepeatedCompositeFieldContainer[TierCondition]
    retain_match: ConditionMatch
    sale: _tier_sales_pb2.TierSale
    def __init__(self, key: _Optional[str] = ..., name: _Optional[_Union[_kit_pb2.LocalizedText, _Mapping]] = ..., conditions: _Optional[_Iterable[_Union[TierCondition, _Mapping]]] = ..., multiplier: _Optional[str] = ..., benefits: _Optional[_Iterable[_Union[_benefits_pb2.Benefit, _Mapping]]] = ..., match: _Optional[_Union[ConditionMatch, str]] = ..., retain: _Optional[_Iterable[_Union[TierCondition, _Mapping]]] = ..., retain_match: _Optional[_Union[ConditionMatch, str]] = ..., sale: _Optional[_Union[_tier_sales_pb2.TierSale, _Mapping]] = ...) -> None: ...

class TierCondition(_message.Message):
    __slots__ = ("metric", "at_least", "window")
    METRIC_FIELD_NUMBER: _ClassVar[int]
    AT_LEAST_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    metric: str
    at_least: int
    window: TierWindow
    def __init__(self, metric: _Optional[str] = ..., at_least: _Optional[int] = ..., window: _Optional[_Union[TierWindow, _Mapping]] = ...) -> None: ...

class TierWindow(_message.Message):
    __slots__ = ("kind", "days")
    KIND_FIELD_NUMBER: _ClassVar[int]
    DAYS_FIELD_NUMBER: _ClassVar[int]
    kind: TierWindowKind
    days: int
    def __init__(self, kind: _Optional[_Union[TierWindowKind, str]] = ..., days: _Optional[int] = ...) -> None: ...

class TierScheme(_message.Message):
    __slots__ = ("validity", "grace", "downgrade", "refunds_count_at_once", "on_publish", "score", "successors")
    VALIDITY_FIELD_NUMBER: _ClassVar[int]
    GRACE_FIELD_NUMBER: _ClassVar[int]
    DOWNGRADE_FIELD_NUMBER: _ClassVar[int]
    REFUNDS_COUNT_AT_ONCE_FIELD_NUMBER: _ClassVar[int]
    ON_PUBLISH_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    SUCCESSORS_FIELD_NUMBER: _ClassVar[int]
    validity: str
    grace: str
    downgrade: DowngradeMode
    refunds_count_at_once: bool
    on_publish: OnPublish
    score: _containers.RepeatedCompositeFieldContainer[ScorePart]
    successors: _containers.RepeatedCompositeFieldContainer[TierSuccessor]
    def __init__(self, validity: _Optional[str] = ..., grace: _Optional[str] = ..., downgrade: _Optional[_Union[DowngradeMode, str]] = ..., refunds_count_at_once: _Optional[bool] = ..., on_publish: _Optional[_Union[OnPublish, str]] = ..., score: _Optional[_Iterable[_Union[ScorePart, _Mapping]]] = ..., successors: _Optional[_Iterable[_Union[TierSuccessor, _Mapping]]] = ...) -> None: ...

class ScorePart(_message.Message):
    __slots__ = ("key", "name", "metric", "window", "knots", "neutral")
    KEY_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    METRIC_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    KNOTS_FIELD_NUMBER: _ClassVar[int]
    NEUTRAL_FIELD_NUMBER: _ClassVar[int]
    key: str
    name: _kit_pb2.LocalizedText
    metric: str
    window: TierWindow
    knots: _containers.RepeatedCompositeFieldContainer[ScoreKnot]
    neutral: int
    def __init__(self, key: _Optional[str] = ..., name: _Optional[_Union[_kit_pb2.LocalizedText, _Mapping]] = ..., metric: _Optional[str] = ..., window: _Optional[_Union[TierWindow, _Mapping]] = ..., knots: _Optional[_Iterable[_Union[ScoreKnot, _Mapping]]] = ..., neutral: _Optional[int] = ...) -> None: ...

class ScoreKnot(_message.Message):
    __slots__ = ("at", "score")
    AT_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    at: int
    score: int
    def __init__(self, at: _Optional[int] = ..., score: _Optional[int] = ...) -> None: ...

class TierSuccessor(_message.Message):
    __slots__ = ("from_tier", "to_tier")
    FROM_TIER_FIELD_NUMBER: _ClassVar[int]
    TO_TIER_FIELD_NUMBER: _ClassVar[int]
    from_tier: str
    to_tier: str
    def __init__(self, from_tier: _Optional[str] = ..., to_tier: _Optional[str] = ...) -> None: ...
