import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from huiyuan.kit.v1 import kit_pb2 as _kit_pb2
from huiyuan.loyalty.v1 import benefits_pb2 as _benefits_pb2
from huiyuan.loyalty.v1 import redemptions_pb2 as _redemptions_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class BenefitClaimState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    BENEFIT_CLAIM_STATE_UNSPECIFIED: _ClassVar[BenefitClaimState]
    BENEFIT_CLAIM_STATE_CLAIMED: _ClassVar[BenefitClaimState]
    BENEFIT_CLAIM_STATE_USED: _ClassVar[BenefitClaimState]
    BENEFIT_CLAIM_STATE_RELEASED: _ClassVar[BenefitClaimState]
    BENEFIT_CLAIM_STATE_LAPSED: _ClassVar[BenefitClaimState]
BENEFIT_CLAIM_STATE_UNSPECIFIED: BenefitClaimState
BENEFIT_CLAIM_STATE_CLAIMED: BenefitClaimState
BENEFIT_CLAIM_STATE_USED: BenefitClaimState
BENEFIT_CLAIM_STATE_RELEASED: BenefitClaimState
BENEFIT_CLAIM_STATE_LAPSED: BenefitClaimState

class ClaimBenefitRequest(_message.Message):
    __slots__ = ("member_id", "programme_id", "benefit", "idempotency_key", "reason")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    BENEFIT_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    programme_id: str
    benefit: str
    idempotency_key: str
    reason: str
    def __init__(self, member_id: _Optional[str] = ..., programme_id: _Optional[str] = ..., benefit: _Optional[str] = ..., idempotency_key: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class ClaimBenefitResponse(_message.Message):
    __slots__ = ("claim", "replayed")
    CLAIM_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    claim: BenefitClaim
    replayed: bool
    def __init__(self, claim: _Optional[_Union[BenefitClaim, _Mapping]] = ..., replayed: _Optional[bool] = ...) -> None: ...

class UseBenefitRequest(_message.Message):
    __slots__ = ("member_id", "programme_id", "benefit", "claim_id", "idempotency_key", "order", "reason")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    BENEFIT_FIELD_NUMBER: _ClassVar[int]
    CLAIM_ID_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    ORDER_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    programme_id: str
    benefit: str
    claim_id: str
    idempotency_key: str
    order: _redemptions_pb2.OrderReference
    reason: str
    def __init__(self, member_id: _Optional[str] = ..., programme_id: _Optional[str] = ..., benefit: _Optional[str] = ..., claim_id: _Optional[str] = ..., idempotency_key: _Optional[str] = ..., order: _Optional[_Union[_redemptions_pb2.OrderReference, _Mapping]] = ..., reason: _Optional[str] = ...) -> None: ...

class UseBenefitResponse(_message.Message):
    __slots__ = ("claim", "replayed")
    CLAIM_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    claim: BenefitClaim
    replayed: bool
    def __init__(self, claim: _Optional[_Union[BenefitClaim, _Mapping]] = ..., replayed: _Optional[bool] = ...) -> None: ...

class ReleaseBenefitRequest(_message.Message):
    __slots__ = ("member_id", "programme_id", "claim_id", "reason")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    CLAIM_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    programme_id: str
    claim_id: str
    reason: str
    def __init__(self, member_id: _Optional[str] = ..., programme_id: _Optional[str] = ..., claim_id: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class ReleaseBenefitResponse(_message.Message):
    __slots__ = ("claim", "replayed")
    CLAIM_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    claim: BenefitClaim
    replayed: bool
    def __init__(self, claim: _Optional[_Union[BenefitClaim, _Mapping]] = ..., replayed: _Optional[bool] = ...) -> None: ...

class BenefitClaim(_message.Message):
    __slots__ = ("claim_id", "member_id", "benefit", "tier", "state", "claimed_at", "good_until", "used_at", "order_ref", "released_at", "coupon_id", "claimed_by", "used_by", "released_by", "reason", "unit_cost")
    CLAIM_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    BENEFIT_FIELD_NUMBER: _ClassVar[int]
    TIER_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    CLAIMED_AT_FIELD_NUMBER: _ClassVar[int]
    GOOD_UNTIL_FIELD_NUMBER: _ClassVar[int]
    USED_AT_FIELD_NUMBER: _ClassVar[int]
    ORDER_REF_FIELD_NUMBER: _ClassVar[int]
    RELEASED_AT_FIELD_NUMBER: _ClassVar[int]
    COUPON_ID_FIELD_NUMBER: _ClassVar[int]
    CLAIMED_BY_FIELD_NUMBER: _ClassVar[int]
    USED_BY_FIELD_NUMBER: _ClassVar[int]
    RELEASED_BY_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    UNIT_COST_FIELD_NUMBER: _ClassVar[int]
    claim_id: str
    member_id: str
    benefit: str
    tier: str
    state: BenefitClaimState
    claimed_at: _timestamp_pb2.Timestamp
    good_until: _timestamp_pb2.Timestamp
    used_at: _timestamp_pb2.Timestamp
    order_ref: str
    released_at: _timestamp_pb2.Timestamp
    coupon_id: str
    claimed_by: str
    used_by: str
    released_by: str
    reason: str
    unit_cost: _kit_pb2.Money
    def __init__(self, claim_id: _Optional[str] = ..., member_id: _Optional[str] = ..., benefit: _Optional[str] = ..., tier: _Optional[str] = ..., state: _Optional[_Union[BenefitClaimState, str]] = ..., claimed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., good_until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., used_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., order_ref: _Optional[str] = ..., released_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., coupon_id: _Optional[str] = ..., claimed_by: _Optional[str] = ..., used_by: _Optional[str] = ..., released_by: _Optional[str] = ..., reason: _Optional[str] = ..., unit_cost: _Optional[_Union[_kit_pb2.Money, _Mapping]] = ...) -> None: ...

class BatchListEntitlementsRequest(_message.Message):
    __slots__ = ("members", "programme_id")
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    members: _containers.RepeatedCompositeFieldContainer[_kit_pb2.MemberKey]
    programme_id: str
    def __init__(self, members: _Optional[_Iterable[_Union[_kit_pb2.MemberKey, _Mapping]]] = ..., programme_id: _Optional[str] = ...) -> None: ...

class BatchListEntitlementsResponse(_message.Message):
    __slots__ = ("results",)
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[EntitlementsResult]
    def __init__(self, results: _Optional[_Iterable[_Union[EntitlementsResult, _Mapping]]] = ...) -> None: ...

class EntitlementsResult(_message.Message):
    __slots__ = ("entitlements", "refusal")
    ENTITLEMENTS_FIELD_NUMBER: _ClassVar[int]
    REFUSAL_FIELD_NUMBER: _ClassVar[int]
    entitlements: MemberEntitlements
    refusal: _kit_pb2.Refusal
    def __init__(self, entitlements: _Optional[_Union[MemberEntitlements, _Mapping]] = ..., refusal: _Optional[_Union[_kit_pb2.Refusal, _Mapping]] = ...) -> None: ...

class MemberEntitlements(_message.Message):
    __slots__ = ("entitlements",)
    ENTITLEMENTS_FIELD_NUMBER: _ClassVar[int]
    entitlements: _containers.RepeatedCompositeFieldContainer[Entitlement]
    def __init__(self, entitlements: _Optional[_Iterable[_Union[Entitlement, _Mapping]]] = ...) -> None: ...

class Entitlement(_message.Message):
    __slots__ = ("benefit", "tier", "claimed", "used", "remaining", "period_until", "claims")
    BENEFIT_FIELD_NUMBER: _ClassVar[int]
    TIER_FIELD_NUMBER: _ClassVar[int]
    CLAIMED_FIELD_NUMBER: _ClassVar[int]
    USED_FIELD_NUMBER: _ClassVar[int]
    REMAINING_FIELD_NUMBER: _ClassVar[int]
    PERIOD_UNTIL_FIELD_NUMBER: _ClassVar[int]
    CLAIMS_FIELD_NUMBER: _ClassVar[int]
    benefit: _benefits_pb2.Benefit
    tier: str
    claimed: int
    used: int
    remaining: int
    period_until: _timestamp_pb2.Timestamp
    claims: _containers.RepeatedCompositeFieldContainer[BenefitClaim]
    def __init__(self, benefit: _Optional[_Union[_benefits_pb2.Benefit, _Mapping]] = ..., tier: _Optional[str] = ..., claimed: _Optional[int] = ..., used: _Optional[int] = ..., remaining: _Optional[int] = ..., period_until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., claims: _Optional[_Iterable[_Union[BenefitClaim, _Mapping]]] = ...) -> None: ...

class ListBenefitClaimsRequest(_message.Message):
    __slots__ = ("member_id", "programme_id", "benefit", "first", "after")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    BENEFIT_FIELD_NUMBER: _ClassVar[int]
    FIRST_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    programme_id: str
    benefit: str
    first: int
    after: str
    def __init__(self, member_id: _Optional[str] = ..., programme_id: _Optional[str] = ..., benefit: _Optional[str] = ..., first: _Optional[int] = ..., after: _Optional[str] = ...) -> None: ...

class ListBenefitClaimsResponse(_message.Message):
    __slots__ = ("claims", "has_next_page")
    CLAIMS_FIELD_NUMBER: _ClassVar[int]
    HAS_NEXT_PAGE_FIELD_NUMBER: _ClassVar[int]
    claims: _containers.RepeatedCompositeFieldContainer[BenefitClaim]
    has_next_page: bool
    def __init__(self, claims: _Optional[_Iterable[_Union[BenefitClaim, _Mapping]]] = ..., has_next_page: _Optional[bool] = ...) -> None: ...

class GetBenefitCostsRequest(_message.Message):
    __slots__ = ("programme_id", "since", "until")
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    programme_id: str
    since: _timestamp_pb2.Timestamp
    until: _timestamp_pb2.Timestamp
    def __init__(self, programme_id: _Optional[str] = ..., since: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class GetBenefitCostsResponse(_message.Message):
    __slots__ = ("costs", "total")
    COSTS_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    costs: _containers.RepeatedCompositeFieldContainer[BenefitCost]
    total: _kit_pb2.Money
    def __init__(self, costs: _Optional[_Iterable[_Union[BenefitCost, _Mapping]]] = ..., total: _Optional[_Union[_kit_pb2.Money, _Mapping]] = ...) -> None: ...

class BenefitCost(_message.Message):
    __slots__ = ("month", "tier", "benefit", "claims", "used", "cost")
    MONTH_FIELD_NUMBER: _ClassVar[int]
    TIER_FIELD_NUMBER: _ClassVar[int]
    BENEFIT_FIELD_NUMBER: _ClassVar[int]
    CLAIMS_FIELD_NUMBER: _ClassVar[int]
    USED_FIELD_NUMBER: _ClassVar[int]
    COST_FIELD_NUMBER: _ClassVar[int]
    month: str
    tier: str
    benefit: str
    claims: int
    used: int
    cost: _kit_pb2.Money
    def __init__(self, month: _Optional[str] = ..., tier: _Optional[str] = ..., benefit: _Optional[str] = ..., claims: _Optional[int] = ..., used: _Optional[int] = ..., cost: _Optional[_Union[_kit_pb2.Money, _Mapping]] = ...) -> None: ...
