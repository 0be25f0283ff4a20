import datetime

from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from huiyuan.kit.v1 import kit_pb2 as _kit_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class MessageChannel(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    MESSAGE_CHANNEL_UNSPECIFIED: _ClassVar[MessageChannel]
    MESSAGE_CHANNEL_SMS: _ClassVar[MessageChannel]
    MESSAGE_CHANNEL_EMAIL: _ClassVar[MessageChannel]
    MESSAGE_CHANNEL_PUSH: _ClassVar[MessageChannel]
    MESSAGE_CHANNEL_WECHAT: _ClassVar[MessageChannel]
MESSAGE_CHANNEL_UNSPECIFIED: MessageChannel
MESSAGE_CHANNEL_SMS: MessageChannel
MESSAGE_CHANNEL_EMAIL: MessageChannel
MESSAGE_CHANNEL_PUSH: MessageChannel
MESSAGE_CHANNEL_WECHAT: MessageChannel

class Topic(_message.Message):
    __slots__ = ("key", "version", "name", "description", "channels", "may_be_switched_off", "keeps_quiet_hours", "keeps_caps", "retired", "digest", "effective_at")
    KEY_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    CHANNELS_FIELD_NUMBER: _ClassVar[int]
    MAY_BE_SWITCHED_OFF_FIELD_NUMBER: _ClassVar[int]
    KEEPS_QUIET_HOURS_FIELD_NUMBER: _ClassVar[int]
    KEEPS_CAPS_FIELD_NUMBER: _ClassVar[int]
    RETIRED_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_AT_FIELD_NUMBER: _ClassVar[int]
    key: str
    version: int
    name: _kit_pb2.LocalizedText
    description: _kit_pb2.LocalizedText
    channels: _containers.RepeatedCompositeFieldContainer[TopicChannel]
    may_be_switched_off: bool
    keeps_quiet_hours: bool
    keeps_caps: bool
    retired: bool
    digest: str
    effective_at: _timestamp_pb2.Timestamp
    def __init__(self, key: _Optional[str] = ..., version: _Optional[int] = ..., name: _Optional[_Union[_kit_pb2.LocalizedText, _Mapping]] = ..., description: _Optional[_Union[_kit_pb2.LocalizedText, _Mapping]] = ..., channels: _Optional[_Iterable[_Union[TopicChannel, _Mapping]]] = ..., may_be_switched_off: _Optional[bool] = ..., keeps_quiet_hours: _Optional[bool] = ..., keeps_caps: _Optional[bool] = ..., retired: _Optional[bool] = ..., digest: _Optional[str] = ..., effective_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class TopicChannel(_message.Message):
    __slots__ = ("channel", "purpose")
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    channel: MessageChannel
    purpose: str
    def __init__(self, channel: _Optional[_Union[MessageChannel, str]] = ..., purpose: _Optional[str] = ...) -> None: ...

class QuietHours(_message.Message):
    __slots__ = ("start_minute", "end_minute", "time_zone")
    START_MINUTE_FIELD_NUMBER: _ClassVar[int]
    END_MINUTE_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    start_minute: int
    end_minute: int
    time_zone: str
    def __init__(self, start_minute: _Optional[int] = ..., end_minute: _Optional[int] = ..., time_zone: _Optional[str] = ...) -> None: ...

class FrequencyCap(_message.Message):
    __slots__ = ("channel", "period", "most")
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    MOST_FIELD_NUMBER: _ClassVar[int]
    channel: MessageChannel
    period: _duration_pb2.Duration
    most: int
    def __init__(self, channel: _Optional[_Union[MessageChannel, str]] = ..., period: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., most: _Optional[int] = ...) -> None: ...

class SendingRules(_message.Message):
    __slots__ = ("version", "default_quiet_hours", "caps", "digest", "effective_at")
    VERSION_FIELD_NUMBER: _ClassVar[int]
    DEFAULT_QUIET_HOURS_FIELD_NUMBER: _ClassVar[int]
    CAPS_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_AT_FIELD_NUMBER: _ClassVar[int]
    version: int
    default_quiet_hours: QuietHours
    caps: _containers.RepeatedCompositeFieldContainer[FrequencyCap]
    digest: str
    effective_at: _timestamp_pb2.Timestamp
    def __init__(self, version: _Optional[int] = ..., default_quiet_hours: _Optional[_Union[QuietHours, _Mapping]] = ..., caps: _Optional[_Iterable[_Union[FrequencyCap, _Mapping]]] = ..., digest: _Optional[str] = ..., effective_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class PublishTopicRequest(_message.Message):
    __slots__ = ("topic",)
    TOPIC_FIELD_NUMBER: _ClassVar[int]
    topic: Topic
    def __init__(self, topic: _Optional[_Union[Topic, _Mapping]] = ...) -> None: ...

class PublishTopicResponse(_message.Message):
    __slots__ = ("topic", "replayed")
    TOPIC_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    topic: Topic
    replayed: bool
    def __init__(self, topic: _Optional[_Union[Topic, _Mapping]] = ..., replayed: _Optional[bool] = ...) -> None: ...

class ListTopicsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListTopicsResponse(_message.Message):
    __slots__ = ("topics",)
    TOPICS_FIELD_NUMBER: _ClassVar[int]
    topics: _containers.RepeatedCompositeFieldContainer[Topic]
    def __init__(self, topics: _Optional[_Iterable[_Union[Topic, _Mapping]]] = ...) -> None: ...

class PublishSendingRulesRequest(_message.Message):
    __slots__ = ("rules",)
    RULES_FIELD_NUMBER: _ClassVar[int]
    rules: SendingRules
    def __init__(self, rules: _Optional[_Union[SendingRules, _Mapping]] = ...) -> None: ...

class PublishSendingRulesResponse(_message.Message):
    __slots__ = ("rules", "replayed")
    RULES_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    rules: SendingRules
    replayed: bool
    def __init__(self, rules: _Optional[_Union[SendingRules, _Mapping]] = ..., replayed: _Optional[bool] = ...) -> None: ...

class GetSendingRulesRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetSendingRulesResponse(_message.Message):
    __slots__ = ("rules",)
    RULES_FIELD_NUMBER: _ClassVar[int]
    rules: SendingRules
    def __init__(self, rules: _Optional[_Union[SendingRules, _Mapping]] = ...) -> None: ...
