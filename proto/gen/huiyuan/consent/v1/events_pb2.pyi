import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from huiyuan.consent.v1 import rights_pb2 as _rights_pb2
from huiyuan.kit.v1 import erasures_pb2 as _erasures_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class RightsTask(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RIGHTS_TASK_UNSPECIFIED: _ClassVar[RightsTask]
    RIGHTS_TASK_PACKAGE: _ClassVar[RightsTask]
    RIGHTS_TASK_ERASURE: _ClassVar[RightsTask]
    RIGHTS_TASK_CLOSING: _ClassVar[RightsTask]
RIGHTS_TASK_UNSPECIFIED: RightsTask
RIGHTS_TASK_PACKAGE: RightsTask
RIGHTS_TASK_ERASURE: RightsTask
RIGHTS_TASK_CLOSING: RightsTask

class ConsentEvent(_message.Message):
    __slots__ = ("member_id", "occurred_at", "epoch", "consent_given", "consent_withdrawn", "purpose_published", "notice_published", "merge_followed", "member_erasure_done", "preferences_changed", "suppressions_changed", "automated_decisions_changed", "topic_published", "sending_rules_published", "rights_request_changed", "rights_request_due", "rights_task_asked", "processing_restricted", "guardian_changed", "consent_refused", "handling_transferred")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    OCCURRED_AT_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    CONSENT_GIVEN_FIELD_NUMBER: _ClassVar[int]
    CONSENT_WITHDRAWN_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_PUBLISHED_FIELD_NUMBER: _ClassVar[int]
    NOTICE_PUBLISHED_FIELD_NUMBER: _ClassVar[int]
    MERGE_FOLLOWED_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ERASURE_DONE_FIELD_NUMBER: _ClassVar[int]
    PREFERENCES_CHANGED_FIELD_NUMBER: _ClassVar[int]
    SUPPRESSIONS_CHANGED_FIELD_NUMBER: _ClassVar[int]
    AUTOMATED_DECISIONS_CHANGED_FIELD_NUMBER: _ClassVar[int]
    TOPIC_PUBLISHED_FIELD_NUMBER: _ClassVar[int]
    SENDING_RULES_PUBLISHED_FIELD_NUMBER: _ClassVar[int]
    RIGHTS_REQUEST_CHANGED_FIELD_NUMBER: _ClassVar[int]
    RIGHTS_REQUEST_DUE_FIELD_NUMBER: _ClassVar[int]
    RIGHTS_TASK_ASKED_FIELD_NUMBER: _ClassVar[int]
    PROCESSING_RESTRICTED_FIELD_NUMBER: _ClassVar[int]
    GUARDIAN_CHANGED_FIELD_NUMBER: _ClassVar[int]
    CONSENT_REFUSED_FIELD_NUMBER: _ClassVar[int]
    HANDLING_TRANSFERRED_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    occurred_at: _timestamp_pb2.Timestamp
    epoch: int
    consent_given: ConsentGiven
    consent_withdrawn: ConsentWithdrawn
    purpose_published: PurposePublished
    notice_published: NoticePublished
    merge_followed: MergeFollowed
    member_erasure_done: MemberErasureDone
    preferences_changed: PreferencesChanged
    suppressions_changed: SuppressionsChanged
    automated_decisions_changed: AutomatedDecisionsChanged
    topic_published: TopicPublished
    sending_rules_published: SendingRulesPublished
    rights_request_changed: RightsRequestChanged
    rights_request_due: RightsRequestDue
    rights_task_asked: RightsTaskAsked
    processing_restricted: ProcessingRestricted
    guardian_changed: GuardianChanged
    consent_refused: ConsentRefused
    handling_transferred: HandlingTransferred
    def __init__(self, member_id: _Optional[str] = ..., occurred_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., epoch: _Optional[int] = ..., consent_given: _Optional[_Union[ConsentGiven, _Mapping]] = ..., consent_withdrawn: _Optional[_Union[ConsentWithdrawn, _Mapping]] = ..., purpose_published: _Optional[_Union[PurposePublished, _Mapping]] = ..., notice_published: _Optional[_Union[NoticePublished, _Mapping]] = ..., merge_followed: _Optional[_Union[MergeFollowed, _Mapping]] = ..., member_erasure_done: _Optional[_Union[MemberErasureDone, _Mapping]] = ..., preferences_changed: _Optional[_Union[PreferencesChanged, _Mapping]] = ..., suppressions_changed: _Optional[_Union[SuppressionsChanged, _Mapping]] = ..., automated_decisions_changed: _Optional[_Union[AutomatedDecisionsChanged, _Mapping]] = ..., topic_published: _Optional[_Union[TopicPublished, _Mapping]] = ..., sending_rules_published: _Optional[_Union[SendingRulesPublished, _Mapping]] = ..., rights_request_changed: _Optional[_Union[RightsRequestChanged, _Mapping]] = ..., rights_request_due: _Optional[_Union[RightsRequestDue, _Mapping]] = ..., rights_task_asked: _Optional[_Union[RightsTaskAsked, _Mapping]] = ..., processing_restricted: _Optional[_Union[ProcessingRestricted, _Mapping]] = ..., guardian_changed: _Optional[_Union[GuardianChanged, _Mapping]] = ..., consent_refused: _Optional[_Union[ConsentRefused, _Mapping]] = ..., handling_transferred: _Optional[_Union[HandlingTransferred, _Mapping]] = ...) -> None: ...

class ConsentGiven(_message.Message):
    __slots__ = ("purposes", "recipient_id")
    PURPOSES_FIELD_NUMBER: _ClassVar[int]
    RECIPIENT_ID_FIELD_NUMBER: _ClassVar[int]
    purposes: _containers.RepeatedScalarFieldContainer[str]
    recipient_id: str
    def __init__(self, purposes: _Optional[_Iterable[str]] = ..., recipient_id: _Optional[str] = ...) -> None: ...

class ConsentRefused(_message.Message):
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

class MemberErasureDone(_message.Message):
    __slots__ = ("erasure_id", "proof")
    ERASURE_ID_FIELD_NUMBER: _ClassVar[int]
    PROOF_FIELD_NUMBER: _ClassVar[int]
    erasure_id: str
    proof: _containers.RepeatedCompositeFieldContainer[_erasures_pb2.StoreProof]
    def __init__(self, erasure_id: _Optional[str] = ..., proof: _Optional[_Iterable[_Union[_erasures_pb2.StoreProof, _Mapping]]] = ...) -> None: ...

class MergeFollowed(_message.Message):
    __slots__ = ("merge_id", "into_member_id", "undone")
    MERGE_ID_FIELD_NUMBER: _ClassVar[int]
    INTO_MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    UNDONE_FIELD_NUMBER: _ClassVar[int]
    merge_id: str
    into_member_id: str
    undone: bool
    def __init__(self, merge_id: _Optional[str] = ..., into_member_id: _Optional[str] = ..., undone: _Optional[bool] = ...) -> None: ...

class PreferencesChanged(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class SuppressionsChanged(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class AutomatedDecisionsChanged(_message.Message):
    __slots__ = ("refused",)
    REFUSED_FIELD_NUMBER: _ClassVar[int]
    refused: bool
    def __init__(self, refused: _Optional[bool] = ...) -> None: ...

class TopicPublished(_message.Message):
    __slots__ = ("key", "version")
    KEY_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    key: str
    version: int
    def __init__(self, key: _Optional[str] = ..., version: _Optional[int] = ...) -> None: ...

class SendingRulesPublished(_message.Message):
    __slots__ = ("version",)
    VERSION_FIELD_NUMBER: _ClassVar[int]
    version: int
    def __init__(self, version: _Optional[int] = ...) -> None: ...

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

class RightsRequestChanged(_message.Message):
    __slots__ = ("request_id", "kind", "state")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    kind: _rights_pb2.RightsKind
    state: _rights_pb2.RightsState
    def __init__(self, request_id: _Optional[str] = ..., kind: _Optional[_Union[_rights_pb2.RightsKind, str]] = ..., state: _Optional[_Union[_rights_pb2.RightsState, str]] = ...) -> None: ...

class RightsRequestDue(_message.Message):
    __slots__ = ("request_id", "kind", "due_at", "overdue")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    DUE_AT_FIELD_NUMBER: _ClassVar[int]
    OVERDUE_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    kind: _rights_pb2.RightsKind
    due_at: _timestamp_pb2.Timestamp
    overdue: bool
    def __init__(self, request_id: _Optional[str] = ..., kind: _Optional[_Union[_rights_pb2.RightsKind, str]] = ..., due_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., overdue: _Optional[bool] = ...) -> None: ...

class RightsTaskAsked(_message.Message):
    __slots__ = ("request_id", "task")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    TASK_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    task: RightsTask
    def __init__(self, request_id: _Optional[str] = ..., task: _Optional[_Union[RightsTask, str]] = ...) -> None: ...

class ProcessingRestricted(_message.Message):
    __slots__ = ("purposes",)
    PURPOSES_FIELD_NUMBER: _ClassVar[int]
    purposes: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, purposes: _Optional[_Iterable[str]] = ...) -> None: ...

class HandlingTransferred(_message.Message):
    __slots__ = ("transfer_id", "handler_id", "notice_key", "effective_at")
    TRANSFER_ID_FIELD_NUMBER: _ClassVar[int]
    HANDLER_ID_FIELD_NUMBER: _ClassVar[int]
    NOTICE_KEY_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_AT_FIELD_NUMBER: _ClassVar[int]
    transfer_id: str
    handler_id: str
    notice_key: str
    effective_at: _timestamp_pb2.Timestamp
    def __init__(self, transfer_id: _Optional[str] = ..., handler_id: _Optional[str] = ..., notice_key: _Optional[str] = ..., effective_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class GuardianChanged(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...
