import datetime

from google.protobuf import field_mask_pb2 as _field_mask_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from huiyuan.loyalty.v1 import programme_history_pb2 as _programme_history_pb2
from huiyuan.loyalty.v1 import programmes_pb2 as _programmes_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class DraftState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DRAFT_STATE_UNSPECIFIED: _ClassVar[DraftState]
    DRAFT_STATE_DRAFT: _ClassVar[DraftState]
    DRAFT_STATE_PUBLISHED: _ClassVar[DraftState]
    DRAFT_STATE_DISCARDED: _ClassVar[DraftState]
DRAFT_STATE_UNSPECIFIED: DraftState
DRAFT_STATE_DRAFT: DraftState
DRAFT_STATE_PUBLISHED: DraftState
DRAFT_STATE_DISCARDED: DraftState

class Draft(_message.Message):
    __slots__ = ("draft_id", "programme", "based_on_version", "state", "edition", "created_by", "created_at", "changed_by", "changed_at", "reason", "published_version")
    DRAFT_ID_FIELD_NUMBER: _ClassVar[int]
    PROGRAMME_FIELD_NUMBER: _ClassVar[int]
    BASED_ON_VERSION_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    EDITION_FIELD_NUMBER: _ClassVar[int]
    CREATED_BY_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    CHANGED_BY_FIELD_NUMBER: _ClassVar[int]
    CHANGED_AT_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    PUBLISHED_VERSION_FIELD_NUMBER: _ClassVar[int]
    draft_id: str
    programme: _programmes_pb2.Programme
    based_on_version: int
    state: DraftState
    edition: int
    created_by: str
    created_at: _timestamp_pb2.Timestamp
    changed_by: str
    changed_at: _timestamp_pb2.Timestamp
    reason: str
    published_version: int
    def __init__(self, draft_id: _Optional[str] = ..., programme: _Optional[_Union[_programmes_pb2.Programme, _Mapping]] = ..., based_on_version: _Optional[int] = ..., state: _Optional[_Union[DraftState, str]] = ..., edition: _Optional[int] = ..., created_by: _Optional[str] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., changed_by: _Optional[str] = ..., changed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., reason: _Optional[str] = ..., published_version: _Optional[int] = ...) -> None: ...

class CreateDraftRequest(_message.Message):
    __slots__ = ("programme_id", "based_on_version", "programme", "update_mask", "reason", "idempotency_key", "restored_version")
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    BASED_ON_VERSION_FIELD_NUMBER: _ClassVar[int]
    PROGRAMME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    RESTORED_VERSION_FIELD_NUMBER: _ClassVar[int]
    programme_id: str
    based_on_version: int
    programme: _programmes_pb2.Programme
    update_mask: _field_mask_pb2.FieldMask
    reason: str
    idempotency_key: str
    restored_version: int
    def __init__(self, programme_id: _Optional[str] = ..., based_on_version: _Optional[int] = ..., programme: _Optional[_Union[_programmes_pb2.Programme, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ..., reason: _Optional[str] = ..., idempotency_key: _Optional[str] = ..., restored_version: _Optional[int] = ...) -> None: ...

class CreateDraftResponse(_message.Message):
    __slots__ = ("draft", "replayed", "changes")
    DRAFT_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    draft: Draft
    replayed: bool
    changes: _containers.RepeatedCompositeFieldContainer[_programme_history_pb2.DefinitionChange]
    def __init__(self, draft: _Optional[_Union[Draft, _Mapping]] = ..., replayed: _Optional[bool] = ..., changes: _Optional[_Iterable[_Union[_programme_history_pb2.DefinitionChange, _Mapping]]] = ...) -> None: ...

class ChangeDraftRequest(_message.Message):
    __slots__ = ("draft_id", "edition", "programme", "update_mask", "reason")
    DRAFT_ID_FIELD_NUMBER: _ClassVar[int]
    EDITION_FIELD_NUMBER: _ClassVar[int]
    PROGRAMME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    draft_id: str
    edition: int
    programme: _programmes_pb2.Programme
    update_mask: _field_mask_pb2.FieldMask
    reason: str
    def __init__(self, draft_id: _Optional[str] = ..., edition: _Optional[int] = ..., programme: _Optional[_Union[_programmes_pb2.Programme, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ..., reason: _Optional[str] = ...) -> None: ...

class ChangeDraftResponse(_message.Message):
    __slots__ = ("draft", "changes")
    DRAFT_FIELD_NUMBER: _ClassVar[int]
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    draft: Draft
    changes: _containers.RepeatedCompositeFieldContainer[_programme_history_pb2.DefinitionChange]
    def __init__(self, draft: _Optional[_Union[Draft, _Mapping]] = ..., changes: _Optional[_Iterable[_Union[_programme_history_pb2.DefinitionChange, _Mapping]]] = ...) -> None: ...

class RebaseDraftRequest(_message.Message):
    __slots__ = ("draft_id", "edition", "reason")
    DRAFT_ID_FIELD_NUMBER: _ClassVar[int]
    EDITION_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    draft_id: str
    edition: int
    reason: str
    def __init__(self, draft_id: _Optional[str] = ..., edition: _Optional[int] = ..., reason: _Optional[str] = ...) -> None: ...

class RebaseDraftResponse(_message.Message):
    __slots__ = ("draft", "changes")
    DRAFT_FIELD_NUMBER: _ClassVar[int]
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    draft: Draft
    changes: _containers.RepeatedCompositeFieldContainer[_programme_history_pb2.DefinitionChange]
    def __init__(self, draft: _Optional[_Union[Draft, _Mapping]] = ..., changes: _Optional[_Iterable[_Union[_programme_history_pb2.DefinitionChange, _Mapping]]] = ...) -> None: ...

class CheckDraftRequest(_message.Message):
    __slots__ = ("draft_id",)
    DRAFT_ID_FIELD_NUMBER: _ClassVar[int]
    draft_id: str
    def __init__(self, draft_id: _Optional[str] = ...) -> None: ...

class CheckDraftResponse(_message.Message):
    __slots__ = ("faults", "edition")
    FAULTS_FIELD_NUMBER: _ClassVar[int]
    EDITION_FIELD_NUMBER: _ClassVar[int]
    faults: _containers.RepeatedCompositeFieldContainer[DraftFault]
    edition: int
    def __init__(self, faults: _Optional[_Iterable[_Union[DraftFault, _Mapping]]] = ..., edition: _Optional[int] = ...) -> None: ...

class DraftFault(_message.Message):
    __slots__ = ("path", "code", "message")
    PATH_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    path: str
    code: str
    message: str
    def __init__(self, path: _Optional[str] = ..., code: _Optional[str] = ..., message: _Optional[str] = ...) -> None: ...

class DiscardDraftRequest(_message.Message):
    __slots__ = ("draft_id", "edition", "reason")
    DRAFT_ID_FIELD_NUMBER: _ClassVar[int]
    EDITION_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    draft_id: str
    edition: int
    reason: str
    def __init__(self, draft_id: _Optional[str] = ..., edition: _Optional[int] = ..., reason: _Optional[str] = ...) -> None: ...

class DiscardDraftResponse(_message.Message):
    __slots__ = ("draft", "replayed", "changes")
    DRAFT_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    draft: Draft
    replayed: bool
    changes: _containers.RepeatedCompositeFieldContainer[_programme_history_pb2.DefinitionChange]
    def __init__(self, draft: _Optional[_Union[Draft, _Mapping]] = ..., replayed: _Optional[bool] = ..., changes: _Optional[_Iterable[_Union[_programme_history_pb2.DefinitionChange, _Mapping]]] = ...) -> None: ...

class PublishDraftRequest(_message.Message):
    __slots__ = ("draft_id", "edition", "effective_at", "reason")
    DRAFT_ID_FIELD_NUMBER: _ClassVar[int]
    EDITION_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_AT_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    draft_id: str
    edition: int
    effective_at: _timestamp_pb2.Timestamp
    reason: str
    def __init__(self, draft_id: _Optional[str] = ..., edition: _Optional[int] = ..., effective_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., reason: _Optional[str] = ...) -> None: ...

class PublishDraftResponse(_message.Message):
    __slots__ = ("draft", "programme", "replayed", "changes")
    DRAFT_FIELD_NUMBER: _ClassVar[int]
    PROGRAMME_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    draft: Draft
    programme: _programmes_pb2.Programme
    replayed: bool
    changes: _containers.RepeatedCompositeFieldContainer[_programme_history_pb2.DefinitionChange]
    def __init__(self, draft: _Optional[_Union[Draft, _Mapping]] = ..., programme: _Optional[_Union[_programmes_pb2.Programme, _Mapping]] = ..., replayed: _Optional[bool] = ..., changes: _Optional[_Iterable[_Union[_programme_history_pb2.DefinitionChange, _Mapping]]] = ...) -> None: ...

class GetDraftRequest(_message.Message):
    __slots__ = ("draft_id",)
    DRAFT_ID_FIELD_NUMBER: _ClassVar[int]
    draft_id: str
    def __init__(self, draft_id: _Optional[str] = ...) -> None: ...

class GetDraftResponse(_message.Message):
    __slots__ = ("draft",)
    DRAFT_FIELD_NUMBER: _ClassVar[int]
    draft: Draft
    def __init__(self, draft: _Optional[_Union[Draft, _Mapping]] = ...) -> None: ...

class ListDraftsRequest(_message.Message):
    __slots__ = ("programme_id", "state", "first", "after")
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    FIRST_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    programme_id: str
    state: DraftState
    first: int
    after: str
    def __init__(self, programme_id: _Optional[str] = ..., state: _Optional[_Union[DraftState, str]] = ..., first: _Optional[int] = ..., after: _Optional[str] = ...) -> None: ...

class ListDraftsResponse(_message.Message):
    __slots__ = ("drafts", "has_next_page")
    DRAFTS_FIELD_NUMBER: _ClassVar[int]
    HAS_NEXT_PAGE_FIELD_NUMBER: _ClassVar[int]
    drafts: _containers.RepeatedCompositeFieldContainer[Draft]
    has_next_page: bool
    def __init__(self, drafts: _Optional[_Iterable[_Union[Draft, _Mapping]]] = ..., has_next_page: _Optional[bool] = ...) -> None: ...
