import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from huiyuan.kit.v1 import kit_pb2 as _kit_pb2
from huiyuan.loyalty.v1 import benefits_pb2 as _benefits_pb2
from huiyuan.loyalty.v1 import placements_pb2 as _placements_pb2
from huiyuan.loyalty.v1 import tier_schemes_pb2 as _tier_schemes_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ListMembersByTierRequest(_message.Message):
    __slots__ = ("programme_id", "tier", "first", "after")
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    TIER_FIELD_NUMBER: _ClassVar[int]
    FIRST_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    programme_id: str
    tier: str
    first: int
    after: str
    def __init__(self, programme_id: _Optional[str] = ..., tier: _Optional[str] = ..., first: _Optional[int] = ..., after: _Optional[str] = ...) -> None: ...

class ListMembersByTierResponse(_message.Message):
    __slots__ = ("member_ids", "has_next_page")
    MEMBER_IDS_FIELD_NUMBER: _ClassVar[int]
    HAS_NEXT_PAGE_FIELD_NUMBER: _ClassVar[int]
    member_ids: _containers.RepeatedScalarFieldContainer[str]
    has_next_page: bool
    def __init__(self, member_ids: _Optional[_Iterable[str]] = ..., has_next_page: _Optional[bool] = ...) -> None: ...

class BatchGetStandingsRequest(_message.Message):
    __slots__ = ("members", "programme_id")
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    members: _containers.RepeatedCompositeFieldContainer[_kit_pb2.MemberKey]
    programme_id: str
    def __init__(self, members: _Optional[_Iterable[_Union[_kit_pb2.MemberKey, _Mapping]]] = ..., programme_id: _Optional[str] = ...) -> None: ...

class BatchGetStandingsResponse(_message.Message):
    __slots__ = ("results",)
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[StandingResult]
    def __init__(self, results: _Optional[_Iterable[_Union[StandingResult, _Mapping]]] = ...) -> None: ...

class StandingResult(_message.Message):
    __slots__ = ("standing", "refusal")
    STANDING_FIELD_NUMBER: _ClassVar[int]
    REFUSAL_FIELD_NUMBER: _ClassVar[int]
    standing: Standing
    refusal: _kit_pb2.Refusal
    def __init__(self, standing: _Optional[_Union[Standing, _Mapping]] = ..., refusal: _Optional[_Union[_kit_pb2.Refusal, _Mapping]] = ...) -> None: ...

class Standing(_message.Message):
    __slots__ = ("tier", "since", "valid_until", "next_tier", "toward_next", "next_match", "to_keep", "keep_match", "kept", "judged_at", "grace_until", "placed_by", "ladder_tier", "money_currency", "score")
    TIER_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    VALID_UNTIL_FIELD_NUMBER: _ClassVar[int]
    NEXT_TIER_FIELD_NUMBER: _ClassVar[int]
    TOWARD_NEXT_FIELD_NUMBER: _ClassVar[int]
    NEXT_MATCH_FIELD_NUMBER: _ClassVar[int]
    TO_KEEP_FIELD_NUMBER: _ClassVar[int]
    KEEP_MATCH_FIELD_NUMBER: _ClassVar[int]
    KEPT_FIELD_NUMBER: _ClassVar[int]
    JUDGED_AT_FIELD_NUMBER: _ClassVar[int]
    GRACE_UNTIL_FIELD_NUMBER: _ClassVar[int]
    PLACED_BY_FIELD_NUMBER: _ClassVar[int]
    LADDER_TIER_FIELD_NUMBER: _ClassVar[int]
    MONEY_CURRENCY_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    tier: Tier
    since: _timestamp_pb2.Timestamp
    valid_until: _timestamp_pb2.Timestamp
    next_tier: Tier
    toward_next: _containers.RepeatedCompositeFieldContainer[ConditionProgress]
    next_match: _tier_schemes_pb2.ConditionMatch
    to_keep: _containers.RepeatedCompositeFieldContainer[ConditionProgress]
    keep_match: _tier_schemes_pb2.ConditionMatch
    kept: bool
    judged_at: _timestamp_pb2.Timestamp
    grace_until: _timestamp_pb2.Timestamp
    placed_by: _placements_pb2.PlacementKind
    ladder_tier: Tier
    money_currency: str
    score: _containers.RepeatedCompositeFieldContainer[ScorePartProgress]
    def __init__(self, tier: _Optional[_Union[Tier, _Mapping]] = ..., since: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., valid_until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., next_tier: _Optional[_Union[Tier, _Mapping]] = ..., toward_next: _Optional[_Iterable[_Union[ConditionProgress, _Mapping]]] = ..., next_match: _Optional[_Union[_tier_schemes_pb2.ConditionMatch, str]] = ..., to_keep: _Optional[_Iterable[_Union[ConditionProgress, _Mapping]]] = ..., keep_match: _Optional[_Union[_tier_schemes_pb2.ConditionMatch, str]] = ..., kept: _Optional[bool] = ..., judged_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., grace_until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., placed_by: _Optional[_Union[_placements_pb2.PlacementKind, str]] = ..., ladder_tier: _Optional[_Union[Tier, _Mapping]] = ..., money_currency: _Optional[str] = ..., score: _Optional[_Iterable[_Union[ScorePartProgress, _Mapping]]] = ...) -> None: ...

class ScorePartProgress(_message.Message):
    __slots__ = ("key", "name", "metric", "actual", "score", "cap", "profiling", "neutral")
    KEY_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    METRIC_FIELD_NUMBER: _ClassVar[int]
    ACTUAL_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    CAP_FIELD_NUMBER: _ClassVar[int]
    PROFILING_FIELD_NUMBER: _ClassVar[int]
    NEUTRAL_FIELD_NUMBER: _ClassVar[int]
    key: str
    name: _kit_pb2.LocalizedText
    metric: str
    actual: int
    score: int
    cap: int
    profiling: bool
    neutral: bool
    def __init__(self, key: _Optional[str] = ..., name: _Optional[_Union[_kit_pb2.LocalizedText, _Mapping]] = ..., metric: _Optional[str] = ..., actual: _Optional[int] = ..., score: _Optional[int] = ..., cap: _Optional[int] = ..., profiling: _Optional[bool] = ..., neutral: _Optional[bool] = ...) -> None: ...

class ConditionProgress(_message.Message):
    __slots__ = ("metric", "actual", "required", "window", "first_day", "last_day")
    METRIC_FIELD_NUMBER: _ClassVar[int]
    ACTUAL_FIELD_NUMBER: _ClassVar[int]
    REQUIRED_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    FIRST_DAY_FIELD_NUMBER: _ClassVar[int]
    LAST_DAY_FIELD_NUMBER: _ClassVar[int]
    metric: str
    actual: int
    required: int
    window: _tier_schemes_pb2.TierWindow
    first_day: str
    last_day: str
    def __init__(self, metric: _Optional[str] = ..., actual: _Optional[int] = ..., required: _Optional[int] = ..., window: _Optional[_Union[_tier_schemes_pb2.TierWindow, _Mapping]] = ..., first_day: _Optional[str] = ..., last_day: _Optional[str] = ...) -> None: ...

class Tier(_message.Message):
    __slots__ = ("key", "name", "rank", "benefits")
    KEY_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    RANK_FIELD_NUMBER: _ClassVar[int]
    BENEFITS_FIELD_NUMBER: _ClassVar[int]
    key: str
    name: _kit_pb2.LocalizedText
    rank: int
    benefits: _containers.RepeatedCompositeFieldContainer[_benefits_pb2.Benefit]
    def __init__(self, key: _Optional[str] = ..., name: _Optional[_Union[_kit_pb2.LocalizedText, _Mapping]] = ..., rank: _Optional[int] = ..., benefits: _Optional[_Iterable[_Union[_benefits_pb2.Benefit, _Mapping]]] = ...) -> None: ...
