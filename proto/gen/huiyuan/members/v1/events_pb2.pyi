import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class MembersEvent(_message.Message):
    __slots__ = ("member_id", "occurred_at", "member_registered", "profile_updated", "profile_unmasked", "member_celebrated")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    OCCURRED_AT_FIELD_NUMBER: _ClassVar[int]
    MEMBER_REGISTERED_FIELD_NUMBER: _ClassVar[int]
    PROFILE_UPDATED_FIELD_NUMBER: _ClassVar[int]
    PROFILE_UNMASKED_FIELD_NUMBER: _ClassVar[int]
    MEMBER_CELEBRATED_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    occurred_at: _timestamp_pb2.Timestamp
    member_registered: MemberRegistered
    profile_updated: ProfileUpdated
    profile_unmasked: ProfileUnmasked
    member_celebrated: MemberBirthday
    def __init__(self, member_id: _Optional[str] = ..., occurred_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., member_registered: _Optional[_Union[MemberRegistered, _Mapping]] = ..., profile_updated: _Optional[_Union[ProfileUpdated, _Mapping]] = ..., profile_unmasked: _Optional[_Union[ProfileUnmasked, _Mapping]] = ..., member_celebrated: _Optional[_Union[MemberBirthday, _Mapping]] = ...) -> None: ...

class MemberRegistered(_message.Message):
    __slots__ = ("joined_at",)
    JOINED_AT_FIELD_NUMBER: _ClassVar[int]
    joined_at: _timestamp_pb2.Timestamp
    def __init__(self, joined_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ProfileUpdated(_message.Message):
    __slots__ = ("revision",)
    REVISION_FIELD_NUMBER: _ClassVar[int]
    revision: int
    def __init__(self, revision: _Optional[int] = ...) -> None: ...

class ProfileUnmasked(_message.Message):
    __slots__ = ("access_id",)
    ACCESS_ID_FIELD_NUMBER: _ClassVar[int]
    access_id: str
    def __init__(self, access_id: _Optional[str] = ...) -> None: ...

class MemberBirthday(_message.Message):
    __slots__ = ("year",)
    YEAR_FIELD_NUMBER: _ClassVar[int]
    year: int
    def __init__(self, year: _Optional[int] = ...) -> None: ...
