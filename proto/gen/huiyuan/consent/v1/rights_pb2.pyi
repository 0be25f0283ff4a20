import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class RightsKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RIGHTS_KIND_UNSPECIFIED: _ClassVar[RightsKind]
    RIGHTS_KIND_KNOW: _ClassVar[RightsKind]
    RIGHTS_KIND_ACCESS: _ClassVar[RightsKind]
    RIGHTS_KIND_COPY: _ClassVar[RightsKind]
    RIGHTS_KIND_PORT: _ClassVar[RightsKind]
    RIGHTS_KIND_CORRECT: _ClassVar[RightsKind]
    RIGHTS_KIND_DELETE: _ClassVar[RightsKind]
    RIGHTS_KIND_RESTRICT: _ClassVar[RightsKind]
    RIGHTS_KIND_WITHDRAW: _ClassVar[RightsKind]
    RIGHTS_KIND_CLOSE_ACCOUNT: _ClassVar[RightsKind]
    RIGHTS_KIND_EXPLAIN_RULES: _ClassVar[RightsKind]
    RIGHTS_KIND_EXPLAIN_DECISION: _ClassVar[RightsKind]
    RIGHTS_KIND_REFUSE_AUTOMATED: _ClassVar[RightsKind]
    RIGHTS_KIND_POSTHUMOUS: _ClassVar[RightsKind]

class RightsState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RIGHTS_STATE_UNSPECIFIED: _ClassVar[RightsState]
    RIGHTS_STATE_RECEIVED: _ClassVar[RightsState]
    RIGHTS_STATE_VERIFYING: _ClassVar[RightsState]
    RIGHTS_STATE_ACCEPTED: _ClassVar[RightsState]
    RIGHTS_STATE_RUNNING: _ClassVar[RightsState]
    RIGHTS_STATE_FULFILLED: _ClassVar[RightsState]
    RIGHTS_STATE_PARTIAL: _ClassVar[RightsState]
    RIGHTS_STATE_RESTRICTED: _ClassVar[RightsState]
    RIGHTS_STATE_REFUSED: _ClassVar[RightsState]
    RIGHTS_STATE_CANCELLED: _ClassVar[RightsState]

class RefusalGround(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REFUSAL_GROUND_UNSPECIFIED: _ClassVar[RefusalGround]
    REFUSAL_GROUND_NOT_VERIFIED: _ClassVar[RefusalGround]
    REFUSAL_GROUND_LAW_FORBIDS: _ClassVar[RefusalGround]
    REFUSAL_GROUND_RETENTION_BY_LAW: _ClassVar[RefusalGround]
    REFUSAL_GROUND_RIGHTS_OF_OTHERS: _ClassVar[RefusalGround]
    REFUSAL_GROUND_NOT_FEASIBLE: _ClassVar[RefusalGround]
    REFUSAL_GROUND_NOTHING_HELD: _ClassVar[RefusalGround]
    REFUSAL_GROUND_DIRECTIVE: _ClassVar[RefusalGround]

class Directive(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DIRECTIVE_UNSPECIFIED: _ClassVar[Directive]
    DIRECTIVE_KIN_MAY_ASK: _ClassVar[Directive]
    DIRECTIVE_KIN_MAY_NOT_ASK: _ClassVar[Directive]
RIGHTS_KIND_UNSPECIFIED: RightsKind
RIGHTS_KIND_KNOW: RightsKind
RIGHTS_KIND_ACCESS: RightsKind
RIGHTS_KIND_COPY: RightsKind
RIGHTS_KIND_PORT: RightsKind
RIGHTS_KIND_CORRECT: RightsKind
RIGHTS_KIND_DELETE: RightsKind
RIGHTS_KIND_RESTRICT: RightsKind
RIGHTS_KIND_WITHDRAW: RightsKind
RIGHTS_KIND_CLOSE_ACCOUNT: RightsKind
RIGHTS_KIND_EXPLAIN_RULES: RightsKind
RIGHTS_KIND_EXPLAIN_DECISION: RightsKind
RIGHTS_KIND_REFUSE_AUTOMATED: RightsKind
RIGHTS_KIND_POSTHUMOUS: RightsKind
RIGHTS_STATE_UNSPECIFIED: RightsState
RIGHTS_STATE_RECEIVED: RightsState
RIGHTS_STATE_VERIFYING: RightsState
RIGHTS_STATE_ACCEPTED: RightsState
RIGHTS_STATE_RUNNING: RightsState
RIGHTS_STATE_FULFILLED: RightsState
RIGHTS_STATE_PARTIAL: RightsState
RIGHTS_STATE_RESTRICTED: RightsState
RIGHTS_STATE_REFUSED: RightsState
RIGHTS_STATE_CANCELLED: RightsState
REFUSAL_GROUND_UNSPECIFIED: RefusalGround
REFUSAL_GROUND_NOT_VERIFIED: RefusalGround
REFUSAL_GROUND_LAW_FORBIDS: RefusalGround
REFUSAL_GROUND_RETENTION_BY_LAW: RefusalGround
REFUSAL_GROUND_RIGHTS_OF_OTHERS: RefusalGround
REFUSAL_GROUND_NOT_FEASIBLE: RefusalGround
REFUSAL_GROUND_NOTHING_HELD: RefusalGround
REFUSAL_GROUND_DIRECTIVE: RefusalGround
DIRECTIVE_UNSPECIFIED: Directive
DIRECTIVE_KIN_MAY_ASK: Directive
DIRECTIVE_KIN_MAY_NOT_ASK: Directive

class RightsRefusal(_message.Message):
    __slots__ = ("ground", "article", "remedy")
    GROUND_FIELD_NUMBER: _ClassVar[int]
    ARTICLE_FIELD_NUMBER: _ClassVar[int]
    REMEDY_FIELD_NUMBER: _ClassVar[int]
    ground: RefusalGround
    article: str
    remedy: str
    def __init__(self, ground: _Optional[_Union[RefusalGround, str]] = ..., article: _Optional[str] = ..., remedy: _Optional[str] = ...) -> None: ...

class RightsStep(_message.Message):
    __slots__ = ("state", "at", "actor", "note")
    STATE_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    state: RightsState
    at: _timestamp_pb2.Timestamp
    actor: str
    note: str
    def __init__(self, state: _Optional[_Union[RightsState, str]] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., actor: _Optional[str] = ..., note: _Optional[str] = ...) -> None: ...

class RightsProof(_message.Message):
    __slots__ = ("store", "action", "count", "reference", "proved_at")
    STORE_FIELD_NUMBER: _ClassVar[int]
    ACTION_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    REFERENCE_FIELD_NUMBER: _ClassVar[int]
    PROVED_AT_FIELD_NUMBER: _ClassVar[int]
    store: str
    action: str
    count: int
    reference: str
    proved_at: _timestamp_pb2.Timestamp
    def __init__(self, store: _Optional[str] = ..., action: _Optional[str] = ..., count: _Optional[int] = ..., reference: _Optional[str] = ..., proved_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class RightsRequest(_message.Message):
    __slots__ = ("request_id", "member_id", "kind", "state", "purposes", "subject", "wanted", "received_at", "due_at", "due_source", "ended_at", "refusal", "appeal_of", "steps", "proofs", "due_soon", "overdue", "channel")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    PURPOSES_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    WANTED_FIELD_NUMBER: _ClassVar[int]
    RECEIVED_AT_FIELD_NUMBER: _ClassVar[int]
    DUE_AT_FIELD_NUMBER: _ClassVar[int]
    DUE_SOURCE_FIELD_NUMBER: _ClassVar[int]
    ENDED_AT_FIELD_NUMBER: _ClassVar[int]
    REFUSAL_FIELD_NUMBER: _ClassVar[int]
    APPEAL_OF_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    PROOFS_FIELD_NUMBER: _ClassVar[int]
    DUE_SOON_FIELD_NUMBER: _ClassVar[int]
    OVERDUE_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    member_id: str
    kind: RightsKind
    state: RightsState
    purposes: _containers.RepeatedScalarFieldContainer[str]
    subject: str
    wanted: RightsKind
    received_at: _timestamp_pb2.Timestamp
    due_at: _timestamp_pb2.Timestamp
    due_source: str
    ended_at: _timestamp_pb2.Timestamp
    refusal: RightsRefusal
    appeal_of: str
    steps: _containers.RepeatedCompositeFieldContainer[RightsStep]
    proofs: _containers.RepeatedCompositeFieldContainer[RightsProof]
    due_soon: bool
    overdue: bool
    channel: str
    def __init__(self, request_id: _Optional[str] = ..., member_id: _Optional[str] = ..., kind: _Optional[_Union[RightsKind, str]] = ..., state: _Optional[_Union[RightsState, str]] = ..., purposes: _Optional[_Iterable[str]] = ..., subject: _Optional[str] = ..., wanted: _Optional[_Union[RightsKind, str]] = ..., received_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., due_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., due_source: _Optional[str] = ..., ended_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., refusal: _Optional[_Union[RightsRefusal, _Mapping]] = ..., appeal_of: _Optional[str] = ..., steps: _Optional[_Iterable[_Union[RightsStep, _Mapping]]] = ..., proofs: _Optional[_Iterable[_Union[RightsProof, _Mapping]]] = ..., due_soon: _Optional[bool] = ..., overdue: _Optional[bool] = ..., channel: _Optional[str] = ...) -> None: ...

class AskRightRequest(_message.Message):
    __slots__ = ("member_id", "kind", "purposes", "subject", "wanted", "channel", "idempotency_key", "authenticated_at", "verification")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    PURPOSES_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    WANTED_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    AUTHENTICATED_AT_FIELD_NUMBER: _ClassVar[int]
    VERIFICATION_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    kind: RightsKind
    purposes: _containers.RepeatedScalarFieldContainer[str]
    subject: str
    wanted: RightsKind
    channel: str
    idempotency_key: str
    authenticated_at: _timestamp_pb2.Timestamp
    verification: str
    def __init__(self, member_id: _Optional[str] = ..., kind: _Optional[_Union[RightsKind, str]] = ..., purposes: _Optional[_Iterable[str]] = ..., subject: _Optional[str] = ..., wanted: _Optional[_Union[RightsKind, str]] = ..., channel: _Optional[str] = ..., idempotency_key: _Optional[str] = ..., authenticated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., verification: _Optional[str] = ...) -> None: ...

class AskRightResponse(_message.Message):
    __slots__ = ("request", "replayed")
    REQUEST_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    request: RightsRequest
    replayed: bool
    def __init__(self, request: _Optional[_Union[RightsRequest, _Mapping]] = ..., replayed: _Optional[bool] = ...) -> None: ...

class VerifyRightsRequestRequest(_message.Message):
    __slots__ = ("request_id", "authenticated_at", "verification")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    AUTHENTICATED_AT_FIELD_NUMBER: _ClassVar[int]
    VERIFICATION_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    authenticated_at: _timestamp_pb2.Timestamp
    verification: str
    def __init__(self, request_id: _Optional[str] = ..., authenticated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., verification: _Optional[str] = ...) -> None: ...

class VerifyRightsRequestResponse(_message.Message):
    __slots__ = ("request",)
    REQUEST_FIELD_NUMBER: _ClassVar[int]
    request: RightsRequest
    def __init__(self, request: _Optional[_Union[RightsRequest, _Mapping]] = ...) -> None: ...

class CancelRightsRequestRequest(_message.Message):
    __slots__ = ("request_id",)
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    def __init__(self, request_id: _Optional[str] = ...) -> None: ...

class CancelRightsRequestResponse(_message.Message):
    __slots__ = ("request",)
    REQUEST_FIELD_NUMBER: _ClassVar[int]
    request: RightsRequest
    def __init__(self, request: _Optional[_Union[RightsRequest, _Mapping]] = ...) -> None: ...

class AppealRightsRequestRequest(_message.Message):
    __slots__ = ("request_id", "idempotency_key")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    idempotency_key: str
    def __init__(self, request_id: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class AppealRightsRequestResponse(_message.Message):
    __slots__ = ("request", "replayed")
    REQUEST_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    request: RightsRequest
    replayed: bool
    def __init__(self, request: _Optional[_Union[RightsRequest, _Mapping]] = ..., replayed: _Optional[bool] = ...) -> None: ...

class AcceptRightsRequestRequest(_message.Message):
    __slots__ = ("request_id",)
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    def __init__(self, request_id: _Optional[str] = ...) -> None: ...

class AcceptRightsRequestResponse(_message.Message):
    __slots__ = ("request",)
    REQUEST_FIELD_NUMBER: _ClassVar[int]
    request: RightsRequest
    def __init__(self, request: _Optional[_Union[RightsRequest, _Mapping]] = ...) -> None: ...

class RefuseRightsRequestRequest(_message.Message):
    __slots__ = ("request_id", "refusal")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    REFUSAL_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    refusal: RightsRefusal
    def __init__(self, request_id: _Optional[str] = ..., refusal: _Optional[_Union[RightsRefusal, _Mapping]] = ...) -> None: ...

class RefuseRightsRequestResponse(_message.Message):
    __slots__ = ("request",)
    REQUEST_FIELD_NUMBER: _ClassVar[int]
    request: RightsRequest
    def __init__(self, request: _Optional[_Union[RightsRequest, _Mapping]] = ...) -> None: ...

class ConcludeRightsRequestRequest(_message.Message):
    __slots__ = ("request_id", "state", "evidence", "refusal")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    REFUSAL_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    state: RightsState
    evidence: str
    refusal: RightsRefusal
    def __init__(self, request_id: _Optional[str] = ..., state: _Optional[_Union[RightsState, str]] = ..., evidence: _Optional[str] = ..., refusal: _Optional[_Union[RightsRefusal, _Mapping]] = ...) -> None: ...

class ConcludeRightsRequestResponse(_message.Message):
    __slots__ = ("request",)
    REQUEST_FIELD_NUMBER: _ClassVar[int]
    request: RightsRequest
    def __init__(self, request: _Optional[_Union[RightsRequest, _Mapping]] = ...) -> None: ...

class ListRightsRequestsRequest(_message.Message):
    __slots__ = ("member_id", "first", "after")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    FIRST_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    first: int
    after: str
    def __init__(self, member_id: _Optional[str] = ..., first: _Optional[int] = ..., after: _Optional[str] = ...) -> None: ...

class ListRightsRequestsResponse(_message.Message):
    __slots__ = ("requests", "cursors", "has_next_page")
    REQUESTS_FIELD_NUMBER: _ClassVar[int]
    CURSORS_FIELD_NUMBER: _ClassVar[int]
    HAS_NEXT_PAGE_FIELD_NUMBER: _ClassVar[int]
    requests: _containers.RepeatedCompositeFieldContainer[RightsRequest]
    cursors: _containers.RepeatedScalarFieldContainer[str]
    has_next_page: bool
    def __init__(self, requests: _Optional[_Iterable[_Union[RightsRequest, _Mapping]]] = ..., cursors: _Optional[_Iterable[str]] = ..., has_next_page: _Optional[bool] = ...) -> None: ...

class ListRightsQueueRequest(_message.Message):
    __slots__ = ("first", "after", "ended_too", "due_soon_only", "kind")
    FIRST_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    ENDED_TOO_FIELD_NUMBER: _ClassVar[int]
    DUE_SOON_ONLY_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    first: int
    after: str
    ended_too: bool
    due_soon_only: bool
    kind: RightsKind
    def __init__(self, first: _Optional[int] = ..., after: _Optional[str] = ..., ended_too: _Optional[bool] = ..., due_soon_only: _Optional[bool] = ..., kind: _Optional[_Union[RightsKind, str]] = ...) -> None: ...

class ListRightsQueueResponse(_message.Message):
    __slots__ = ("requests", "cursors", "has_next_page")
    REQUESTS_FIELD_NUMBER: _ClassVar[int]
    CURSORS_FIELD_NUMBER: _ClassVar[int]
    HAS_NEXT_PAGE_FIELD_NUMBER: _ClassVar[int]
    requests: _containers.RepeatedCompositeFieldContainer[RightsRequest]
    cursors: _containers.RepeatedScalarFieldContainer[str]
    has_next_page: bool
    def __init__(self, requests: _Optional[_Iterable[_Union[RightsRequest, _Mapping]]] = ..., cursors: _Optional[_Iterable[str]] = ..., has_next_page: _Optional[bool] = ...) -> None: ...

class SetDirectiveRequest(_message.Message):
    __slots__ = ("member_id", "directive")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    DIRECTIVE_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    directive: Directive
    def __init__(self, member_id: _Optional[str] = ..., directive: _Optional[_Union[Directive, str]] = ...) -> None: ...

class SetDirectiveResponse(_message.Message):
    __slots__ = ("directive",)
    DIRECTIVE_FIELD_NUMBER: _ClassVar[int]
    directive: Directive
    def __init__(self, directive: _Optional[_Union[Directive, str]] = ...) -> None: ...

class GetDirectiveRequest(_message.Message):
    __slots__ = ("member_id",)
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    def __init__(self, member_id: _Optional[str] = ...) -> None: ...

class GetDirectiveResponse(_message.Message):
    __slots__ = ("directive",)
    DIRECTIVE_FIELD_NUMBER: _ClassVar[int]
    directive: Directive
    def __init__(self, directive: _Optional[_Union[Directive, str]] = ...) -> None: ...
