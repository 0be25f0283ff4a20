import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from huiyuan.kit.v1 import kit_pb2 as _kit_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class PreviewState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PREVIEW_STATE_UNSPECIFIED: _ClassVar[PreviewState]
    PREVIEW_STATE_WAITING: _ClassVar[PreviewState]
    PREVIEW_STATE_RUNNING: _ClassVar[PreviewState]
    PREVIEW_STATE_DONE: _ClassVar[PreviewState]
    PREVIEW_STATE_CANCELLED: _ClassVar[PreviewState]
    PREVIEW_STATE_FAILED: _ClassVar[PreviewState]
PREVIEW_STATE_UNSPECIFIED: PreviewState
PREVIEW_STATE_WAITING: PreviewState
PREVIEW_STATE_RUNNING: PreviewState
PREVIEW_STATE_DONE: PreviewState
PREVIEW_STATE_CANCELLED: PreviewState
PREVIEW_STATE_FAILED: PreviewState

class Preview(_message.Message):
    __slots__ = ("preview_id", "programme_id", "draft_id", "edition", "state", "asked_by", "asked_at", "started_at", "ended_at", "members_seen", "members_about", "findings")
    PREVIEW_ID_FIELD_NUMBER: _ClassVar[int]
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    DRAFT_ID_FIELD_NUMBER: _ClassVar[int]
    EDITION_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    ASKED_BY_FIELD_NUMBER: _ClassVar[int]
    ASKED_AT_FIELD_NUMBER: _ClassVar[int]
    STARTED_AT_FIELD_NUMBER: _ClassVar[int]
    ENDED_AT_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_SEEN_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_ABOUT_FIELD_NUMBER: _ClassVar[int]
    FINDINGS_FIELD_NUMBER: _ClassVar[int]
    preview_id: str
    programme_id: str
    draft_id: str
    edition: int
    state: PreviewState
    asked_by: str
    asked_at: _timestamp_pb2.Timestamp
    started_at: _timestamp_pb2.Timestamp
    ended_at: _timestamp_pb2.Timestamp
    members_seen: int
    members_about: int
    findings: PreviewFindings
    def __init__(self, preview_id: _Optional[str] = ..., programme_id: _Optional[str] = ..., draft_id: _Optional[str] = ..., edition: _Optional[int] = ..., state: _Optional[_Union[PreviewState, str]] = ..., asked_by: _Optional[str] = ..., asked_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., started_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., ended_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., members_seen: _Optional[int] = ..., members_about: _Optional[int] = ..., findings: _Optional[_Union[PreviewFindings, _Mapping]] = ...) -> None: ...

class PreviewFindings(_message.Message):
    __slots__ = ("as_of", "members", "raised", "lowered", "moves", "sample", "costs")
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    RAISED_FIELD_NUMBER: _ClassVar[int]
    LOWERED_FIELD_NUMBER: _ClassVar[int]
    MOVES_FIELD_NUMBER: _ClassVar[int]
    SAMPLE_FIELD_NUMBER: _ClassVar[int]
    COSTS_FIELD_NUMBER: _ClassVar[int]
    as_of: _timestamp_pb2.Timestamp
    members: int
    raised: int
    lowered: int
    moves: _containers.RepeatedCompositeFieldContainer[TierMove]
    sample: _containers.RepeatedCompositeFieldContainer[MovedMember]
    costs: _containers.RepeatedCompositeFieldContainer[TierCost]
    def __init__(self, as_of: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., members: _Optional[int] = ..., raised: _Optional[int] = ..., lowered: _Optional[int] = ..., moves: _Optional[_Iterable[_Union[TierMove, _Mapping]]] = ..., sample: _Optional[_Iterable[_Union[MovedMember, _Mapping]]] = ..., costs: _Optional[_Iterable[_Union[TierCost, _Mapping]]] = ...) -> None: ...

class TierMove(_message.Message):
    __slots__ = ("from_tier", "to_tier", "members")
    FROM_TIER_FIELD_NUMBER: _ClassVar[int]
    TO_TIER_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    from_tier: str
    to_tier: str
    members: int
    def __init__(self, from_tier: _Optional[str] = ..., to_tier: _Optional[str] = ..., members: _Optional[int] = ...) -> None: ...

class MovedMember(_message.Message):
    __slots__ = ("member_id", "from_tier", "to_tier", "conditions")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    FROM_TIER_FIELD_NUMBER: _ClassVar[int]
    TO_TIER_FIELD_NUMBER: _ClassVar[int]
    CONDITIONS_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    from_tier: str
    to_tier: str
    conditions: _containers.RepeatedCompositeFieldContainer[MetCondition]
    def __init__(self, member_id: _Optional[str] = ..., from_tier: _Optional[str] = ..., to_tier: _Optional[str] = ..., conditions: _Optional[_Iterable[_Union[MetCondition, _Mapping]]] = ...) -> None: ...

class MetCondition(_message.Message):
    __slots__ = ("metric", "required", "actual")
    METRIC_FIELD_NUMBER: _ClassVar[int]
    REQUIRED_FIELD_NUMBER: _ClassVar[int]
    ACTUAL_FIELD_NUMBER: _ClassVar[int]
    metric: str
    required: int
    actual: int
    def __init__(self, metric: _Optional[str] = ..., required: _Optional[int] = ..., actual: _Optional[int] = ...) -> None: ...

class TierCost(_message.Message):
    __slots__ = ("tier", "members_before", "members_after", "cost_before", "cost_after", "unlimited")
    TIER_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_BEFORE_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_AFTER_FIELD_NUMBER: _ClassVar[int]
    COST_BEFORE_FIELD_NUMBER: _ClassVar[int]
    COST_AFTER_FIELD_NUMBER: _ClassVar[int]
    UNLIMITED_FIELD_NUMBER: _ClassVar[int]
    tier: str
    members_before: int
    members_after: int
    cost_before: _kit_pb2.Money
    cost_after: _kit_pb2.Money
    unlimited: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, tier: _Optional[str] = ..., members_before: _Optional[int] = ..., members_after: _Optional[int] = ..., cost_before: _Optional[_Union[_kit_pb2.Money, _Mapping]] = ..., cost_after: _Optional[_Union[_kit_pb2.Money, _Mapping]] = ..., unlimited: _Optional[_Iterable[str]] = ...) -> None: ...

class StartPreviewRequest(_message.Message):
    __slots__ = ("draft_id", "edition")
    DRAFT_ID_FIELD_NUMBER: _ClassVar[int]
    EDITION_FIELD_NUMBER: _ClassVar[int]
    draft_id: str
    edition: int
    def __init__(self, draft_id: _Optional[str] = ..., edition: _Optional[int] = ...) -> None: ...

class StartPreviewResponse(_message.Message):
    __slots__ = ("preview", "replayed")
    PREVIEW_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    preview: Preview
    replayed: bool
    def __init__(self, preview: _Optional[_Union[Preview, _Mapping]] = ..., replayed: _Optional[bool] = ...) -> None: ...

class CancelPreviewRequest(_message.Message):
    __slots__ = ("preview_id",)
    PREVIEW_ID_FIELD_NUMBER: _ClassVar[int]
    preview_id: str
    def __init__(self, preview_id: _Optional[str] = ...) -> None: ...

class CancelPreviewResponse(_message.Message):
    __slots__ = ("preview",)
    PREVIEW_FIELD_NUMBER: _ClassVar[int]
    preview: Preview
    def __init__(self, preview: _Optional[_Union[Preview, _Mapping]] = ...) -> None: ...

class GetPreviewRequest(_message.Message):
    __slots__ = ("preview_id",)
    PREVIEW_ID_FIELD_NUMBER: _ClassVar[int]
    preview_id: str
    def __init__(self, preview_id: _Optional[str] = ...) -> None: ...

class GetPreviewResponse(_message.Message):
    __slots__ = ("preview",)
    PREVIEW_FIELD_NUMBER: _ClassVar[int]
    preview: Preview
    def __init__(self, preview: _Optional[_Union[Preview, _Mapping]] = ...) -> None: ...

class ListPreviewsRequest(_message.Message):
    __slots__ = ("draft_id", "first", "after")
    DRAFT_ID_FIELD_NUMBER: _ClassVar[int]
    FIRST_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    draft_id: str
    first: int
    after: str
    def __init__(self, draft_id: _Optional[str] = ..., first: _Optional[int] = ..., after: _Optional[str] = ...) -> None: ...

class ListPreviewsResponse(_message.Message):
    __slots__ = ("previews", "has_next_page")
    PREVIEWS_FIELD_NUMBER: _ClassVar[int]
    HAS_NEXT_PAGE_FIELD_NUMBER: _ClassVar[int]
    previews: _containers.RepeatedCompositeFieldContainer[Preview]
    has_next_page: bool
    def __init__(self, previews: _Optional[_Iterable[_Union[Preview, _Mapping]]] = ..., has_next_page: _Optional[bool] = ...) -> None: ...
