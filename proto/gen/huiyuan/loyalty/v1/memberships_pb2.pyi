import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from huiyuan.kit.v1 import kit_pb2 as _kit_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class MembershipOffer(_message.Message):
    __slots__ = ("offer_id", "tier", "price", "score", "score_from", "step_price", "waived", "spent", "spent_since", "is_renewal", "begins", "ends", "expires_at", "programme_version")
    OFFER_ID_FIELD_NUMBER: _ClassVar[int]
    TIER_FIELD_NUMBER: _ClassVar[int]
    PRICE_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    SCORE_FROM_FIELD_NUMBER: _ClassVar[int]
    STEP_PRICE_FIELD_NUMBER: _ClassVar[int]
    WAIVED_FIELD_NUMBER: _ClassVar[int]
    SPENT_FIELD_NUMBER: _ClassVar[int]
    SPENT_SINCE_FIELD_NUMBER: _ClassVar[int]
    IS_RENEWAL_FIELD_NUMBER: _ClassVar[int]
    BEGINS_FIELD_NUMBER: _ClassVar[int]
    ENDS_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    PROGRAMME_VERSION_FIELD_NUMBER: _ClassVar[int]
    offer_id: str
    tier: str
    price: _kit_pb2.Money
    score: int
    score_from: int
    step_price: _kit_pb2.Money
    waived: bool
    spent: _kit_pb2.Money
    spent_since: _timestamp_pb2.Timestamp
    is_renewal: bool
    begins: _timestamp_pb2.Timestamp
    ends: _timestamp_pb2.Timestamp
    expires_at: _timestamp_pb2.Timestamp
    programme_version: int
    def __init__(self, offer_id: _Optional[str] = ..., tier: _Optional[str] = ..., price: _Optional[_Union[_kit_pb2.Money, _Mapping]] = ..., score: _Optional[int] = ..., score_from: _Optional[int] = ..., step_price: _Optional[_Union[_kit_pb2.Money, _Mapping]] = ..., waived: _Optional[bool] = ..., spent: _Optional[_Union[_kit_pb2.Money, _Mapping]] = ..., spent_since: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., is_renewal: _Optional[bool] = ..., begins: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., ends: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., programme_version: _Optional[int] = ...) -> None: ...

class Membership(_message.Message):
    __slots__ = ("source", "order_id", "member_id", "tier", "price", "begins", "ends", "recorded_at", "ended_at", "offer_id")
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    TIER_FIELD_NUMBER: _ClassVar[int]
    PRICE_FIELD_NUMBER: _ClassVar[int]
    BEGINS_FIELD_NUMBER: _ClassVar[int]
    ENDS_FIELD_NUMBER: _ClassVar[int]
    RECORDED_AT_FIELD_NUMBER: _ClassVar[int]
    ENDED_AT_FIELD_NUMBER: _ClassVar[int]
    OFFER_ID_FIELD_NUMBER: _ClassVar[int]
    source: str
    order_id: str
    member_id: str
    tier: str
    price: _kit_pb2.Money
    begins: _timestamp_pb2.Timestamp
    ends: _timestamp_pb2.Timestamp
    recorded_at: _timestamp_pb2.Timestamp
    ended_at: _timestamp_pb2.Timestamp
    offer_id: str
    def __init__(self, source: _Optional[str] = ..., order_id: _Optional[str] = ..., member_id: _Optional[str] = ..., tier: _Optional[str] = ..., price: _Optional[_Union[_kit_pb2.Money, _Mapping]] = ..., begins: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., ends: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., recorded_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., ended_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., offer_id: _Optional[str] = ...) -> None: ...

class GetMembershipsRequest(_message.Message):
    __slots__ = ("member_id", "programme_id")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    programme_id: str
    def __init__(self, member_id: _Optional[str] = ..., programme_id: _Optional[str] = ...) -> None: ...

class GetMembershipsResponse(_message.Message):
    __slots__ = ("offers", "memberships")
    OFFERS_FIELD_NUMBER: _ClassVar[int]
    MEMBERSHIPS_FIELD_NUMBER: _ClassVar[int]
    offers: _containers.RepeatedCompositeFieldContainer[MembershipOffer]
    memberships: _containers.RepeatedCompositeFieldContainer[Membership]
    def __init__(self, offers: _Optional[_Iterable[_Union[MembershipOffer, _Mapping]]] = ..., memberships: _Optional[_Iterable[_Union[Membership, _Mapping]]] = ...) -> None: ...

class OfferMembershipRequest(_message.Message):
    __slots__ = ("member_id", "programme_id", "tier")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    TIER_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    programme_id: str
    tier: str
    def __init__(self, member_id: _Optional[str] = ..., programme_id: _Optional[str] = ..., tier: _Optional[str] = ...) -> None: ...

class OfferMembershipResponse(_message.Message):
    __slots__ = ("offer",)
    OFFER_FIELD_NUMBER: _ClassVar[int]
    offer: MembershipOffer
    def __init__(self, offer: _Optional[_Union[MembershipOffer, _Mapping]] = ...) -> None: ...

class RecordMembershipRequest(_message.Message):
    __slots__ = ("member_id", "programme_id", "source", "order_id", "offer_id", "price", "paid_at")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    OFFER_ID_FIELD_NUMBER: _ClassVar[int]
    PRICE_FIELD_NUMBER: _ClassVar[int]
    PAID_AT_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    programme_id: str
    source: str
    order_id: str
    offer_id: str
    price: _kit_pb2.Money
    paid_at: _timestamp_pb2.Timestamp
    def __init__(self, member_id: _Optional[str] = ..., programme_id: _Optional[str] = ..., source: _Optional[str] = ..., order_id: _Optional[str] = ..., offer_id: _Optional[str] = ..., price: _Optional[_Union[_kit_pb2.Money, _Mapping]] = ..., paid_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class RecordMembershipResponse(_message.Message):
    __slots__ = ("membership", "replayed")
    MEMBERSHIP_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    membership: Membership
    replayed: bool
    def __init__(self, membership: _Optional[_Union[Membership, _Mapping]] = ..., replayed: _Optional[bool] = ...) -> None: ...

class EndMembershipRequest(_message.Message):
    __slots__ = ("source", "order_id", "reason")
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    source: str
    order_id: str
    reason: str
    def __init__(self, source: _Optional[str] = ..., order_id: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class EndMembershipResponse(_message.Message):
    __slots__ = ("membership", "replayed")
    MEMBERSHIP_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    membership: Membership
    replayed: bool
    def __init__(self, membership: _Optional[_Union[Membership, _Mapping]] = ..., replayed: _Optional[bool] = ...) -> None: ...
