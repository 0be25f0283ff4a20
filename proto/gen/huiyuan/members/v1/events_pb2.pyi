import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class MembersEvent(_message.Message):
    __slots__ = ("member_id", "occurred_at", "member_registered", "profile_updated", "profile_unmasked", "package_ready")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    OCCURRED_AT_FIELD_NUMBER: _ClassVar[int]
    MEMBER_REGISTERED_FIELD_NUMBER: _ClassVar[int]
    PROFILE_UPDATED_FIELD_NUMBER: _ClassVar[int]
    PROFILE_UNMASKED_FIELD_NUMBER: _ClassVar[int]
    PACKAGE_READY_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    occurred_at: _timestamp_pb2.Timestamp
    member_registered: MemberRegistered
    profile_updated: ProfileUpdated
    profile_unmasked: ProfileUnmasked
    package_ready: PackageReady
    def __init__(self, member_id: _Optional[str] = ..., occurred_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., member_registered: _Optional[_Union[MemberRegistered, _Mapping]] = ..., profile_updated: _Optional[_Union[ProfileUpdated, _Mapping]] = ..., profile_unmasked: _Optional[_Union[ProfileUnmasked, _Mapping]] = ..., package_ready: _Optional[_Union[PackageReady, _Mapping]] = ...) -> None: ...

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

class PackageReady(_message.Message):
    __slots__ = ("package_id",)
    PACKAGE_ID_FIELD_NUMBER: _ClassVar[int]
    package_id: str
    def __init__(self, package_id: _Optional[str] = ...) -> None: ...
