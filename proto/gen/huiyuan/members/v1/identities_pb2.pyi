from huiyuan.kit.v1 import kit_pb2 as _kit_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ResolveMembersRequest(_message.Message):
    __slots__ = ("references",)
    REFERENCES_FIELD_NUMBER: _ClassVar[int]
    references: _containers.RepeatedCompositeFieldContainer[MemberReference]
    def __init__(self, references: _Optional[_Iterable[_Union[MemberReference, _Mapping]]] = ...) -> None: ...

class MemberReference(_message.Message):
    __slots__ = ("member_id", "identity")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    IDENTITY_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    identity: _kit_pb2.ExternalIdentity
    def __init__(self, member_id: _Optional[str] = ..., identity: _Optional[_Union[_kit_pb2.ExternalIdentity, _Mapping]] = ...) -> None: ...

class ResolveMembersResponse(_message.Message):
    __slots__ = ("members",)
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    members: _containers.RepeatedCompositeFieldContainer[ResolvedMember]
    def __init__(self, members: _Optional[_Iterable[_Union[ResolvedMember, _Mapping]]] = ...) -> None: ...

class ResolvedMember(_message.Message):
    __slots__ = ("member_id", "joined_at")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    JOINED_AT_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    joined_at: str
    def __init__(self, member_id: _Optional[str] = ..., joined_at: _Optional[str] = ...) -> None: ...

class FindMemberRequest(_message.Message):
    __slots__ = ("identity",)
    IDENTITY_FIELD_NUMBER: _ClassVar[int]
    identity: _kit_pb2.ExternalIdentity
    def __init__(self, identity: _Optional[_Union[_kit_pb2.ExternalIdentity, _Mapping]] = ...) -> None: ...

class FindMemberResponse(_message.Message):
    __slots__ = ("member_id",)
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    def __init__(self, member_id: _Optional[str] = ...) -> None: ...
