from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

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

class MergedPoints(_message.Message):
    __slots__ = ("programme_id", "currency", "available", "pending", "debt")
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    AVAILABLE_FIELD_NUMBER: _ClassVar[int]
    PENDING_FIELD_NUMBER: _ClassVar[int]
    DEBT_FIELD_NUMBER: _ClassVar[int]
    programme_id: str
    currency: str
    available: int
    pending: int
    debt: int
    def __init__(self, programme_id: _Optional[str] = ..., currency: _Optional[str] = ..., available: _Optional[int] = ..., pending: _Optional[int] = ..., debt: _Optional[int] = ...) -> None: ...

class MergeMembersResponse(_message.Message):
    __slots__ = ("merge_id", "moved", "replayed")
    MERGE_ID_FIELD_NUMBER: _ClassVar[int]
    MOVED_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    merge_id: str
    moved: _containers.RepeatedCompositeFieldContainer[MergedPoints]
    replayed: bool
    def __init__(self, merge_id: _Optional[str] = ..., moved: _Optional[_Iterable[_Union[MergedPoints, _Mapping]]] = ..., replayed: _Optional[bool] = ...) -> None: ...

class UnmergeMembersRequest(_message.Message):
    __slots__ = ("from_member_id", "merge_id", "reason")
    FROM_MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    MERGE_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    from_member_id: str
    merge_id: str
    reason: str
    def __init__(self, from_member_id: _Optional[str] = ..., merge_id: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class UnmergedPoints(_message.Message):
    __slots__ = ("programme_id", "currency", "available", "pending", "debt", "missing", "held")
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    AVAILABLE_FIELD_NUMBER: _ClassVar[int]
    PENDING_FIELD_NUMBER: _ClassVar[int]
    DEBT_FIELD_NUMBER: _ClassVar[int]
    MISSING_FIELD_NUMBER: _ClassVar[int]
    HELD_FIELD_NUMBER: _ClassVar[int]
    programme_id: str
    currency: str
    available: int
    pending: int
    debt: int
    missing: int
    held: int
    def __init__(self, programme_id: _Optional[str] = ..., currency: _Optional[str] = ..., available: _Optional[int] = ..., pending: _Optional[int] = ..., debt: _Optional[int] = ..., missing: _Optional[int] = ..., held: _Optional[int] = ...) -> None: ...

class UnmergeMembersResponse(_message.Message):
    __slots__ = ("merge_id", "into_member_id", "returned", "replayed")
    MERGE_ID_FIELD_NUMBER: _ClassVar[int]
    INTO_MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    RETURNED_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    merge_id: str
    into_member_id: str
    returned: _containers.RepeatedCompositeFieldContainer[UnmergedPoints]
    replayed: bool
    def __init__(self, merge_id: _Optional[str] = ..., into_member_id: _Optional[str] = ..., returned: _Optional[_Iterable[_Union[UnmergedPoints, _Mapping]]] = ..., replayed: _Optional[bool] = ...) -> None: ...
