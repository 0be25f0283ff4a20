import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ListRecordsRequest(_message.Message):
    __slots__ = ("member_id", "first", "after")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    FIRST_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    first: int
    after: str
    def __init__(self, member_id: _Optional[str] = ..., first: _Optional[int] = ..., after: _Optional[str] = ...) -> None: ...

class ListRecordsResponse(_message.Message):
    __slots__ = ("records", "has_next_page")
    RECORDS_FIELD_NUMBER: _ClassVar[int]
    HAS_NEXT_PAGE_FIELD_NUMBER: _ClassVar[int]
    records: _containers.RepeatedCompositeFieldContainer[ConsentRecord]
    has_next_page: bool
    def __init__(self, records: _Optional[_Iterable[_Union[ConsentRecord, _Mapping]]] = ..., has_next_page: _Optional[bool] = ...) -> None: ...

class ConsentRecord(_message.Message):
    __slots__ = ("record_id", "cursor", "purpose", "purpose_version", "event_state", "event_time", "recipient_id", "privacy_notice", "notice_digest", "channel", "form", "articles", "pii_information", "retention_period", "record_digest")
    RECORD_ID_FIELD_NUMBER: _ClassVar[int]
    CURSOR_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_VERSION_FIELD_NUMBER: _ClassVar[int]
    EVENT_STATE_FIELD_NUMBER: _ClassVar[int]
    EVENT_TIME_FIELD_NUMBER: _ClassVar[int]
    RECIPIENT_ID_FIELD_NUMBER: _ClassVar[int]
    PRIVACY_NOTICE_FIELD_NUMBER: _ClassVar[int]
    NOTICE_DIGEST_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    FORM_FIELD_NUMBER: _ClassVar[int]
    ARTICLES_FIELD_NUMBER: _ClassVar[int]
    PII_INFORMATION_FIELD_NUMBER: _ClassVar[int]
    RETENTION_PERIOD_FIELD_NUMBER: _ClassVar[int]
    RECORD_DIGEST_FIELD_NUMBER: _ClassVar[int]
    record_id: str
    cursor: str
    purpose: str
    purpose_version: int
    event_state: str
    event_time: _timestamp_pb2.Timestamp
    recipient_id: str
    privacy_notice: str
    notice_digest: str
    channel: str
    form: str
    articles: _containers.RepeatedScalarFieldContainer[str]
    pii_information: _containers.RepeatedScalarFieldContainer[str]
    retention_period: str
    record_digest: str
    def __init__(self, record_id: _Optional[str] = ..., cursor: _Optional[str] = ..., purpose: _Optional[str] = ..., purpose_version: _Optional[int] = ..., event_state: _Optional[str] = ..., event_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., recipient_id: _Optional[str] = ..., privacy_notice: _Optional[str] = ..., notice_digest: _Optional[str] = ..., channel: _Optional[str] = ..., form: _Optional[str] = ..., articles: _Optional[_Iterable[str]] = ..., pii_information: _Optional[_Iterable[str]] = ..., retention_period: _Optional[str] = ..., record_digest: _Optional[str] = ...) -> None: ...

class GetReceiptRequest(_message.Message):
    __slots__ = ("member_id", "record_id")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    RECORD_ID_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    record_id: str
    def __init__(self, member_id: _Optional[str] = ..., record_id: _Optional[str] = ...) -> None: ...

class GetReceiptResponse(_message.Message):
    __slots__ = ("receipt",)
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    receipt: str
    def __init__(self, receipt: _Optional[str] = ...) -> None: ...

class GetLogRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetLogResponse(_message.Message):
    __slots__ = ("checkpoint", "size", "public_keys")
    CHECKPOINT_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    PUBLIC_KEYS_FIELD_NUMBER: _ClassVar[int]
    checkpoint: str
    size: int
    public_keys: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, checkpoint: _Optional[str] = ..., size: _Optional[int] = ..., public_keys: _Optional[_Iterable[str]] = ...) -> None: ...

class GetConsistencyProofRequest(_message.Message):
    __slots__ = ("older_size", "newer_size")
    OLDER_SIZE_FIELD_NUMBER: _ClassVar[int]
    NEWER_SIZE_FIELD_NUMBER: _ClassVar[int]
    older_size: int
    newer_size: int
    def __init__(self, older_size: _Optional[int] = ..., newer_size: _Optional[int] = ...) -> None: ...

class GetConsistencyProofResponse(_message.Message):
    __slots__ = ("newer_size", "hashes")
    NEWER_SIZE_FIELD_NUMBER: _ClassVar[int]
    HASHES_FIELD_NUMBER: _ClassVar[int]
    newer_size: int
    hashes: _containers.RepeatedScalarFieldContainer[bytes]
    def __init__(self, newer_size: _Optional[int] = ..., hashes: _Optional[_Iterable[bytes]] = ...) -> None: ...
