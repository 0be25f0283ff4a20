import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Ward(_message.Message):
    __slots__ = ("child_id", "guardian_id", "linked_at")
    CHILD_ID_FIELD_NUMBER: _ClassVar[int]
    GUARDIAN_ID_FIELD_NUMBER: _ClassVar[int]
    LINKED_AT_FIELD_NUMBER: _ClassVar[int]
    child_id: str
    guardian_id: str
    linked_at: _timestamp_pb2.Timestamp
    def __init__(self, child_id: _Optional[str] = ..., guardian_id: _Optional[str] = ..., linked_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class LinkGuardianRequest(_message.Message):
    __slots__ = ("child_id", "guardian_id", "verification")
    CHILD_ID_FIELD_NUMBER: _ClassVar[int]
    GUARDIAN_ID_FIELD_NUMBER: _ClassVar[int]
    VERIFICATION_FIELD_NUMBER: _ClassVar[int]
    child_id: str
    guardian_id: str
    verification: str
    def __init__(self, child_id: _Optional[str] = ..., guardian_id: _Optional[str] = ..., verification: _Optional[str] = ...) -> None: ...

class LinkGuardianResponse(_message.Message):
    __slots__ = ("ward", "replayed")
    WARD_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    ward: Ward
    replayed: bool
    def __init__(self, ward: _Optional[_Union[Ward, _Mapping]] = ..., replayed: _Optional[bool] = ...) -> None: ...

class UnlinkGuardianRequest(_message.Message):
    __slots__ = ("child_id",)
    CHILD_ID_FIELD_NUMBER: _ClassVar[int]
    child_id: str
    def __init__(self, child_id: _Optional[str] = ...) -> None: ...

class UnlinkGuardianResponse(_message.Message):
    __slots__ = ("ward",)
    WARD_FIELD_NUMBER: _ClassVar[int]
    ward: Ward
    def __init__(self, ward: _Optional[_Union[Ward, _Mapping]] = ...) -> None: ...

class GetWardRequest(_message.Message):
    __slots__ = ("member_id",)
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    def __init__(self, member_id: _Optional[str] = ...) -> None: ...

class GetWardResponse(_message.Message):
    __slots__ = ("ward",)
    WARD_FIELD_NUMBER: _ClassVar[int]
    ward: Ward
    def __init__(self, ward: _Optional[_Union[Ward, _Mapping]] = ...) -> None: ...

class ListWardsRequest(_message.Message):
    __slots__ = ("guardian_id",)
    GUARDIAN_ID_FIELD_NUMBER: _ClassVar[int]
    guardian_id: str
    def __init__(self, guardian_id: _Optional[str] = ...) -> None: ...

class ListWardsResponse(_message.Message):
    __slots__ = ("wards",)
    WARDS_FIELD_NUMBER: _ClassVar[int]
    wards: _containers.RepeatedCompositeFieldContainer[Ward]
    def __init__(self, wards: _Optional[_Iterable[_Union[Ward, _Mapping]]] = ...) -> None: ...
