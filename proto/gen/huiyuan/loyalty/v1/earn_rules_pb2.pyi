from huiyuan.kit.v1 import kit_pb2 as _kit_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class EarnRounding(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    EARN_ROUNDING_UNSPECIFIED: _ClassVar[EarnRounding]
    EARN_ROUNDING_WHOLE_STEPS: _ClassVar[EarnRounding]
    EARN_ROUNDING_PROPORTIONAL: _ClassVar[EarnRounding]

class EarnTrigger(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    EARN_TRIGGER_UNSPECIFIED: _ClassVar[EarnTrigger]
    EARN_TRIGGER_ORDER_PAID: _ClassVar[EarnTrigger]
    EARN_TRIGGER_FIRST_ORDER: _ClassVar[EarnTrigger]
    EARN_TRIGGER_ORDER_COMPLETED: _ClassVar[EarnTrigger]

class AwardKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    AWARD_KIND_UNSPECIFIED: _ClassVar[AwardKind]
    AWARD_KIND_PER_AMOUNT: _ClassVar[AwardKind]
    AWARD_KIND_FIXED: _ClassVar[AwardKind]
    AWARD_KIND_MULTIPLIER: _ClassVar[AwardKind]
    AWARD_KIND_COUPON: _ClassVar[AwardKind]

class CapWindow(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CAP_WINDOW_UNSPECIFIED: _ClassVar[CapWindow]
    CAP_WINDOW_ORDER: _ClassVar[CapWindow]
    CAP_WINDOW_DAY: _ClassVar[CapWindow]
    CAP_WINDOW_WEEK: _ClassVar[CapWindow]
    CAP_WINDOW_MONTH: _ClassVar[CapWindow]
    CAP_WINDOW_YEAR: _ClassVar[CapWindow]
    CAP_WINDOW_EVER: _ClassVar[CapWindow]
EARN_ROUNDING_UNSPECIFIED: EarnRounding
EARN_ROUNDING_WHOLE_STEPS: EarnRounding
EARN_ROUNDING_PROPORTIONAL: EarnRounding
EARN_TRIGGER_UNSPECIFIED: EarnTrigger
EARN_TRIGGER_ORDER_PAID: EarnTrigger
EARN_TRIGGER_FIRST_ORDER: EarnTrigger
EARN_TRIGGER_ORDER_COMPLETED: EarnTrigger
AWARD_KIND_UNSPECIFIED: AwardKind
AWARD_KIND_PER_AMOUNT: AwardKind
AWARD_KIND_FIXED: AwardKind
AWARD_KIND_MULTIPLIER: AwardKind
AWARD_KIND_COUPON: AwardKind
CAP_WINDOW_UNSPECIFIED: CapWindow
CAP_WINDOW_ORDER: CapWindow
CAP_WINDOW_DAY: CapWindow
CAP_WINDOW_WEEK: CapWindow
CAP_WINDOW_MONTH: CapWindow
CAP_WINDOW_YEAR: CapWindow
CAP_WINDOW_EVER: CapWindow

class EarnRule(_message.Message):
    __slots__ = ("key", "currency", "points", "per", "rounding", "tier_multiplied", "trigger", "condition", "lines", "award", "multiplier", "coupon_template", "schedule", "caps", "budget", "priority", "exclusive")
    KEY_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    PER_FIELD_NUMBER: _ClassVar[int]
    ROUNDING_FIELD_NUMBER: _ClassVar[int]
    TIER_MULTIPLIED_FIELD_NUMBER: _ClassVar[int]
    TRIGGER_FIELD_NUMBER: _ClassVar[int]
    CONDITION_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    AWARD_FIELD_NUMBER: _ClassVar[int]
    MULTIPLIER_FIELD_NUMBER: _ClassVar[int]
    COUPON_TEMPLATE_FIELD_NUMBER: _ClassVar[int]
    SCHEDULE_FIELD_NUMBER: _ClassVar[int]
    CAPS_FIELD_NUMBER: _ClassVar[int]
    BUDGET_FIELD_NUMBER: _ClassVar[int]
    PRIORITY_FIELD_NUMBER: _ClassVar[int]
    EXCLUSIVE_FIELD_NUMBER: _ClassVar[int]
    key: str
    currency: str
    points: int
    per: _kit_pb2.Money
    rounding: EarnRounding
    tier_multiplied: bool
    trigger: EarnTrigger
    condition: str
    lines: str
    award: AwardKind
    multiplier: str
    coupon_template: str
    schedule: EarnSchedule
    caps: _containers.RepeatedCompositeFieldContainer[EarnCap]
    budget: int
    priority: int
    exclusive: bool
    def __init__(self, key: _Optional[str] = ..., currency: _Optional[str] = ..., points: _Optional[int] = ..., per: _Optional[_Union[_kit_pb2.Money, _Mapping]] = ..., rounding: _Optional[_Union[EarnRounding, str]] = ..., tier_multiplied: _Optional[bool] = ..., trigger: _Optional[_Union[EarnTrigger, str]] = ..., condition: _Optional[str] = ..., lines: _Optional[str] = ..., award: _Optional[_Union[AwardKind, str]] = ..., multiplier: _Optional[str] = ..., coupon_template: _Optional[str] = ..., schedule: _Optional[_Union[EarnSchedule, _Mapping]] = ..., caps: _Optional[_Iterable[_Union[EarnCap, _Mapping]]] = ..., budget: _Optional[int] = ..., priority: _Optional[int] = ..., exclusive: _Optional[bool] = ...) -> None: ...

class EarnSchedule(_message.Message):
    __slots__ = ("first_on", "last_on", "days_of_month", "weekdays", "hours", "birthday_month_purpose")
    FIRST_ON_FIELD_NUMBER: _ClassVar[int]
    LAST_ON_FIELD_NUMBER: _ClassVar[int]
    DAYS_OF_MONTH_FIELD_NUMBER: _ClassVar[int]
    WEEKDAYS_FIELD_NUMBER: _ClassVar[int]
    HOURS_FIELD_NUMBER: _ClassVar[int]
    BIRTHDAY_MONTH_PURPOSE_FIELD_NUMBER: _ClassVar[int]
    first_on: str
    last_on: str
    days_of_month: _containers.RepeatedScalarFieldContainer[int]
    weekdays: _containers.RepeatedScalarFieldContainer[int]
    hours: _containers.RepeatedCompositeFieldContainer[Hours]
    birthday_month_purpose: str
    def __init__(self, first_on: _Optional[str] = ..., last_on: _Optional[str] = ..., days_of_month: _Optional[_Iterable[int]] = ..., weekdays: _Optional[_Iterable[int]] = ..., hours: _Optional[_Iterable[_Union[Hours, _Mapping]]] = ..., birthday_month_purpose: _Optional[str] = ...) -> None: ...

class Hours(_message.Message):
    __slots__ = ("since", "until")
    SINCE_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    since: int
    until: int
    def __init__(self, since: _Optional[int] = ..., until: _Optional[int] = ...) -> None: ...

class EarnCap(_message.Message):
    __slots__ = ("window", "points")
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    window: CapWindow
    points: int
    def __init__(self, window: _Optional[_Union[CapWindow, str]] = ..., points: _Optional[int] = ...) -> None: ...
