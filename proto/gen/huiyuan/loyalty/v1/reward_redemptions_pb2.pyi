import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from huiyuan.loyalty.v1 import rewards_pb2 as _rewards_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class RewardRedemptionState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REWARD_REDEMPTION_STATE_UNSPECIFIED: _ClassVar[RewardRedemptionState]
    REWARD_REDEMPTION_STATE_PENDING: _ClassVar[RewardRedemptionState]
    REWARD_REDEMPTION_STATE_FULFILLED: _ClassVar[RewardRedemptionState]
    REWARD_REDEMPTION_STATE_CANCELLED: _ClassVar[RewardRedemptionState]
REWARD_REDEMPTION_STATE_UNSPECIFIED: RewardRedemptionState
REWARD_REDEMPTION_STATE_PENDING: RewardRedemptionState
REWARD_REDEMPTION_STATE_FULFILLED: RewardRedemptionState
REWARD_REDEMPTION_STATE_CANCELLED: RewardRedemptionState

class RewardRedemption(_message.Message):
    __slots__ = ("member_id", "programme_id", "redemption_id", "reward", "edition", "kind", "gives", "currency", "points", "state", "redeemed_at", "changed_at", "changed_by", "reason", "code")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    REDEMPTION_ID_FIELD_NUMBER: _ClassVar[int]
    REWARD_FIELD_NUMBER: _ClassVar[int]
    EDITION_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    GIVES_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    REDEEMED_AT_FIELD_NUMBER: _ClassVar[int]
    CHANGED_AT_FIELD_NUMBER: _ClassVar[int]
    CHANGED_BY_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    programme_id: str
    redemption_id: str
    reward: str
    edition: int
    kind: _rewards_pb2.RewardKind
    gives: str
    currency: str
    points: int
    state: RewardRedemptionState
    redeemed_at: _timestamp_pb2.Timestamp
    changed_at: _timestamp_pb2.Timestamp
    changed_by: str
    reason: str
    code: str
    def __init__(self, member_id: _Optional[str] = ..., programme_id: _Optional[str] = ..., redemption_id: _Optional[str] = ..., reward: _Optional[str] = ..., edition: _Optional[int] = ..., kind: _Optional[_Union[_rewards_pb2.RewardKind, str]] = ..., gives: _Optional[str] = ..., currency: _Optional[str] = ..., points: _Optional[int] = ..., state: _Optional[_Union[RewardRedemptionState, str]] = ..., redeemed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., changed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., changed_by: _Optional[str] = ..., reason: _Optional[str] = ..., code: _Optional[str] = ...) -> None: ...

class RedeemRewardRequest(_message.Message):
    __slots__ = ("member_id", "programme_id", "reward", "redemption_id", "points_shown")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    REWARD_FIELD_NUMBER: _ClassVar[int]
    REDEMPTION_ID_FIELD_NUMBER: _ClassVar[int]
    POINTS_SHOWN_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    programme_id: str
    reward: str
    redemption_id: str
    points_shown: int
    def __init__(self, member_id: _Optional[str] = ..., programme_id: _Optional[str] = ..., reward: _Optional[str] = ..., redemption_id: _Optional[str] = ..., points_shown: _Optional[int] = ...) -> None: ...

class RedeemRewardResponse(_message.Message):
    __slots__ = ("redemption", "balance_after", "entry_id", "replayed")
    REDEMPTION_FIELD_NUMBER: _ClassVar[int]
    BALANCE_AFTER_FIELD_NUMBER: _ClassVar[int]
    ENTRY_ID_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    redemption: RewardRedemption
    balance_after: int
    entry_id: str
    replayed: bool
    def __init__(self, redemption: _Optional[_Union[RewardRedemption, _Mapping]] = ..., balance_after: _Optional[int] = ..., entry_id: _Optional[str] = ..., replayed: _Optional[bool] = ...) -> None: ...

class FulfilRewardRedemptionRequest(_message.Message):
    __slots__ = ("member_id", "programme_id", "redemption_id", "code")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    REDEMPTION_ID_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    programme_id: str
    redemption_id: str
    code: str
    def __init__(self, member_id: _Optional[str] = ..., programme_id: _Optional[str] = ..., redemption_id: _Optional[str] = ..., code: _Optional[str] = ...) -> None: ...

class FulfilRewardRedemptionResponse(_message.Message):
    __slots__ = ("redemption", "replayed")
    REDEMPTION_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    redemption: RewardRedemption
    replayed: bool
    def __init__(self, redemption: _Optional[_Union[RewardRedemption, _Mapping]] = ..., replayed: _Optional[bool] = ...) -> None: ...

class CancelRewardRedemptionRequest(_message.Message):
    __slots__ = ("member_id", "programme_id", "redemption_id", "reason")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    REDEMPTION_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    programme_id: str
    redemption_id: str
    reason: str
    def __init__(self, member_id: _Optional[str] = ..., programme_id: _Optional[str] = ..., redemption_id: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class CancelRewardRedemptionResponse(_message.Message):
    __slots__ = ("redemption", "returned", "expired", "balance_after", "replayed")
    REDEMPTION_FIELD_NUMBER: _ClassVar[int]
    RETURNED_FIELD_NUMBER: _ClassVar[int]
    EXPIRED_FIELD_NUMBER: _ClassVar[int]
    BALANCE_AFTER_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    redemption: RewardRedemption
    returned: int
    expired: int
    balance_after: int
    replayed: bool
    def __init__(self, redemption: _Optional[_Union[RewardRedemption, _Mapping]] = ..., returned: _Optional[int] = ..., expired: _Optional[int] = ..., balance_after: _Optional[int] = ..., replayed: _Optional[bool] = ...) -> None: ...

class ListRewardRedemptionsRequest(_message.Message):
    __slots__ = ("programme_id", "member_id", "reward", "state", "first", "after")
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    REWARD_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    FIRST_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    programme_id: str
    member_id: str
    reward: str
    state: RewardRedemptionState
    first: int
    after: str
    def __init__(self, programme_id: _Optional[str] = ..., member_id: _Optional[str] = ..., reward: _Optional[str] = ..., state: _Optional[_Union[RewardRedemptionState, str]] = ..., first: _Optional[int] = ..., after: _Optional[str] = ...) -> None: ...

class ListRewardRedemptionsResponse(_message.Message):
    __slots__ = ("redemptions", "has_next_page", "places")
    REDEMPTIONS_FIELD_NUMBER: _ClassVar[int]
    HAS_NEXT_PAGE_FIELD_NUMBER: _ClassVar[int]
    PLACES_FIELD_NUMBER: _ClassVar[int]
    redemptions: _containers.RepeatedCompositeFieldContainer[RewardRedemption]
    has_next_page: bool
    places: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, redemptions: _Optional[_Iterable[_Union[RewardRedemption, _Mapping]]] = ..., has_next_page: _Optional[bool] = ..., places: _Optional[_Iterable[str]] = ...) -> None: ...
