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

class RewardKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REWARD_KIND_UNSPECIFIED: _ClassVar[RewardKind]
    REWARD_KIND_GOODS: _ClassVar[RewardKind]
    REWARD_KIND_COUPON: _ClassVar[RewardKind]
    REWARD_KIND_BENEFIT: _ClassVar[RewardKind]
    REWARD_KIND_PARTNER: _ClassVar[RewardKind]

class RewardState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REWARD_STATE_UNSPECIFIED: _ClassVar[RewardState]
    REWARD_STATE_DRAFT: _ClassVar[RewardState]
    REWARD_STATE_PUBLISHED: _ClassVar[RewardState]
    REWARD_STATE_STOPPED: _ClassVar[RewardState]

class RewardLimitPeriod(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REWARD_LIMIT_PERIOD_UNSPECIFIED: _ClassVar[RewardLimitPeriod]
    REWARD_LIMIT_PERIOD_EVER: _ClassVar[RewardLimitPeriod]
    REWARD_LIMIT_PERIOD_DAY: _ClassVar[RewardLimitPeriod]
    REWARD_LIMIT_PERIOD_WEEK: _ClassVar[RewardLimitPeriod]
    REWARD_LIMIT_PERIOD_MONTH: _ClassVar[RewardLimitPeriod]
    REWARD_LIMIT_PERIOD_YEAR: _ClassVar[RewardLimitPeriod]
REWARD_KIND_UNSPECIFIED: RewardKind
REWARD_KIND_GOODS: RewardKind
REWARD_KIND_COUPON: RewardKind
REWARD_KIND_BENEFIT: RewardKind
REWARD_KIND_PARTNER: RewardKind
REWARD_STATE_UNSPECIFIED: RewardState
REWARD_STATE_DRAFT: RewardState
REWARD_STATE_PUBLISHED: RewardState
REWARD_STATE_STOPPED: RewardState
REWARD_LIMIT_PERIOD_UNSPECIFIED: RewardLimitPeriod
REWARD_LIMIT_PERIOD_EVER: RewardLimitPeriod
REWARD_LIMIT_PERIOD_DAY: RewardLimitPeriod
REWARD_LIMIT_PERIOD_WEEK: RewardLimitPeriod
REWARD_LIMIT_PERIOD_MONTH: RewardLimitPeriod
REWARD_LIMIT_PERIOD_YEAR: RewardLimitPeriod

class RewardLimit(_message.Message):
    __slots__ = ("most", "period")
    MOST_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    most: int
    period: RewardLimitPeriod
    def __init__(self, most: _Optional[int] = ..., period: _Optional[_Union[RewardLimitPeriod, str]] = ...) -> None: ...

class RewardTierPrice(_message.Message):
    __slots__ = ("tier", "points")
    TIER_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    tier: str
    points: int
    def __init__(self, tier: _Optional[str] = ..., points: _Optional[int] = ...) -> None: ...

class RewardTerms(_message.Message):
    __slots__ = ("name", "kind", "gives", "currency", "points", "tier_prices", "tiers", "limits", "limited", "until", "unit_cost", "description")
    NAME_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    GIVES_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    TIER_PRICES_FIELD_NUMBER: _ClassVar[int]
    TIERS_FIELD_NUMBER: _ClassVar[int]
    LIMITS_FIELD_NUMBER: _ClassVar[int]
    LIMITED_FIELD_NUMBER: _ClassVar[int]
    FROM_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    UNIT_COST_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    name: _kit_pb2.LocalizedText
    kind: RewardKind
    gives: str
    currency: str
    points: int
    tier_prices: _containers.RepeatedCompositeFieldContainer[RewardTierPrice]
    tiers: _containers.RepeatedScalarFieldContainer[str]
    limits: _containers.RepeatedCompositeFieldContainer[RewardLimit]
    limited: bool
    until: _timestamp_pb2.Timestamp
    unit_cost: _kit_pb2.Money
    description: _kit_pb2.LocalizedText
    def __init__(self, name: _Optional[_Union[_kit_pb2.LocalizedText, _Mapping]] = ..., kind: _Optional[_Union[RewardKind, str]] = ..., gives: _Optional[str] = ..., currency: _Optional[str] = ..., points: _Optional[int] = ..., tier_prices: _Optional[_Iterable[_Union[RewardTierPrice, _Mapping]]] = ..., tiers: _Optional[_Iterable[str]] = ..., limits: _Optional[_Iterable[_Union[RewardLimit, _Mapping]]] = ..., limited: _Optional[bool] = ..., until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., unit_cost: _Optional[_Union[_kit_pb2.Money, _Mapping]] = ..., description: _Optional[_Union[_kit_pb2.LocalizedText, _Mapping]] = ..., **kwargs) -> None: ...

class RewardEdition(_message.Message):
    __slots__ = ("edition", "terms", "drafted_by", "drafted_at", "published_by", "published_at", "reason")
    EDITION_FIELD_NUMBER: _ClassVar[int]
    TERMS_FIELD_NUMBER: _ClassVar[int]
    DRAFTED_BY_FIELD_NUMBER: _ClassVar[int]
    DRAFTED_AT_FIELD_NUMBER: _ClassVar[int]
    PUBLISHED_BY_FIELD_NUMBER: _ClassVar[int]
    PUBLISHED_AT_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    edition: int
    terms: RewardTerms
    drafted_by: str
    drafted_at: _timestamp_pb2.Timestamp
    published_by: str
    published_at: _timestamp_pb2.Timestamp
    reason: str
    def __init__(self, edition: _Optional[int] = ..., terms: _Optional[_Union[RewardTerms, _Mapping]] = ..., drafted_by: _Optional[str] = ..., drafted_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., published_by: _Optional[str] = ..., published_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., reason: _Optional[str] = ...) -> None: ...

class Reward(_message.Message):
    __slots__ = ("reward", "programme_id", "state", "in_force", "draft", "stock", "taken")
    REWARD_FIELD_NUMBER: _ClassVar[int]
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    IN_FORCE_FIELD_NUMBER: _ClassVar[int]
    DRAFT_FIELD_NUMBER: _ClassVar[int]
    STOCK_FIELD_NUMBER: _ClassVar[int]
    TAKEN_FIELD_NUMBER: _ClassVar[int]
    reward: str
    programme_id: str
    state: RewardState
    in_force: RewardEdition
    draft: RewardEdition
    stock: int
    taken: int
    def __init__(self, reward: _Optional[str] = ..., programme_id: _Optional[str] = ..., state: _Optional[_Union[RewardState, str]] = ..., in_force: _Optional[_Union[RewardEdition, _Mapping]] = ..., draft: _Optional[_Union[RewardEdition, _Mapping]] = ..., stock: _Optional[int] = ..., taken: _Optional[int] = ...) -> None: ...

class RewardStockChange(_message.Message):
    __slots__ = ("change_id", "delta", "stock_after", "reason", "changed_by", "changed_at")
    CHANGE_ID_FIELD_NUMBER: _ClassVar[int]
    DELTA_FIELD_NUMBER: _ClassVar[int]
    STOCK_AFTER_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    CHANGED_BY_FIELD_NUMBER: _ClassVar[int]
    CHANGED_AT_FIELD_NUMBER: _ClassVar[int]
    change_id: str
    delta: int
    stock_after: int
    reason: str
    changed_by: str
    changed_at: _timestamp_pb2.Timestamp
    def __init__(self, change_id: _Optional[str] = ..., delta: _Optional[int] = ..., stock_after: _Optional[int] = ..., reason: _Optional[str] = ..., changed_by: _Optional[str] = ..., changed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class DraftRewardRequest(_message.Message):
    __slots__ = ("programme_id", "reward", "terms", "reason")
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    REWARD_FIELD_NUMBER: _ClassVar[int]
    TERMS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    programme_id: str
    reward: str
    terms: RewardTerms
    reason: str
    def __init__(self, programme_id: _Optional[str] = ..., reward: _Optional[str] = ..., terms: _Optional[_Union[RewardTerms, _Mapping]] = ..., reason: _Optional[str] = ...) -> None: ...

class DraftRewardResponse(_message.Message):
    __slots__ = ("reward", "changes", "replayed")
    REWARD_FIELD_NUMBER: _ClassVar[int]
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    reward: Reward
    changes: _containers.RepeatedCompositeFieldContainer[_programme_history_pb2.DefinitionChange]
    replayed: bool
    def __init__(self, reward: _Optional[_Union[Reward, _Mapping]] = ..., changes: _Optional[_Iterable[_Union[_programme_history_pb2.DefinitionChange, _Mapping]]] = ..., replayed: _Optional[bool] = ...) -> None: ...

class PublishRewardRequest(_message.Message):
    __slots__ = ("programme_id", "reward", "edition", "reason")
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    REWARD_FIELD_NUMBER: _ClassVar[int]
    EDITION_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    programme_id: str
    reward: str
    edition: int
    reason: str
    def __init__(self, programme_id: _Optional[str] = ..., reward: _Optional[str] = ..., edition: _Optional[int] = ..., reason: _Optional[str] = ...) -> None: ...

class PublishRewardResponse(_message.Message):
    __slots__ = ("reward", "replayed", "changes")
    REWARD_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    reward: Reward
    replayed: bool
    changes: _containers.RepeatedCompositeFieldContainer[_programme_history_pb2.DefinitionChange]
    def __init__(self, reward: _Optional[_Union[Reward, _Mapping]] = ..., replayed: _Optional[bool] = ..., changes: _Optional[_Iterable[_Union[_programme_history_pb2.DefinitionChange, _Mapping]]] = ...) -> None: ...

class StopRewardRequest(_message.Message):
    __slots__ = ("programme_id", "reward", "reason")
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    REWARD_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    programme_id: str
    reward: str
    reason: str
    def __init__(self, programme_id: _Optional[str] = ..., reward: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class StopRewardResponse(_message.Message):
    __slots__ = ("reward", "replayed", "changes")
    REWARD_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    reward: Reward
    replayed: bool
    changes: _containers.RepeatedCompositeFieldContainer[_programme_history_pb2.DefinitionChange]
    def __init__(self, reward: _Optional[_Union[Reward, _Mapping]] = ..., replayed: _Optional[bool] = ..., changes: _Optional[_Iterable[_Union[_programme_history_pb2.DefinitionChange, _Mapping]]] = ...) -> None: ...

class ChangeRewardStockRequest(_message.Message):
    __slots__ = ("programme_id", "reward", "delta", "change_id", "reason")
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    REWARD_FIELD_NUMBER: _ClassVar[int]
    DELTA_FIELD_NUMBER: _ClassVar[int]
    CHANGE_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    programme_id: str
    reward: str
    delta: int
    change_id: str
    reason: str
    def __init__(self, programme_id: _Optional[str] = ..., reward: _Optional[str] = ..., delta: _Optional[int] = ..., change_id: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class ChangeRewardStockResponse(_message.Message):
    __slots__ = ("change", "taken", "replayed", "changes")
    CHANGE_FIELD_NUMBER: _ClassVar[int]
    TAKEN_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    change: RewardStockChange
    taken: int
    replayed: bool
    changes: _containers.RepeatedCompositeFieldContainer[_programme_history_pb2.DefinitionChange]
    def __init__(self, change: _Optional[_Union[RewardStockChange, _Mapping]] = ..., taken: _Optional[int] = ..., replayed: _Optional[bool] = ..., changes: _Optional[_Iterable[_Union[_programme_history_pb2.DefinitionChange, _Mapping]]] = ...) -> None: ...

class ListRewardsRequest(_message.Message):
    __slots__ = ("programme_id",)
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    programme_id: str
    def __init__(self, programme_id: _Optional[str] = ...) -> None: ...

class ListRewardsResponse(_message.Message):
    __slots__ = ("rewards", "changes_at")
    REWARDS_FIELD_NUMBER: _ClassVar[int]
    CHANGES_AT_FIELD_NUMBER: _ClassVar[int]
    rewards: _containers.RepeatedCompositeFieldContainer[Reward]
    changes_at: _timestamp_pb2.Timestamp
    def __init__(self, rewards: _Optional[_Iterable[_Union[Reward, _Mapping]]] = ..., changes_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ListRewardCatalogueRequest(_message.Message):
    __slots__ = ("programme_id", "first", "after", "state")
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    FIRST_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    programme_id: str
    first: int
    after: str
    state: RewardState
    def __init__(self, programme_id: _Optional[str] = ..., first: _Optional[int] = ..., after: _Optional[str] = ..., state: _Optional[_Union[RewardState, str]] = ...) -> None: ...

class ListRewardCatalogueResponse(_message.Message):
    __slots__ = ("rewards", "has_next_page")
    REWARDS_FIELD_NUMBER: _ClassVar[int]
    HAS_NEXT_PAGE_FIELD_NUMBER: _ClassVar[int]
    rewards: _containers.RepeatedCompositeFieldContainer[Reward]
    has_next_page: bool
    def __init__(self, rewards: _Optional[_Iterable[_Union[Reward, _Mapping]]] = ..., has_next_page: _Optional[bool] = ...) -> None: ...

class GetRewardRequest(_message.Message):
    __slots__ = ("programme_id", "reward")
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    REWARD_FIELD_NUMBER: _ClassVar[int]
    programme_id: str
    reward: str
    def __init__(self, programme_id: _Optional[str] = ..., reward: _Optional[str] = ...) -> None: ...

class GetRewardResponse(_message.Message):
    __slots__ = ("reward", "editions", "stock_changes")
    REWARD_FIELD_NUMBER: _ClassVar[int]
    EDITIONS_FIELD_NUMBER: _ClassVar[int]
    STOCK_CHANGES_FIELD_NUMBER: _ClassVar[int]
    reward: Reward
    editions: _containers.RepeatedCompositeFieldContainer[RewardEdition]
    stock_changes: _containers.RepeatedCompositeFieldContainer[RewardStockChange]
    def __init__(self, reward: _Optional[_Union[Reward, _Mapping]] = ..., editions: _Optional[_Iterable[_Union[RewardEdition, _Mapping]]] = ..., stock_changes: _Optional[_Iterable[_Union[RewardStockChange, _Mapping]]] = ...) -> None: ...
