import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from huiyuan.consent.v1 import topics_pb2 as _topics_pb2
from huiyuan.kit.v1 import kit_pb2 as _kit_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Preferences(_message.Message):
    __slots__ = ("topics", "quiet_hours", "quiet_hours_in_force", "caps", "automated_decisions_refused", "automated_decisions_refused_at", "epoch", "quiet_hours_besides")
    TOPICS_FIELD_NUMBER: _ClassVar[int]
    QUIET_HOURS_FIELD_NUMBER: _ClassVar[int]
    QUIET_HOURS_IN_FORCE_FIELD_NUMBER: _ClassVar[int]
    CAPS_FIELD_NUMBER: _ClassVar[int]
    AUTOMATED_DECISIONS_REFUSED_FIELD_NUMBER: _ClassVar[int]
    AUTOMATED_DECISIONS_REFUSED_AT_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    QUIET_HOURS_BESIDES_FIELD_NUMBER: _ClassVar[int]
    topics: _containers.RepeatedCompositeFieldContainer[TopicPreference]
    quiet_hours: _topics_pb2.QuietHours
    quiet_hours_in_force: _topics_pb2.QuietHours
    caps: _containers.RepeatedCompositeFieldContainer[_topics_pb2.FrequencyCap]
    automated_decisions_refused: bool
    automated_decisions_refused_at: _timestamp_pb2.Timestamp
    epoch: int
    quiet_hours_besides: _containers.RepeatedCompositeFieldContainer[_topics_pb2.QuietHours]
    def __init__(self, topics: _Optional[_Iterable[_Union[TopicPreference, _Mapping]]] = ..., quiet_hours: _Optional[_Union[_topics_pb2.QuietHours, _Mapping]] = ..., quiet_hours_in_force: _Optional[_Union[_topics_pb2.QuietHours, _Mapping]] = ..., caps: _Optional[_Iterable[_Union[_topics_pb2.FrequencyCap, _Mapping]]] = ..., automated_decisions_refused: _Optional[bool] = ..., automated_decisions_refused_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., epoch: _Optional[int] = ..., quiet_hours_besides: _Optional[_Iterable[_Union[_topics_pb2.QuietHours, _Mapping]]] = ...) -> None: ...

class TopicPreference(_message.Message):
    __slots__ = ("topic", "channel", "enabled", "may_be_switched_off", "name", "description", "consent_purpose")
    TOPIC_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    ENABLED_FIELD_NUMBER: _ClassVar[int]
    MAY_BE_SWITCHED_OFF_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    CONSENT_PURPOSE_FIELD_NUMBER: _ClassVar[int]
    topic: str
    channel: _topics_pb2.MessageChannel
    enabled: bool
    may_be_switched_off: bool
    name: _kit_pb2.LocalizedText
    description: _kit_pb2.LocalizedText
    consent_purpose: str
    def __init__(self, topic: _Optional[str] = ..., channel: _Optional[_Union[_topics_pb2.MessageChannel, str]] = ..., enabled: _Optional[bool] = ..., may_be_switched_off: _Optional[bool] = ..., name: _Optional[_Union[_kit_pb2.LocalizedText, _Mapping]] = ..., description: _Optional[_Union[_kit_pb2.LocalizedText, _Mapping]] = ..., consent_purpose: _Optional[str] = ...) -> None: ...

class SetPreferenceRequest(_message.Message):
    __slots__ = ("member_id", "channel", "topic", "enabled", "idempotency_key")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    TOPIC_FIELD_NUMBER: _ClassVar[int]
    ENABLED_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    channel: _topics_pb2.MessageChannel
    topic: str
    enabled: bool
    idempotency_key: str
    def __init__(self, member_id: _Optional[str] = ..., channel: _Optional[_Union[_topics_pb2.MessageChannel, str]] = ..., topic: _Optional[str] = ..., enabled: _Optional[bool] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class SetPreferenceResponse(_message.Message):
    __slots__ = ("preferences", "replayed")
    PREFERENCES_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    preferences: Preferences
    replayed: bool
    def __init__(self, preferences: _Optional[_Union[Preferences, _Mapping]] = ..., replayed: _Optional[bool] = ...) -> None: ...

class SetQuietHoursRequest(_message.Message):
    __slots__ = ("member_id", "quiet_hours", "idempotency_key")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    QUIET_HOURS_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    quiet_hours: _topics_pb2.QuietHours
    idempotency_key: str
    def __init__(self, member_id: _Optional[str] = ..., quiet_hours: _Optional[_Union[_topics_pb2.QuietHours, _Mapping]] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class SetQuietHoursResponse(_message.Message):
    __slots__ = ("preferences", "replayed")
    PREFERENCES_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    preferences: Preferences
    replayed: bool
    def __init__(self, preferences: _Optional[_Union[Preferences, _Mapping]] = ..., replayed: _Optional[bool] = ...) -> None: ...

class SetFrequencyCapsRequest(_message.Message):
    __slots__ = ("member_id", "caps", "idempotency_key")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    CAPS_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    caps: _containers.RepeatedCompositeFieldContainer[_topics_pb2.FrequencyCap]
    idempotency_key: str
    def __init__(self, member_id: _Optional[str] = ..., caps: _Optional[_Iterable[_Union[_topics_pb2.FrequencyCap, _Mapping]]] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class SetFrequencyCapsResponse(_message.Message):
    __slots__ = ("preferences", "replayed")
    PREFERENCES_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    preferences: Preferences
    replayed: bool
    def __init__(self, preferences: _Optional[_Union[Preferences, _Mapping]] = ..., replayed: _Optional[bool] = ...) -> None: ...

class SetAutomatedDecisionsRequest(_message.Message):
    __slots__ = ("member_id", "refused", "idempotency_key")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    REFUSED_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    refused: bool
    idempotency_key: str
    def __init__(self, member_id: _Optional[str] = ..., refused: _Optional[bool] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class SetAutomatedDecisionsResponse(_message.Message):
    __slots__ = ("preferences", "replayed")
    PREFERENCES_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    preferences: Preferences
    replayed: bool
    def __init__(self, preferences: _Optional[_Union[Preferences, _Mapping]] = ..., replayed: _Optional[bool] = ...) -> None: ...

class BatchGetPreferencesRequest(_message.Message):
    __slots__ = ("members",)
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    members: _containers.RepeatedCompositeFieldContainer[_kit_pb2.MemberKey]
    def __init__(self, members: _Optional[_Iterable[_Union[_kit_pb2.MemberKey, _Mapping]]] = ...) -> None: ...

class BatchGetPreferencesResponse(_message.Message):
    __slots__ = ("results",)
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[PreferencesResult]
    def __init__(self, results: _Optional[_Iterable[_Union[PreferencesResult, _Mapping]]] = ...) -> None: ...

class PreferencesResult(_message.Message):
    __slots__ = ("preferences", "refusal")
    PREFERENCES_FIELD_NUMBER: _ClassVar[int]
    REFUSAL_FIELD_NUMBER: _ClassVar[int]
    preferences: Preferences
    refusal: _kit_pb2.Refusal
    def __init__(self, preferences: _Optional[_Union[Preferences, _Mapping]] = ..., refusal: _Optional[_Union[_kit_pb2.Refusal, _Mapping]] = ...) -> None: ...

class BatchGetAutomatedDecisionsRequest(_message.Message):
    __slots__ = ("member_ids",)
    MEMBER_IDS_FIELD_NUMBER: _ClassVar[int]
    member_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, member_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class BatchGetAutomatedDecisionsResponse(_message.Message):
    __slots__ = ("answers",)
    ANSWERS_FIELD_NUMBER: _ClassVar[int]
    answers: _containers.RepeatedCompositeFieldContainer[AutomatedDecisions]
    def __init__(self, answers: _Optional[_Iterable[_Union[AutomatedDecisions, _Mapping]]] = ...) -> None: ...

class AutomatedDecisions(_message.Message):
    __slots__ = ("refused", "refused_at", "epoch")
    REFUSED_FIELD_NUMBER: _ClassVar[int]
    REFUSED_AT_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    refused: bool
    refused_at: _timestamp_pb2.Timestamp
    epoch: int
    def __init__(self, refused: _Optional[bool] = ..., refused_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., epoch: _Optional[int] = ...) -> None: ...

class ListPreferenceChangesRequest(_message.Message):
    __slots__ = ("member_id", "first", "after")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    FIRST_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    first: int
    after: str
    def __init__(self, member_id: _Optional[str] = ..., first: _Optional[int] = ..., after: _Optional[str] = ...) -> None: ...

class ListPreferenceChangesResponse(_message.Message):
    __slots__ = ("changes", "has_next_page")
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    HAS_NEXT_PAGE_FIELD_NUMBER: _ClassVar[int]
    changes: _containers.RepeatedCompositeFieldContainer[PreferenceChange]
    has_next_page: bool
    def __init__(self, changes: _Optional[_Iterable[_Union[PreferenceChange, _Mapping]]] = ..., has_next_page: _Optional[bool] = ...) -> None: ...

class PreferenceChange(_message.Message):
    __slots__ = ("cursor", "changed_at", "actor", "kind", "content_json")
    CURSOR_FIELD_NUMBER: _ClassVar[int]
    CHANGED_AT_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    CONTENT_JSON_FIELD_NUMBER: _ClassVar[int]
    cursor: str
    changed_at: _timestamp_pb2.Timestamp
    actor: str
    kind: str
    content_json: str
    def __init__(self, cursor: _Optional[str] = ..., changed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., actor: _Optional[str] = ..., kind: _Optional[str] = ..., content_json: _Optional[str] = ...) -> None: ...
