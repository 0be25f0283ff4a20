from huiyuan.kit.v1 import kit_pb2 as _kit_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class BenefitKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    BENEFIT_KIND_UNSPECIFIED: _ClassVar[BenefitKind]
    BENEFIT_KIND_ECONOMIC: _ClassVar[BenefitKind]
    BENEFIT_KIND_STATUS: _ClassVar[BenefitKind]
    BENEFIT_KIND_FUNCTIONAL: _ClassVar[BenefitKind]
    BENEFIT_KIND_ACCESS: _ClassVar[BenefitKind]

class BenefitEffect(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    BENEFIT_EFFECT_UNSPECIFIED: _ClassVar[BenefitEffect]
    BENEFIT_EFFECT_OTHER: _ClassVar[BenefitEffect]
    BENEFIT_EFFECT_DISCOUNT: _ClassVar[BenefitEffect]
    BENEFIT_EFFECT_FREE_SHIPPING: _ClassVar[BenefitEffect]
    BENEFIT_EFFECT_COUPON: _ClassVar[BenefitEffect]
    BENEFIT_EFFECT_POINTS_MULTIPLIER: _ClassVar[BenefitEffect]
    BENEFIT_EFFECT_SUPPORT: _ClassVar[BenefitEffect]
    BENEFIT_EFFECT_GIFT: _ClassVar[BenefitEffect]
    BENEFIT_EFFECT_PRIORITY_SHIPPING: _ClassVar[BenefitEffect]
    BENEFIT_EFFECT_RETURNS_WITHOUT_REVIEW: _ClassVar[BenefitEffect]
    BENEFIT_EFFECT_DOOR_PICK_UP: _ClassVar[BenefitEffect]
    BENEFIT_EFFECT_LIMITED_SALE: _ClassVar[BenefitEffect]

class QuotaPeriod(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    QUOTA_PERIOD_UNSPECIFIED: _ClassVar[QuotaPeriod]
    QUOTA_PERIOD_NONE: _ClassVar[QuotaPeriod]
    QUOTA_PERIOD_DAY: _ClassVar[QuotaPeriod]
    QUOTA_PERIOD_WEEK: _ClassVar[QuotaPeriod]
    QUOTA_PERIOD_MONTH: _ClassVar[QuotaPeriod]
    QUOTA_PERIOD_QUARTER: _ClassVar[QuotaPeriod]
    QUOTA_PERIOD_YEAR: _ClassVar[QuotaPeriod]
    QUOTA_PERIOD_TIER_VALIDITY: _ClassVar[QuotaPeriod]
BENEFIT_KIND_UNSPECIFIED: BenefitKind
BENEFIT_KIND_ECONOMIC: BenefitKind
BENEFIT_KIND_STATUS: BenefitKind
BENEFIT_KIND_FUNCTIONAL: BenefitKind
BENEFIT_KIND_ACCESS: BenefitKind
BENEFIT_EFFECT_UNSPECIFIED: BenefitEffect
BENEFIT_EFFECT_OTHER: BenefitEffect
BENEFIT_EFFECT_DISCOUNT: BenefitEffect
BENEFIT_EFFECT_FREE_SHIPPING: BenefitEffect
BENEFIT_EFFECT_COUPON: BenefitEffect
BENEFIT_EFFECT_POINTS_MULTIPLIER: BenefitEffect
BENEFIT_EFFECT_SUPPORT: BenefitEffect
BENEFIT_EFFECT_GIFT: BenefitEffect
BENEFIT_EFFECT_PRIORITY_SHIPPING: BenefitEffect
BENEFIT_EFFECT_RETURNS_WITHOUT_REVIEW: BenefitEffect
BENEFIT_EFFECT_DOOR_PICK_UP: BenefitEffect
BENEFIT_EFFECT_LIMITED_SALE: BenefitEffect
QUOTA_PERIOD_UNSPECIFIED: QuotaPeriod
QUOTA_PERIOD_NONE: QuotaPeriod
QUOTA_PERIOD_DAY: QuotaPeriod
QUOTA_PERIOD_WEEK: QuotaPeriod
QUOTA_PERIOD_MONTH: QuotaPeriod
QUOTA_PERIOD_QUARTER: QuotaPeriod
QUOTA_PERIOD_YEAR: QuotaPeriod
QUOTA_PERIOD_TIER_VALIDITY: QuotaPeriod

class Benefit(_message.Message):
    __slots__ = ("key", "kind", "name", "effect", "description", "quota", "quota_period", "unit_cost", "survives_downgrade", "coupon_template")
    KEY_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    EFFECT_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    QUOTA_FIELD_NUMBER: _ClassVar[int]
    QUOTA_PERIOD_FIELD_NUMBER: _ClassVar[int]
    UNIT_COST_FIELD_NUMBER: _ClassVar[int]
    SURVIVES_DOWNGRADE_FIELD_NUMBER: _ClassVar[int]
    COUPON_TEMPLATE_FIELD_NUMBER: _ClassVar[int]
    key: str
    kind: BenefitKind
    name: _kit_pb2.LocalizedText
    effect: BenefitEffect
    description: _kit_pb2.LocalizedText
    quota: int
    quota_period: QuotaPeriod
    unit_cost: _kit_pb2.Money
    survives_downgrade: bool
    coupon_template: str
    def __init__(self, key: _Optional[str] = ..., kind: _Optional[_Union[BenefitKind, str]] = ..., name: _Optional[_Union[_kit_pb2.LocalizedText, _Mapping]] = ..., effect: _Optional[_Union[BenefitEffect, str]] = ..., description: _Optional[_Union[_kit_pb2.LocalizedText, _Mapping]] = ..., quota: _Optional[int] = ..., quota_period: _Optional[_Union[QuotaPeriod, str]] = ..., unit_cost: _Optional[_Union[_kit_pb2.Money, _Mapping]] = ..., survives_downgrade: _Optional[bool] = ..., coupon_template: _Optional[str] = ...) -> None: ...
