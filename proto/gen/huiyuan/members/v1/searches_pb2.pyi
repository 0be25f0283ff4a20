import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from huiyuan.kit.v1 import kit_pb2 as _kit_pb2
from huiyuan.members.v1 import profiles_pb2 as _profiles_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Criterion(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CRITERION_UNSPECIFIED: _ClassVar[Criterion]
    CRITERION_IDENTITY: _ClassVar[Criterion]
    CRITERION_FULL_NAME: _ClassVar[Criterion]
    CRITERION_CITY: _ClassVar[Criterion]
    CRITERION_TAGS: _ClassVar[Criterion]
    CRITERION_STATUS: _ClassVar[Criterion]
    CRITERION_JOINED: _ClassVar[Criterion]
    CRITERION_AMONG: _ClassVar[Criterion]
CRITERION_UNSPECIFIED: Criterion
CRITERION_IDENTITY: Criterion
CRITERION_FULL_NAME: Criterion
CRITERION_CITY: Criterion
CRITERION_TAGS: Criterion
CRITERION_STATUS: Criterion
CRITERION_JOINED: Criterion
CRITERION_AMONG: Criterion

class SearchMembersRequest(_message.Message):
    __slots__ = ("identity", "full_name", "city", "tags", "status", "joined_from", "joined_until", "first", "after", "among")
    IDENTITY_FIELD_NUMBER: _ClassVar[int]
    FULL_NAME_FIELD_NUMBER: _ClassVar[int]
    CITY_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    JOINED_FROM_FIELD_NUMBER: _ClassVar[int]
    JOINED_UNTIL_FIELD_NUMBER: _ClassVar[int]
    FIRST_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    AMONG_FIELD_NUMBER: _ClassVar[int]
    identity: _kit_pb2.ExternalIdentity
    full_name: str
    city: str
    tags: _containers.RepeatedScalarFieldContainer[str]
    status: _profiles_pb2.MemberStatus
    joined_from: _timestamp_pb2.Timestamp
    joined_until: _timestamp_pb2.Timestamp
    first: int
    after: str
    among: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, identity: _Optional[_Union[_kit_pb2.ExternalIdentity, _Mapping]] = ..., full_name: _Optional[str] = ..., city: _Optional[str] = ..., tags: _Optional[_Iterable[str]] = ..., status: _Optional[_Union[_profiles_pb2.MemberStatus, str]] = ..., joined_from: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., joined_until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., first: _Optional[int] = ..., after: _Optional[str] = ..., among: _Optional[_Iterable[str]] = ...) -> None: ...

class SearchMembersResponse(_message.Message):
    __slots__ = ("members", "has_next_page", "end")
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    HAS_NEXT_PAGE_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    members: _containers.RepeatedCompositeFieldContainer[FoundMember]
    has_next_page: bool
    end: str
    def __init__(self, members: _Optional[_Iterable[_Union[FoundMember, _Mapping]]] = ..., has_next_page: _Optional[bool] = ..., end: _Optional[str] = ...) -> None: ...

class FoundMember(_message.Message):
    __slots__ = ("member_id", "place")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    PLACE_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    place: str
    def __init__(self, member_id: _Optional[str] = ..., place: _Optional[str] = ...) -> None: ...

class ListSearchesRequest(_message.Message):
    __slots__ = ("first", "after", "actor")
    FIRST_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    first: int
    after: str
    actor: str
    def __init__(self, first: _Optional[int] = ..., after: _Optional[str] = ..., actor: _Optional[str] = ...) -> None: ...

class ListSearchesResponse(_message.Message):
    __slots__ = ("searches", "has_next_page")
    SEARCHES_FIELD_NUMBER: _ClassVar[int]
    HAS_NEXT_PAGE_FIELD_NUMBER: _ClassVar[int]
    searches: _containers.RepeatedCompositeFieldContainer[LoggedSearch]
    has_next_page: bool
    def __init__(self, searches: _Optional[_Iterable[_Union[LoggedSearch, _Mapping]]] = ..., has_next_page: _Optional[bool] = ...) -> None: ...

class LoggedSearch(_message.Message):
    __slots__ = ("search_id", "actor", "criteria", "found", "searched_at", "allowed")
    SEARCH_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    CRITERIA_FIELD_NUMBER: _ClassVar[int]
    FOUND_FIELD_NUMBER: _ClassVar[int]
    SEARCHED_AT_FIELD_NUMBER: _ClassVar[int]
    ALLOWED_FIELD_NUMBER: _ClassVar[int]
    search_id: str
    actor: str
    criteria: _containers.RepeatedScalarFieldContainer[Criterion]
    found: int
    searched_at: _timestamp_pb2.Timestamp
    allowed: bool
    def __init__(self, search_id: _Optional[str] = ..., actor: _Optional[str] = ..., criteria: _Optional[_Iterable[_Union[Criterion, str]]] = ..., found: _Optional[int] = ..., searched_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., allowed: _Optional[bool] = ...) -> None: ...
