import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from huiyuan.kit.v1 import kit_pb2 as _kit_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class HandlerTransfer(_message.Message):
    __slots__ = ("transfer_id", "handler_id", "name", "contact", "notice_key", "effective_at")
    TRANSFER_ID_FIELD_NUMBER: _ClassVar[int]
    HANDLER_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    CONTACT_FIELD_NUMBER: _ClassVar[int]
    NOTICE_KEY_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_AT_FIELD_NUMBER: _ClassVar[int]
    transfer_id: str
    handler_id: str
    name: _kit_pb2.LocalizedText
    contact: str
    notice_key: str
    effective_at: _timestamp_pb2.Timestamp
    def __init__(self, transfer_id: _Optional[str] = ..., handler_id: _Optional[str] = ..., name: _Optional[_Union[_kit_pb2.LocalizedText, _Mapping]] = ..., contact: _Optional[str] = ..., notice_key: _Optional[str] = ..., effective_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class TransferHandlingRequest(_message.Message):
    __slots__ = ("transfer",)
    TRANSFER_FIELD_NUMBER: _ClassVar[int]
    transfer: HandlerTransfer
    def __init__(self, transfer: _Optional[_Union[HandlerTransfer, _Mapping]] = ...) -> None: ...

class TransferHandlingResponse(_message.Message):
    __slots__ = ("transfer", "replayed")
    TRANSFER_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    transfer: HandlerTransfer
    replayed: bool
    def __init__(self, transfer: _Optional[_Union[HandlerTransfer, _Mapping]] = ..., replayed: _Optional[bool] = ...) -> None: ...

class ListTransfersRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListTransfersResponse(_message.Message):
    __slots__ = ("transfers",)
    TRANSFERS_FIELD_NUMBER: _ClassVar[int]
    transfers: _containers.RepeatedCompositeFieldContainer[HandlerTransfer]
    def __init__(self, transfers: _Optional[_Iterable[_Union[HandlerTransfer, _Mapping]]] = ...) -> None: ...
