import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ChangeKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CHANGE_KIND_UNSPECIFIED: _ClassVar[ChangeKind]
    CHANGE_KIND_ADDED: _ClassVar[ChangeKind]
    CHANGE_KIND_REMOVED: _ClassVar[ChangeKind]
    CHANGE_KIND_CHANGED: _ClassVar[ChangeKind]

class ProgrammeChangeKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PROGRAMME_CHANGE_KIND_UNSPECIFIED: _ClassVar[ProgrammeChangeKind]
    PROGRAMME_CHANGE_KIND_DRAFTED: _ClassVar[ProgrammeChangeKind]
    PROGRAMME_CHANGE_KIND_CHANGED: _ClassVar[ProgrammeChangeKind]
    PROGRAMME_CHANGE_KIND_REBASED: _ClassVar[ProgrammeChangeKind]
    PROGRAMME_CHANGE_KIND_DISCARDED: _ClassVar[ProgrammeChangeKind]
    PROGRAMME_CHANGE_KIND_PUBLISHED: _ClassVar[ProgrammeChangeKind]
CHANGE_KIND_UNSPECIFIED: ChangeKind
CHANGE_KIND_ADDED: ChangeKind
CHANGE_KIND_REMOVED: ChangeKind
CHANGE_KIND_CHANGED: ChangeKind
PROGRAMME_CHANGE_KIND_UNSPECIFIED: ProgrammeChangeKind
PROGRAMME_CHANGE_KIND_DRAFTED: ProgrammeChangeKind
PROGRAMME_CHANGE_KIND_CHANGED: ProgrammeChangeKind
PROGRAMME_CHANGE_KIND_REBASED: ProgrammeChangeKind
PROGRAMME_CHANGE_KIND_DISCARDED: ProgrammeChangeKind
PROGRAMME_CHANGE_KIND_PUBLISHED: ProgrammeChangeKind

class DefinitionChange(_message.Message):
    __slots__ = ("path", "kind", "before", "after")
    PATH_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    BEFORE_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    path: str
    kind: ChangeKind
    before: str
    after: str
    def __init__(self, path: _Optional[str] = ..., kind: _Optional[_Union[ChangeKind, str]] = ..., before: _Optional[str] = ..., after: _Optional[str] = ...) -> None: ...

class CompareProgrammesRequest(_message.Message):
    __slots__ = ("programme_id", "from_version", "to_version", "to_draft_id")
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    FROM_VERSION_FIELD_NUMBER: _ClassVar[int]
    TO_VERSION_FIELD_NUMBER: _ClassVar[int]
    TO_DRAFT_ID_FIELD_NUMBER: _ClassVar[int]
    programme_id: str
    from_version: int
    to_version: int
    to_draft_id: str
    def __init__(self, programme_id: _Optional[str] = ..., from_version: _Optional[int] = ..., to_version: _Optional[int] = ..., to_draft_id: _Optional[str] = ...) -> None: ...

class CompareProgrammesResponse(_message.Message):
    __slots__ = ("changes", "from_version")
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    FROM_VERSION_FIELD_NUMBER: _ClassVar[int]
    changes: _containers.RepeatedCompositeFieldContainer[DefinitionChange]
    from_version: int
    def __init__(self, changes: _Optional[_Iterable[_Union[DefinitionChange, _Mapping]]] = ..., from_version: _Optional[int] = ...) -> None: ...

class ProgrammeChange(_message.Message):
    __slots__ = ("kind", "by", "at", "reason", "draft_id", "edition", "version", "changes", "place")
    KIND_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    DRAFT_ID_FIELD_NUMBER: _ClassVar[int]
    EDITION_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    PLACE_FIELD_NUMBER: _ClassVar[int]
    kind: ProgrammeChangeKind
    by: str
    at: _timestamp_pb2.Timestamp
    reason: str
    draft_id: str
    edition: int
    version: int
    changes: _containers.RepeatedCompositeFieldContainer[DefinitionChange]
    place: str
    def __init__(self, kind: _Optional[_Union[ProgrammeChangeKind, str]] = ..., by: _Optional[str] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., reason: _Optional[str] = ..., draft_id: _Optional[str] = ..., edition: _Optional[int] = ..., version: _Optional[int] = ..., changes: _Optional[_Iterable[_Union[DefinitionChange, _Mapping]]] = ..., place: _Optional[str] = ...) -> None: ...

class ListProgrammeChangesRequest(_message.Message):
    __slots__ = ("programme_id", "first", "after")
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    FIRST_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    programme_id: str
    first: int
    after: str
    def __init__(self, programme_id: _Optional[str] = ..., first: _Optional[int] = ..., after: _Optional[str] = ...) -> None: ...

class ListProgrammeChangesResponse(_message.Message):
    __slots__ = ("changes", "has_next_page")
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    HAS_NEXT_PAGE_FIELD_NUMBER: _ClassVar[int]
    changes: _containers.RepeatedCompositeFieldContainer[ProgrammeChange]
    has_next_page: bool
    def __init__(self, changes: _Optional[_Iterable[_Union[ProgrammeChange, _Mapping]]] = ..., has_next_page: _Optional[bool] = ...) -> None: ...
