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

class SendGate(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SEND_GATE_UNSPECIFIED: _ClassVar[SendGate]
    SEND_GATE_TOPIC: _ClassVar[SendGate]
    SEND_GATE_CONSENT: _ClassVar[SendGate]
    SEND_GATE_PREFERENCE: _ClassVar[SendGate]
    SEND_GATE_SUPPRESSION: _ClassVar[SendGate]
    SEND_GATE_WINDOW: _ClassVar[SendGate]
    SEND_GATE_CAP: _ClassVar[SendGate]
SEND_GATE_UNSPECIFIED: SendGate
SEND_GATE_TOPIC: SendGate
SEND_GATE_CONSENT: SendGate
SEND_GATE_PREFERENCE: SendGate
SEND_GATE_SUPPRESSION: SendGate
SEND_GATE_WINDOW: SendGate
SEND_GATE_CAP: SendGate

class SendDenial(_message.Message):
    __slots__ = ("gate", "reason", "article", "until")
    GATE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    ARTICLE_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    gate: SendGate
    reason: str
    article: str
    until: _timestamp_pb2.Timestamp
    def __init__(self, gate: _Optional[_Union[SendGate, str]] = ..., reason: _Optional[str] = ..., article: _Optional[str] = ..., until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class SendAnswer(_message.Message):
    __slots__ = ("may_send", "denials", "retry_at", "non_personalised", "purpose", "record_id", "epoch")
    MAY_SEND_FIELD_NUMBER: _ClassVar[int]
    DENIALS_FIELD_NUMBER: _ClassVar[int]
    RETRY_AT_FIELD_NUMBER: _ClassVar[int]
    NON_PERSONALISED_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    RECORD_ID_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    may_send: bool
    denials: _containers.RepeatedCompositeFieldContainer[SendDenial]
    retry_at: _timestamp_pb2.Timestamp
    non_personalised: bool
    purpose: str
    record_id: str
    epoch: int
    def __init__(self, may_send: _Optional[bool] = ..., denials: _Optional[_Iterable[_Union[SendDenial, _Mapping]]] = ..., retry_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., non_personalised: _Optional[bool] = ..., purpose: _Optional[str] = ..., record_id: _Optional[str] = ..., epoch: _Optional[int] = ...) -> None: ...

class MaySendRequest(_message.Message):
    __slots__ = ("member_id", "channel", "topic", "at", "min_epoch")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    TOPIC_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    MIN_EPOCH_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    channel: _topics_pb2.MessageChannel
    topic: str
    at: _timestamp_pb2.Timestamp
    min_epoch: int
    def __init__(self, member_id: _Optional[str] = ..., channel: _Optional[_Union[_topics_pb2.MessageChannel, str]] = ..., topic: _Optional[str] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., min_epoch: _Optional[int] = ...) -> None: ...

class MaySendResponse(_message.Message):
    __slots__ = ("answer",)
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    answer: SendAnswer
    def __init__(self, answer: _Optional[_Union[SendAnswer, _Mapping]] = ...) -> None: ...

class MaySendManyRequest(_message.Message):
    __slots__ = ("member_ids", "channel", "topic", "at")
    MEMBER_IDS_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    TOPIC_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    member_ids: _containers.RepeatedScalarFieldContainer[str]
    channel: _topics_pb2.MessageChannel
    topic: str
    at: _timestamp_pb2.Timestamp
    def __init__(self, member_ids: _Optional[_Iterable[str]] = ..., channel: _Optional[_Union[_topics_pb2.MessageChannel, str]] = ..., topic: _Optional[str] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class MaySendManyResponse(_message.Message):
    __slots__ = ("answers",)
    ANSWERS_FIELD_NUMBER: _ClassVar[int]
    answers: _containers.RepeatedCompositeFieldContainer[SendAnswer]
    def __init__(self, answers: _Optional[_Iterable[_Union[SendAnswer, _Mapping]]] = ...) -> None: ...

class ClaimSendRequest(_message.Message):
    __slots__ = ("send_id", "member_id", "channel", "topic")
    SEND_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    TOPIC_FIELD_NUMBER: _ClassVar[int]
    send_id: str
    member_id: str
    channel: _topics_pb2.MessageChannel
    topic: str
    def __init__(self, send_id: _Optional[str] = ..., member_id: _Optional[str] = ..., channel: _Optional[_Union[_topics_pb2.MessageChannel, str]] = ..., topic: _Optional[str] = ...) -> None: ...

class ClaimSendResponse(_message.Message):
    __slots__ = ("answer", "replayed", "claimed_at")
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    CLAIMED_AT_FIELD_NUMBER: _ClassVar[int]
    answer: SendAnswer
    replayed: bool
    claimed_at: _timestamp_pb2.Timestamp
    def __init__(self, answer: _Optional[_Union[SendAnswer, _Mapping]] = ..., replayed: _Optional[bool] = ..., claimed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ReleaseSendRequest(_message.Message):
    __slots__ = ("send_id", "member_id")
    SEND_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    send_id: str
    member_id: str
    def __init__(self, send_id: _Optional[str] = ..., member_id: _Optional[str] = ...) -> None: ...

class ReleaseSendResponse(_message.Message):
    __slots__ = ("replayed",)
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    replayed: bool
    def __init__(self, replayed: _Optional[bool] = ...) -> None: ...
