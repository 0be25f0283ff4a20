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

class IdentitySource(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    IDENTITY_SOURCE_UNSPECIFIED: _ClassVar[IdentitySource]
    IDENTITY_SOURCE_REGISTRATION: _ClassVar[IdentitySource]
    IDENTITY_SOURCE_CODE: _ClassVar[IdentitySource]
    IDENTITY_SOURCE_LOGIN: _ClassVar[IdentitySource]
    IDENTITY_SOURCE_STAFF: _ClassVar[IdentitySource]
IDENTITY_SOURCE_UNSPECIFIED: IdentitySource
IDENTITY_SOURCE_REGISTRATION: IdentitySource
IDENTITY_SOURCE_CODE: IdentitySource
IDENTITY_SOURCE_LOGIN: IdentitySource
IDENTITY_SOURCE_STAFF: IdentitySource

class LinkedIdentity(_message.Message):
    __slots__ = ("identity_id", "kind", "scope", "value_masked", "verified", "linked_at", "verified_at", "source", "member_id")
    IDENTITY_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    VALUE_MASKED_FIELD_NUMBER: _ClassVar[int]
    VERIFIED_FIELD_NUMBER: _ClassVar[int]
    LINKED_AT_FIELD_NUMBER: _ClassVar[int]
    VERIFIED_AT_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    identity_id: str
    kind: _kit_pb2.IdentityKind
    scope: str
    value_masked: str
    verified: bool
    linked_at: _timestamp_pb2.Timestamp
    verified_at: _timestamp_pb2.Timestamp
    source: IdentitySource
    member_id: str
    def __init__(self, identity_id: _Optional[str] = ..., kind: _Optional[_Union[_kit_pb2.IdentityKind, str]] = ..., scope: _Optional[str] = ..., value_masked: _Optional[str] = ..., verified: _Optional[bool] = ..., linked_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., verified_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., source: _Optional[_Union[IdentitySource, str]] = ..., member_id: _Optional[str] = ...) -> None: ...

class ListIdentitiesRequest(_message.Message):
    __slots__ = ("member_id",)
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    def __init__(self, member_id: _Optional[str] = ...) -> None: ...

class ListIdentitiesResponse(_message.Message):
    __slots__ = ("identities",)
    IDENTITIES_FIELD_NUMBER: _ClassVar[int]
    identities: _containers.RepeatedCompositeFieldContainer[LinkedIdentity]
    def __init__(self, identities: _Optional[_Iterable[_Union[LinkedIdentity, _Mapping]]] = ...) -> None: ...

class LinkIdentityRequest(_message.Message):
    __slots__ = ("member_id", "identity", "verified")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    IDENTITY_FIELD_NUMBER: _ClassVar[int]
    VERIFIED_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    identity: _kit_pb2.ExternalIdentity
    verified: bool
    def __init__(self, member_id: _Optional[str] = ..., identity: _Optional[_Union[_kit_pb2.ExternalIdentity, _Mapping]] = ..., verified: _Optional[bool] = ...) -> None: ...

class LinkIdentityResponse(_message.Message):
    __slots__ = ("identity", "replayed")
    IDENTITY_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    identity: LinkedIdentity
    replayed: bool
    def __init__(self, identity: _Optional[_Union[LinkedIdentity, _Mapping]] = ..., replayed: _Optional[bool] = ...) -> None: ...

class UnlinkIdentityRequest(_message.Message):
    __slots__ = ("member_id", "identity_id")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    IDENTITY_ID_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    identity_id: str
    def __init__(self, member_id: _Optional[str] = ..., identity_id: _Optional[str] = ...) -> None: ...

class UnlinkIdentityResponse(_message.Message):
    __slots__ = ("replayed",)
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    replayed: bool
    def __init__(self, replayed: _Optional[bool] = ...) -> None: ...

class DetachIdentityRequest(_message.Message):
    __slots__ = ("identity",)
    IDENTITY_FIELD_NUMBER: _ClassVar[int]
    identity: _kit_pb2.ExternalIdentity
    def __init__(self, identity: _Optional[_Union[_kit_pb2.ExternalIdentity, _Mapping]] = ...) -> None: ...

class DetachIdentityResponse(_message.Message):
    __slots__ = ("member_id",)
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    def __init__(self, member_id: _Optional[str] = ...) -> None: ...
