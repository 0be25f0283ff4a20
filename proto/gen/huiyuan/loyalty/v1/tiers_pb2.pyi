import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from huiyuan.kit.v1 import kit_pb2 as _kit_pb2
from huiyuan.loyalty.v1 import benefits_pb2 as _benefits_pb2
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
    __slots__ = ("tier", "since", "valid_until", "next_tier", "toward_next")
    TIER_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    VALID_UNTIL_FIELD_NUMBER: _ClassVar[int]
    NEXT_TIER_FIELD_NUMBER: _ClassVar[int]
    TOWARD_NEXT_FIELD_NUMBER: _ClassVar[int]
    tier: Tier
    since: _timestamp_pb2.Timestamp
    valid_until: _timestamp_pb2.Timestamp
    next_tier: Tier
    toward_next: _containers.RepeatedCompositeFieldContainer[ConditionProgress]
    def __init__(self, tier: _Optional[_Union[Tier, _Mapping]] = ..., since: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., valid_until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., next_tier: _Optional[_Union[Tier, _Mapping]] = ..., toward_next: _Optional[_Iterable[_Union[ConditionProgress, _Mapping]]] = ...) -> None: ...

class ConditionProgress(_message.Message):
    __slots__ = ("metric", "actual", "required")
    METRIC_FIELD_NUMBER: _ClassVar[int]
    ACTUAL_FIELD_NUMBER: _ClassVar[int]
    REQUIRED_FIELD_NUMBER: _ClassVar[int]
    metric: str
    actual: int
    required: int
    def __init__(self, metric: _Optional[str] = ..., actual: _Optional[int] = ..., required: _Optional[int] = ...) -> None: ...

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
