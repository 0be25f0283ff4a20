import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from huiyuan.kit.v1 import kit_pb2 as _kit_pb2
from huiyuan.loyalty.v1 import coupon_templates_pb2 as _coupon_templates_pb2
from huiyuan.loyalty.v1 import orders_pb2 as _orders_pb2
from huiyuan.loyalty.v1 import redemptions_pb2 as _redemptions_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CouponState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    COUPON_STATE_UNSPECIFIED: _ClassVar[CouponState]
    COUPON_STATE_ISSUED: _ClassVar[CouponState]
    COUPON_STATE_HELD: _ClassVar[CouponState]
    COUPON_STATE_USED: _ClassVar[CouponState]
    COUPON_STATE_EXPIRED: _ClassVar[CouponState]
    COUPON_STATE_REVOKED: _ClassVar[CouponState]

class CouponRefusedReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    COUPON_REFUSED_REASON_UNSPECIFIED: _ClassVar[CouponRefusedReason]
    COUPON_REFUSED_REASON_NOT_YET_VALID: _ClassVar[CouponRefusedReason]
    COUPON_REFUSED_REASON_EXPIRED: _ClassVar[CouponRefusedReason]
    COUPON_REFUSED_REASON_HELD: _ClassVar[CouponRefusedReason]
    COUPON_REFUSED_REASON_USED: _ClassVar[CouponRefusedReason]
    COUPON_REFUSED_REASON_REVOKED: _ClassVar[CouponRefusedReason]
    COUPON_REFUSED_REASON_NOT_IN_SCOPE: _ClassVar[CouponRefusedReason]
    COUPON_REFUSED_REASON_BELOW_THRESHOLD: _ClassVar[CouponRefusedReason]
    COUPON_REFUSED_REASON_NOTHING_TO_TAKE_OFF: _ClassVar[CouponRefusedReason]
    COUPON_REFUSED_REASON_GROUP_TAKEN: _ClassVar[CouponRefusedReason]
COUPON_STATE_UNSPECIFIED: CouponState
COUPON_STATE_ISSUED: CouponState
COUPON_STATE_HELD: CouponState
COUPON_STATE_USED: CouponState
COUPON_STATE_EXPIRED: CouponState
COUPON_STATE_REVOKED: CouponState
COUPON_REFUSED_REASON_UNSPECIFIED: CouponRefusedReason
COUPON_REFUSED_REASON_NOT_YET_VALID: CouponRefusedReason
COUPON_REFUSED_REASON_EXPIRED: CouponRefusedReason
COUPON_REFUSED_REASON_HELD: CouponRefusedReason
COUPON_REFUSED_REASON_USED: CouponRefusedReason
COUPON_REFUSED_REASON_REVOKED: CouponRefusedReason
COUPON_REFUSED_REASON_NOT_IN_SCOPE: CouponRefusedReason
COUPON_REFUSED_REASON_BELOW_THRESHOLD: CouponRefusedReason
COUPON_REFUSED_REASON_NOTHING_TO_TAKE_OFF: CouponRefusedReason
COUPON_REFUSED_REASON_GROUP_TAKEN: CouponRefusedReason

class Coupon(_message.Message):
    __slots__ = ("coupon_id", "member_id", "template", "edition", "terms", "code", "state", "issued_at", "valid_from", "expires_at", "order_ref", "held_until", "used_at", "taken_off", "programme_id")
    COUPON_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    TEMPLATE_FIELD_NUMBER: _ClassVar[int]
    EDITION_FIELD_NUMBER: _ClassVar[int]
    TERMS_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    ISSUED_AT_FIELD_NUMBER: _ClassVar[int]
    VALID_FROM_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    ORDER_REF_FIELD_NUMBER: _ClassVar[int]
    HELD_UNTIL_FIELD_NUMBER: _ClassVar[int]
    USED_AT_FIELD_NUMBER: _ClassVar[int]
    TAKEN_OFF_FIELD_NUMBER: _ClassVar[int]
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    coupon_id: str
    member_id: str
    template: str
    edition: int
    terms: _coupon_templates_pb2.CouponTerms
    code: str
    state: CouponState
    issued_at: _timestamp_pb2.Timestamp
    valid_from: _timestamp_pb2.Timestamp
    expires_at: _timestamp_pb2.Timestamp
    order_ref: str
    held_until: _timestamp_pb2.Timestamp
    used_at: _timestamp_pb2.Timestamp
    taken_off: _kit_pb2.Money
    programme_id: str
    def __init__(self, coupon_id: _Optional[str] = ..., member_id: _Optional[str] = ..., template: _Optional[str] = ..., edition: _Optional[int] = ..., terms: _Optional[_Union[_coupon_templates_pb2.CouponTerms, _Mapping]] = ..., code: _Optional[str] = ..., state: _Optional[_Union[CouponState, str]] = ..., issued_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., valid_from: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., order_ref: _Optional[str] = ..., held_until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., used_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., taken_off: _Optional[_Union[_kit_pb2.Money, _Mapping]] = ..., programme_id: _Optional[str] = ...) -> None: ...

class CouponBasket(_message.Message):
    __slots__ = ("lines", "shipping")
    LINES_FIELD_NUMBER: _ClassVar[int]
    SHIPPING_FIELD_NUMBER: _ClassVar[int]
    lines: _containers.RepeatedCompositeFieldContainer[_orders_pb2.OrderLine]
    shipping: _kit_pb2.Money
    def __init__(self, lines: _Optional[_Iterable[_Union[_orders_pb2.OrderLine, _Mapping]]] = ..., shipping: _Optional[_Union[_kit_pb2.Money, _Mapping]] = ...) -> None: ...

class IssueCouponsRequest(_message.Message):
    __slots__ = ("programme_id", "template", "to", "issue_id", "reason")
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    TEMPLATE_FIELD_NUMBER: _ClassVar[int]
    TO_FIELD_NUMBER: _ClassVar[int]
    ISSUE_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    programme_id: str
    template: str
    to: _containers.RepeatedCompositeFieldContainer[IssuedTo]
    issue_id: str
    reason: str
    def __init__(self, programme_id: _Optional[str] = ..., template: _Optional[str] = ..., to: _Optional[_Iterable[_Union[IssuedTo, _Mapping]]] = ..., issue_id: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class IssuedTo(_message.Message):
    __slots__ = ("member_id", "identity")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    IDENTITY_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    identity: _kit_pb2.ExternalIdentity
    def __init__(self, member_id: _Optional[str] = ..., identity: _Optional[_Union[_kit_pb2.ExternalIdentity, _Mapping]] = ...) -> None: ...

class IssueCouponsResponse(_message.Message):
    __slots__ = ("results", "issued")
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    ISSUED_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[IssueCouponResult]
    issued: int
    def __init__(self, results: _Optional[_Iterable[_Union[IssueCouponResult, _Mapping]]] = ..., issued: _Optional[int] = ...) -> None: ...

class IssueCouponResult(_message.Message):
    __slots__ = ("issued", "refusal")
    ISSUED_FIELD_NUMBER: _ClassVar[int]
    REFUSAL_FIELD_NUMBER: _ClassVar[int]
    issued: IssuedCoupon
    refusal: _kit_pb2.Refusal
    def __init__(self, issued: _Optional[_Union[IssuedCoupon, _Mapping]] = ..., refusal: _Optional[_Union[_kit_pb2.Refusal, _Mapping]] = ...) -> None: ...

class IssuedCoupon(_message.Message):
    __slots__ = ("coupon_id", "member_id", "expires_at", "replayed")
    COUPON_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    coupon_id: str
    member_id: str
    expires_at: _timestamp_pb2.Timestamp
    replayed: bool
    def __init__(self, coupon_id: _Optional[str] = ..., member_id: _Optional[str] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., replayed: _Optional[bool] = ...) -> None: ...

class ClaimCouponRequest(_message.Message):
    __slots__ = ("programme_id", "member_id", "template", "claim_code", "idempotency_key")
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    TEMPLATE_FIELD_NUMBER: _ClassVar[int]
    CLAIM_CODE_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    programme_id: str
    member_id: str
    template: str
    claim_code: str
    idempotency_key: str
    def __init__(self, programme_id: _Optional[str] = ..., member_id: _Optional[str] = ..., template: _Optional[str] = ..., claim_code: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class ClaimCouponResponse(_message.Message):
    __slots__ = ("coupon", "replayed")
    COUPON_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    coupon: Coupon
    replayed: bool
    def __init__(self, coupon: _Optional[_Union[Coupon, _Mapping]] = ..., replayed: _Optional[bool] = ...) -> None: ...

class ListCouponsRequest(_message.Message):
    __slots__ = ("programme_id", "member_id", "state", "expires_before", "first", "after")
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_BEFORE_FIELD_NUMBER: _ClassVar[int]
    FIRST_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    programme_id: str
    member_id: str
    state: CouponState
    expires_before: _timestamp_pb2.Timestamp
    first: int
    after: str
    def __init__(self, programme_id: _Optional[str] = ..., member_id: _Optional[str] = ..., state: _Optional[_Union[CouponState, str]] = ..., expires_before: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., first: _Optional[int] = ..., after: _Optional[str] = ...) -> None: ...

class ListCouponsResponse(_message.Message):
    __slots__ = ("coupons", "has_next_page")
    COUPONS_FIELD_NUMBER: _ClassVar[int]
    HAS_NEXT_PAGE_FIELD_NUMBER: _ClassVar[int]
    coupons: _containers.RepeatedCompositeFieldContainer[Coupon]
    has_next_page: bool
    def __init__(self, coupons: _Optional[_Iterable[_Union[Coupon, _Mapping]]] = ..., has_next_page: _Optional[bool] = ...) -> None: ...

class FindCouponRequest(_message.Message):
    __slots__ = ("code",)
    CODE_FIELD_NUMBER: _ClassVar[int]
    code: str
    def __init__(self, code: _Optional[str] = ...) -> None: ...

class FindCouponResponse(_message.Message):
    __slots__ = ("coupon",)
    COUPON_FIELD_NUMBER: _ClassVar[int]
    coupon: Coupon
    def __init__(self, coupon: _Optional[_Union[Coupon, _Mapping]] = ...) -> None: ...

class QuoteCouponsRequest(_message.Message):
    __slots__ = ("programme_id", "member_id", "basket", "coupon_ids", "order")
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    BASKET_FIELD_NUMBER: _ClassVar[int]
    COUPON_IDS_FIELD_NUMBER: _ClassVar[int]
    ORDER_FIELD_NUMBER: _ClassVar[int]
    programme_id: str
    member_id: str
    basket: CouponBasket
    coupon_ids: _containers.RepeatedScalarFieldContainer[str]
    order: _redemptions_pb2.OrderReference
    def __init__(self, programme_id: _Optional[str] = ..., member_id: _Optional[str] = ..., basket: _Optional[_Union[CouponBasket, _Mapping]] = ..., coupon_ids: _Optional[_Iterable[str]] = ..., order: _Optional[_Union[_redemptions_pb2.OrderReference, _Mapping]] = ...) -> None: ...

class QuotedCoupon(_message.Message):
    __slots__ = ("coupon", "takes_off", "reason", "short_by")
    COUPON_FIELD_NUMBER: _ClassVar[int]
    TAKES_OFF_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    SHORT_BY_FIELD_NUMBER: _ClassVar[int]
    coupon: Coupon
    takes_off: _kit_pb2.Money
    reason: CouponRefusedReason
    short_by: _kit_pb2.Money
    def __init__(self, coupon: _Optional[_Union[Coupon, _Mapping]] = ..., takes_off: _Optional[_Union[_kit_pb2.Money, _Mapping]] = ..., reason: _Optional[_Union[CouponRefusedReason, str]] = ..., short_by: _Optional[_Union[_kit_pb2.Money, _Mapping]] = ...) -> None: ...

class CouponOff(_message.Message):
    __slots__ = ("coupon_id", "off", "lines", "gift_sku")
    COUPON_ID_FIELD_NUMBER: _ClassVar[int]
    OFF_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    GIFT_SKU_FIELD_NUMBER: _ClassVar[int]
    coupon_id: str
    off: _kit_pb2.Money
    lines: _containers.RepeatedCompositeFieldContainer[CouponLineOff]
    gift_sku: str
    def __init__(self, coupon_id: _Optional[str] = ..., off: _Optional[_Union[_kit_pb2.Money, _Mapping]] = ..., lines: _Optional[_Iterable[_Union[CouponLineOff, _Mapping]]] = ..., gift_sku: _Optional[str] = ...) -> None: ...

class CouponLineOff(_message.Message):
    __slots__ = ("line_id", "off")
    LINE_ID_FIELD_NUMBER: _ClassVar[int]
    OFF_FIELD_NUMBER: _ClassVar[int]
    line_id: str
    off: _kit_pb2.Money
    def __init__(self, line_id: _Optional[str] = ..., off: _Optional[_Union[_kit_pb2.Money, _Mapping]] = ...) -> None: ...

class QuoteCouponsResponse(_message.Message):
    __slots__ = ("coupons", "chosen", "off", "to_pay")
    COUPONS_FIELD_NUMBER: _ClassVar[int]
    CHOSEN_FIELD_NUMBER: _ClassVar[int]
    OFF_FIELD_NUMBER: _ClassVar[int]
    TO_PAY_FIELD_NUMBER: _ClassVar[int]
    coupons: _containers.RepeatedCompositeFieldContainer[QuotedCoupon]
    chosen: _containers.RepeatedCompositeFieldContainer[CouponOff]
    off: _kit_pb2.Money
    to_pay: _kit_pb2.Money
    def __init__(self, coupons: _Optional[_Iterable[_Union[QuotedCoupon, _Mapping]]] = ..., chosen: _Optional[_Iterable[_Union[CouponOff, _Mapping]]] = ..., off: _Optional[_Union[_kit_pb2.Money, _Mapping]] = ..., to_pay: _Optional[_Union[_kit_pb2.Money, _Mapping]] = ...) -> None: ...

class HoldCouponsRequest(_message.Message):
    __slots__ = ("programme_id", "member_id", "order", "coupon_ids", "basket", "time_to_live_seconds", "idempotency_key")
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_FIELD_NUMBER: _ClassVar[int]
    COUPON_IDS_FIELD_NUMBER: _ClassVar[int]
    BASKET_FIELD_NUMBER: _ClassVar[int]
    TIME_TO_LIVE_SECONDS_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    programme_id: str
    member_id: str
    order: _redemptions_pb2.OrderReference
    coupon_ids: _containers.RepeatedScalarFieldContainer[str]
    basket: CouponBasket
    time_to_live_seconds: int
    idempotency_key: str
    def __init__(self, programme_id: _Optional[str] = ..., member_id: _Optional[str] = ..., order: _Optional[_Union[_redemptions_pb2.OrderReference, _Mapping]] = ..., coupon_ids: _Optional[_Iterable[str]] = ..., basket: _Optional[_Union[CouponBasket, _Mapping]] = ..., time_to_live_seconds: _Optional[int] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class HoldCouponsResponse(_message.Message):
    __slots__ = ("held", "off", "held_until", "replayed")
    HELD_FIELD_NUMBER: _ClassVar[int]
    OFF_FIELD_NUMBER: _ClassVar[int]
    HELD_UNTIL_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    held: _containers.RepeatedCompositeFieldContainer[CouponOff]
    off: _kit_pb2.Money
    held_until: _timestamp_pb2.Timestamp
    replayed: bool
    def __init__(self, held: _Optional[_Iterable[_Union[CouponOff, _Mapping]]] = ..., off: _Optional[_Union[_kit_pb2.Money, _Mapping]] = ..., held_until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., replayed: _Optional[bool] = ...) -> None: ...

class CouponUse(_message.Message):
    __slots__ = ("coupon_id", "code", "took_off")
    COUPON_ID_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    TOOK_OFF_FIELD_NUMBER: _ClassVar[int]
    coupon_id: str
    code: str
    took_off: _kit_pb2.Money
    def __init__(self, coupon_id: _Optional[str] = ..., code: _Optional[str] = ..., took_off: _Optional[_Union[_kit_pb2.Money, _Mapping]] = ...) -> None: ...

class UseCouponsRequest(_message.Message):
    __slots__ = ("programme_id", "member_id", "order", "coupons", "basket", "idempotency_key")
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_FIELD_NUMBER: _ClassVar[int]
    COUPONS_FIELD_NUMBER: _ClassVar[int]
    BASKET_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    programme_id: str
    member_id: str
    order: _redemptions_pb2.OrderReference
    coupons: _containers.RepeatedCompositeFieldContainer[CouponUse]
    basket: CouponBasket
    idempotency_key: str
    def __init__(self, programme_id: _Optional[str] = ..., member_id: _Optional[str] = ..., order: _Optional[_Union[_redemptions_pb2.OrderReference, _Mapping]] = ..., coupons: _Optional[_Iterable[_Union[CouponUse, _Mapping]]] = ..., basket: _Optional[_Union[CouponBasket, _Mapping]] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class UseCouponsResponse(_message.Message):
    __slots__ = ("used", "off", "replayed", "member_id")
    USED_FIELD_NUMBER: _ClassVar[int]
    OFF_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    used: _containers.RepeatedCompositeFieldContainer[CouponOff]
    off: _kit_pb2.Money
    replayed: bool
    member_id: str
    def __init__(self, used: _Optional[_Iterable[_Union[CouponOff, _Mapping]]] = ..., off: _Optional[_Union[_kit_pb2.Money, _Mapping]] = ..., replayed: _Optional[bool] = ..., member_id: _Optional[str] = ...) -> None: ...

class ReleaseCouponsRequest(_message.Message):
    __slots__ = ("programme_id", "member_id", "order", "coupon_ids")
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_FIELD_NUMBER: _ClassVar[int]
    COUPON_IDS_FIELD_NUMBER: _ClassVar[int]
    programme_id: str
    member_id: str
    order: _redemptions_pb2.OrderReference
    coupon_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, programme_id: _Optional[str] = ..., member_id: _Optional[str] = ..., order: _Optional[_Union[_redemptions_pb2.OrderReference, _Mapping]] = ..., coupon_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class ReleaseCouponsResponse(_message.Message):
    __slots__ = ("released", "replayed")
    RELEASED_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    released: _containers.RepeatedCompositeFieldContainer[Coupon]
    replayed: bool
    def __init__(self, released: _Optional[_Iterable[_Union[Coupon, _Mapping]]] = ..., replayed: _Optional[bool] = ...) -> None: ...

class ReinstateCouponsRequest(_message.Message):
    __slots__ = ("programme_id", "member_id", "order", "coupon_ids", "reason")
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_FIELD_NUMBER: _ClassVar[int]
    COUPON_IDS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    programme_id: str
    member_id: str
    order: _redemptions_pb2.OrderReference
    coupon_ids: _containers.RepeatedScalarFieldContainer[str]
    reason: str
    def __init__(self, programme_id: _Optional[str] = ..., member_id: _Optional[str] = ..., order: _Optional[_Union[_redemptions_pb2.OrderReference, _Mapping]] = ..., coupon_ids: _Optional[_Iterable[str]] = ..., reason: _Optional[str] = ...) -> None: ...

class ReinstateCouponsResponse(_message.Message):
    __slots__ = ("reinstated", "replayed")
    REINSTATED_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    reinstated: _containers.RepeatedCompositeFieldContainer[Coupon]
    replayed: bool
    def __init__(self, reinstated: _Optional[_Iterable[_Union[Coupon, _Mapping]]] = ..., replayed: _Optional[bool] = ...) -> None: ...

class RevokeCouponsRequest(_message.Message):
    __slots__ = ("coupon_ids", "reason")
    COUPON_IDS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    coupon_ids: _containers.RepeatedScalarFieldContainer[str]
    reason: str
    def __init__(self, coupon_ids: _Optional[_Iterable[str]] = ..., reason: _Optional[str] = ...) -> None: ...

class RevokeCouponsResponse(_message.Message):
    __slots__ = ("results",)
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[RevokeCouponResult]
    def __init__(self, results: _Optional[_Iterable[_Union[RevokeCouponResult, _Mapping]]] = ...) -> None: ...

class RevokeCouponResult(_message.Message):
    __slots__ = ("revoked", "refusal")
    REVOKED_FIELD_NUMBER: _ClassVar[int]
    REFUSAL_FIELD_NUMBER: _ClassVar[int]
    revoked: RevokedCoupon
    refusal: _kit_pb2.Refusal
    def __init__(self, revoked: _Optional[_Union[RevokedCoupon, _Mapping]] = ..., refusal: _Optional[_Union[_kit_pb2.Refusal, _Mapping]] = ...) -> None: ...

class RevokedCoupon(_message.Message):
    __slots__ = ("coupon_id", "member_id", "replayed")
    COUPON_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    coupon_id: str
    member_id: str
    replayed: bool
    def __init__(self, coupon_id: _Optional[str] = ..., member_id: _Optional[str] = ..., replayed: _Optional[bool] = ...) -> None: ...

class ListExpiringCouponsRequest(_message.Message):
    __slots__ = ("programme_id", "expires_before", "template", "first", "after")
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_BEFORE_FIELD_NUMBER: _ClassVar[int]
    TEMPLATE_FIELD_NUMBER: _ClassVar[int]
    FIRST_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    programme_id: str
    expires_before: _timestamp_pb2.Timestamp
    template: str
    first: int
    after: str
    def __init__(self, programme_id: _Optional[str] = ..., expires_before: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., template: _Optional[str] = ..., first: _Optional[int] = ..., after: _Optional[str] = ...) -> None: ...

class ListExpiringCouponsResponse(_message.Message):
    __slots__ = ("coupons", "has_next_page")
    COUPONS_FIELD_NUMBER: _ClassVar[int]
    HAS_NEXT_PAGE_FIELD_NUMBER: _ClassVar[int]
    coupons: _containers.RepeatedCompositeFieldContainer[Coupon]
    has_next_page: bool
    def __init__(self, coupons: _Optional[_Iterable[_Union[Coupon, _Mapping]]] = ..., has_next_page: _Optional[bool] = ...) -> None: ...
