from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class StoreAction(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    STORE_ACTION_UNSPECIFIED: _ClassVar[StoreAction]
    STORE_ACTION_DELETED: _ClassVar[StoreAction]
    STORE_ACTION_PSEUDONYMISED: _ClassVar[StoreAction]
    STORE_ACTION_KEPT: _ClassVar[StoreAction]
STORE_ACTION_UNSPECIFIED: StoreAction
STORE_ACTION_DELETED: StoreAction
STORE_ACTION_PSEUDONYMISED: StoreAction
STORE_ACTION_KEPT: StoreAction

class StoreProof(_message.Message):
    __slots__ = ("store", "action", "count")
    STORE_FIELD_NUMBER: _ClassVar[int]
    ACTION_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    store: str
    action: StoreAction
    count: int
    def __init__(self, store: _Optional[str] = ..., action: _Optional[_Union[StoreAction, str]] = ..., count: _Optional[int] = ...) -> None: ...
