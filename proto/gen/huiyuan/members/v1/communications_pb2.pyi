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

class Channel(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CHANNEL_UNSPECIFIED: _ClassVar[Channel]
    CHANNEL_SMS: _ClassVar[Channel]
    CHANNEL_EMAIL: _ClassVar[Channel]
    CHANNEL_WECHAT: _ClassVar[Channel]
    CHANNEL_PHONE: _ClassVar[Channel]
    CHANNEL_PUSH: _ClassVar[Channel]
    CHANNEL_POST: _ClassVar[Channel]

class Outcome(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    OUTCOME_UNSPECIFIED: _ClassVar[Outcome]
    OUTCOME_SENT: _ClassVar[Outcome]
    OUTCOME_DELIVERED: _ClassVar[Outcome]
    OUTCOME_FAILED: _ClassVar[Outcome]
    OUTCOME_ANSWERED: _ClassVar[Outcome]
    OUTCOME_NOT_REACHED: _ClassVar[Outcome]
CHANNEL_UNSPECIFIED: Channel
CHANNEL_SMS: Channel
CHANNEL_EMAIL: Channel
CHANNEL_WECHAT: Channel
CHANNEL_PHONE: Channel
CHANNEL_PUSH: Channel
CHANNEL_POST: Channel
OUTCOME_UNSPECIFIED: Outcome
OUTCOME_SENT: Outcome
OUTCOME_DELIVERED: Outcome
OUTCOME_FAILED: Outcome
OUTCOME_ANSWERED: Outcome
OUTCOME_NOT_REACHED: Outcome

class RecordCommunicationsRequest(_message.Message):
    __slots__ = ("communications",)
    COMMUNICATIONS_FIELD_NUMBER: _ClassVar[int]
    communications: _containers.RepeatedCompositeFieldContainer[NewCommunication]
    def __init__(self, communications: _Optional[_Iterable[_Union[NewCommunication, _Mapping]]] = ...) -> None: ...

class NewCommunication(_message.Message):
    __slots__ = ("member_id", "channel", "template", "outcome", "sent_at", "message_id")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    TEMPLATE_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    SENT_AT_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    channel: Channel
    template: str
    outcome: Outcome
    sent_at: _timestamp_pb2.Timestamp
    message_id: str
    def __init__(self, member_id: _Optional[str] = ..., channel: _Optional[_Union[Channel, str]] = ..., template: _Optional[str] = ..., outcome: _Optional[_Union[Outcome, str]] = ..., sent_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., message_id: _Optional[str] = ...) -> None: ...

class RecordCommunicationsResponse(_message.Message):
    __slots__ = ("results",)
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[RecordCommunicationResult]
    def __init__(self, results: _Optional[_Iterable[_Union[RecordCommunicationResult, _Mapping]]] = ...) -> None: ...

class RecordCommunicationResult(_message.Message):
    __slots__ = ("recorded", "refusal")
    RECORDED_FIELD_NUMBER: _ClassVar[int]
    REFUSAL_FIELD_NUMBER: _ClassVar[int]
    recorded: RecordedCommunication
    refusal: _kit_pb2.Refusal
    def __init__(self, recorded: _Optional[_Union[RecordedCommunication, _Mapping]] = ..., refusal: _Optional[_Union[_kit_pb2.Refusal, _Mapping]] = ...) -> None: ...

class RecordedCommunication(_message.Message):
    __slots__ = ("replayed",)
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    replayed: bool
    def __init__(self, replayed: _Optional[bool] = ...) -> None: ...

class ListCommunicationsRequest(_message.Message):
    __slots__ = ("member_id", "first", "after")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    FIRST_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    first: int
    after: str
    def __init__(self, member_id: _Optional[str] = ..., first: _Optional[int] = ..., after: _Optional[str] = ...) -> None: ...

class ListCommunicationsResponse(_message.Message):
    __slots__ = ("communications", "has_next_page")
    COMMUNICATIONS_FIELD_NUMBER: _ClassVar[int]
    HAS_NEXT_PAGE_FIELD_NUMBER: _ClassVar[int]
    communications: _containers.RepeatedCompositeFieldContainer[Communication]
    has_next_page: bool
    def __init__(self, communications: _Optional[_Iterable[_Union[Communication, _Mapping]]] = ..., has_next_page: _Optional[bool] = ...) -> None: ...

class Communication(_message.Message):
    __slots__ = ("communication_id", "channel", "template", "outcome", "sent_at", "recorded_by")
    COMMUNICATION_ID_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    TEMPLATE_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    SENT_AT_FIELD_NUMBER: _ClassVar[int]
    RECORDED_BY_FIELD_NUMBER: _ClassVar[int]
    communication_id: str
    channel: Channel
    template: str
    outcome: Outcome
    sent_at: _timestamp_pb2.Timestamp
    recorded_by: str
    def __init__(self, communication_id: _Optional[str] = ..., channel: _Optional[_Union[Channel, str]] = ..., template: _Optional[str] = ..., outcome: _Optional[_Union[Outcome, str]] = ..., sent_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., recorded_by: _Optional[str] = ...) -> None: ...
