import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ConsentEvent(_message.Message):
    __slots__ = ("member_id", "occurred_at", "epoch", "consent_given", "consent_withdrawn", "purpose_published", "notice_published")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    OCCURRED_AT_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    CONSENT_GIVEN_FIELD_NUMBER: _ClassVar[int]
    CONSENT_WITHDRAWN_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_PUBLISHED_FIELD_NUMBER: _ClassVar[int]
    NOTICE_PUBLISHED_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    occurred_at: _timestamp_pb2.Timestamp
    epoch: int
    consent_given: ConsentGiven
    consent_withdrawn: ConsentWithdrawn
    purpose_published: PurposePublished
    notice_published: NoticePublished
    def __init__(self, member_id: _Optional[str] = ..., occurred_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., epoch: _Optional[int] = ..., consent_given: _Optional[_Union[ConsentGiven, _Mapping]] = ..., consent_withdrawn: _Optional[_Union[ConsentWithdrawn, _Mapping]] = ..., purpose_published: _Optional[_Union[PurposePublished, _Mapping]] = ..., notice_published: _Optional[_Union[NoticePublished, _Mapping]] = ...) -> None: ...

class ConsentGiven(_message.Message):
    __slots__ = ("purposes", "recipient_id")
    PURPOSES_FIELD_NUMBER: _ClassVar[int]
    RECIPIENT_ID_FIELD_NUMBER: _ClassVar[int]
    purposes: _containers.RepeatedScalarFieldContainer[str]
    recipient_id: str
    def __init__(self, purposes: _Optional[_Iterable[str]] = ..., recipient_id: _Optional[str] = ...) -> None: ...

class ConsentWithdrawn(_message.Message):
    __slots__ = ("purposes", "recipient_id")
    PURPOSES_FIELD_NUMBER: _ClassVar[int]
    RECIPIENT_ID_FIELD_NUMBER: _ClassVar[int]
    purposes: _containers.RepeatedScalarFieldContainer[str]
    recipient_id: str
    def __init__(self, purposes: _Optional[_Iterable[str]] = ..., recipient_id: _Optional[str] = ...) -> None: ...

class PurposePublished(_message.Message):
    __slots__ = ("key", "version")
    KEY_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    key: str
    version: int
    def __init__(self, key: _Optional[str] = ..., version: _Optional[int] = ...) -> None: ...

class NoticePublished(_message.Message):
    __slots__ = ("key", "version", "locale", "effective_at")
    KEY_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    LOCALE_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_AT_FIELD_NUMBER: _ClassVar[int]
    key: str
    version: int
    locale: str
    effective_at: _timestamp_pb2.Timestamp
    def __init__(self, key: _Optional[str] = ..., version: _Optional[int] = ..., locale: _Optional[str] = ..., effective_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
