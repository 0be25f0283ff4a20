import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from huiyuan.consent.v1 import topics_pb2 as _topics_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class SuppressionReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SUPPRESSION_REASON_UNSPECIFIED: _ClassVar[SuppressionReason]
    SUPPRESSION_REASON_HARD_BOUNCE: _ClassVar[SuppressionReason]
    SUPPRESSION_REASON_COMPLAINT: _ClassVar[SuppressionReason]
    SUPPRESSION_REASON_REGULATOR: _ClassVar[SuppressionReason]
    SUPPRESSION_REASON_DECEASED: _ClassVar[SuppressionReason]
SUPPRESSION_REASON_UNSPECIFIED: SuppressionReason
SUPPRESSION_REASON_HARD_BOUNCE: SuppressionReason
SUPPRESSION_REASON_COMPLAINT: SuppressionReason
SUPPRESSION_REASON_REGULATOR: SuppressionReason
SUPPRESSION_REASON_DECEASED: SuppressionReason

class Suppression(_message.Message):
    __slots__ = ("channel", "reason", "since", "until", "actor")
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    channel: _topics_pb2.MessageChannel
    reason: SuppressionReason
    since: _timestamp_pb2.Timestamp
    until: _timestamp_pb2.Timestamp
    actor: str
    def __init__(self, channel: _Optional[_Union[_topics_pb2.MessageChannel, str]] = ..., reason: _Optional[_Union[SuppressionReason, str]] = ..., since: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., actor: _Optional[str] = ...) -> None: ...

class SuppressMemberRequest(_message.Message):
    __slots__ = ("member_id", "channel", "reason", "until")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    channel: _topics_pb2.MessageChannel
    reason: SuppressionReason
    until: _timestamp_pb2.Timestamp
    def __init__(self, member_id: _Optional[str] = ..., channel: _Optional[_Union[_topics_pb2.MessageChannel, str]] = ..., reason: _Optional[_Union[SuppressionReason, str]] = ..., until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class SuppressMemberResponse(_message.Message):
    __slots__ = ("suppressions", "replayed")
    SUPPRESSIONS_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    suppressions: _containers.RepeatedCompositeFieldContainer[Suppression]
    replayed: bool
    def __init__(self, suppressions: _Optional[_Iterable[_Union[Suppression, _Mapping]]] = ..., replayed: _Optional[bool] = ...) -> None: ...

class UnsuppressMemberRequest(_message.Message):
    __slots__ = ("member_id", "channel", "reason")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    channel: _topics_pb2.MessageChannel
    reason: SuppressionReason
    def __init__(self, member_id: _Optional[str] = ..., channel: _Optional[_Union[_topics_pb2.MessageChannel, str]] = ..., reason: _Optional[_Union[SuppressionReason, str]] = ...) -> None: ...

class UnsuppressMemberResponse(_message.Message):
    __slots__ = ("suppressions", "replayed")
    SUPPRESSIONS_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    suppressions: _containers.RepeatedCompositeFieldContainer[Suppression]
    replayed: bool
    def __init__(self, suppressions: _Optional[_Iterable[_Union[Suppression, _Mapping]]] = ..., replayed: _Optional[bool] = ...) -> None: ...

class ListSuppressionsRequest(_message.Message):
    __slots__ = ("member_id",)
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    def __init__(self, member_id: _Optional[str] = ...) -> None: ...

class ListSuppressionsResponse(_message.Message):
    __slots__ = ("suppressions",)
    SUPPRESSIONS_FIELD_NUMBER: _ClassVar[int]
    suppressions: _containers.RepeatedCompositeFieldContainer[Suppression]
    def __init__(self, suppressions: _Optional[_Iterable[_Union[Suppression, _Mapping]]] = ...) -> None: ...
