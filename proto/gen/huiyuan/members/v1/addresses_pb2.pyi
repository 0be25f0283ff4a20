from huiyuan.members.v1 import profiles_pb2 as _profiles_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class SaveAddressRequest(_message.Message):
    __slots__ = ("member_id", "address", "idempotency_key")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    address: _profiles_pb2.Address
    idempotency_key: str
    def __init__(self, member_id: _Optional[str] = ..., address: _Optional[_Union[_profiles_pb2.Address, _Mapping]] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class SaveAddressResponse(_message.Message):
    __slots__ = ("profile", "address_id")
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_ID_FIELD_NUMBER: _ClassVar[int]
    profile: _profiles_pb2.Profile
    address_id: str
    def __init__(self, profile: _Optional[_Union[_profiles_pb2.Profile, _Mapping]] = ..., address_id: _Optional[str] = ...) -> None: ...

class RemoveAddressRequest(_message.Message):
    __slots__ = ("member_id", "address_id", "idempotency_key")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_ID_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    address_id: str
    idempotency_key: str
    def __init__(self, member_id: _Optional[str] = ..., address_id: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class RemoveAddressResponse(_message.Message):
    __slots__ = ("profile",)
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    profile: _profiles_pb2.Profile
    def __init__(self, profile: _Optional[_Union[_profiles_pb2.Profile, _Mapping]] = ...) -> None: ...
