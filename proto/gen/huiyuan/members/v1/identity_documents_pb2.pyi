import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class IdentityDocumentKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    IDENTITY_DOCUMENT_KIND_UNSPECIFIED: _ClassVar[IdentityDocumentKind]
    IDENTITY_DOCUMENT_KIND_RESIDENT_ID: _ClassVar[IdentityDocumentKind]
    IDENTITY_DOCUMENT_KIND_PASSPORT: _ClassVar[IdentityDocumentKind]
    IDENTITY_DOCUMENT_KIND_HONG_KONG_MACAO_PERMIT: _ClassVar[IdentityDocumentKind]
    IDENTITY_DOCUMENT_KIND_TAIWAN_PERMIT: _ClassVar[IdentityDocumentKind]
    IDENTITY_DOCUMENT_KIND_RESIDENCE_PERMIT: _ClassVar[IdentityDocumentKind]
    IDENTITY_DOCUMENT_KIND_PERMANENT_RESIDENT_ID: _ClassVar[IdentityDocumentKind]
IDENTITY_DOCUMENT_KIND_UNSPECIFIED: IdentityDocumentKind
IDENTITY_DOCUMENT_KIND_RESIDENT_ID: IdentityDocumentKind
IDENTITY_DOCUMENT_KIND_PASSPORT: IdentityDocumentKind
IDENTITY_DOCUMENT_KIND_HONG_KONG_MACAO_PERMIT: IdentityDocumentKind
IDENTITY_DOCUMENT_KIND_TAIWAN_PERMIT: IdentityDocumentKind
IDENTITY_DOCUMENT_KIND_RESIDENCE_PERMIT: IdentityDocumentKind
IDENTITY_DOCUMENT_KIND_PERMANENT_RESIDENT_ID: IdentityDocumentKind

class IdentityDocument(_message.Message):
    __slots__ = ("kind", "number", "issuing_country", "name")
    KIND_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    ISSUING_COUNTRY_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    kind: IdentityDocumentKind
    number: str
    issuing_country: str
    name: str
    def __init__(self, kind: _Optional[_Union[IdentityDocumentKind, str]] = ..., number: _Optional[str] = ..., issuing_country: _Optional[str] = ..., name: _Optional[str] = ...) -> None: ...

class SetIdentityDocumentRequest(_message.Message):
    __slots__ = ("member_id", "document", "purpose")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    document: IdentityDocument
    purpose: str
    def __init__(self, member_id: _Optional[str] = ..., document: _Optional[_Union[IdentityDocument, _Mapping]] = ..., purpose: _Optional[str] = ...) -> None: ...

class SetIdentityDocumentResponse(_message.Message):
    __slots__ = ("on_file",)
    ON_FILE_FIELD_NUMBER: _ClassVar[int]
    on_file: IdentityDocumentOnFile
    def __init__(self, on_file: _Optional[_Union[IdentityDocumentOnFile, _Mapping]] = ...) -> None: ...

class RemoveIdentityDocumentRequest(_message.Message):
    __slots__ = ("member_id",)
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    def __init__(self, member_id: _Optional[str] = ...) -> None: ...

class RemoveIdentityDocumentResponse(_message.Message):
    __slots__ = ("removed",)
    REMOVED_FIELD_NUMBER: _ClassVar[int]
    removed: bool
    def __init__(self, removed: _Optional[bool] = ...) -> None: ...

class GetIdentityDocumentRequest(_message.Message):
    __slots__ = ("member_id",)
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    def __init__(self, member_id: _Optional[str] = ...) -> None: ...

class GetIdentityDocumentResponse(_message.Message):
    __slots__ = ("on_file",)
    ON_FILE_FIELD_NUMBER: _ClassVar[int]
    on_file: IdentityDocumentOnFile
    def __init__(self, on_file: _Optional[_Union[IdentityDocumentOnFile, _Mapping]] = ...) -> None: ...

class IdentityDocumentOnFile(_message.Message):
    __slots__ = ("kind", "set_at")
    KIND_FIELD_NUMBER: _ClassVar[int]
    SET_AT_FIELD_NUMBER: _ClassVar[int]
    kind: IdentityDocumentKind
    set_at: _timestamp_pb2.Timestamp
    def __init__(self, kind: _Optional[_Union[IdentityDocumentKind, str]] = ..., set_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class RevealIdentityDocumentRequest(_message.Message):
    __slots__ = ("member_id", "purpose", "reason")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    purpose: str
    reason: str
    def __init__(self, member_id: _Optional[str] = ..., purpose: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class RevealIdentityDocumentResponse(_message.Message):
    __slots__ = ("document", "access_id")
    DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    ACCESS_ID_FIELD_NUMBER: _ClassVar[int]
    document: IdentityDocument
    access_id: str
    def __init__(self, document: _Optional[_Union[IdentityDocument, _Mapping]] = ..., access_id: _Optional[str] = ...) -> None: ...
