import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from huiyuan.kit.v1 import kit_pb2 as _kit_pb2
from huiyuan.loyalty.v1 import programme_history_pb2 as _programme_history_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CouponKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    COUPON_KIND_UNSPECIFIED: _ClassVar[CouponKind]
    COUPON_KIND_AMOUNT_OFF: _ClassVar[CouponKind]
    COUPON_KIND_PERCENTAGE: _ClassVar[CouponKind]
    COUPON_KIND_FREE_SHIPPING: _ClassVar[CouponKind]
    COUPON_KIND_GIFT: _ClassVar[CouponKind]

class CouponTemplateState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    COUPON_TEMPLATE_STATE_UNSPECIFIED: _ClassVar[CouponTemplateState]
    COUPON_TEMPLATE_STATE_DRAFT: _ClassVar[CouponTemplateState]
    COUPON_TEMPLATE_STATE_PUBLISHED: _ClassVar[CouponTemplateState]
    COUPON_TEMPLATE_STATE_STOPPED: _ClassVar[CouponTemplateState]

class CouponClaim(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    COUPON_CLAIM_UNSPECIFIED: _ClassVar[CouponClaim]
    COUPON_CLAIM_NONE: _ClassVar[CouponClaim]
    COUPON_CLAIM_OPEN: _ClassVar[CouponClaim]
    COUPON_CLAIM_BY_CODE: _ClassVar[CouponClaim]
COUPON_KIND_UNSPECIFIED: CouponKind
COUPON_KIND_AMOUNT_OFF: CouponKind
COUPON_KIND_PERCENTAGE: CouponKind
COUPON_KIND_FREE_SHIPPING: CouponKind
COUPON_KIND_GIFT: CouponKind
COUPON_TEMPLATE_STATE_UNSPECIFIED: CouponTemplateState
COUPON_TEMPLATE_STATE_DRAFT: CouponTemplateState
COUPON_TEMPLATE_STATE_PUBLISHED: CouponTemplateState
COUPON_TEMPLATE_STATE_STOPPED: CouponTemplateState
COUPON_CLAIM_UNSPECIFIED: CouponClaim
COUPON_CLAIM_NONE: CouponClaim
COUPON_CLAIM_OPEN: CouponClaim
COUPON_CLAIM_BY_CODE: CouponClaim

class CouponTerms(_message.Message):
    __slots__ = ("name", "terms", "kind", "amount_off", "off_basis_points", "cap", "gift_sku", "threshold", "skus", "stacking_group", "valid_from", "valid_until", "valid_for", "most_coupons", "most_money", "most_per_member", "cost", "claim", "claim_code", "extended_for", "hold_minutes", "remind_days")
    NAME_FIELD_NUMBER: _ClassVar[int]
    TERMS_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_OFF_FIELD_NUMBER: _ClassVar[int]
    OFF_BASIS_POINTS_FIELD_NUMBER: _ClassVar[int]
    CAP_FIELD_NUMBER: _ClassVar[int]
    GIFT_SKU_FIELD_NUMBER: _ClassVar[int]
    THRESHOLD_FIELD_NUMBER: _ClassVar[int]
    SKUS_FIELD_NUMBER: _ClassVar[int]
    STACKING_GROUP_FIELD_NUMBER: _ClassVar[int]
    VALID_FROM_FIELD_NUMBER: _ClassVar[int]
    VALID_UNTIL_FIELD_NUMBER: _ClassVar[int]
    VALID_FOR_FIELD_NUMBER: _ClassVar[int]
    MOST_COUPONS_FIELD_NUMBER: _ClassVar[int]
    MOST_MONEY_FIELD_NUMBER: _ClassVar[int]
    MOST_PER_MEMBER_FIELD_NUMBER: _ClassVar[int]
    COST_FIELD_NUMBER: _ClassVar[int]
    CLAIM_FIELD_NUMBER: _ClassVar[int]
    CLAIM_CODE_FIELD_NUMBER: _ClassVar[int]
    EXTENDED_FOR_FIELD_NUMBER: _ClassVar[int]
    HOLD_MINUTES_FIELD_NUMBER: _ClassVar[int]
    REMIND_DAYS_FIELD_NUMBER: _ClassVar[int]
    name: _kit_pb2.LocalizedText
    terms: _kit_pb2.LocalizedText
    kind: CouponKind
    amount_off: _kit_pb2.Money
    off_basis_points: int
    cap: _kit_pb2.Money
    gift_sku: str
    threshold: _kit_pb2.Money
    skus: _containers.RepeatedScalarFieldContainer[str]
    stacking_group: str
    valid_from: str
    valid_until: str
    valid_for: str
    most_coupons: int
    most_money: _kit_pb2.Money
    most_per_member: int
    cost: _kit_pb2.Money
    claim: CouponClaim
    claim_code: str
    extended_for: str
    hold_minutes: int
    remind_days: int
    def __init__(self, name: _Optional[_Union[_kit_pb2.LocalizedText, _Mapping]] = ..., terms: _Optional[_Union[_kit_pb2.LocalizedText, _Mapping]] = ..., kind: _Optional[_Union[CouponKind, str]] = ..., amount_off: _Optional[_Union[_kit_pb2.Money, _Mapping]] = ..., off_basis_points: _Optional[int] = ..., cap: _Optional[_Union[_kit_pb2.Money, _Mapping]] = ..., gift_sku: _Optional[str] = ..., threshold: _Optional[_Union[_kit_pb2.Money, _Mapping]] = ..., skus: _Optional[_Iterable[str]] = ..., stacking_group: _Optional[str] = ..., valid_from: _Optional[str] = ..., valid_until: _Optional[str] = ..., valid_for: _Optional[str] = ..., most_coupons: _Optional[int] = ..., most_money: _Optional[_Union[_kit_pb2.Money, _Mapping]] = ..., most_per_member: _Optional[int] = ..., cost: _Optional[_Union[_kit_pb2.Money, _Mapping]] = ..., claim: _Optional[_Union[CouponClaim, str]] = ..., claim_code: _Optional[str] = ..., extended_for: _Optional[str] = ..., hold_minutes: _Optional[int] = ..., remind_days: _Optional[int] = ...) -> None: ...

class CouponTemplate(_message.Message):
    __slots__ = ("programme_id", "key", "state", "edition", "terms", "draft", "changed_at", "revision")
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    EDITION_FIELD_NUMBER: _ClassVar[int]
    TERMS_FIELD_NUMBER: _ClassVar[int]
    DRAFT_FIELD_NUMBER: _ClassVar[int]
    CHANGED_AT_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    programme_id: str
    key: str
    state: CouponTemplateState
    edition: int
    terms: CouponTerms
    draft: CouponTerms
    changed_at: _timestamp_pb2.Timestamp
    revision: int
    def __init__(self, programme_id: _Optional[str] = ..., key: _Optional[str] = ..., state: _Optional[_Union[CouponTemplateState, str]] = ..., edition: _Optional[int] = ..., terms: _Optional[_Union[CouponTerms, _Mapping]] = ..., draft: _Optional[_Union[CouponTerms, _Mapping]] = ..., changed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., revision: _Optional[int] = ...) -> None: ...

class CouponEdition(_message.Message):
    __slots__ = ("edition", "terms", "published_by", "published_at", "reason")
    EDITION_FIELD_NUMBER: _ClassVar[int]
    TERMS_FIELD_NUMBER: _ClassVar[int]
    PUBLISHED_BY_FIELD_NUMBER: _ClassVar[int]
    PUBLISHED_AT_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    edition: int
    terms: CouponTerms
    published_by: str
    published_at: _timestamp_pb2.Timestamp
    reason: str
    def __init__(self, edition: _Optional[int] = ..., terms: _Optional[_Union[CouponTerms, _Mapping]] = ..., published_by: _Optional[str] = ..., published_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., reason: _Optional[str] = ...) -> None: ...

class CouponStatistics(_message.Message):
    __slots__ = ("issued", "held", "used", "expired", "revoked", "open", "taken_off", "cost", "committed")
    ISSUED_FIELD_NUMBER: _ClassVar[int]
    HELD_FIELD_NUMBER: _ClassVar[int]
    USED_FIELD_NUMBER: _ClassVar[int]
    EXPIRED_FIELD_NUMBER: _ClassVar[int]
    REVOKED_FIELD_NUMBER: _ClassVar[int]
    OPEN_FIELD_NUMBER: _ClassVar[int]
    TAKEN_OFF_FIELD_NUMBER: _ClassVar[int]
    COST_FIELD_NUMBER: _ClassVar[int]
    COMMITTED_FIELD_NUMBER: _ClassVar[int]
    issued: int
    held: int
    used: int
    expired: int
    revoked: int
    open: int
    taken_off: _kit_pb2.Money
    cost: _kit_pb2.Money
    committed: _kit_pb2.Money
    def __init__(self, issued: _Optional[int] = ..., held: _Optional[int] = ..., used: _Optional[int] = ..., expired: _Optional[int] = ..., revoked: _Optional[int] = ..., open: _Optional[int] = ..., taken_off: _Optional[_Union[_kit_pb2.Money, _Mapping]] = ..., cost: _Optional[_Union[_kit_pb2.Money, _Mapping]] = ..., committed: _Optional[_Union[_kit_pb2.Money, _Mapping]] = ...) -> None: ...

class SaveCouponTemplateRequest(_message.Message):
    __slots__ = ("programme_id", "key", "terms", "based_on_revision", "reason")
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    TERMS_FIELD_NUMBER: _ClassVar[int]
    BASED_ON_REVISION_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    programme_id: str
    key: str
    terms: CouponTerms
    based_on_revision: int
    reason: str
    def __init__(self, programme_id: _Optional[str] = ..., key: _Optional[str] = ..., terms: _Optional[_Union[CouponTerms, _Mapping]] = ..., based_on_revision: _Optional[int] = ..., reason: _Optional[str] = ...) -> None: ...

class SaveCouponTemplateResponse(_message.Message):
    __slots__ = ("template", "replayed", "changes")
    TEMPLATE_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    template: CouponTemplate
    replayed: bool
    changes: _containers.RepeatedCompositeFieldContainer[_programme_history_pb2.DefinitionChange]
    def __init__(self, template: _Optional[_Union[CouponTemplate, _Mapping]] = ..., replayed: _Optional[bool] = ..., changes: _Optional[_Iterable[_Union[_programme_history_pb2.DefinitionChange, _Mapping]]] = ...) -> None: ...

class PublishCouponTemplateRequest(_message.Message):
    __slots__ = ("programme_id", "key", "based_on_revision", "reason")
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    BASED_ON_REVISION_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    programme_id: str
    key: str
    based_on_revision: int
    reason: str
    def __init__(self, programme_id: _Optional[str] = ..., key: _Optional[str] = ..., based_on_revision: _Optional[int] = ..., reason: _Optional[str] = ...) -> None: ...

class PublishCouponTemplateResponse(_message.Message):
    __slots__ = ("template", "changes")
    TEMPLATE_FIELD_NUMBER: _ClassVar[int]
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    template: CouponTemplate
    changes: _containers.RepeatedCompositeFieldContainer[_programme_history_pb2.DefinitionChange]
    def __init__(self, template: _Optional[_Union[CouponTemplate, _Mapping]] = ..., changes: _Optional[_Iterable[_Union[_programme_history_pb2.DefinitionChange, _Mapping]]] = ...) -> None: ...

class StopCouponTemplateRequest(_message.Message):
    __slots__ = ("programme_id", "key", "reason")
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    programme_id: str
    key: str
    reason: str
    def __init__(self, programme_id: _Optional[str] = ..., key: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class StopCouponTemplateResponse(_message.Message):
    __slots__ = ("template", "replayed", "changes")
    TEMPLATE_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    template: CouponTemplate
    replayed: bool
    changes: _containers.RepeatedCompositeFieldContainer[_programme_history_pb2.DefinitionChange]
    def __init__(self, template: _Optional[_Union[CouponTemplate, _Mapping]] = ..., replayed: _Optional[bool] = ..., changes: _Optional[_Iterable[_Union[_programme_history_pb2.DefinitionChange, _Mapping]]] = ...) -> None: ...

class GetCouponTemplateRequest(_message.Message):
    __slots__ = ("programme_id", "key")
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    programme_id: str
    key: str
    def __init__(self, programme_id: _Optional[str] = ..., key: _Optional[str] = ...) -> None: ...

class GetCouponTemplateResponse(_message.Message):
    __slots__ = ("template", "statistics")
    TEMPLATE_FIELD_NUMBER: _ClassVar[int]
    STATISTICS_FIELD_NUMBER: _ClassVar[int]
    template: CouponTemplate
    statistics: CouponStatistics
    def __init__(self, template: _Optional[_Union[CouponTemplate, _Mapping]] = ..., statistics: _Optional[_Union[CouponStatistics, _Mapping]] = ...) -> None: ...

class ListCouponTemplatesRequest(_message.Message):
    __slots__ = ("programme_id", "state", "first", "after")
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    FIRST_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    programme_id: str
    state: CouponTemplateState
    first: int
    after: str
    def __init__(self, programme_id: _Optional[str] = ..., state: _Optional[_Union[CouponTemplateState, str]] = ..., first: _Optional[int] = ..., after: _Optional[str] = ...) -> None: ...

class ListCouponTemplatesResponse(_message.Message):
    __slots__ = ("templates", "has_next_page")
    TEMPLATES_FIELD_NUMBER: _ClassVar[int]
    HAS_NEXT_PAGE_FIELD_NUMBER: _ClassVar[int]
    templates: _containers.RepeatedCompositeFieldContainer[CouponTemplate]
    has_next_page: bool
    def __init__(self, templates: _Optional[_Iterable[_Union[CouponTemplate, _Mapping]]] = ..., has_next_page: _Optional[bool] = ...) -> None: ...

class ListCouponEditionsRequest(_message.Message):
    __slots__ = ("programme_id", "key")
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    programme_id: str
    key: str
    def __init__(self, programme_id: _Optional[str] = ..., key: _Optional[str] = ...) -> None: ...

class ListCouponEditionsResponse(_message.Message):
    __slots__ = ("editions",)
    EDITIONS_FIELD_NUMBER: _ClassVar[int]
    editions: _containers.RepeatedCompositeFieldContainer[CouponEdition]
    def __init__(self, editions: _Optional[_Iterable[_Union[CouponEdition, _Mapping]]] = ...) -> None: ...
