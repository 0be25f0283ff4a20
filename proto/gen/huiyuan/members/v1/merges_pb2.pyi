import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class MergeCause(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    MERGE_CAUSE_UNSPECIFIED: _ClassVar[MergeCause]
    MERGE_CAUSE_LOGIN: _ClassVar[MergeCause]
    MERGE_CAUSE_CLAIM: _ClassVar[MergeCause]
    MERGE_CAUSE_STAFF: _ClassVar[MergeCause]
MERGE_CAUSE_UNSPECIFIED: MergeCause
MERGE_CAUSE_LOGIN: MergeCause
MERGE_CAUSE_CLAIM: MergeCause
MERGE_CAUSE_STAFF: MergeCause

class MergeFollower(_message.Message):
    __slots__ = ("service", "merged_at", "undone_at")
    SERVICE_FIELD_NUMBER: _ClassVar[int]
    MERGED_AT_FIELD_NUMBER: _ClassVar[int]
    UNDONE_AT_FIELD_NUMBER: _ClassVar[int]
    service: str
    merged_at: _timestamp_pb2.Timestamp
    undone_at: _timestamp_pb2.Timestamp
    def __init__(self, service: _Optional[str] = ..., merged_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., undone_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class MemberMerge(_message.Message):
    __slots__ = ("merge_id", "from_member_id", "into_member_id", "cause", "actor", "reason", "merged_at", "undone_at", "undone_by", "undone_reason", "followers")
    MERGE_ID_FIELD_NUMBER: _ClassVar[int]
    FROM_MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    INTO_MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    MERGED_AT_FIELD_NUMBER: _ClassVar[int]
    UNDONE_AT_FIELD_NUMBER: _ClassVar[int]
    UNDONE_BY_FIELD_NUMBER: _ClassVar[int]
    UNDONE_REASON_FIELD_NUMBER: _ClassVar[int]
    FOLLOWERS_FIELD_NUMBER: _ClassVar[int]
    merge_id: str
    from_member_id: str
    into_member_id: str
    cause: MergeCause
    actor: str
    reason: str
    merged_at: _timestamp_pb2.Timestamp
    undone_at: _timestamp_pb2.Timestamp
    undone_by: str
    undone_reason: str
    followers: _containers.RepeatedCompositeFieldContainer[MergeFollower]
    def __init__(self, merge_id: _Optional[str] = ..., from_member_id: _Optional[str] = ..., into_member_id: _Optional[str] = ..., cause: _Optional[_Union[MergeCause, str]] = ..., actor: _Optional[str] = ..., reason: _Optional[str] = ..., merged_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., undone_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., undone_by: _Optional[str] = ..., undone_reason: _Optional[str] = ..., followers: _Optional[_Iterable[_Union[MergeFollower, _Mapping]]] = ...) -> None: ...

class MergeMembersRequest(_message.Message):
    __slots__ = ("from_member_id", "into_member_id", "merge_id", "reason")
    FROM_MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    INTO_MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    MERGE_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    from_member_id: str
    into_member_id: str
    merge_id: str
    reason: str
    def __init__(self, from_member_id: _Optional[str] = ..., into_member_id: _Optional[str] = ..., merge_id: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class MergeMembersResponse(_message.Message):
    __slots__ = ("merge", "replayed")
    MERGE_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    merge: MemberMerge
    replayed: bool
    def __init__(self, merge: _Optional[_Union[MemberMerge, _Mapping]] = ..., replayed: _Optional[bool] = ...) -> None: ...

class UndoMergeRequest(_message.Message):
    __slots__ = ("from_member_id", "merge_id", "reason")
    FROM_MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    MERGE_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    from_member_id: str
    merge_id: str
    reason: str
    def __init__(self, from_member_id: _Optional[str] = ..., merge_id: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class UndoMergeResponse(_message.Message):
    __slots__ = ("merge", "replayed")
    MERGE_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    merge: MemberMerge
    replayed: bool
    def __init__(self, merge: _Optional[_Union[MemberMerge, _Mapping]] = ..., replayed: _Optional[bool] = ...) -> None: ...

class ListMergesRequest(_message.Message):
    __slots__ = ("member_id",)
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    def __init__(self, member_id: _Optional[str] = ...) -> None: ...

class ListMergesResponse(_message.Message):
    __slots__ = ("merges",)
    MERGES_FIELD_NUMBER: _ClassVar[int]
    merges: _containers.RepeatedCompositeFieldContainer[MemberMerge]
    def __init__(self, merges: _Optional[_Iterable[_Union[MemberMerge, _Mapping]]] = ...) -> None: ...
